"""Weekly wall-clock hours become open stretches of UTC minutes, right on both clock changes. Pure.

The wall clock of a date is read in pieces of one offset each: most days have one piece, a day on
which the clock changes has two. Within a piece, UTC and wall minutes differ by a constant, so the
hour that does not exist is never open and the hour that comes twice is open twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from clinic.intervals import Interval, subtract, union

DAY = 24 * 60
_EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a local date in which the offset does not change.

    `start` and `end` are UTC minutes; wall minute of the date = UTC minute - `midnight`, where
    `midnight` is the UTC minute at which the wall clock of this offset shows (or would show) 0:00.
    """

    start: int
    end: int
    midnight: int


@dataclass(frozen=True, slots=True)
class Hours:
    """One row of a weekly timetable: weekday 0 is Monday; minutes 0..1440 of the local day;
    `valid_until` is the first day it no longer holds, None for ever."""

    weekday: int
    starts_minute: int
    ends_minute: int
    valid_from: date
    valid_until: date | None


def minute_of(instant: datetime) -> int:
    """Return the whole UTC minute an aware instant lies in."""
    return int(instant.timestamp()) // 60


def instant_of(minute: int) -> datetime:
    """Return the aware UTC instant at which a minute begins."""
    return datetime.fromtimestamp(minute * 60, UTC)


@lru_cache(maxsize=20_000)
def pieces(zone: str, day: date) -> tuple[Piece, ...]:
    """Return the pieces of one offset that make up a local date, in order of time.

    Time zones change their offset at most once in 24 hours. A date that a zone skipped whole
    (Samoa, 30 December 2011) has no pieces.
    """
    tz = ZoneInfo(zone)
    first_minute = (day.toordinal() - _EPOCH_DAY) * DAY
    before = _offset(tz, first_minute - 26 * 60)
    found: list[Piece] = []
    # The offsets in force around the date, each with the UTC minutes it is in force.
    cursor = first_minute - 26 * 60
    last = first_minute + DAY + 26 * 60
    while cursor < last:
        change = _next_change(tz, cursor, last)
        midnight = first_minute - before
        start, end = max(cursor, midnight), min(change, midnight + DAY)
        if start < end:
            found.append(Piece(start, end, midnight))
        cursor = change
        before = _offset(tz, change)
    return tuple(found)


def _offset(tz: ZoneInfo, minute: int) -> int:
    delta = datetime.fromtimestamp(minute * 60, UTC).astimezone(tz).utcoffset()
    return int((delta or timedelta()).total_seconds()) // 60


def _next_change(tz: ZoneInfo, start: int, end: int) -> int:
    """Return the first minute after `start` with another offset, or `end` if there is none.

    Looks every two hours, then halves: no zone has kept an offset for less than that.
    """
    offset = _offset(tz, start)
    low = start
    while low < end:
        high = min(low + 120, end)
        if _offset(tz, high) != offset:
            while high - low > 1:
                middle = (low + high) // 2
                if _offset(tz, middle) == offset:
                    low = middle
                else:
                    high = middle
            return high
        low = high
    return end


def wall_minutes(zone: str, day: date, starts_minute: int, ends_minute: int) -> list[Interval]:
    """Return the UTC stretches in which the wall clock of `day` reads between two minutes."""
    found = []
    for piece in pieces(zone, day):
        start = max(piece.start, piece.midnight + starts_minute)
        end = min(piece.end, piece.midnight + ends_minute)
        if start < end:
            found.append((start, end))
    return found


def day_bounds(zone: str, day: date) -> Interval:
    """Return the UTC stretch from the first to after the last minute of a local date.

    A date a zone skipped is an empty stretch at the moment it was skipped.
    """
    parts = pieces(zone, day)
    if parts:
        return parts[0].start, parts[-1].end
    following = pieces(zone, day + timedelta(days=1))
    return following[0].start, following[0].start


def days(first: date, last: date) -> list[date]:
    """Return the dates from first to last, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def open_minutes(
    zone: str,
    first: date,
    last: date,
    hours: Sequence[Hours],
    closed: Iterable[Interval] = (),
    closed_days: Iterable[tuple[date, date]] = (),
) -> list[Interval]:
    """Return when someone with these weekly hours works from `first` to `last` (both included).

    `closed` are stretches of time off in UTC minutes; `closed_days` pairs of first and last local
    days that are shut whole. The result is in normal form.
    """
    shut = list(closed_days)
    weekly: list[list[Hours]] = [[], [], [], [], [], [], []]
    for row in hours:
        weekly[row.weekday].append(row)
    found: list[Interval] = []
    for day in days(first, last):
        rows = weekly[day.weekday()]
        if not rows or any(start <= day <= end for start, end in shut):
            continue
        for row in rows:
            if row.valid_from <= day and (row.valid_until is None or day < row.valid_until):
                found.extend(wall_minutes(zone, day, row.starts_minute, row.ends_minute))
    return subtract(union(found), union(closed))
