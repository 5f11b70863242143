"""`messages_doctor` explains each message a client got, did not get, or will get."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localtime

from bookings import followups, messages, unplanned
from bookings.models import Schedule, StaffTask
from bookings.queries.diagnosis import Finding, diagnosis
from clients import reach
from clients.models import Channel, ChannelState, Message
from clinic import audit
from clinic.audit import CLOCK
from tests.factories import bookings, clinic
from tests.factories.clients import consent

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def said(who: str, *options: str) -> str:
    out = StringIO()
    call_command("messages_doctor", who, *options, stdout=out)
    return out.getvalue()


def booked(ahead: timedelta, **fields: Any) -> Any:
    now = datetime.now(UTC)
    made = bookings.booking(
        **{"starts_at": (now + ahead).replace(minute=0, second=0, microsecond=0),
           "status": "BOOKED", "outcome": "OK", "created_at": now, **fields}
    )  # fmt: skip
    messages.plan_new(made, now=now)
    return made


def found(client: Any, kind: str) -> Finding:
    now = datetime.now(UTC)
    rows = diagnosis(client, now=now, since=now - timedelta(days=90)).findings
    [one] = [each for each in rows if each.kind == kind]
    return one


def test_what_was_sent_and_what_waits_is_told_with_what_the_provider_said() -> None:
    made = booked(timedelta(days=5))
    now = datetime.now(UTC)
    Message.objects.filter(kind=followups.CONFIRMATION).update(
        status="SENT", sent_at=now, delivered_at=now, tries=3, given_up="SMS"
    )
    sent, waits = (found(made.client, kind) for kind in ("CONFIRMATION", "REMINDER"))
    assert (sent.state, waits.state) == ("SENT", "PLANNED")
    for words in ("Sent by e-mail.", "Delivered 20", "Given up on: SMS.", "Tried 3 times."):
        assert words in sent.why
    assert waits.why == "Waits for its moment."


def test_each_line_about_a_visit_names_its_day_and_time() -> None:
    client = bookings.client()
    visits = [booked(timedelta(days=ahead), client=client) for ahead in (5, 9)]
    told = said(str(client.uid), "--kind", "reminder")
    for made in visits:
        when = f"{localtime(made.starts_at, made.room.location.zone):%Y-%m-%d %H:%M}"
        assert f"[{messages.about(made)}, visit on {when}]" in told


def test_a_message_that_is_due_and_lies_there_points_at_the_worker() -> None:
    made = booked(timedelta(days=5))
    Message.objects.filter(kind="REMINDER").update(due_at=datetime.now(UTC) - HOUR)
    assert "does a worker run?" in found(made.client, "REMINDER").why


def test_a_reminder_that_was_never_planned_says_why() -> None:
    late = booked(timedelta(hours=20))
    assert found(late.client, "REMINDER").state == "NEVER"
    assert found(late.client, "REMINDER").why == unplanned.SHORT_NOTICE
    Schedule.objects.filter(kind="REMINDER").update(is_on=False)
    off = booked(timedelta(days=5))
    assert found(off.client, "REMINDER").why == unplanned.OFF


def test_a_reminder_of_a_visit_moved_at_short_notice_is_not_taken_for_lost() -> None:
    now = datetime.now(UTC)
    made = booked(timedelta(days=5), created_at=now - timedelta(days=9))
    made.starts_at, made.ends_at = now + 20 * HOUR, now + 21 * HOUR
    made.practitioner_until = made.room_until = made.ends_at
    made.save()
    messages.plan([made.pk], now=now)
    audit.record(now=now, actor=CLOCK, verb="booking.moved", about=messages.about(made))
    never = {
        each.kind: each.why
        for each in diagnosis(made.client, now=now, since=now - 90 * 24 * HOUR).findings
        if each.state == "NEVER"
    }
    assert never == {"REMINDER": unplanned.SHORT_NOTICE, "PREPARATION": unplanned.PASSED}


def test_what_is_due_this_minute_waits_for_the_next_sweep() -> None:
    made = booked(timedelta(days=5))
    assert "goes with the next sweep" in found(made.client, "CONFIRMATION").why


def test_what_a_client_ended_is_not_said_to_wait_for_its_moment() -> None:
    made = booked(timedelta(days=5))
    consent(client=made.client, channel="EMAIL", granted=False)
    reminder = found(made.client, "REMINDER")
    assert reminder.why == "It will not go as things are: The client doesn't want such e-mail."


def test_a_task_is_told_from_a_message_and_what_was_seen_to_says_so() -> None:
    made, now = booked(timedelta(days=5)), datetime.now(UTC)
    for number, status in enumerate(("OPEN", "DONE", "WITHDRAWN")):
        done = {"done_at": now, "done_by": clinic.user()} if status == "DONE" else {}
        StaffTask.objects.create(
            dedupe_key=f"a task {number}", client=made.client, kind=f"T{number}", due_at=now,
            status=status, created_at=now, **done,
        )  # fmt: skip
    whys = [found(made.client, f"T{number}").why for number in range(3)]
    assert whys == [
        "A task for staff: it stands in their list from its moment on.",
        "A task for staff: somebody has done it.",
        "A task for staff: nothing calls for it any more.",
    ]
    Message.objects.filter(kind="REMINDER").update(
        status="FAILED", reason="No such mailbox.", cleared_at=now, cleared_by=clinic.user()
    )
    assert "has seen to it" in found(made.client, "REMINDER").why


def test_a_row_that_is_gone_is_noticed_instead_of_explained_away() -> None:
    made = booked(timedelta(days=5))
    Message.objects.filter(kind="REMINDER").delete()
    assert found(made.client, "REMINDER").why == unplanned.MISSING


def test_what_somebody_said_and_what_is_away_stands_at_the_top() -> None:
    made = booked(timedelta(days=5))
    now = datetime.now(UTC)
    consent(client=made.client, channel="EMAIL", granted=False)
    reach.note(
        Message.objects.filter(client=made.client)[0], Channel.EMAIL, "x" * 32,
        reason="No such mailbox.", dead=True, now=now,
    )  # fmt: skip
    ChannelState.objects.create(
        channel="SMS", failures=3, open_until=now + HOUR, reason="It does not answer."
    )
    told = said(str(made.client.uid))
    for words in ("said no to", "EMAIL failed for good", "No such mailbox.", "SMS is away until"):
        assert words in told


def test_what_tells_staff_of_a_clients_request_is_not_called_lost() -> None:
    made = booked(timedelta(days=5), status="REQUESTED", respond_by=datetime.now(UTC) + 9 * HOUR)
    Message.objects.filter(kind="REVIEW_WAITING").update(client=None, staff_email="x@example.org")
    now = datetime.now(UTC)
    findings = diagnosis(made.client, now=now, since=now - timedelta(days=90)).findings
    assert "REQUEST_RECEIVED" in {each.kind for each in findings}
    assert unplanned.MISSING not in {each.why for each in findings}


def test_it_takes_as_many_queries_for_ten_bookings_as_for_one() -> None:
    now = datetime.now(UTC)
    made = booked(timedelta(days=5))
    counts = []
    for _few_and_many in range(2):
        with CaptureQueriesContext(connection) as asked:
            diagnosis(made.client, now=now, since=now - timedelta(days=90))
        counts.append(len(asked))
        for day in range(6, 15):
            booked(timedelta(days=day), client=made.client)
    assert counts[0] == counts[1]


def test_a_client_is_found_by_address_and_whoever_is_not_or_not_alone_is_said() -> None:
    made = booked(
        timedelta(days=5), client=bookings.client(name="Ada Quist", email="ada@example.org")
    )
    assert f"client:{made.client.uid}" in said("ada@example.org", "--kind", "reminder")
    twin = bookings.client(name="Ada Quist", email="twin@example.org")
    with pytest.raises(CommandError, match=str(twin.uid)):
        said("Ada Quist")
    with pytest.raises(CommandError, match="Nobody is found"):
        said(str(uuid4()))


def test_no_name_address_or_link_is_printed() -> None:
    made = booked(timedelta(days=5))
    told = said(str(made.client.uid))
    for secret in (made.client.name, made.client.email, "http"):
        assert secret not in told
