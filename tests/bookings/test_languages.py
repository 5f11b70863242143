"""A client is written to in the language they chose: dates, times, zone, invite and all."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override
from icalendar import Calendar

from bookings import errors, links, saying_when
from bookings.actions import knowing
from bookings.forms.choosing import TimeForm
from bookings.models import Booking
from clients import outbox
from clients.actions.people import resolve
from clients.contact import Contact
from clients.contact_consents import choose
from clients.models import Channel, Purpose
from clients.models import Client as Person
from clients.stop_links import stop_url
from clinic import env
from clinic.audit import CLIENT, staff
from clinic.models import AuditEntry
from tests.bookings.test_messages import HOUR, NOW, planned_booking
from tests.factories import bookings, clinic
from tests.factories.clients import consent
from tests.factories.house import house
from tests.harness.smtp import Sink
from tools import translations

ON_THE_HALF = datetime(2026, 11, 25, 20, 30, tzinfo=UTC)
TORONTO = "America/Toronto"
# What messages say beside their own words, and the pages of a booking, each of them whole.
SAID = (
    "bookings/saying_when.py",
    "bookings/ical.py",
    "bookings/actions/changing.py",
    "bookings/actions/placing.py",
    "bookings/forms/check_in.py",
    "bookings/views/checking_in.py",
    "bookings/views/manage.py",
    "clients/views/stop.py",
    "bookings/views/manage_page.py",
    "bookings/views/times_page.py",
    "bookings/views/wording.py",
    "bookings/views/care.py",
    "clients/logins.py",
    "templates/account/email/login_code_message.txt",
    "templates/account/email/login_code_subject.txt",
    "templates/account/email/pages_message.txt",
    "templates/account/email/pages_subject.txt",
    "templates/base.html",
    "templates/base_phone.html",
    "templates/bookings/check_in/_urgent.html",
    "templates/bookings/check_in/ask.html",
    "templates/bookings/check_in/over.html",
    "templates/bookings/manage/cancel.html",
    "templates/bookings/manage/come.html",
    "templates/bookings/manage/move.html",
    "templates/bookings/manage/show.html",
    "templates/bookings/public/_days.html",
    "templates/bookings/public/_summary.html",
    "templates/bookings/public/_times.html",
    "templates/clients/stop/stop.html",
    "templates/messages/mail.html",
    "templates/messages/_mail_body.html",
    "templates/messages/_mail_block.html",
    "templates/messages/_mail_style.html",
)


@pytest.mark.parametrize(
    ("language", "at", "zone", "said"),
    [
        (
            "en-ca", ON_THE_HALF, TORONTO,
            ("Wednesday 25 November 2026", "Wed 25 Nov", "3:30 pm", "Toronto time, EST"),
        ),
        (
            "fr-ca", ON_THE_HALF, TORONTO,
            ("mercredi 25 novembre 2026", "mer. 25 nov.", "15 h 30", "heure de Toronto, HNE"),
        ),
        (
            "fr-ca", datetime(2026, 7, 1, 19, 0, tzinfo=UTC), "America/Edmonton",
            ("mercredi 1er juillet 2026", "mer. 1er juil.", "13 h", "heure d\u2019Edmonton, HAR"),
        ),
        (
            "fr-ca", datetime(2027, 5, 2, 0, 5, tzinfo=UTC), "Europe/Zurich",
            ("dimanche 2 mai 2027", "dim. 2 mai", "2 h 05", "heure de Zurich, CEST"),
        ),
        (
            "fr-ca", datetime(2026, 11, 1, 5, 15, tzinfo=UTC), TORONTO,
            ("dimanche 1er novembre 2026", "dim. 1er nov.", "1 h 15", "heure de Toronto, HAE"),
        ),
        (
            "fr-ca", datetime(2026, 11, 1, 6, 15, tzinfo=UTC), TORONTO,
            ("dimanche 1er novembre 2026", "dim. 1er nov.", "1 h 15", "heure de Toronto, HNE"),
        ),
        (
            "en-ca", datetime(2026, 12, 1, 17, 0, tzinfo=UTC), TORONTO,
            ("Tuesday 1 December 2026", "Tue 1 Dec", "12:00 pm", "Toronto time, EST"),
        ),
    ],
)  # fmt: skip
def test_days_times_and_zones_are_written_as_the_language_has_them(
    language: str, at: datetime, zone: str, said: tuple[str, ...]
) -> None:
    local = at.astimezone(ZoneInfo(zone))
    with override(language):
        found = (
            saying_when.long_date(local),
            saying_when.short_date(local),
            saying_when.clock(local),
            saying_when.zone_words(local, zone),
        )
    assert tuple(each.replace("\u00a0", " ") for each in found) == said


@pytest.mark.django_db
def test_a_client_who_reads_french_gets_all_of_the_message_in_french(sink: Sink) -> None:
    clinic.clinic(name="Jade")
    planned_booking(client=bookings.client(language="fr-ca"))
    outbox.send_due(clock=lambda: NOW)
    (mail,) = sink.messages
    plain, page, invite = (
        next(part for part in mail.walk() if part.get_content_type() == kind)
        for kind in ("text/plain", "text/html", "text/calendar")
    )
    assert sink.subjects() == ["Votre rendez-vous du mardi 24 novembre 2026 à 10 h"]
    assert "mardi 24 novembre 2026 à 10\u00a0h" in plain.get_content()
    assert "heure de Toronto, HNE" in page.get_content()
    assert '<html lang="fr-ca">' in page.get_content()
    (event,) = Calendar.from_ical(invite.get_content()).walk("VEVENT")
    assert event["SUMMARY"] == "Rendez-vous, Jade"
    for english in ("Appointment", "Tuesday", "time", "Questions? Call", "Hello"):
        assert english not in plain.get_content()


@pytest.mark.django_db
def test_staff_are_written_to_in_the_clinics_language_whatever_the_client_reads(
    sink: Sink,
) -> None:
    clinic.clinic(email="desk@example.org")
    planned_booking(
        client=bookings.client(language="fr-ca"), status="REQUESTED", respond_by=NOW + 24 * HOUR
    )
    outbox.send_due(clock=lambda: NOW)
    found = sorted(each.strip() for each in sink.subjects())
    assert len(found) == 2
    assert found[0].startswith("A request waits for your answer until Tuesday 17 November 2026")
    assert found[1].startswith("Nous avons reçu votre demande pour le mardi 24 novembre 2026")


@pytest.mark.django_db
def test_a_language_we_do_not_write_in_gives_no_mixture(sink: Sink) -> None:
    planned_booking(client=bookings.client(language="de"))
    outbox.send_due(clock=lambda: NOW)
    assert sink.subjects() == ["Your appointment on Tuesday 24 November 2026, 10:00 am"]


@pytest.mark.django_db
def test_the_code_that_lets_a_client_in_comes_in_their_language(mailoutbox: list[Any]) -> None:
    clinic.clinic(name="Jade")
    bookings.client(email="elise@example.org", language="fr-ca")
    for email in ("elise@example.org", "nobody@example.org"):
        assert Client().post("/me/login/", {"email": email}).status_code == 303
    (mail,) = mailoutbox
    assert mail.subject == "Votre connexion chez Jade"
    assert "sans doute vous" in mail.body
    assert "somebody" not in mail.body


@pytest.mark.django_db
def test_who_books_says_in_which_language_and_nobody_else_can_say_it_for_them() -> None:
    french = Contact("Ana Doe", "ana@example.org", "+14165550123", language="fr-ca")
    made = resolve(french, now=NOW, source="ONLINE").client
    assert made.language == "fr-ca"
    again = Contact("Ana Doe", "ana@example.org", "+14165550123", language="en-ca")
    resolve(again, now=NOW, source="ONLINE")
    made.refresh_from_db()
    assert made.language == "fr-ca", "anybody may type a client's contact"
    for wrong in ("", "de", "../x"):
        contact = Contact(f"N {wrong}x", language=wrong)
        assert resolve(contact, now=NOW, source="ONLINE").client.language == "en-ca"


@pytest.mark.django_db
def test_the_client_and_the_desk_change_it_and_it_is_written_down() -> None:
    one = bookings.client()
    granted = dict.fromkeys(("care_email", "care_sms", "news_email", "news_sms"), False)
    choose(now=NOW, actor=CLIENT, client=one, granted=granted, language="fr-ca")
    one.refresh_from_db()
    assert one.language == "fr-ca"
    desk = staff(clinic.user(role="FRONT_DESK"))
    contact = {"name": one.name, "email": one.email, "phone": one.phone}
    knowing.change_contact(now=NOW, actor=desk, client=one, **contact)
    assert Person.objects.get(pk=one.pk).language == "fr-ca", "who does not say leaves it"
    knowing.change_contact(now=NOW, actor=desk, client=one, **contact, language="en-ca")
    assert Person.objects.get(pk=one.pk).language == "en-ca"
    assert AuditEntry.objects.get(verb="client.language_chosen").after == {"language": "fr-ca"}
    changed = AuditEntry.objects.get(verb="client.contact_changed")
    assert changed.after == {"changed": ["language"]}


@pytest.mark.django_db
def test_a_browser_that_asks_for_french_gets_no_half_french_page() -> None:
    house()
    shown = Client().get("/", headers={"Accept-Language": "fr-CA,fr;q=0.9"})
    assert shown["Content-Language"] == "en-ca"
    assert '<html lang="en-ca"' in shown.content.decode()
    for month in ("janvier", "novembre", "lundi", "Ce champ"):
        assert month not in shown.content.decode()


PLAIN = re.compile(r">([^<>]*[A-Za-z]{3}[^<>]*)<|(?:aria-label|alt|title)=\"([^\"]+)\"")


def read(page: str) -> set[str]:
    """What a page says, in its words and to who can't see it."""
    return {unescape(each).strip() for found in PLAIN.findall(page) for each in found if each}


def english() -> set[str]:
    """Every string of ours that reads otherwise in French."""
    source = env.ROOT / "locale/fr_CA/LC_MESSAGES/django.po"
    found = translations.read(source.read_text(encoding="utf-8"))
    return {key for key, said in found.items() if key != said and "\x04" not in key}


@pytest.mark.django_db
def test_the_pages_of_a_booking_are_french_as_a_whole_for_who_reads_french() -> None:
    home = house()
    start = home.at(ahead=9)
    booking = bookings.booking(
        client=bookings.client(language="fr-ca"),
        practitioner=home.people[0],
        room=home.rooms[0],
        treatment=home.session,
        starts_at=start,
        contact_name="Ana Doe",
    )
    booking.token_digest = links.digest(links.token(booking.uid, version=1))
    booking.save()
    path = f"/manage/{links.token(booking.uid, version=1)}/"
    browser = Client()
    for page in ("", "cancel/", "move/", "?new=1", "confirm/"):
        shown = browser.get(f"{path}{page}")
        text = shown.content.decode()
        assert (shown.status_code, shown["Content-Language"]) == (200, "fr-ca"), page
        assert '<html lang="fr-ca">' in text
        said = read(text)
        assert "Your device" not in text
        assert "Where your" not in text
        assert len(said) > 5
        assert not said & english(), page
    assert "C\u2019est réservé, Ana" in browser.get(path).content.decode()
    consent(client=booking.client, channel="EMAIL", granted=False)
    unreminded, asked = browser.get(path), browser.post(f"{path}remind/", follow=True)
    for answer in (unreminded, asked):
        assert "rappel" in answer.content.decode()
        assert not read(answer.content.decode()) & english()
    refused = browser.post(f"{path}move/", {})
    assert (refused.status_code, "Choisissez un moment." in refused.content.decode()) == (422, True)
    over = home.at(ahead=-2)
    until = dict.fromkeys(("ends_at", "practitioner_until", "room_until"), over + HOUR)
    Booking.objects.filter(pk=booking.pk).update(status="DONE", starts_at=over, **until)
    for page in ("", "?report"):
        asked = browser.get(f"{path.replace('manage', 'check-in')}{page}")
        assert asked["Content-Language"] == "fr-ca"
        assert not read(asked.content.decode()) & english(), page
    stop = urlsplit(stop_url(booking.client, Channel.EMAIL, Purpose.CARE)).path
    ended = [browser.get(stop).content.decode(), browser.post(stop).content.decode()]
    for shown_page in ended:
        assert "courriel" in shown_page
        assert not read(shown_page) & english()
    gone = browser.get(path).content.decode()
    assert "Prendre soin de votre visage" in gone
    assert not read(gone) & english()
    booking.client.language = "en-ca"
    booking.client.save()
    assert browser.get(path)["Content-Language"] == "en-ca"


# What is translated


def test_no_string_that_is_said_in_french_lacks_its_translation() -> None:
    for locale in (env.ROOT / "locale").iterdir():
        source = locale / "LC_MESSAGES" / "django.po"
        known = translations.read(source.read_text(encoding="utf-8")).keys()
        for name in SAID:
            asked = set(translations.asked(env.ROOT / name))
            assert asked <= known, f"{name}: {sorted(asked - known)}"
        said = {"%(date)s, %(time)s"}  # what else is asked there is for whoever writes messages
        assert said <= set(translations.asked(env.ROOT / "clients/wording.py")) & known
        with override("en-ca"):
            refused = {str(sentence) for sentence in _refusals()}
        assert len(refused) > 8
        assert refused <= known, sorted(refused - known)


def _refusals() -> list[object]:
    """What may be said to a client who moves or cancels."""
    plain = (
        errors.SlotTaken,
        errors.InPast,
        errors.ShortNotice,
        errors.TooFarAhead,
        errors.OffGrid,
        errors.NotOpen,
        errors.WindowClosed,
        errors.NotChangeable,
        errors.Cancelled,
        errors.BeingChanged,
    )
    words: list[object] = [each().sentence for each in plain]
    messages = TimeForm.base_fields["at"].error_messages
    return [*words, *(messages[code] for code in ("required", "max_length"))]


def test_the_compiled_catalogues_are_those_of_their_sources_and_gettext_reads_them() -> None:
    import gettext

    found = list(translations.catalogues())
    assert len(found) == len(settings.LANGUAGES) - 1
    for path, right in found:
        assert path.read_bytes() == right
        with path.open("rb") as file:
            read = gettext.GNUTranslations(file)
        assert read.pgettext("zone", "EST") == "HNE"
        assert read.gettext("Appointment, %(clinic)s") == "Rendez-vous, %(clinic)s"


def test_a_catalogue_is_read_with_its_contexts_plurals_and_long_lines() -> None:
    text = """
# A word on it.
msgid ""
msgstr "Language: fr\\n"

msgctxt "a"
msgid "one"
msgid_plural "many"
msgstr[0] "un"
msgstr[1] ""
"beau"
"coup"

#, fuzzy
msgid "guess"
msgstr "devine"

msgid "not yet"
msgstr ""
"""
    read = translations.read(text)
    assert read == {"": "Language: fr\n", "a\x04one\x00many": "un\x00beaucoup"}
    with pytest.raises(translations.Unreadable):
        translations.read('msgid "x"\nmsgsrt "y"')
