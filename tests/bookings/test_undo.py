"""A slip is taken back as if it had never been: the booking, its messages, and its time."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings import actions, messages
from bookings.actions import Changed
from bookings.errors import CannotUndo, NotChangeable, NotScreened, NotYet, SlotTaken
from bookings.models import Booking, BookingChange
from clients import outbox
from clients.models import Message
from clinic.models import AuditEntry
from tests.bookings.front_desk import Desk, desk, logged, said
from tests.bookings.world import HOUR, NOW, REVIEW, SLOT, cancel, contact, move, overlaps
from tests.harness.smtp import Sink

pytestmark = pytest.mark.django_db

GRACE = timedelta(minutes=3)
MINUTE = timedelta(minutes=1)
PASSES = {"sequence", "changed_at"}


def state(booking: Booking) -> dict[str, Any]:
    """Return all that a booking is, but for what counts its changes."""
    row = Booking.objects.filter(pk=booking.pk).values().get()
    return {column: value for column, value in row.items() if column not in PASSES}


def words(booking: Booking) -> set[tuple[Any, ...]]:
    """Return what a booking's messages are, those that were withdrawn left out."""
    rows = Message.objects.filter(about=messages.about(booking)).exclude(status="WITHDRAWN")
    return set(
        rows.values_list(
            "kind", "dedupe_key", "status", "due_at", "expires_at", "carries", "channel", "reason"
        )
    )


def arrived(front: Desk) -> Booking:
    booking = front.book()
    front.answer(booking)
    return front.do("arrive", booking).booking


def in_session(front: Desk) -> Booking:
    return front.do("start", arrived(front)).booking


def outbox_leaves(now: datetime) -> None:
    """Let everything that is due leave, without a mail server."""
    Message.objects.filter(status="PLANNED", due_at__lte=now).update(status="SENT", sent_at=now)


def told(front: Desk) -> Booking:
    """Return a booking whose client has the confirmation."""
    booking = front.book()
    outbox_leaves(NOW + GRACE)
    return booking


CHANGES: dict[str, tuple[Callable[[Desk], Booking], Callable[[Desk, Booking], Changed]]] = {
    "move": (Desk.book, lambda front, one: front.move(one, SLOT + 2 * HOUR)),
    "move a little": (Desk.book, lambda front, one: front.move(one, SLOT + 30 * MINUTE)),
    "move silently": (
        Desk.book,
        lambda front, one: front.move(one, SLOT + 2 * HOUR, tell_client=False),
    ),
    "move who was told": (told, lambda front, one: front.move(one, SLOT + 2 * HOUR)),
    "move silently who was told": (
        told,
        lambda front, one: front.move(one, SLOT + 2 * HOUR, tell_client=False),
    ),
    "cancel who was told": (told, lambda front, one: front.cancel(one)),
    "cancel silently who was told": (
        told,
        lambda front, one: front.cancel(one, tell_client=False),
    ),
    "cancel": (Desk.book, lambda front, one: front.cancel(one)),
    "cancel silently": (Desk.book, lambda front, one: front.cancel(one, tell_client=False)),
    "confirm": (Desk.book, lambda front, one: front.do("confirm", one)),
    "arrive": (Desk.book, lambda front, one: front.do("arrive", one)),
    "start": (arrived, lambda front, one: front.do("start", one)),
    "complete": (in_session, lambda front, one: front.do("complete", one)),
    "no show": (Desk.book, lambda front, one: front.do("no_show", one, now=SLOT)),
    "move a request": (
        lambda front: front.house.book(answers=REVIEW),
        lambda front, one: front.move(one, SLOT + 2 * HOUR),
    ),
    "cancel a request": (
        lambda front: front.house.book(answers=REVIEW),
        lambda front, one: front.cancel(one),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_staff_did_is_taken_back_whole(name: str) -> None:
    make, change = CHANGES[name]
    front = desk()
    booking = make(front)
    before, said_before = state(booking), words(booking)
    done = change(front, booking)
    assert done.change is not None
    assert state(booking) != before
    at = done.change.at + GRACE - MINUTE
    back = front.undo(done, now=at)
    assert state(booking) == before
    assert words(booking) == said_before
    assert back.sequence == done.booking.sequence + 1
    entry = logged(booking)
    assert (entry.verb, entry.after["status"]) == ("booking.undone", before["status"])


@pytest.mark.parametrize("name", ["cancel", "move", "confirm"])
def test_after_three_minutes_it_is_done(name: str) -> None:
    make, change = CHANGES[name]
    front = desk()
    booking = make(front)
    done = change(front, booking)
    after = state(booking)
    with pytest.raises(CannotUndo):
        front.undo(done, now=NOW + GRACE)
    assert state(booking) == after


def test_nothing_is_taken_back_twice_or_that_never_was() -> None:
    front = desk()
    done = front.cancel(front.book())
    front.undo(done)
    with pytest.raises(CannotUndo):
        front.undo(done)
    with pytest.raises(CannotUndo):
        actions.undo(now=NOW, actor=front.actor, booking=done.booking, change=uuid.uuid4())


def test_a_change_of_another_booking_is_not_taken_back_here() -> None:
    front = desk()
    one, other = front.book(), front.book(contact=contact(2))
    done = front.cancel(one)
    assert done.change is not None
    with pytest.raises(CannotUndo):
        actions.undo(now=NOW, actor=front.actor, booking=other, change=done.change.uid)


def test_changes_are_taken_back_from_the_last_to_the_first() -> None:
    front = desk()
    booking = front.book()
    before = state(booking)
    moved = front.move(booking, SLOT + HOUR)
    confirmed = front.do("confirm", booking)
    with pytest.raises(CannotUndo):
        front.undo(moved)
    front.undo(confirmed)
    front.undo(moved)
    assert state(booking) == before


@pytest.mark.parametrize("act", [cancel, lambda booking: move(booking, SLOT + 3 * HOUR)])
def test_what_the_client_did_since_is_not_swept_away(act: Callable[[Booking], Booking]) -> None:
    front = desk()
    done = front.move(front.book(), SLOT + HOUR)
    act(done.booking)
    after = state(done.booking)
    with pytest.raises(CannotUndo):
        front.undo(done)
    assert state(done.booking) == after


def test_answers_that_came_in_since_are_not_swept_away() -> None:
    front = desk()
    done = front.move(front.book(), SLOT + HOUR)
    front.answer(done.booking, source="LINK")
    with pytest.raises(CannotUndo):
        front.undo(done)


@pytest.mark.parametrize("name", ["cancel", "move"])
def test_a_time_given_away_meanwhile_is_not_taken_from_whoever_has_it(name: str) -> None:
    front = desk(practitioners=1, rooms=1)
    done = CHANGES[name][1](front, front.book())
    other = front.book(contact=contact(2))
    after = state(done.booking), words(done.booking)
    with pytest.raises(SlotTaken) as taken:
        front.undo(done)
    assert taken.value.openings
    assert (state(done.booking), words(done.booking)) == after
    assert state(other)["status"] == "BOOKED"
    assert overlaps() == 0


def test_a_reminder_planned_in_good_time_survives_a_slip_the_day_before(sink: Sink) -> None:
    front = desk()
    booking = front.book()
    outbox.send_due(clock=lambda: NOW + GRACE)
    late = SLOT - 25 * HOUR
    outbox.send_due(clock=lambda: late)
    reminder = said(booking)["REMINDER"]
    done = front.cancel(booking, now=late, override="A slip")
    assert "REMINDER" not in said(booking)
    front.undo(done, now=late + MINUTE)
    assert said(booking)["REMINDER"] == reminder
    assert outbox.send_due(clock=lambda: SLOT - 20 * HOUR) == 1
    assert any("cancel" in subject.lower() for subject in sink.subjects()) is False


def test_who_heard_of_a_change_after_all_is_told_how_it_stands(sink: Sink) -> None:
    front = desk()
    booking = front.book()
    outbox.send_due(clock=lambda: NOW + GRACE)
    done = front.move(booking, SLOT + HOUR, now=NOW + HOUR)
    # Somebody's clock runs ahead: the message leaves while it can still be taken back.
    outbox.send_due(clock=lambda: NOW + HOUR + GRACE)
    front.undo(done, now=NOW + HOUR + GRACE - MINUTE)
    outbox.send_due(clock=lambda: NOW + 2 * HOUR)
    heard = [
        subject for subject in sink.subjects() if "10:00 am" in subject or "11:00 am" in subject
    ]
    assert "11:00 am" in heard[-2]
    assert "10:00 am" in heard[-1]


def test_taking_back_never_says_anything_by_itself(sink: Sink) -> None:
    front = desk()
    booking = front.book()
    outbox.send_due(clock=lambda: NOW + GRACE)
    sent = len(sink.messages)
    for act in (front.cancel, lambda one, now: front.move(one, SLOT + HOUR, now=now)):
        front.undo(act(booking, now=NOW + HOUR), now=NOW + HOUR + MINUTE)
    outbox.send_due(clock=lambda: NOW + 3 * HOUR)
    assert len(sink.messages) == sent


def test_what_can_no_longer_be_taken_back_is_forgotten_after_a_day() -> None:
    front = desk()
    old = front.do("confirm", front.book())
    new = front.do("arrive", old.booking, now=NOW + 30 * HOUR)
    assert actions.forget_changes(now=NOW + 30 * HOUR) == 1
    assert [change.pk for change in BookingChange.objects.all()] == [new.change.pk]
    assert AuditEntry.objects.filter(verb="booking.confirmed").count() == 1


def test_taking_back_takes_as_many_statements_however_much_was_said() -> None:
    counts = []
    for number in (1, 3):
        front = desk()
        booking = front.book()
        for step in range(number):
            done = front.move(booking, SLOT + (1 + step) * HOUR, now=NOW + step * MINUTE)
        with CaptureQueriesContext(connection) as queries:
            front.undo(done, now=NOW + number * MINUTE)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# Any walk

STARTS = [SLOT + hours * HOUR for hours in (0, 1, 2, 24)]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["move", "move", "cancel", "confirm", "arrive", "start", "complete"]),
        st.sampled_from(STARTS),
        st.booleans(),  # is the client told?
        st.booleans(),  # is it taken back?
        st.sampled_from([timedelta(seconds=20), MINUTE, HOUR]),
    ),
    max_size=8,
)


def walk(steps: list[tuple[str, datetime, bool, bool, timedelta]], *, slips: bool) -> Any:
    """Do the steps; those that are taken back are done and taken back, or never done at all."""
    with transaction.atomic():
        front, now = desk(), NOW
        booking = front.book()
        front.answer(booking)
        for verb, start, tell, slip, gap in steps:
            if not slip or slips:
                try:
                    if verb == "move":
                        done = front.move(booking, start, now=now, tell_client=tell)
                    elif verb == "cancel":
                        done = front.cancel(booking, now=now, tell_client=tell)
                    else:
                        done = front.do(verb, booking, now=now)
                except (NotChangeable, NotScreened, NotYet):
                    done = None
                if slip and done is not None and done.change is not None:
                    front.undo(done, now=now + timedelta(seconds=10))
            now += gap
            outbox_leaves(now)
        found = state(booking)
        heard = {
            (kind, status, due - NOW, carries)
            for kind, _key, status, due, _expires, carries, _channel, _reason in words(booking)
        }
        transaction.set_rollback(True)
    apart = {"id", "uid", "client_id", "treatment_id", "practitioner_id", "room_id", "screening_id"}
    apart |= {"treatment_name", "token_digest"}
    return {column: found[column] for column in found.keys() - apart}, _nameless(heard)


def _nameless(heard: set[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Leave the location's id out of what messages carry: each walk has a clinic of its own."""
    return sorted(
        (kind, status, due, " ".join(carries.split()[:3])) for kind, status, due, carries in heard
    )


@settings(max_examples=40)
@given(steps=STEPS)
def test_a_walk_with_slips_taken_back_ends_where_the_walk_without_them_ends(steps: Any) -> None:
    assert walk(steps, slips=True) == walk(steps, slips=False)
