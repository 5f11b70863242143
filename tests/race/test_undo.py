"""Taking back what staff did, while others want the time it freed or change the same booking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db.models import QuerySet

from bookings.actions import Changed
from bookings.errors import BeingChanged, CannotUndo, SlotTaken
from bookings.models import Booking, BookingChange
from clinic.models import AuditEntry
from tests.bookings.front_desk import Desk, desk
from tests.bookings.world import HOUR, NOW, SLOT, contact, live, move, overlaps
from tests.harness.databases import Database
from tests.race.crowd import Crowd, at_once, deadlocks, take_the_guards_away

TRIES = 10
GRACE = timedelta(minutes=3)
ROUNDS = pytest.mark.parametrize(
    "rounds", [3, pytest.param(30, marks=pytest.mark.deep)], ids=["few", "many"]
)


def _freed(front: Desk, verb: str) -> Changed:
    booking = front.book()
    return front.cancel(booking) if verb == "cancel" else front.move(booking, SLOT + 3 * HOUR)


def _undo_among(front: Desk, done: Changed, others: list[Callable[[], object]]) -> Crowd:
    """Take it back amid the others: it stands in the middle of the crowd."""
    half = len(others) // 2
    return at_once([*others[:half], partial(front.undo, done), *others[half:]])


@ROUNDS
@pytest.mark.parametrize("verb", ["cancel", "move"])
def test_a_time_taken_back_and_booked_by_the_desk_at_once_has_one_owner(
    fresh_db: Database, verb: str, rounds: int
) -> None:
    for _ in range(rounds):
        front = desk(practitioners=1, rooms=1)
        done = _freed(front, verb)
        crowd = _undo_among(
            front, done, [partial(front.book, contact=contact(n)) for n in range(6)]
        )
        crowd.only_lose_by(SlotTaken)
        assert len(crowd.winners) == 1
        assert overlaps() == 0
        here = Booking.objects.filter(
            practitioner__in=front.house.practitioners, starts_at=SLOT, status="BOOKED"
        )
        assert here.count() == 1
    assert deadlocks(fresh_db) == 0


@ROUNDS
def test_the_public_never_gets_what_staff_may_still_take_back(
    fresh_db: Database, rounds: int
) -> None:
    for _ in range(rounds):
        front = desk(practitioners=1, rooms=1)
        done = _freed(front, "cancel")
        just = NOW + GRACE - timedelta(seconds=1)
        strangers = [partial(front.house.book, now=just, contact=contact(n)) for n in range(6)]
        crowd = _undo_among(front, done, strangers)
        crowd.only_lose_by(SlotTaken)
        assert [winner.pk for winner in crowd.winners] == [done.booking.pk]


@ROUNDS
def test_at_the_end_of_the_three_minutes_either_the_slip_or_the_stranger_has_the_time(
    fresh_db: Database, rounds: int
) -> None:
    for _ in range(rounds):
        front = desk(practitioners=1, rooms=1)
        done = _freed(front, "move")
        strangers = [
            partial(front.house.book, now=NOW + GRACE, contact=contact(n)) for n in range(6)
        ]
        crowd = _undo_among(front, done, strangers)
        crowd.only_lose_by(SlotTaken)
        assert len(crowd.winners) == 1
        assert overlaps() == 0


def test_canary_without_guards_a_time_taken_back_gets_two_owners(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_guards_away(monkeypatch)
    for _ in range(TRIES):
        front = desk(practitioners=1, rooms=1)
        done = _freed(front, "cancel")
        _undo_among(front, done, [partial(front.book, contact=contact(n)) for n in range(6)])
        if overlaps():
            return
    pytest.fail("nothing ever overlapped: the race is none")


@ROUNDS
def test_two_at_the_desk_take_the_same_slip_back_once(fresh_db: Database, rounds: int) -> None:
    for _ in range(rounds):
        front = desk()
        done = _freed(front, "cancel")
        crowd = at_once([partial(front.undo, done)] * 6)
        crowd.only_lose_by(CannotUndo, BeingChanged)
        assert len(crowd.winners) == 1
        about = f"booking:{done.booking.uid}"
        assert AuditEntry.objects.filter(about=about, verb="booking.undone").count() == 1


def test_canary_without_the_row_lock_a_slip_is_taken_back_twice(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_guards_away(monkeypatch)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self.all())
    for _ in range(TRIES):
        front = desk()
        done = _freed(front, "cancel")
        if len(at_once([partial(front.undo, done)] * 6).winners) > 1:
            return
    pytest.fail("it was never taken back twice: the race is none")


@ROUNDS
def test_a_client_who_moves_while_staff_take_back_ends_in_one_place(
    fresh_db: Database, rounds: int
) -> None:
    for _ in range(rounds):
        front = desk(practitioners=1, rooms=1)
        done = _freed(front, "move")
        crowd = at_once([partial(front.undo, done), partial(move, done.booking, SLOT + 5 * HOUR)])
        crowd.only_lose_by(CannotUndo, BeingChanged)
        assert overlaps() == 0
        ends = [each.starts_at for each in live() if each.pk == done.booking.pk]
        # Whoever came second had the last word; the client's is never swept away.
        assert ends == [SLOT + 5 * HOUR]
        assert BookingChange.objects.filter(booking=done.booking).count() == 1
    assert deadlocks(fresh_db) == 0
