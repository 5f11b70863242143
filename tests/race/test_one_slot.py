"""A time is taken once, however many people press "Confirm" at the same moment.

Every test that expects nothing to overlap has its canary here: the same crowd with the constraints
and locks taken away, which must be seen to overlap, or the test could not have failed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from bookings.errors import SlotTaken
from tests.bookings.world import (
    HOUR,
    NOW,
    SLOT,
    World,
    contact,
    live,
    move,
    offering,
    overlaps,
    world,
)
from tests.factories import clinic, treatments
from tests.harness.databases import Database
from tests.race.crowd import Crowd, at_once, deadlocks, take_the_guards_away, take_the_locks_away

CROWD = 50
QUARTER = timedelta(minutes=15)
# Without guards an overlap shows in the first round or two; more tries only make it certain.
TRIES = 10

ROUNDS = pytest.mark.parametrize(
    "rounds", [2, pytest.param(20, marks=pytest.mark.deep)], ids=["few", "many"]
)


def _bookers(house: World, starts: list, first: int = 1, **request: object) -> list[Callable]:
    return [
        partial(house.ask, start, contact=contact(first + number), **request)
        for number, start in enumerate(starts)
    ]


def _partly_overlapping() -> list:
    """Return 50 starts within three hours, every 15 minutes, each several times."""
    return [SLOT + QUARTER * (number * 7 % 12) for number in range(CROWD)]


def _is_clean(crowd: Crowd) -> None:
    crowd.only_lose_by(SlotTaken)
    assert overlaps() == 0
    # A race is over in well under a second on two cores of one's own; this machine may be shared.
    assert crowd.slowest < 10
    for loser in crowd.losers:
        assert isinstance(loser, SlotTaken)
        assert len(loser.openings) <= 3


@ROUNDS
def test_of_fifty_people_at_once_on_one_slot_exactly_one_gets_it(
    fresh_db: Database, rounds: int
) -> None:
    for _ in range(rounds):
        house = world(practitioners=1, rooms=1)
        crowd = at_once(_bookers(house, [SLOT] * CROWD))
        _is_clean(crowd)
        assert len(crowd.winners) == 1
        assert all(len(loser.openings) == 3 for loser in crowd.losers)
    assert deadlocks(fresh_db) == 0


def test_canary_fifty_people_on_one_slot_without_guards_share_it(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_guards_away(monkeypatch)
    for _ in range(TRIES):
        house = world(practitioners=1, rooms=1)
        crowd = at_once(_bookers(house, [SLOT] * 12))
        if len(crowd.winners) > 1 and overlaps():
            return
    pytest.fail("nobody was ever double booked: the race is none")


@ROUNDS
def test_fifty_partly_overlapping_wishes_end_without_overlap_or_deadlock(
    fresh_db: Database, rounds: int
) -> None:
    for _ in range(rounds):
        house = world(practitioners=1, rooms=1)
        crowd = at_once(_bookers(house, _partly_overlapping()))
        _is_clean(crowd)
        # Sessions of an hour with their pause, starting within 2 h 45: at least two fit however
        # they fall, at most three.
        assert 2 <= len(crowd.winners) <= 3
    assert deadlocks(fresh_db) == 0


def test_canary_partly_overlapping_wishes_without_guards_overlap(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_guards_away(monkeypatch)
    for _ in range(TRIES):
        at_once(_bookers(world(practitioners=1, rooms=1), _partly_overlapping()[:12]))
        if overlaps():
            return
    pytest.fail("nothing ever overlapped: the race is none")


@pytest.mark.parametrize(
    ("practitioners", "rooms"), [(3, 3), (4, 2), (2, 4)], ids=["even", "few rooms", "few people"]
)
def test_with_any_practitioner_as_many_win_as_there_are_free_pairs(
    fresh_db: Database, practitioners: int, rooms: int
) -> None:
    house = world(practitioners=practitioners, rooms=rooms)
    crowd = at_once(_bookers(house, [SLOT] * 20))
    _is_clean(crowd)
    assert len(crowd.winners) == min(practitioners, rooms)
    assert deadlocks(fresh_db) == 0


def test_canary_any_practitioner_without_guards_gives_a_pair_twice(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_guards_away(monkeypatch)
    for _ in range(TRIES):
        at_once(_bookers(world(practitioners=4, rooms=2), [SLOT] * 12))
        if overlaps():
            return
    pytest.fail("nothing ever overlapped: the race is none")


def test_scarce_rooms_are_shared_without_overlap_by_wishes_for_different_practitioners(
    fresh_db: Database,
) -> None:
    house = world(practitioners=4, rooms=2)
    starts = [SLOT + QUARTER * (number % 4) for number in range(24)]
    jobs = [
        partial(
            house.ask,
            start,
            contact=contact(number),
            practitioner=house.practitioners[number % 4].pk if number % 3 else None,
        )
        for number, start in enumerate(starts, start=1)
    ]
    crowd = at_once(jobs)
    _is_clean(crowd)
    assert len(crowd.winners) == 2
    assert deadlocks(fresh_db) == 0


def _two_places() -> tuple[World, World]:
    """Return two locations with one practitioner who works mornings here and afternoons there.

    Her pause is half an hour: a session at 11:00 here keeps her from starting at 12:00 there.
    """
    here = world(practitioners=1, rooms=2)
    person = here.practitioners[0]
    person.pause_minutes = 30
    person.save()
    person.hours.all().delete()
    clinic.hours(practitioner=person, location=here.location, stretches=[(9 * 60, 12 * 60)])
    there = clinic.location()
    clinic.hours(practitioner=person, location=there, stretches=[(12 * 60, 17 * 60)])
    rooms = [clinic.room(location=there) for _ in range(2)]
    return here, World(there, [person], rooms, here.treatment, here.offering)


def _at_both_ends_of_noon(here: World, there: World) -> list[Callable]:
    morning, noon = SLOT + HOUR, SLOT + 2 * HOUR
    starts = [(here, morning), (there, noon), (here, morning - QUARTER), (there, noon + QUARTER)]
    return [
        partial(house.ask, start, contact=contact(number))
        for number, (house, start) in enumerate(starts * 6, start=1)
    ]


def test_a_practitioner_of_two_locations_is_in_one_place_at_a_time(fresh_db: Database) -> None:
    here, there = _two_places()
    crowd = at_once(_at_both_ends_of_noon(here, there))
    _is_clean(crowd)
    assert 1 <= len(crowd.winners) <= 2
    assert deadlocks(fresh_db) == 0


def test_canary_a_practitioner_of_two_locations_without_guards_is_in_both(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_guards_away(monkeypatch)
    for _ in range(TRIES):
        at_once(_at_both_ends_of_noon(*_two_places()))
        if overlaps():
            return
    pytest.fail("nothing ever overlapped: the race is none")


def _holds_and_bookings(house: World) -> list[Callable]:
    jobs: list[Callable] = _bookers(house, [SLOT + QUARTER * (n % 3) for n in range(12)])
    jobs += [partial(house.hold, SLOT + QUARTER * (n % 3)) for n in range(12)]
    return jobs


def test_holds_and_bookings_of_one_slot_leave_one_of_either(fresh_db: Database) -> None:
    for _ in range(2):
        crowd = at_once(_holds_and_bookings(world(practitioners=1, rooms=1)))
        _is_clean(crowd)
        assert len(crowd.winners) == 1
    assert deadlocks(fresh_db) == 0


def test_canary_holds_and_bookings_without_guards_overlap(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_guards_away(monkeypatch)
    for _ in range(TRIES):
        at_once(_holds_and_bookings(world(practitioners=1, rooms=1)))
        if overlaps():
            return
    pytest.fail("nothing ever overlapped: the race is none")


def _moves_and_bookings(house: World) -> list[Callable]:
    """Return moves of six bookings to one hour that six others want to book."""
    goal = SLOT + 24 * HOUR
    booked = [house.book(SLOT + HOUR * n, contact=contact(100 + n)) for n in range(6)]
    jobs: list[Callable] = [
        partial(move, b, goal + QUARTER * (n % 3)) for n, b in enumerate(booked)
    ]
    return jobs + _bookers(house, [goal + QUARTER * (n % 3) for n in range(6)])


def test_moves_and_bookings_of_one_slot_leave_one_of_either(fresh_db: Database) -> None:
    for _ in range(2):
        house = world(practitioners=1, rooms=1)
        crowd = at_once(_moves_and_bookings(house))
        _is_clean(crowd)
        assert len(crowd.winners) == 1
    assert deadlocks(fresh_db) == 0


def test_canary_moves_and_bookings_without_guards_overlap(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_guards_away(monkeypatch)
    for _ in range(TRIES):
        at_once(_moves_and_bookings(world(practitioners=1, rooms=1)))
        if overlaps():
            return
    pytest.fail("nothing ever overlapped: the race is none")


def test_two_clients_who_swap_their_times_never_deadlock_or_overlap(fresh_db: Database) -> None:
    house = world(practitioners=2, rooms=2)
    for n in range(4):
        start = SLOT + 24 * HOUR * n
        pair = [
            house.book(start, contact=contact(n)),
            house.book(start + HOUR, contact=contact(50 + n)),
        ]
        crowd = at_once([partial(move, pair[0], start + HOUR), partial(move, pair[1], start)] * 3)
        _is_clean(crowd)
    assert deadlocks(fresh_db) == 0


def test_a_slot_whose_hold_lapsed_goes_to_one_of_those_who_rush_in(fresh_db: Database) -> None:
    house = world(practitioners=1, rooms=1)
    attempt = uuid.uuid4()
    house.hold(attempt=attempt)
    later = NOW + timedelta(minutes=10)
    owner = partial(house.ask, now=later, attempt=attempt, contact=contact(99))
    crowd = at_once([owner, *_bookers(house, [SLOT] * 12, now=later)])
    _is_clean(crowd)
    assert len(crowd.winners) == 1
    assert [booking.status for booking in live()] == ["BOOKED"]


def test_without_the_locks_the_constraints_alone_still_refuse_every_overlap(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Slower, and sometimes by a deadlock that the database breaks, but never wrong.
    take_the_locks_away(monkeypatch)
    house = world(practitioners=1, rooms=1)
    crowd = at_once(_bookers(house, [SLOT + QUARTER * (n % 3) for n in range(8)]))
    _is_clean(crowd)
    assert len(crowd.winners) == 1


def test_different_rooms_and_practitioners_do_not_refuse_each_other(fresh_db: Database) -> None:
    house = world(practitioners=3, rooms=3)
    jobs = [
        partial(house.ask, SLOT, contact=contact(n), practitioner=person.pk)
        for n, person in enumerate(house.practitioners, start=1)
    ]
    crowd = at_once(jobs)
    assert not crowd.losers
    assert overlaps() == 0


def test_treatments_of_different_lengths_never_overlap(fresh_db: Database) -> None:
    house = world(practitioners=2, rooms=2)
    longer = treatments.treatment(
        phases=[("NEEDLING", 80)], turnover_minutes=25, offered_by=house.practitioners
    )
    other = World(house.location, house.practitioners, house.rooms, longer, offering(longer))
    jobs: list[Callable] = []
    for n in range(12):
        jobs += _bookers(house, [SLOT + QUARTER * n], first=n)
        jobs += _bookers(other, [SLOT + QUARTER * n], first=100 + n)
    crowd = at_once(jobs)
    _is_clean(crowd)
    assert crowd.winners
    assert deadlocks(fresh_db) == 0
