"""Weekly hours as UTC minutes, against a walk along the wall clock minute by minute."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clinic.intervals import Interval
from clinic.opening import (
    Hours,
    day_bounds,
    days,
    instant_of,
    minute_of,
    open_minutes,
    pieces,
    wall_minutes,
)
from tests.bookings.oracle import House, Person, Shift, walls
from tests.bookings.oracle import at as instant
from tests.bookings.oracle import minute_of as minute_number
from tests.bookings.oracle import open_minutes as minutes_worked
from tests.clinic.clock_changes import (
    APIA,
    CHANGES,
    KOLKATA,
    LONDON,
    LORD_HOWE,
    QUIET,
    ST_JOHNS,
    TORONTO,
    places_and_days,
)

LONG_AGO = date(1960, 1, 1)
minute_of_day = st.integers(0, 1440)


def minutes(intervals: Iterable[Interval]) -> list[int]:
    return [each for start, end in intervals for each in range(start, end)]


def every_day(opens: int, closes: int) -> list[Hours]:
    return [Hours(weekday, opens, closes, LONG_AGO, None) for weekday in range(7)]


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return minute_number(datetime(year, month, day, hour, minute, tzinfo=UTC))


@given(places_and_days, minute_of_day, minute_of_day)
def test_the_clinic_is_open_exactly_while_the_clock_on_its_wall_says_so(
    place: tuple[str, date], opens: int, closes: int
) -> None:
    zone, day = place
    found = wall_minutes(zone, day, opens, closes)
    assert sorted(minutes(found)) == sorted(
        minute for minute, (_, wall) in walls(zone, day, day).items() if opens <= wall < closes
    )


@pytest.mark.parametrize(("zone", "day", "longer"), CHANGES + QUIET)
def test_the_pieces_of_a_date_are_all_of_it_once_and_know_its_wall_clock(
    zone: str, day: date, longer: int
) -> None:
    expected = {minute: wall for minute, (_, wall) in walls(zone, day, day).items()}
    found = [
        (minute, minute - piece.midnight)
        for piece in pieces(zone, day)
        for minute in range(piece.start, piece.end)
    ]
    assert dict(found) == expected
    assert len(found) == len(expected) == 1440 + longer
    assert found == sorted(found)


@given(st.dates(date(1975, 1, 1), date(2037, 12, 31)), st.data())
def test_every_date_of_every_zone_is_cut_into_its_own_minutes(
    day: date, data: st.DataObject
) -> None:
    zone = data.draw(st.timezone_keys(allow_prefix=False), "zone")
    expected = {minute: wall for minute, (_, wall) in walls(zone, day, day).items()}
    assert {
        minute: minute - piece.midnight
        for piece in pieces(zone, day)
        for minute in range(piece.start, piece.end)
    } == expected


@pytest.mark.parametrize(("zone", "day", "longer"), CHANGES + QUIET)
def test_a_date_reaches_from_its_first_minute_to_its_last(
    zone: str, day: date, longer: int
) -> None:
    start, end = day_bounds(zone, day)
    if longer == -1440:
        assert start == end
    else:
        of_the_day = walls(zone, day, day)
        assert (start, end) == (min(of_the_day), max(of_the_day) + 1)


def test_a_skipped_date_is_an_empty_stretch_at_the_moment_it_was_skipped() -> None:
    assert pieces(APIA, date(2011, 12, 30)) == ()
    moment = utc(2011, 12, 30, 10)
    assert day_bounds(APIA, date(2011, 12, 29))[1] == moment
    assert day_bounds(APIA, date(2011, 12, 30)) == (moment, moment)
    assert day_bounds(APIA, date(2011, 12, 31))[0] == moment


@pytest.mark.parametrize(
    ("zone", "day", "hours", "expected"),
    [
        # 1 to 2 am comes twice: 5 to 7 am UTC.
        (TORONTO, date(2026, 11, 1), (60, 120), [(utc(2026, 11, 1, 5), utc(2026, 11, 1, 7))]),
        # 2 to 3 am does not come.
        (TORONTO, date(2026, 3, 8), (120, 180), []),
        # 1 to 4 am is two hours long: 6 to 8 am UTC.
        (TORONTO, date(2026, 3, 8), (60, 240), [(utc(2026, 3, 8, 6), utc(2026, 3, 8, 8))]),
        # A quarter of the doubled hour is open twice, three quarters apart.
        (
            LONDON,
            date(2026, 10, 25),
            (75, 90),
            [
                (utc(2026, 10, 25, 0, 15), utc(2026, 10, 25, 0, 30)),
                (utc(2026, 10, 25, 1, 15), utc(2026, 10, 25, 1, 30)),
            ],
        ),
        # Half an hour: 1:30 to 2 am comes twice in April, 2 to 2:30 am not in October.
        (
            LORD_HOWE,
            date(2026, 4, 5),
            (90, 120),
            [(utc(2026, 4, 4, 14, 30), utc(2026, 4, 4, 15, 30))],
        ),
        (LORD_HOWE, date(2026, 10, 4), (120, 150), []),
        (KOLKATA, date(2026, 3, 8), (540, 600), [(utc(2026, 3, 8, 3, 30), utc(2026, 3, 8, 4, 30))]),
        (APIA, date(2011, 12, 30), (0, 1440), []),
    ],
)
def test_the_doubled_hour_is_open_twice_and_the_missing_hour_never(
    zone: str, day: date, hours: tuple[int, int], expected: list[Interval]
) -> None:
    rows = [Hours(day.weekday(), *hours, LONG_AGO, None)]
    assert open_minutes(zone, day, day, rows) == expected


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "expected"),
    [
        (LONG_AGO, None, [3, 10, 17]),
        # The first day a row holds is its own; the day it no longer holds is not.
        (date(2026, 6, 10), None, [10, 17]),
        (date(2026, 6, 11), None, [17]),
        (LONG_AGO, date(2026, 6, 10), [3]),
        (LONG_AGO, date(2026, 6, 11), [3, 10]),
        (date(2026, 6, 10), date(2026, 6, 11), [10]),
    ],
)
def test_a_row_holds_from_its_first_day_until_the_day_it_no_longer_holds(
    valid_from: date, valid_until: date | None, expected: list[int]
) -> None:
    wednesdays = [Hours(2, 540, 600, valid_from, valid_until)]
    found = open_minutes(LONDON, date(2026, 6, 1), date(2026, 6, 21), wednesdays)
    assert [instant_of(start).day for start, _ in found] == expected


def test_hours_until_midnight_go_on_in_hours_from_midnight() -> None:
    found = open_minutes(LONDON, date(2026, 3, 28), date(2026, 3, 29), every_day(0, 1440))
    assert found == [(utc(2026, 3, 28), utc(2026, 3, 29, 23))]


def test_dates_that_interleave_are_both_open_for_their_own_minutes() -> None:
    # At 0:01 on the 7th the clock goes back to 23:01 on the 6th.
    zone, saturday, sunday = ST_JOHNS, date(2010, 11, 6), date(2010, 11, 7)
    midnight = utc(2010, 11, 7, 2, 30)
    assert wall_minutes(zone, saturday, 1380, 1440) == [
        (midnight - 60, midnight),
        (midnight + 1, midnight + 60),
    ]
    assert wall_minutes(zone, sunday, 0, 60) == [
        (midnight, midnight + 1),
        (midnight + 60, midnight + 120),
    ]


@st.composite
def weeks(
    draw: st.DrawFn,
) -> tuple[str, date, date, list[Shift], list[Interval], list[tuple[date, date]]]:
    """Draw a zone, some dates, and a timetable with validity, time off and closed days around."""
    zone, middle = draw(places_and_days)
    first = middle - timedelta(days=draw(st.integers(0, 3)))
    last = first + timedelta(days=draw(st.integers(0, 8)))
    near = st.integers(-4, 12).map(lambda n: first + timedelta(days=n))
    # Rows may overlap: nothing is worked twice for that.
    shifts = [
        Shift(draw(st.integers(0, 6)), opens, closes, valid_from, valid_until)
        for opens, closes, valid_from, valid_until in draw(
            st.lists(
                st.tuples(
                    minute_of_day,
                    minute_of_day,
                    st.one_of(st.just(LONG_AGO), near),
                    st.one_of(st.none(), near),
                ).filter(lambda row: row[0] < row[1]),
                min_size=1,
                max_size=12,
            )
        )
    ]
    zero = minute_number(datetime(first.year, first.month, first.day, tzinfo=UTC))
    some_minute = st.integers(zero - 3000, zero + 9 * 1440 + 3000)
    away = draw(
        st.lists(
            st.tuples(some_minute, st.integers(1, 3000)).map(lambda off: (off[0], off[0] + off[1])),
            max_size=4,
        )
    )
    closed = draw(
        st.lists(st.tuples(near, near).filter(lambda pair: pair[0] <= pair[1]), max_size=2)
    )
    return zone, first, last, shifts, away, closed


@given(weeks())
@example((APIA, date(2011, 12, 28), date(2012, 1, 1), [Shift(4, 0, 1440, LONG_AGO)], [], []))
def test_somebody_works_exactly_the_minutes_their_timetable_says(
    week: tuple[str, date, date, list[Shift], list[Interval], list[tuple[date, date]]],
) -> None:
    zone, first, last, shifts, away, closed = week
    person = Person(tuple(shifts), 0, tuple(away))
    house = House(zone, {1: person}, (1,), 1, 0, 5, tuple(closed))
    found = open_minutes(
        zone,
        first,
        last,
        [
            Hours(shift.weekday, shift.opens, shift.closes, shift.valid_from, shift.valid_until)
            for shift in shifts
        ],
        away,
        closed,
    )
    assert minutes(found) == sorted(minutes_worked(house, person, first, last))
    assert is_normal(found)


def is_normal(intervals: Sequence[Interval]) -> bool:
    edges = [edge for interval in intervals for edge in interval]
    return all(one < other for one, other in pairwise(edges))


@given(st.integers(0, 70_000_000), st.integers(0, 59_999_999))
def test_an_instant_lies_in_the_minute_that_began_last(minute: int, microseconds: int) -> None:
    begins = instant_of(minute)
    assert begins == instant(minute)
    assert begins.utcoffset() == timedelta()
    assert minute_of(begins + timedelta(microseconds=microseconds)) == minute
    paris = (begins + timedelta(microseconds=microseconds)).astimezone(ZoneInfo("Europe/Paris"))
    assert minute_of(paris) == minute


def test_both_ends_belong_to_a_run_of_dates() -> None:
    assert days(date(2026, 2, 27), date(2026, 3, 1)) == [
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]
    assert days(date(2026, 3, 1), date(2026, 2, 28)) == []
