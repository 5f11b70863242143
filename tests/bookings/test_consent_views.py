"""Signing by link and on the tablet, what staff see of it, and editing the text."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from bookings.models import Booking
from clients import consent_links, consent_text, tablets
from clients.actions import consenting
from clients.consent_rules import Kind
from clients.models import Client, ConsentDocument, ConsentGiven, ConsentStillYes, ConsentWithdrawn
from clients.queries import consents
from clients.views.consent import PDFS
from clinic.audit import CLIENT, CLOCK
from clinic.logins import handed
from clinic.models import AccessEntry, AuditEntry, HandedOver, RateCount, User
from tests.factories import bookings, clinic
from tests.factories.consents import signed
from tests.factories.house import House, house

pytestmark = pytest.mark.django_db

DRAWN = "[[[40,120],[160,40],[260,150]],[[300,60],[520,130]]]"


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def booking(home: House) -> Booking:
    return bookings.booking(
        starts_at=home.at(10),
        practitioner=home.people[0],
        room=home.rooms[0],
        treatment=home.session,
        client=bookings.client(name="Priya Raman"),
        contact_name="Priya Raman",
    )


def login(role: str, home: House | None = None) -> tuple[Browser, User]:
    user = clinic.user(role=role, name=f"The {role.lower()}")
    if home:
        home.people[0].user = user
        home.people[0].save()
    browser = Browser()
    browser.force_login(user)
    return browser, user


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def link(client: Client, rest: str = "") -> str:
    return f"/consent/{consent_links.token_of(client)}/{rest}"


def newest(kind: Kind = Kind.TREATMENT) -> ConsentDocument:
    found = consents.current_document(kind, "en-ca", datetime.now(UTC))
    assert found is not None
    return found


def typed(kind: Kind = Kind.TREATMENT, **fields: str) -> dict[str, str]:
    document = newest(kind)
    said = {f"item-{code}": "yes" for code in document.text.codes}
    form = {"key": str(uuid.uuid4()), "digest": document.digest, "relation": "SELF"}
    return {**said, **form, "name": "Priya Raman", "strokes": "", **fields}


def publish(words: str, *, code: str = "who") -> None:
    document = newest()
    said = consent_text.write(document.text)
    for item in said["items"]:
        if item["code"] == code:
            item["text"] = words
    consenting.publish(
        consent_text.read(said),
        now=datetime.now(UTC),
        actor=CLOCK,
        source="Dr Adler",
        asks_again=True,
        after=document.number,
    )


def test_a_client_signs_by_link_and_opening_it_changes_nothing(booking: Booking) -> None:
    who, browser = booking.client, Browser()
    assert "To sign" in text_of(browser.get(link(who)))
    page = browser.get(link(who, "treatment/"))
    assert "data-pad" in page.content.decode()
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    assert not page.cookies
    assert not ConsentGiven.objects.exists()
    answer = browser.post(
        link(who, "treatment/"),
        typed(strokes=DRAWN, questions="About bruises"),
        HTTP_USER_AGENT="Mozilla/5.0 (iPhone) Safari/604.1",
    )
    assert (answer.status_code, answer["Location"]) == (303, link(who, "?signed=1"))
    made = ConsentGiven.objects.select_related("client__key").get()
    assert (made.method, made.place, made.time_zone) == ("DRAWN", "LINK", "America/Toronto")
    assert made.circumstances["device"] == "Safari, iPhone"
    assert made.circumstances["address"] == "127.0.0.1"
    assert "Thank you, your signature is kept" in text_of(browser.get(answer["Location"]))


def test_without_a_drawing_the_typed_name_is_the_signature(booking: Booking) -> None:
    assert Browser().post(link(booking.client, "treatment/"), typed()).status_code == 303
    assert ConsentGiven.objects.get().method == "TYPED"


def test_a_form_sent_twice_is_one_signature_and_one_answer(booking: Booking) -> None:
    browser, form = Browser(), typed()
    answers = [browser.post(link(booking.client, "treatment/"), form) for _ in range(3)]
    assert {one["Location"] for one in answers} == {link(booking.client, "?signed=1")}
    assert ConsentGiven.objects.count() == 1


def test_parts_left_open_are_named_and_everything_else_is_kept(booking: Booking) -> None:
    form = typed(name="", questions="Will it bruise?")
    del form["item-rare"], form["item-needles"]
    answer = Browser().post(link(booking.client, "treatment/"), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "2 parts are still open, the first is “What is rare”." in text_of(answer)
    assert "Please write your name: it is your signature." in page
    assert "Will it bruise?" in page
    assert page.count(" checked") == 12
    assert f'value="{form["key"]}"' in page
    assert not ConsentGiven.objects.exists()


def test_a_text_published_while_it_was_read_is_read_again_where_it_differs(
    booking: Booking,
) -> None:
    form = typed()
    publish("Something else is said here.")
    answer = Browser().post(link(booking.client, "treatment/"), form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The text was changed while you were reading." in page
    assert page.count(" checked") == 13
    assert page.count("cs-new") == 1
    assert "Something else is said here." in page
    assert not ConsentGiven.objects.exists()
    again = {**form, "digest": newest().digest}
    assert Browser().post(link(booking.client, "treatment/"), again).status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [
        {"strokes": "[[[-1,5],[700,9]]]"},
        {"strokes": "not json"},
        {"key": "no key"},
        {"digest": ""},
        {"relation": "FRIEND"},
        {"name": "x" * 121},
        {"name": "A\x00B"},
        {"item-who": "maybe"},
        {"interpreter": "x" * 121},
    ],
)
def test_a_form_no_page_would_send_signs_nothing(booking: Booking, wrong: dict[str, str]) -> None:
    answer = Browser().post(link(booking.client, "treatment/"), typed(**wrong))
    assert answer.status_code == 422
    assert not ConsentGiven.objects.exists()


@pytest.mark.parametrize(
    "name", ['"><script>alert(1)</script>', "{{ 7*7 }}", "王小明", "Ò'Néill \u202e"]
)
def test_a_hostile_name_is_text_on_every_page(booking: Booking, home: House, name: str) -> None:
    form = typed(name=name)
    assert Browser().post(link(booking.client, "treatment/"), form).status_code == 303
    Client.objects.update(name=name)
    doctor, _user = login("PRACTITIONER", home)
    page = doctor.get(f"/practice/visit/{booking.uid}/consents/").content.decode()
    assert "<script>alert" not in page
    given = ConsentGiven.objects.get()
    pdf = Browser().get(link(booking.client, f"signed/{given.uid}/"))
    assert pdf["Content-Type"] == "application/pdf"


def test_a_paper_signed_in_the_evening_is_named_after_that_day(booking: Booking) -> None:
    evening = datetime(2099, 1, 6, 2, 30, tzinfo=UTC)  # the 5th where they sign
    given = signed(booking.client, Kind.TREATMENT, at=evening)
    pdf = Browser().get(link(booking.client, f"signed/{given.uid}/"))
    assert pdf["Content-Disposition"] == 'attachment; filename="consent-2099-01-05.pdf"'


def test_photos_are_answered_one_by_one_and_a_no_is_fine(booking: Booking) -> None:
    who, browser = booking.client, Browser()
    form = typed(Kind.PHOTO, **{"item-publication": "no"})
    missing = {**form}
    del missing["item-teaching"]
    assert browser.post(link(who, "photo/"), missing).status_code == 422
    assert browser.post(link(who, "photo/"), form).status_code == 303
    said = text_of(browser.get(link(who)))
    assert "For teaching Yes" in said
    assert "For website and social media No" in said
    assert len(consents.photo_consent(who, datetime.now(UTC))) == 2


@pytest.mark.parametrize("kind", ["money", "TREATMENT", "messages"])
def test_there_is_no_other_document_and_no_other_link(booking: Booking, kind: str) -> None:
    browser = Browser()
    assert browser.get(link(booking.client, f"{kind}/")).status_code == 404
    token = consent_links.token_of(booking.client)
    for wrong in (token[::-1], token.lower(), f"{token}x", "x"):
        for rest in ("", "treatment/"):
            assert browser.get(f"/consent/{wrong}/{rest}").status_code == 404
        assert browser.post(f"/consent/{wrong}/treatment/", typed()).status_code == 404


def test_a_signed_page_is_its_clients_own_and_who_opens_it_is_noted(booking: Booking) -> None:
    given, other = signed(booking.client, at=datetime.now(UTC)), bookings.client()
    answer = Browser().get(link(booking.client, f"signed/{given.uid}/"))
    assert answer.content.startswith(b"%PDF")
    assert "no-store" in answer["Cache-Control"]
    entry = AccessEntry.objects.get()
    assert (entry.what, entry.about) == ("SIGNED_CONSENT", f"consent:{given.uid}")
    assert entry.whose == f"client:{booking.client.uid}"
    for rest in (f"signed/{given.uid}/", f"signed/{given.uid}/withdraw/"):
        assert Browser().get(link(other, rest)).status_code == 404
    assert AccessEntry.objects.count() == 1


def test_a_client_takes_it_back_once_and_signs_again(booking: Booking) -> None:
    who, browser = booking.client, Browser()
    given = signed(who, at=datetime.now(UTC))
    page = link(who, f"signed/{given.uid}/withdraw/")
    assert "Take it back?" in text_of(browser.get(page))
    assert not ConsentWithdrawn.objects.exists()
    for _ in range(2):
        assert browser.post(page, {"reason": "I would rather wait."}).status_code == 303
    assert ConsentWithdrawn.objects.count() == 1
    assert "taken back already" in text_of(browser.get(page))
    assert "You took this back." in text_of(browser.get(link(who)))
    assert browser.post(link(who, "treatment/"), typed()).status_code == 303
    assert consents.standing(who, Kind.TREATMENT, datetime.now(UTC)).holds


def test_a_tablet_handed_over_signs_with_its_witness_and_reaches_no_staff_page(
    booking: Booking,
) -> None:
    tablet, user = login("FRONT_DESK")
    answer = tablet.post(f"/desk/booking/{booking.uid}/tablet/")
    assert AuditEntry.objects.filter(verb="consent.handed_over", actor=user).exists()
    first = tablet.get(answer["Location"])
    assert first["Location"].endswith("/treatment/")
    page = tablet.get(first["Location"])
    assert "The front_desk is with you" in text_of(page)
    links = re.findall(r'<(?:a|form) [^>]*(?:href|action)="([^"#]*)"', page.content.decode())
    assert links
    assert all(each.startswith(answer["Location"]) for each in links), links
    for staff_page in ("/desk/", f"/desk/booking/{booking.uid}/", "/practice/", "/account/"):
        assert "/login/" in tablet.get(staff_page)["Location"]
    tablet.post(first["Location"], typed())
    made = ConsentGiven.objects.get()
    assert (made.place, made.witness, made.about) == ("TABLET", user, f"booking:{booking.uid}")
    second = tablet.get(answer["Location"])
    assert second["Location"].endswith("/photo/")
    done = tablet.post(answer["Location"])
    assert "Thank you" in text_of(tablet.get(done["Location"]))
    assert "This page has ended" in text_of(tablet.get(answer["Location"]))
    assert tablet.post(second["Location"], typed(Kind.PHOTO)).status_code == 303
    assert ConsentGiven.objects.count() == 1


def test_a_tablets_page_ends_with_the_last_document(booking: Booking) -> None:
    tablet, _user = login("FRONT_DESK")
    home_ = tablet.post(f"/desk/booking/{booking.uid}/tablet/")["Location"]
    page = home_
    for _ in range(10):
        answer = tablet.get(page)
        if answer.status_code != 303:
            break
        kind = answer["Location"].rstrip("/").rpartition("/")[2].upper()
        page = tablet.post(answer["Location"], typed(Kind(kind)))["Location"]
    assert "Thank you" in text_of(answer)
    assert ConsentGiven.objects.exists()
    assert "This page has ended" in text_of(tablet.get(home_))


def test_a_tablets_page_ends_when_a_member_of_staff_logs_in_there_and_not_elsewhere(
    booking: Booking,
) -> None:
    tablet, user = login("FRONT_DESK")
    page = tablet.post(f"/desk/booking/{booking.uid}/tablet/")["Location"]
    colleague = clinic.user(role="PRACTITIONER")
    for browser, status in ((Browser(), 303), (tablet, 200)):
        said = {"username": colleague.email, "password": clinic.PASSWORD}
        assert browser.post("/login/", said).status_code == 302
        assert tablet.get(page).status_code == status, "elsewhere, the client signs on"
    assert "This page has ended" in text_of(tablet.get(page))
    assert not HandedOver.objects.filter(by=user, until__gt=datetime.now(UTC)).exists()


@pytest.mark.parametrize("cookie", ["", "x", "\xe9", str(uuid.UUID(int=9))])
def test_a_cookie_of_no_tablet_keeps_nobody_from_logging_in(cookie: str) -> None:
    browser, user = Browser(), clinic.user(role="FRONT_DESK")
    browser.cookies[handed.COOKIE] = cookie
    said = {"username": user.email, "password": clinic.PASSWORD}
    assert browser.post("/login/", said).status_code == 302


def test_a_tablets_page_ends_after_an_hour_and_opens_for_nobody_who_changed_it(
    booking: Booking,
) -> None:
    desk, now = clinic.user(role="FRONT_DESK"), datetime.now(UTC)
    device = handed.over(user=desk, now=now)
    token = tablets.write(booking.client, device, desk, "booking:1")
    assert tablets.read(token, now=now + timedelta(minutes=59)) is not None
    assert tablets.read(token, now=now + timedelta(hours=1)) is None
    assert handed.forget(now=now + timedelta(hours=24)) == 0
    assert Browser().get(f"/tablet/{token}/").status_code == 303
    for wrong in (
        f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}",
        "x",
        consent_links.token_of(booking.client),
    ):
        said = text_of(Browser().get(f"/tablet/{wrong}/"))
        assert "This page has ended" in said
        assert Browser().post(f"/tablet/{wrong}/treatment/", typed()).status_code == 303
    HandedOver.objects.update(at=now - timedelta(hours=1), until=now)
    assert "This page has ended" in text_of(Browser().get(f"/tablet/{token}/"))
    assert Browser().post(f"/tablet/{token}/treatment/", typed()).status_code == 303
    assert not ConsentGiven.objects.exists()
    HandedOver.objects.update(until=now + timedelta(hours=1))
    User.objects.filter(pk=desk.pk).update(is_active=False)
    assert "This page has ended" in text_of(Browser().get(f"/tablet/{token}/"))


def test_a_signed_page_is_drawn_so_often_and_no_more(booking: Booking) -> None:
    given = signed(booking.client, at=datetime.now(UTC))
    page = link(booking.client, f"signed/{given.uid}/")
    who = f"client:{booking.client.pk}"
    assert Browser().get(page).status_code == 200
    RateCount.objects.filter(bucket=PDFS.bucket, who=who).update(count=PDFS.most)
    looked = AccessEntry.objects.count()
    assert Browser().get(page).status_code == 429
    assert AccessEntry.objects.count() == looked


def test_the_desk_sees_signed_or_missing_and_nothing_that_was_signed(booking: Booking) -> None:
    desk, _user = login("FRONT_DESK")
    page = f"/desk/booking/{booking.uid}/"
    assert "Consent: missing" in text_of(desk.get(page))
    given = signed(booking.client, at=datetime.now(UTC), questions="Zinnia", name="Zinnia")
    said = text_of(desk.get(page))
    assert "Consent: signed" in said
    assert "Zinnia" not in said
    for rest in ("", f"{given.uid}/"):
        assert desk.get(f"/practice/visit/{booking.uid}/consents/{rest}").status_code == 404
    assert desk.get("/consent-texts/").status_code == 404


def test_the_practitioner_notes_still_yes_once_and_only_for_what_holds(
    booking: Booking, home: House
) -> None:
    doctor, user = login("PRACTITIONER", home)
    visit = f"/practice/visit/{booking.uid}/"
    assert "Sign on this tablet" in text_of(doctor.get(visit))
    assert doctor.post(f"{visit}consents/still-yes/").status_code == 409
    signed(booking.client, at=datetime.now(UTC))
    assert "Still yes today" in text_of(doctor.get(visit))
    for _ in range(2):
        assert doctor.post(f"{visit}consents/still-yes/").status_code == 303
    assert ConsentStillYes.objects.get().user == user
    said = text_of(doctor.get(visit))
    assert "Said yes again" in said
    assert "Still yes today" not in said


def test_the_practitioner_reads_all_takes_back_for_the_client_and_replaces_the_link(
    booking: Booking, home: House
) -> None:
    doctor, user = login("PRACTITIONER", home)
    given = signed(booking.client, at=datetime.now(UTC) - timedelta(seconds=1))
    page = f"/practice/visit/{booking.uid}/consents/"
    old = link(booking.client)
    assert old in doctor.get(page).content.decode()
    assert doctor.get(f"{page}{given.uid}/").content.startswith(b"%PDF")
    assert AccessEntry.objects.filter(actor=user, what="SIGNED_CONSENT").count() == 1
    assert doctor.post(f"{page}{given.uid}/withdraw/", {"reason": " "}).status_code == 422
    assert doctor.post(f"{page}{given.uid}/withdraw/", {"reason": "By phone."}).status_code == 303
    assert doctor.post(f"{page}{given.uid}/withdraw/", {"reason": "By phone."}).status_code == 409
    noted = AccessEntry.objects.filter(actor=user, what="CONSENTS")
    assert noted.count() == 3, "the page, and the two that a refusal led to"
    said = text_of(doctor.get(page))
    assert "Taken back" in said
    assert "By phone." in said
    assert doctor.post(f"{page}link/").status_code == 303
    assert Browser().get(old).status_code == 404
    assert Browser().get(link(Client.objects.get(pk=booking.client.pk))).status_code == 200
    elsewhere, _other = login("PRACTITIONER")
    assert elsewhere.get(page).status_code == 404


def edited(**changes: str) -> dict[str, str]:
    document = newest()
    form = {"title": document.title, "intro": document.intro, "months": "12", "asks_again": "on"}
    for item in document.text.items:
        form |= {f"heading-{item.code}": item.heading, f"text-{item.code}": item.text}
    return {**form, "after": str(document.number), **changes}


def test_a_text_is_compared_before_it_is_published_and_says_who_is_asked_again(
    booking: Booking,
) -> None:
    doctor, _user = login("PRACTITIONER")
    signed(booking.client, at=datetime.now(UTC))
    page = "/consent-texts/treatment/edit/"
    assert doctor.get(page).status_code == 200
    form = edited(
        **{"text-needles": "Every needle is new.", "remove-fees": "on", "heading-new": "Parking"},
        **{"text-new": "Behind the house."},
    )
    compared = doctor.post(page, {**form, "step": "compare"})
    said = text_of(compared)
    assert "1 client who has signed will be asked again." in said
    assert "<ins" in compared.content.decode()
    assert "Behind the house." in said
    assert newest().number == 1
    assert doctor.post(page, {**form, "step": "publish"}).status_code == 303
    assert newest().number == 2
    assert "fees" not in newest().text.codes
    assert newest().text.items[-1].heading == "Parking"
    assert not consents.standing(booking.client, Kind.TREATMENT, datetime.now(UTC)).holds
    assert "What changed" in text_of(doctor.get("/consent-texts/treatment/2/"))
    stale = doctor.post(page, {**form, "step": "publish"})
    assert stale.status_code == 409
    assert "Somebody else has published" in text_of(stale)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"months": "0"},
        {"months": "soon"},
        {"text-who": " "},
        {"heading-new": "Half"},
        {"after": "x"},
    ],
)
def test_a_text_that_is_not_whole_is_not_published(wrong: dict[str, str]) -> None:
    owner, _user = login("OWNER")
    answer = owner.post("/consent-texts/treatment/edit/", {**edited(**wrong), "step": "publish"})
    assert answer.status_code == 422
    assert newest().number == 1


def test_a_text_with_every_part_left_out_is_none() -> None:
    owner, _user = login("OWNER")
    gone = {f"remove-{code}": "on" for code in newest().text.codes}
    answer = owner.post("/consent-texts/treatment/edit/", {**edited(**gone), "step": "compare"})
    assert answer.status_code == 422
    assert "A text has at least one part." in text_of(answer)


def test_a_bookings_page_asks_a_newcomer_to_sign_and_tells_nobody_of_a_known_client(
    booking: Booking,
) -> None:
    from bookings.views.manage_page import manage_page

    def href() -> str:
        now = datetime.now(UTC)
        return manage_page(booking, now=now, is_new=True, is_moved=False).consent_href

    booking.source = Booking.Source.ONLINE
    booking.client.created_at = booking.created_at - timedelta(days=9)
    assert href() == "", (
        "a known client: whoever typed their contact is not led to what they signed"
    )
    booking.client.created_at = booking.created_at
    assert href() == link(booking.client)
    given = signed(booking.client, at=datetime.now(UTC))
    assert href() == ""
    consenting.withdraw(now=datetime.now(UTC), actor=CLIENT, consent=given)
    booking.client.created_at = booking.created_at - timedelta(days=9)
    booking.source = Booking.Source.DESK
    assert href() == link(booking.client), "the desk's link goes to the address the desk knows"
