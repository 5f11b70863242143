"""Openings against an oracle that walks every minute by the clock on the wall."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability import (
    Diary,
    Need,
    Opening,
    free_rooms,
    on_grid,
    openings,
    starts_for_practitioner,
    starts_for_rooms,
)
from clinic.intervals import Interval
from clinic.opening import Hours, open_minutes
from tests.bookings import oracle
from tests.bookings.houses import GRIDS, Scene, scenes
from tests.bookings.oracle import House, Person, Session, Shift, at, minute_of
from tests.clinic.clock_changes import APIA, CHANGES, LORD_HOWE, QUIET, ST_JOHNS, TORONTO

LONG_AGO = date(1960, 1, 1)
NOON = 720
NEED = Need(minutes=50, turnover=10, grid=5)


def busy_rooms(house: House) -> dict[int, list[Interval]]:
    found: dict[int, list[Interval]] = {}
    for session in house.sessions:
        found.setdefault(session.room, []).append((session.starts, session.room_until))
    return found


def diary(house: House, who: int, first: date, last: date) -> Diary:
    person = house.people[who]
    return Diary(
        open_=open_minutes(
            house.zone,
            first,
            last + timedelta(days=1),  # a session may go on past midnight
            [
                Hours(shift.weekday, shift.opens, shift.closes, shift.valid_from, shift.valid_until)
                for shift in person.shifts
            ],
            person.away,
            house.closed,
        ),
        pause=person.pause,
        busy=[
            (session.starts, session.practitioner_until)
            for session in house.sessions
            if session.practitioner == who
        ],
    )


def offered(house: House, first: date, last: date, earliest: datetime) -> list[Opening]:
    return openings(
        zone=house.zone,
        first=first,
        last=last,
        earliest=-(-(earliest - oracle.EPOCH) // oracle.MINUTE),
        need=Need(house.minutes, house.turnover, house.grid),
        diaries={who: diary(house, who, first, last) for who in house.people},
        rooms=house.rooms,
        busy_rooms=busy_rooms(house),
    )


@settings(max_examples=2 * settings().max_examples)
@given(scenes())
def test_what_is_offered_is_exactly_what_the_wall_clock_and_the_diaries_allow(scene: Scene) -> None:
    found = offered(scene.house, scene.first, scene.last, scene.earliest)
    assert found == oracle.openings(scene.house, scene.first, scene.last, scene.earliest)


def house_of(zone: str, day: date, grid: int) -> House:
    """Return a house open round the clock but for a break, with one booking on the odd day."""
    noon = minute_of(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    always = tuple(
        Shift(weekday, opens, closes, LONG_AGO)
        for weekday in range(7)
        for opens, closes in ((0, NOON), (NOON + 35, 1440))
    )
    return House(
        zone=zone,
        people={1: Person(always, pause=10), 2: Person(always, pause=0)},
        rooms=(1, 2),
        minutes=50,
        turnover=10,
        grid=grid,
        sessions=(Session(noon, 50, 10, 10, 1, 1), Session(noon + 120, 50, 0, 30, 2, 2)),
    )


@pytest.mark.parametrize(("zone", "day", "_longer"), CHANGES + QUIET)
@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize(("before", "after"), [(0, 0), (1, 1)])
def test_openings_around_an_odd_day_are_exactly_right_whatever_dates_are_asked_for(
    zone: str, day: date, _longer: int, grid: int, before: int, after: int
) -> None:
    house = house_of(zone, day, grid)
    first, last = day - timedelta(days=before), day + timedelta(days=after)
    expected = oracle.openings(house, first, last, oracle.EPOCH - timedelta(days=365))
    assert offered(house, first, last, oracle.EPOCH - timedelta(days=365)) == expected
    assert expected or zone == APIA


@given(scenes())
def test_asking_for_each_date_alone_gives_what_asking_for_all_of_them_does(scene: Scene) -> None:
    one_by_one: list[Opening] = []
    day = scene.first
    while day <= scene.last:
        one_by_one += offered(scene.house, day, day, scene.earliest)
        day += timedelta(days=1)
    assert sorted(one_by_one) == offered(scene.house, scene.first, scene.last, scene.earliest)


@given(scenes(), st.data())
def test_booking_an_opening_takes_away_what_clashes_with_it_and_nothing_else(
    scene: Scene, data: st.DataObject
) -> None:
    house = scene.house
    before = offered(house, scene.first, scene.last, scene.earliest)
    if not before:
        return
    minute, who = data.draw(st.sampled_from(before), "booked")
    room = data.draw(st.sampled_from(oracle.free_rooms(house, minute)), "room")
    session = Session(minute, house.minutes, house.people[who].pause, house.turnover, who, room)
    booked = house.with_session(session)

    def clashes(opening: Opening) -> bool:
        pause = house.people[opening.practitioner].pause
        same_person = (
            opening.practitioner == who
            and opening.minute < session.practitioner_until
            and minute < opening.minute + house.minutes + pause
        )
        return same_person or not oracle.free_rooms(booked, opening.minute)

    after = offered(booked, scene.first, scene.last, scene.earliest)
    assert after == [opening for opening in before if not clashes(opening)]
    assert Opening(minute, who) not in after


@given(scenes(), st.data())
def test_a_session_gets_only_rooms_that_stay_free_until_the_turnover_is_over(
    scene: Scene, data: st.DataObject
) -> None:
    house = scene.house
    need = Need(house.minutes, house.turnover, house.grid)
    around = [
        edge + shift
        for session in house.sessions
        for edge in (session.starts, session.room_until)
        for shift in (-house.minutes - house.turnover, 0)
    ]
    near = st.builds(
        lambda edge, off: edge + off, st.sampled_from(around or [0]), st.sampled_from([0, 0, -1, 1])
    )
    minute = data.draw(near, "start")
    rooms = data.draw(st.permutations(house.rooms), "rooms")
    found = free_rooms(rooms, busy_rooms(house), need, minute)
    assert sorted(found) == oracle.free_rooms(house, minute)
    assert found == [room for room in rooms if room in found]


@pytest.mark.parametrize(
    ("start", "expected"),
    [(40, [2, 1]), (41, [2]), (100, [2]), (199, [2]), (200, [2, 1]), (300, [1]), (1000, [2, 1])],
)
def test_a_room_is_free_to_the_minute_in_the_order_asked_for(
    start: int, expected: list[int]
) -> None:
    # 50 minutes and a turnover of 10; bookings with their turnover.
    assert free_rooms([2, 1], {1: [(100, 200)], 2: [(310, 320)]}, NEED, start) == expected


def test_every_opening_has_a_room() -> None:
    house = house_of(TORONTO, date(2026, 11, 1), 5)
    for minute, _who in offered(house, date(2026, 11, 1), date(2026, 11, 1), at(0)):
        assert free_rooms(house.rooms, busy_rooms(house), NEED, minute)


@pytest.mark.parametrize(
    ("busy", "expected"),
    [
        # Open from 540 to 720; 50 minutes and a pause of 10.
        ([], [(540, 671)]),
        # A booking may begin the minute the pause is over, and not before.
        ([(640, 700)], [(540, 581)]),
        # A session may begin the minute the booking before is over, its pause included.
        ([(500, 600)], [(600, 671)]),
        # Between two bookings there is room for exactly one start.
        ([(500, 560), (620, 700)], [(560, 561)]),
        ([(500, 561), (620, 700)], []),
        # The pause may run past closing at 720, but not into a booking after it.
        ([(730, 800)], [(540, 671)]),
        ([(729, 800)], [(540, 670)]),
        # Bookings in any order, one within the other.
        ([(640, 720), (500, 560), (650, 660)], [(560, 581)]),
    ],
)
def test_a_session_and_its_pause_fit_in_to_the_minute(
    busy: Sequence[Interval], expected: list[Interval]
) -> None:
    assert starts_for_practitioner(Diary([(540, 720)], 10, busy), NEED) == expected


def test_a_break_exactly_as_long_as_a_session_is_no_time_for_one() -> None:
    diary = Diary([(540, 589), (639, 689)], 0)
    assert starts_for_practitioner(diary, NEED) == [(639, 640)]


def test_a_location_is_full_only_when_all_its_rooms_are() -> None:
    span = (0, 1000)
    taken = {1: [(100, 200)], 2: [(150, 300)]}
    assert starts_for_rooms([1, 2], taken, NEED, span) == [(0, 91), (200, 1000)]
    assert starts_for_rooms([1], taken, NEED, span) == [(0, 41), (200, 1000)]
    assert starts_for_rooms([1, 2, 3], taken, NEED, span) == [span]
    assert starts_for_rooms([], taken, NEED, span) == []


def wall_starts(minutes: Iterable[int], zone: str, day: date) -> list[int]:
    walls = oracle.walls(zone, day, day)
    return [walls[minute][1] for minute in minutes]


def test_the_grid_follows_the_wall_clock_where_half_an_hour_is_missing() -> None:
    day = date(2026, 10, 4)
    found = on_grid([(0, 2**31)], LORD_HOWE, [day], 60)
    assert wall_starts(found, LORD_HOWE, day) == [0, 60, *range(180, 1440, 60)]


def test_the_grid_is_laid_twice_over_the_half_hour_that_comes_twice() -> None:
    day = date(2026, 4, 5)
    found = on_grid([(0, 2**31)], LORD_HOWE, [day], 15)
    assert wall_starts(found, LORD_HOWE, day)[5:11] == [75, 90, 105, 90, 105, 120]


def test_dates_that_interleave_lose_none_of_their_starts() -> None:
    first, last = date(2010, 11, 6), date(2010, 11, 7)
    walls = oracle.walls(ST_JOHNS, first, last)
    on_the_hour = [minute for minute, (_, wall) in sorted(walls.items()) if wall % 60 == 0]
    assert on_grid([(0, 2**31)], ST_JOHNS, [first, last], 60) == on_the_hour
    apart = [(minute, minute + 1) for minute in range(min(walls), max(walls), 2)]
    assert on_grid(apart, ST_JOHNS, [first, last], 60) == on_the_hour


def test_the_openings_before_a_skipped_date_are_there_when_it_is_the_last_asked_for() -> None:
    house = house_of(APIA, date(2011, 12, 29), 60)
    first, last = date(2011, 12, 28), date(2011, 12, 30)
    found = offered(house, first, last, at(0))
    assert found == offered(house, first, date(2011, 12, 29), at(0))
    assert found


def test_the_first_minute_that_may_be_booked_is_offered_and_the_one_before_is_not() -> None:
    day = date(2026, 11, 1)
    house = house_of(TORONTO, day, 60)
    found = offered(house, day, day, at(0))
    fifth = at(found[4].minute)
    assert offered(house, day, day, fifth) == found[4:]
    assert offered(house, day, day, fifth + timedelta(seconds=1)) == [
        opening for opening in found if opening.minute > found[4].minute
    ]


def test_no_dates_no_rooms_or_nobody_is_no_opening() -> None:
    house = house_of(TORONTO, date(2026, 11, 1), 60)
    first, last = date(2026, 11, 1), date(2026, 11, 2)
    assert offered(house, first, last, at(0))
    assert offered(house, last, first, at(0)) == []
    assert offered(House(**{**vars(house), "rooms": ()}), first, last, at(0)) == []
    assert offered(House(**{**vars(house), "people": {}}), first, last, at(0)) == []
