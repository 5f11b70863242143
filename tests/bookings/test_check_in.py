"""How are you? One tap from a message; what is reported reaches whoever treated, and nobody else."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from bookings import links
from bookings.actions import checking_in, recalling
from bookings.errors import NotChangeable
from bookings.models import Booking, CheckIn, StaffTask
from clinic.models import AuditEntry
from tests.copying import Case, copy, refused
from tests.factories import bookings, clinic
from treatments.models import AdverseEvent
from treatments.session_facts import EventKind

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WORDS = "Zinnia: the left cheek is blue and yellow."

CASES: dict[str, Case] = {"check_in_answer_known": (CheckIn, {}, {"answer": "SPLENDID"})}


def visited(**fields: Any) -> Booking:
    """Return a visit of yesterday, with its link."""
    uid = uuid.uuid4()
    return bookings.booking(
        **{
            "uid": uid,
            "token_digest": links.digest(links.token(uid, version=1)),
            "starts_at": datetime.now(UTC) - DAY,
            "status": "DONE",
            **fields,
        }
    )


def path(booking: Booking) -> str:
    return urlsplit(links.check_in_url(booking)).path


def test_a_constraint_refuses_what_it_says_and_only_that() -> None:
    booking = visited()
    row = CheckIn.objects.create(
        booking=booking, client=booking.client, answer="FINE", at=booking.ends_at
    )
    other = visited(starts_at=datetime.now(UTC) - 3 * DAY)
    [(name, (_model, good, bad))] = CASES.items()
    good = {**good, "booking_id": other.pk}
    assert refused(lambda: copy(row, **{**good, **bad})) == name
    copy(row, **good)


def test_opening_the_link_says_nothing_and_one_tap_says_fine() -> None:
    booking, browser = visited(), Client()
    page = browser.get(path(booking))
    assert page.status_code == 200
    assert "I am fine" in page.content.decode()
    assert not CheckIn.objects.exists(), "mail scanners open links"
    for _twice in range(2):
        assert browser.post(path(booking)).status_code == 303
    assert CheckIn.objects.get().answer == "FINE"
    assert not AdverseEvent.objects.exists()
    assert "Thank you for telling us" in browser.get(path(booking)).content.decode()


def test_what_is_reported_is_sealed_and_a_task_for_whoever_treated() -> None:
    booking, browser = visited(), Client()
    assert "In your own words" in browser.get(path(booking) + "?report").content.decode()
    for _twice in range(2):
        sent = {"report": "yes", "what": "bruise", "words": WORDS}
        assert browser.post(path(booking), sent).status_code == 303
    event = AdverseEvent.objects.select_related("client__key").get()
    assert (event.details["what"], event.details["told_us"]) == ("bruise", WORDS)
    assert (event.reported_by, event.created_by) == ("CLIENT", None)
    assert event.practitioner == booking.practitioner
    task = StaffTask.objects.get()
    assert (task.kind, task.practitioner, task.status) == (
        "REPORTED",
        booking.practitioner,
        "OPEN",
    )
    assert CheckIn.objects.get().answer == "REPORTED"
    entries = str(list(AuditEntry.objects.values()))
    assert "bruise" not in entries
    assert "Zinnia" not in entries
    shown = browser.get(path(booking)).content.decode()
    assert "Zinnia" not in shown, "whoever has the link does not read it"
    recalling.plan_all(now=datetime.now(UTC))
    assert StaffTask.objects.filter(kind="REPORTED", status="OPEN").exists(), "until it is done"


def test_the_desk_reads_nothing_of_a_report_and_the_practitioner_reads_it() -> None:
    booking = visited()
    user = clinic.user(role="PRACTITIONER")
    booking.practitioner.user = user
    booking.practitioner.save()
    checking_in.report(now=datetime.now(UTC), booking=booking, what=EventKind.BRUISE, words=WORDS)
    for who, sees in ((clinic.user(role="FRONT_DESK"), False), (user, True)):
        browser = Client()
        browser.force_login(who)
        rows = browser.get("/desk/tasks/").context["rows"]
        assert [row["what"] for row in rows] == (
            ["A client reported something after a visit"] if sees else []
        )
    event = AdverseEvent.objects.get()
    assert WORDS in browser.get(f"/practice/events/{event.uid}/").content.decode()


def test_fine_after_a_report_takes_nothing_back() -> None:
    booking = visited()
    now = datetime.now(UTC)
    checking_in.report(now=now, booking=booking, what=EventKind.OTHER, words="")
    checking_in.say_fine(now=now, booking=booking)
    assert CheckIn.objects.get().answer == "REPORTED"
    assert StaffTask.objects.get().status == "OPEN"


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_at": datetime.now(UTC) + DAY, "status": "BOOKED"},
        {"starts_at": datetime.now(UTC) - 20 * DAY},
        {"status": "CANCELLED"},
        {"status": "NO_SHOW"},
    ],
)
def test_a_visit_that_is_not_or_long_over_takes_no_answer(fields: dict[str, Any]) -> None:
    booking, browser = visited(**fields), Client()
    assert "Please call us" in browser.get(path(booking)).content.decode()
    assert browser.post(path(booking)).status_code == 303
    sent = {"report": "yes", "what": "bruise"}
    assert browser.post(path(booking), sent).status_code == 303
    assert not CheckIn.objects.exists()
    assert not AdverseEvent.objects.exists()
    with pytest.raises(NotChangeable):
        checking_in.say_fine(now=datetime.now(UTC), booking=booking)


def test_a_report_without_what_it_is_keeps_the_words_and_says_what_is_missing() -> None:
    booking, browser = visited(), Client()
    answer = browser.post(path(booking), {"report": "yes", "words": WORDS})
    assert answer.status_code == 422
    assert "Please choose what comes closest." in answer.content.decode()
    assert WORDS in answer.content.decode()
    assert not AdverseEvent.objects.exists()


@pytest.mark.parametrize("text", ["x" * 43, "x", "%00"])
def test_another_text_opens_nothing(text: str) -> None:
    assert Client().get(f"/check-in/{text}/").status_code == 404
