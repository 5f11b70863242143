"""What can be booked, worked out the slow and plain way: minute by minute, by the wall clock.

Shares no code with the engine. Every minute of a window is turned into what the clock on the
clinic's wall shows, and a rule is asked of each minute; there are no intervals, no offsets and no
sums across a clock change. Minutes are counted from 1970-01-01 00:00 UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(minute: int) -> datetime:
    return EPOCH + minute * MINUTE


def minute_of(instant: datetime) -> int:
    """Return the minute an instant lies in."""
    return (instant - EPOCH) // MINUTE


@dataclass(frozen=True)
class Shift:
    """One row of a weekly timetable, as the clinic writes it down."""

    weekday: int
    opens: int
    closes: int
    valid_from: date
    valid_until: date | None = None

    def covers(self, day: date, minute_of_day: int) -> bool:
        return (
            day.weekday() == self.weekday
            and self.opens <= minute_of_day < self.closes
            and self.valid_from <= day
            and (self.valid_until is None or day < self.valid_until)
        )


@dataclass(frozen=True)
class Session:
    """A booking: the minute it starts, its own minutes, and what follows for whom and where."""

    starts: int
    minutes: int
    pause: int
    turnover: int
    practitioner: int
    room: int

    @property
    def practitioner_until(self) -> int:
        return self.starts + self.minutes + self.pause

    @property
    def room_until(self) -> int:
        return self.starts + self.minutes + self.turnover


@dataclass(frozen=True)
class Person:
    shifts: tuple[Shift, ...]
    pause: int
    away: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class House:
    """One location with all that decides when a session of `minutes` can start there."""

    zone: str
    people: dict[int, Person]
    rooms: tuple[int, ...]
    minutes: int
    turnover: int
    grid: int
    closed: tuple[tuple[date, date], ...] = ()
    sessions: tuple[Session, ...] = field(default=())

    def with_session(self, session: Session) -> House:
        return replace(self, sessions=(*self.sessions, session))


@lru_cache(maxsize=64)
def walls(zone: str, first: date, last: date) -> dict[int, tuple[date, int]]:
    """Return minute -> (date, minute of the day) on the wall clock, for each minute of some dates.

    Walks two days further on both sides, so that no zone's dates are cut.
    """
    tz = ZoneInfo(zone)
    begin = minute_of(datetime(first.year, first.month, first.day, tzinfo=UTC)) - 2 * 1440
    end = minute_of(datetime(last.year, last.month, last.day, tzinfo=UTC)) + 3 * 1440
    found = {}
    for minute in range(begin, end):
        wall = at(minute).astimezone(tz)
        if first <= wall.date() <= last:
            found[minute] = (wall.date(), wall.hour * 60 + wall.minute)
    return found


def open_minutes(house: House, person: Person, first: date, last: date) -> set[int]:
    """Return each minute of the dates in which someone works."""
    away = {minute for starts, ends in person.away for minute in range(starts, ends)}
    by_day: dict[date, list[Shift]] = {}
    day = first
    while day <= last:
        if not any(begin <= day <= end for begin, end in house.closed):
            by_day[day] = [shift for shift in person.shifts if shift.covers(day, shift.opens)]
        day += timedelta(days=1)
    return {
        minute
        for minute, (day, minute_of_day) in walls(house.zone, first, last).items()
        if minute not in away
        and any(shift.covers(day, minute_of_day) for shift in by_day.get(day, ()))
    }


def free_rooms(house: House, starts: int) -> list[int]:
    """Return the rooms where a session and its turnover fit in between the others."""
    wanted = set(range(starts, starts + house.minutes + house.turnover))
    return [
        room
        for room in house.rooms
        if not any(
            not wanted.isdisjoint(range(session.starts, session.room_until))
            for session in house.sessions
            if session.room == room
        )
    ]


def openings(house: House, first: date, last: date, earliest: datetime) -> list[tuple[int, int]]:
    """Return (minute, practitioner) of every start on the dates `first` to `last`, both included."""
    on_the_dates = walls(house.zone, first, last)
    taken_rooms: dict[int, set[int]] = {room: set() for room in house.rooms}
    taken_people: dict[int, set[int]] = {who: set() for who in house.people}
    for session in house.sessions:
        if session.room in taken_rooms:
            taken_rooms[session.room].update(range(session.starts, session.room_until))
        if session.practitioner in taken_people:
            taken_people[session.practitioner].update(
                range(session.starts, session.practitioner_until)
            )
    # A session may begin before midnight of the last date and end after it.
    working = {
        who: open_minutes(house, person, first, last + timedelta(days=1))
        for who, person in house.people.items()
    }
    found = []
    for minute, (_day, minute_of_day) in sorted(on_the_dates.items()):
        if minute_of_day % house.grid or at(minute) < earliest:
            continue
        room_needs = range(minute, minute + house.minutes + house.turnover)
        if not any(taken.isdisjoint(room_needs) for taken in taken_rooms.values()):
            continue
        for who, person in sorted(house.people.items()):
            session = range(minute, minute + house.minutes)
            with_pause = range(minute, minute + house.minutes + person.pause)
            if working[who].issuperset(session) and taken_people[who].isdisjoint(with_pause):
                found.append((minute, who))
    return found
