"""A client is written to in the language they chose: dates, times, zone, invite and all."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override
from icalendar import Calendar

from bookings import saying_when
from bookings.actions import knowing
from clients import outbox
from clients.actions.people import resolve
from clients.contact import Contact
from clients.contact_consents import choose
from clients.models import Client as Person
from clinic import env
from clinic.audit import CLIENT, staff
from clinic.models import AuditEntry
from tests.bookings.test_messages import NOW, planned_booking
from tests.factories import bookings, clinic
from tests.factories.house import house
from tests.harness.smtp import Sink
from tools import translations

ON_THE_HALF = datetime(2026, 11, 25, 20, 30, tzinfo=UTC)
TORONTO = "America/Toronto"
# What messages say beside their own words: days and times, and the calendar's title.
SAID_IN_MESSAGES = ("bookings/saying_when.py", "bookings/ical.py", "clients/wording.py")


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


# What is translated


def test_no_string_that_messages_say_lacks_a_translation() -> None:
    for locale in (env.ROOT / "locale").iterdir():
        source = locale / "LC_MESSAGES" / "django.po"
        known = translations.read(source.read_text(encoding="utf-8"))
        for name in SAID_IN_MESSAGES:
            asked = set(translations.asked(env.ROOT / name))
            if name == "clients/wording.py":  # what it tells whoever writes messages is a page's
                asked = {"%(date)s, %(time)s"} & asked
            assert asked
            assert asked <= known.keys(), name
        for template in ("mail.html", "_mail_body.html", "_mail_block.html", "_mail_style.html"):
            asked = set(translations.asked(env.ROOT / "templates/messages" / template))
            assert asked <= known.keys(), template


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
