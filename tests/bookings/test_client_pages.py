"""Clients at the desk without a browser: found, shown, corrected, met, merged, taken apart."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from bookings.actions import doubting, knowing
from bookings.errors import NotChangeable
from bookings.models import Booking, Merge
from clients import outbox
from clients.contact import name_key
from clients.models import Client as Person
from clients.models import DuplicateProposal, Message
from clinic.audit import staff
from clinic.models import AuditEntry, HistoryText
from tests.factories import bookings, clinic
from tests.factories import clients as people
from tests.factories.house import House, house

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def front() -> Client:
    browser = Client()
    browser.force_login(clinic.user(role="FRONT_DESK", name="Noor Haddad"))
    return browser


def person(name: str = "Ana Silva", **fields: Any) -> Person:
    return bookings.client(name=name, name_key=name_key(name), **fields)


def visit(home: House, client: Person, *, ahead: int = 3, **fields: Any) -> Booking:
    return bookings.booking(
        starts_at=home.at(10, ahead=ahead),
        practitioner=home.people[0],
        room=home.rooms[0],
        treatment=home.session,
        client=client,
        contact_name=client.name,
        contact_email=client.email,
        contact_phone=client.phone,
        **fields,
    )


def path(client: Person, rest: str = "") -> str:
    return f"/desk/clients/{client.uid}/{rest}"


def text_of(answer: Any) -> str:
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(plain.split())


def test_a_client_is_found_by_part_of_name_number_and_address(front: Client, home: House) -> None:
    person("Zoë Étienne", email="zoe@linden.example", phone="+14165550123")
    person("Bo Berg")
    for asked in ("etienne", "5550123", "linden.ex", "zoe et"):
        text = text_of(front.get("/desk/clients/", {"q": asked}))
        assert "Zoë Étienne" in text
        assert "Bo Berg" not in text
    assert "Nobody fits" in text_of(front.get("/desk/clients/", {"q": "nobody at all"}))
    newest = text_of(front.get("/desk/clients/"))
    assert newest.index("Bo Berg") < newest.index("Zoë Étienne")


def test_what_was_typed_is_only_shown(front: Client, home: House) -> None:
    answer = front.get("/desk/clients/", {"q": "<script>alert(1)</script>\x00" * 9, "same": "x"})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


def test_the_page_tells_contact_bookings_messages_and_consents(front: Client, home: House) -> None:
    ana = person(phone="+14165550123", status="ACTIVE")
    coming, past = visit(home, ana), visit(home, ana, ahead=-30, status="DONE")
    people.consent(client=ana, channel="EMAIL", granted=False)
    people.message(
        due_at=timezone.now(),
        client=ana,
        staff_email="",
        status="FAILED",
        reason="No such mailbox.",
    )
    text = text_of(front.get(path(ana)))
    for words in ("+1 416-555-0123", ana.email, "E-mail: no", "Text message: never asked", "Met"):
        assert words in text
    for words in ("Failed", "No such mailbox.", "Booked", "Done", "Facial rejuvenation"):
        assert words in text
    page = front.get(path(ana)).content.decode()
    assert f"/desk/booking/{coming.uid}/" in page
    assert f"/desk/booking/{past.uid}/" in page


def test_a_long_history_costs_no_more_queries(
    front: Client, home: House, django_assert_max_num_queries: Any
) -> None:
    ana = person()
    for ahead in range(-8, 5):
        visit(home, ana, ahead=ahead, status="DONE" if ahead < 0 else "BOOKED")
    for _ in range(40):
        people.message(due_at=timezone.now(), client=ana, staff_email="")
    with django_assert_max_num_queries(14):
        assert front.get(path(ana)).status_code == 200


def edit(front: Client, client: Person, **typed: str) -> Any:
    return front.post(
        path(client, "edit/"),
        {"name": client.name, "email": client.email, "phone": client.phone, **typed},
    )


def test_a_corrected_contact_is_kept_logged_and_followed_by_coming_bookings(
    front: Client, home: House
) -> None:
    ana = person(phone="+14165550123")
    own, past = visit(home, ana), visit(home, ana, ahead=-3, status="DONE")
    other = visit(home, ana, ahead=5)
    Booking.objects.filter(pk=other.pk).update(contact_email="mother@example.org")
    answer = edit(front, ana, email="ANA@New.example", phone="416 555 0199")
    assert (answer.status_code, answer["Location"]) == (303, path(ana))
    ana.refresh_from_db()
    assert (ana.email, ana.phone) == ("ana@new.example", "+14165550199")
    emails = [Booking.objects.get(pk=each.pk).contact_email for each in (own, past, other)]
    assert emails == ["ana@new.example", past.contact_email, "mother@example.org"]
    entry = AuditEntry.objects.get(verb="client.contact_changed")
    assert entry.about == f"client:{ana.uid}"
    assert entry.after == {"changed": ["email", "phone"]}
    text = HistoryText.objects.filter(client_id=ana.pk).latest("pk")
    assert text.after == {"email": "ana@new.example", "phone": "+14165550199"}


def test_an_unchanged_contact_writes_nothing(front: Client, home: House) -> None:
    ana = person(phone="+14165550123")
    assert edit(front, ana, phone="(416) 555-0123").status_code == 303
    assert not AuditEntry.objects.filter(verb="client.contact_changed").exists()


@pytest.mark.parametrize("name", ["李小龍", "Ólafur Arnalds", "محمد", "X Æ A-12", "n" * 120])
def test_a_name_of_any_script_is_kept(front: Client, home: House, name: str) -> None:
    ana = person()
    assert edit(front, ana, name=name, email="", phone="").status_code == 303
    ana.refresh_from_db()
    assert (ana.name, ana.email, ana.phone) == (name, "", "")


@pytest.mark.parametrize(
    "typed",
    [{"name": ""}, {"name": "n" * 121}, {"name": "---"}, {"email": "ana@"}, {"phone": "12"}],
)
def test_what_cannot_be_a_contact_is_said_at_its_field_and_kept_as_typed(
    front: Client, home: House, typed: dict[str, str]
) -> None:
    ana = person()
    answer = edit(front, ana, **typed)
    assert answer.status_code == 422
    ((_field, value),) = typed.items()
    assert value in answer.content.decode()
    assert Person.objects.get(pk=ana.pk).name == "Ana Silva"


def test_whoever_was_met_is_active(front: Client, home: House) -> None:
    ana = person()
    for _ in range(2):
        assert front.post(path(ana, "met/")).status_code == 303
    ana.refresh_from_db()
    assert ana.status == "ACTIVE"
    assert AuditEntry.objects.filter(verb="client.met").count() == 1


def test_the_link_is_sent_again_once_and_says_where_the_booking_is(
    front: Client, home: House
) -> None:
    booking = visit(home, person())
    Person.objects.update(name="Ana Silva")
    sent = {"booking": str(booking.uid)}
    assert front.post(path(booking.client, "link/"), sent).status_code == 303
    assert front.post(path(booking.client, "link/"), sent).status_code == 409
    message = Message.objects.get(kind="LINK")
    assert (message.status, message.client) == ("PLANNED", booking.client)
    assert outbox.send_now([message.pk], clock=timezone.now) == 1
    message.refresh_from_db()
    assert message.status == "SENT"


def test_a_change_of_the_booking_leaves_a_link_on_its_way(home: House) -> None:
    booking = visit(home, person())
    actor = staff(clinic.user())
    knowing.send_link(now=timezone.now(), actor=actor, booking=booking)
    Booking.objects.filter(pk=booking.pk).update(status="CANCELLED")
    with pytest.raises(NotChangeable):
        knowing.send_link(now=timezone.now() + timedelta(hours=1), actor=actor, booking=booking)


def test_the_link_of_somebody_elses_booking_is_not_sent(front: Client, home: House) -> None:
    booking = visit(home, person())
    for named in (str(booking.uid), str(uuid4()), "x"):
        answer = front.post(path(person(), "link/"), {"booking": named})
        assert answer.status_code == 404
    assert not Message.objects.exists()


def test_a_possible_duplicate_is_shown_on_both_pages_and_in_the_list(
    front: Client, home: House
) -> None:
    one, other = person(phone="+14165550123"), person("Ana  Silva", phone="+14165550123")
    doubting.propose_duplicates(now=timezone.now())
    for each in (one, other):
        assert "May be the same person" in text_of(front.get(path(each)))
    assert "1 possible duplicate" in text_of(front.get("/desk/clients/"))
    listed = text_of(front.get("/desk/clients/duplicates/"))
    assert "ame name, same phone" in listed or "imilar name, same phone" in listed
    front.post(path(one, f"apart/{other.uid}/"))
    assert "Nothing to decide" in text_of(front.get("/desk/clients/duplicates/"))
    assert DuplicateProposal.objects.get().state == "DIFFERENT"


def test_two_records_are_merged_as_chosen_and_taken_apart(front: Client, home: House) -> None:
    one, other = person(), person("Anna Silva", phone="+14165550123")
    booking = visit(home, other)
    page = front.get(path(one, f"merge/{other.uid}/"))
    assert "Bookings 0 1" in text_of(page)
    typed = {
        "keep": str(one.uid),
        "name": str(other.uid),
        "email": str(one.uid),
        "phone": str(other.uid),
    }
    answer = front.post(path(one, f"merge/{other.uid}/"), typed)
    assert (answer.status_code, answer["Location"]) == (303, path(one))
    one.refresh_from_db()
    assert (one.name, one.phone) == ("Anna Silva", "+14165550123")
    booking.refresh_from_db()
    assert booking.client == one
    assert front.get(path(other))["Location"] == path(one)
    assert front.get(path(other, f"merge/{one.uid}/"))["Location"] == path(one)
    assert "can be taken apart until" in text_of(front.get(path(one)))
    made = Merge.objects.get()
    assert front.post(f"/desk/merges/{made.uid}/undo/")["Location"] == path(one)
    booking.refresh_from_db()
    assert booking.client == other
    assert front.post(f"/desk/merges/{made.uid}/undo/").status_code == 409


@pytest.mark.parametrize("keep", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_a_merge_without_a_record_that_stays_merges_nothing(
    front: Client, home: House, keep: str
) -> None:
    one, other = person(), person()
    answer = front.post(path(one, f"merge/{other.uid}/"), {"keep": keep})
    assert answer.status_code == 422
    assert not Merge.objects.exists()


def test_one_record_is_not_compared_with_itself(front: Client, home: House) -> None:
    one = person()
    assert front.get(path(one, f"merge/{one.uid}/")).status_code == 404
    assert front.get(f"/desk/clients/{uuid4()}/").status_code == 404


def test_whoever_looks_for_the_same_person_is_led_to_the_comparison(
    front: Client, home: House
) -> None:
    one, other = person(), person("Anna Silva")
    page = front.get("/desk/clients/", {"q": "silva", "same": str(one.uid)}).content.decode()
    assert path(one, f"merge/{other.uid}/") in page
    assert path(one, f"merge/{one.uid}/") not in page
