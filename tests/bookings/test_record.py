"""The page of a client's record: what a practitioner knows of a client in half a minute, and who
else may not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings import actions
from bookings.models import Booking
from clients.models import Client as Person
from clients.models import ClientNote
from clinic.audit import CLIENT
from clinic.models import AccessEntry, AuditEntry
from tests.bookings.test_practice_views import logged_in, practitioner_login, text_of
from tests.bookings.world import answers as said_answers
from tests.factories import bookings, clinic
from tests.factories.house import House, house
from tests.factories.intake import told

pytestmark = pytest.mark.django_db

FULL = {
    "dob": "1985-03-09",
    "pronouns": "she/her",
    "concern_map": [
        {"region": "jaw", "side": "both", "concern": "tmj_tension", "bother": 8},
        {"region": "eye_lower", "side": "both", "concern": "under_eye_puffiness", "bother": 7},
    ],
    "top3": ["tmj_tension", "under_eye_puffiness"],
    "medications": "none",
    "procedure_log": [{"type": "botulinum", "date": "2026-03-14", "area": "Forehead"}],
    "allergies": [{"to": "Nickel", "what_happens": "Rash"}],
    "stress": 6,
    "sleep_h": 7,
}
LATER = {
    "medications": [{"name": "Aspirin", "dose": "75 mg", "since": "2026"}],
    "concern_now": {"tmj_tension": 6, "under_eye_puffiness": 4},
    "stress": 8,
    "sleep_h": 5.5,
}


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def mei(home: House) -> Client:
    return logged_in(practitioner_login(home, 0))


@pytest.fixture
def priya(home: House) -> Person:
    """A client who was here a week ago, comes in three days, and sent two forms."""
    person = bookings.client(name="Priya Raman", created_at=timezone.now() - timedelta(days=60))
    visit(home, person, ahead=-7, status="DONE")
    visit(home, person, ahead=3)
    told(client=person, at=timezone.now() - timedelta(days=50), answers=FULL)
    told(client=person, at=timezone.now() - timedelta(days=1), answers=LATER)
    return person


def visit(home: House, person: Person, *, ahead: int, **fields: Any) -> Booking:
    return bookings.booking(
        starts_at=home.at(10, ahead=ahead),
        practitioner=home.people[0],
        room=home.rooms[0],
        treatment=home.session,
        client=person,
        outcome="NOT_ASKED",
        **fields,
    )


def record(person: Person, rest: str = "") -> str:
    return f"/practice/clients/{person.uid}/{rest}"


def answer(booking: Booking, **said: object) -> None:
    actions.answer_questions(
        now=timezone.now(),
        actor=CLIENT,
        booking=booking,
        answers=said_answers(**said),
        source="LINK",
    )


def test_what_changed_since_the_last_visit_comes_first_old_beside_new(
    mei: Client, priya: Person
) -> None:
    page = mei.get(record(priya)).content.decode()
    words = " ".join(page.split())
    assert "<del><span" in words
    assert "Aspirin, 75 mg, 2026</ins>" in words
    shown = text_of(mei.get(record(priya)))
    assert "What changed 4 changed Since the last visit" in shown
    assert shown.index("Aspirin") < shown.index("Before you begin")


def test_what_was_told_before_the_last_visit_is_not_said_to_be_new_since(
    mei: Client, home: House
) -> None:
    person = bookings.client(name="Elif F", created_at=timezone.now() - timedelta(days=60))
    last = visit(home, person, ahead=-7, status="DONE")
    visit(home, person, ahead=3)
    told(client=person, at=last.starts_at - timedelta(days=30), answers=FULL)
    told(client=person, at=last.starts_at - timedelta(days=1), answers=LATER)
    shown = text_of(mei.get(record(person)))
    assert "What changed Nothing since the last visit" in shown
    assert "Told before it, on" in shown
    assert "Aspirin, 75 mg, 2026" in shown
    assert "4 changed" not in shown
    told(client=person, at=timezone.now() - timedelta(hours=1), answers={"stress": 2})
    shown = text_of(mei.get(record(person)))
    assert "What changed 1 changed Since the last visit" in shown


def test_a_client_without_any_form_has_a_page_that_says_so(mei: Client, home: House) -> None:
    person = bookings.client(name="Ana Silva")
    visit(home, person, ahead=2)
    shown = text_of(mei.get(record(person)))
    assert "No health form has been filled in yet." in shown
    assert "Nobody has answered the safety questions yet." in shown


def test_a_first_form_is_not_said_to_have_changed(mei: Client, home: House) -> None:
    person = bookings.client()
    visit(home, person, ahead=2)
    told(client=person, at=timezone.now(), answers=FULL)
    shown = text_of(mei.get(record(person)))
    assert "nothing to compare it with" in shown
    assert "Nothing has changed." in shown


def test_the_last_injection_is_found_in_forms_and_in_safety_questions(
    mei: Client, home: House, priya: Person
) -> None:
    assert "Last injection 14 Mar 2026" in text_of(mei.get(record(priya)))
    asked = visit(home, priya, ahead=5)
    since = home.day(-20)
    answer(asked, bq_procedures={"items": {"botulinum": since.isoformat()}})
    assert f"Last injection {since.day} {since:%b %Y}" in text_of(mei.get(record(priya)))


def test_what_may_be_done_is_said_for_the_day_that_is_asked_about(
    mei: Client, home: House, priya: Person
) -> None:
    asked = visit(home, priya, ahead=20)
    answer(asked, bq_procedures={"items": {"filler": home.day(-2).isoformat()}})
    early, late = home.day(5), home.day(60)
    assert "Safety: too early" in text_of(mei.get(record(priya) + f"?on={early}"))
    assert "Safety: too early" not in text_of(mei.get(record(priya) + f"?on={late}"))
    assert mei.get(record(priya) + "?on=nonsense").status_code == 200


def test_scores_are_plotted_with_the_first_as_reference_and_a_table_behind(
    mei: Client, priya: Person
) -> None:
    page = mei.get(record(priya)).content.decode()
    assert 'aria-label="Jaw tension: 8, 6"' in page
    shown = text_of(mei.get(record(priya)))
    assert "Down 2 since" in shown
    assert "Better" in shown
    assert shown.count("As a table") == 4


def test_any_answer_opens_its_whole_history(mei: Client, priya: Person) -> None:
    shown = text_of(mei.get(record(priya, "answers/stress/")))
    assert shown.index("8 of 10") < shown.index("6 of 10")
    assert mei.get(record(priya, "answers/no-such-question/")).status_code == 404


def test_all_questions_stand_by_section_answered_or_not(mei: Client, priya: Person) -> None:
    shown = text_of(mei.get(record(priya, "answers/")))
    for title in ("About you", "Your skin", "Sleep and stress", "Practitioner assessment"):
        assert title in shown
    assert "no answer" in shown
    assert "Nickel" in shown


def test_every_look_is_noted_and_shown(mei: Client, priya: Person) -> None:
    mei.get(record(priya))
    mei.get(record(priya, "answers/"))
    kinds = list(
        AccessEntry.objects.filter(whose=f"client:{priya.uid}").values_list("what", flat=True)
    )
    assert kinds == ["RECORD", "INTAKE_ANSWERS"]
    assert "All answers of the health form" in text_of(mei.get(record(priya)))


def test_nobody_reads_the_record_who_does_not_treat_the_client(
    home: House, mei: Client, priya: Person
) -> None:
    others = [
        practitioner_login(home, 1),
        clinic.user(role="OWNER"),
        clinic.user(role="FRONT_DESK"),
        clinic.user(role="CLIENT"),
    ]
    addresses = [record(priya, rest) for rest in ("", "answers/", "answers/stress/", "note/")]
    for user in others:
        browser = logged_in(user)
        for address in addresses[:3]:
            said = browser.get(address)
            treats = user.role in {"PRACTITIONER", "OWNER"}
            asked_why = treats and address == addresses[0]
            assert said.status_code == (302 if asked_why else 404)
            assert "Aspirin" not in said.content.decode()
        assert browser.post(addresses[3], {"text": "Hello"}).status_code in {302, 404}
    assert not AccessEntry.objects.exists()
    assert not ClientNote.objects.exists()


def test_a_note_is_kept_sealed_and_never_changes(mei: Client, priya: Person) -> None:
    hostile = "Jaw softer.\n<script>alert(1)</script> \u202e"
    assert mei.post(record(priya, "note/"), {"text": hostile}).status_code == 303
    page = mei.get(record(priya)).content.decode()
    assert "Jaw softer." in page
    assert "<script>alert" not in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM clients_clientnote")
        assert b"Jaw" not in bytes(cursor.fetchone()[0])
    assert "Jaw" not in str(AuditEntry.objects.get(verb="client.noted").__dict__)
    for statement in (
        "UPDATE clients_clientnote SET at = now()",
        "DELETE FROM clients_clientnote",
    ):
        with (
            pytest.raises(DatabaseError, match="never changes"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_001])
def test_a_note_that_is_none_is_shown_again_with_a_sentence(
    mei: Client, priya: Person, text: str
) -> None:
    said = mei.post(record(priya, "note/"), {"text": text})
    assert said.status_code == 422
    assert text.strip() in said.content.decode()
    assert not ClientNote.objects.exists()


def test_the_page_reads_in_eight_statements_however_long_the_history_is(
    mei: Client, home: House, priya: Person
) -> None:
    def reads() -> list[str]:
        with CaptureQueriesContext(connection) as caught:
            assert mei.get(record(priya)).status_code == 200
        # Who is asking and whether they may is not the page's.
        door = (
            'SELECT "clinic_user"',
            'SELECT "django_session"',
            'SELECT "clients_client"',
            "\nSELECT c.id FROM clients_client c",
        )
        reads = [each["sql"] for each in caught if each["sql"].lstrip("\n (").startswith("SELECT")]
        about = [sql for sql in reads if not sql.startswith(door)]
        return [sql for sql in about if 'FROM "clinic_' not in sql and 'FROM "mfa_' not in sql]

    few = reads()
    now = timezone.now()
    for number in range(130):
        told(
            client=priya,
            at=now + timedelta(seconds=number),
            answers={**LATER, "stress": number % 11, "other": f"Word {number}"},
        )
    for number in range(70):
        visit(home, priya, ahead=-10 - number, status="DONE")
    many = reads()
    assert len(many) == len(few)
    assert len(many) <= 8, "\n".join(many)


def test_the_practitioners_visit_leads_to_the_record(
    mei: Client, home: House, priya: Person
) -> None:
    coming = Booking.objects.get(client=priya, status="BOOKED")
    assert record(priya) in mei.get(f"/practice/visit/{coming.uid}/").content.decode()
    assert f"/practice/visit/{coming.uid}/" in mei.get(record(priya)).content.decode()


def test_the_age_is_right_on_the_birthday_and_the_day_before(mei: Client, home: House) -> None:
    today = home.day(0)
    for born, age in ((today, 30), (today + timedelta(days=1), 29)):
        person = bookings.client()
        visit(home, person, ahead=2 + age)
        then = date(born.year - 30, born.month, min(born.day, 28) if born.month == 2 else born.day)
        told(client=person, at=timezone.now(), answers={"dob": then.isoformat()})
        assert f"{age}. Client since" in text_of(mei.get(record(person)))


def test_who_came_on_the_last_evening_of_a_month_is_a_client_since_that_month(
    mei: Client, home: House
) -> None:
    person = bookings.client(created_at=datetime(2026, 2, 1, 2, 30, tzinfo=UTC))
    visit(home, person, ahead=2)
    assert "Client since January 2026" in text_of(mei.get(record(person)))
