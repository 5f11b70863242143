"""Clinics made up at random: timetables, absences, rooms and bookings around odd days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from tests.bookings.oracle import House, Person, Session, Shift, at, minute_of
from tests.clinic.clock_changes import places_and_days

LONG_AGO = date(1960, 1, 1)
GRIDS = (5, 10, 15, 20, 30, 60)
LONGEST = 12 * 60

# Mostly times people would choose, so that one thing often ends where the next begins.
minute_of_day = st.one_of(
    st.sampled_from([0, 60, 120, 540, 720, 780, 1020, 1380, 1440]),
    st.integers(0, 1440 // 5).map(lambda five: five * 5),
    st.integers(0, 1440),
)
length = st.one_of(st.just(50), st.integers(1, 24).map(lambda five: five * 5), st.integers(1, 180))
gap = st.one_of(st.sampled_from([0, 10]), st.integers(0, 30))


@dataclass(frozen=True)
class Scene:
    """A house, the dates that are asked for, and the first instant that may be booked."""

    house: House
    first: date
    last: date
    earliest: datetime


@st.composite
def shifts_of(draw: st.DrawFn, first: date, last: date) -> tuple[Shift, ...]:
    """Draw hours for each weekday of some dates; on one weekday no two rows overlap."""
    near = st.integers(-2, 5).map(lambda days: first + timedelta(days=days))
    found = []
    for days in range((last - first).days + 1):
        day = first + timedelta(days=days)
        edges = sorted(draw(st.lists(minute_of_day, max_size=6, unique=True)))
        for opens, closes in zip(edges[::2], edges[1::2], strict=False):
            valid_from = draw(st.one_of(st.just(LONG_AGO), st.just(LONG_AGO), near))
            valid_until = draw(st.one_of(st.none(), st.none(), near))
            if valid_until is not None and valid_until <= valid_from:
                valid_until = None
            found.append(Shift(day.weekday(), opens, closes, valid_from, valid_until))
    return tuple(found)


def _clash(one: Session, other: Session) -> bool:
    same_person = one.practitioner == other.practitioner and (
        one.starts < other.practitioner_until and other.starts < one.practitioner_until
    )
    same_room = one.room == other.room and (
        one.starts < other.room_until and other.starts < one.room_until
    )
    return same_person or same_room


def orderly(sessions: list[Session]) -> tuple[Session, ...]:
    """Return the sessions without those that clash with one before them in the list."""
    kept: list[Session] = []
    for session in sessions:
        if not any(_clash(session, other) for other in kept):
            kept.append(session)
    return tuple(kept)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Draw a scene. Bookings may clash (pass them through `orderly` for the database)."""
    zone, middle = draw(places_and_days)
    first = middle - timedelta(days=draw(st.integers(0, 2)))
    last = first + timedelta(days=draw(st.integers(0, 2)))
    zero = minute_of(datetime(first.year, first.month, first.day, tzinfo=UTC)) - 16 * 60
    end = minute_of(datetime(last.year, last.month, last.day, tzinfo=UTC)) + 40 * 60
    some_minute = st.one_of(
        st.integers(zero // 5, end // 5).map(lambda five: five * 5), st.integers(zero, end)
    )
    people = {
        who: Person(
            draw(shifts_of(first, last + timedelta(days=1))),
            draw(gap),
            tuple(
                (starts, starts + minutes)
                for starts, minutes in draw(
                    st.lists(st.tuples(some_minute, st.integers(1, 900)), max_size=2)
                )
            ),
        )
        for who in range(1, draw(st.integers(1, 3)) + 1)
    }
    rooms = tuple(range(1, draw(st.integers(1, 3)) + 1))
    near = st.integers(-1, 4).map(lambda days: first + timedelta(days=days))
    closed = draw(st.lists(st.tuples(near, st.integers(0, 1)), max_size=1))
    # Also people and rooms of elsewhere; and now and then a very long booking.
    session = st.builds(
        lambda starts, minutes, pause, turnover, who, room: Session(
            starts, min(minutes, LONGEST - max(pause, turnover)), pause, turnover, who, room
        ),
        some_minute,
        st.one_of(length, length, st.integers(1, LONGEST)),
        gap,
        gap,
        st.sampled_from([*people, *people, 99]),
        st.sampled_from([*rooms, *rooms, 99]),
    )
    house = House(
        zone=zone,
        people=people,
        rooms=rooms,
        minutes=draw(length),
        turnover=draw(gap),
        grid=draw(st.sampled_from(GRIDS)),
        closed=tuple((day, day + timedelta(days=more)) for day, more in closed),
        sessions=tuple(draw(st.lists(session, max_size=12))),
    )
    earliest = at(draw(st.one_of(st.just(zero), some_minute))) + timedelta(
        microseconds=draw(st.sampled_from([0, 0, 1, 30_000_000]))
    )
    return Scene(house, first, last, earliest)
