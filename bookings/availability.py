"""Open minus busy is when a session can start. Pure; all times are UTC minutes.

Nothing is laid out slot by slot: free stretches become stretches of *valid starts* for the
practitioner and for the rooms, the two are intersected, and the start grid is laid on the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat
from typing import NamedTuple

from clinic.intervals import Interval, chop, intersect, subtract, union
from clinic.opening import Piece, day_bounds, days, pieces


class Opening(NamedTuple):
    """A minute at which a session can start, and with whom."""

    minute: int
    practitioner: int


@dataclass(frozen=True, slots=True)
class Need:
    """What a session takes: its minutes, the room's turnover after it, the start grid."""

    minutes: int
    turnover: int
    grid: int


@dataclass(frozen=True, slots=True)
class Diary:
    """One practitioner's side: when they work, the pause they need, and what is taken.

    `open_` is in normal form. `busy` holds (start, end with pause) of each booking, in any order.
    """

    open_: Sequence[Interval]
    pause: int
    busy: Sequence[Interval] = field(default=())


def starts_for_practitioner(diary: Diary, need: Need) -> list[Interval]:
    """Return the stretches of minutes at which the practitioner could start a session.

    The session lies within their hours; the pause after it may run past closing but not into the
    next booking.
    """
    within = union((a, b - need.minutes + 1) for a, b in diary.open_)
    taken = need.minutes + diary.pause
    return subtract(within, union((a - taken + 1, b) for a, b in diary.busy))


def starts_for_rooms(
    rooms: Iterable[int], busy: Mapping[int, Sequence[Interval]], need: Need, span: Interval
) -> list[Interval]:
    """Return the stretches of minutes within `span` at which some room is free with its turnover.

    `busy` holds (start, end with turnover) of each room's bookings.
    """
    rooms = list(rooms)
    if not all(busy.get(room) for room in rooms):
        return [span]
    taken = need.minutes + need.turnover
    blocked: list[Interval] = [span]
    for room in rooms:
        # No start is blocked but where every room is: that is soon nowhere, and then we know.
        blocked = intersect(blocked, union((a - taken + 1, b) for a, b in busy[room]))
        if not blocked:
            break
    return subtract([span], blocked)


def free_rooms(
    rooms: Sequence[int], busy: Mapping[int, Sequence[Interval]], need: Need, start: int
) -> list[int]:
    """Return the rooms that are free for a session starting at a minute, in the order given."""
    end = start + need.minutes + need.turnover
    return [room for room in rooms if all(b <= start or end <= a for a, b in busy.get(room, ()))]


def on_grid(starts: Sequence[Interval], zone: str, dates: Iterable[date], grid: int) -> list[int]:
    """Return the minutes of `starts` whose local minute of the day is a multiple of `grid`."""
    found: list[int] = []
    index = 0
    # By time, not by date: where a clock goes back over midnight, two dates interleave.
    parts = (piece for day in dates for piece in pieces(zone, day))
    for piece in sorted(parts, key=lambda piece: piece.start):
        index = _lay(starts, index, piece, grid, found)
    return found


def _lay(starts: Sequence[Interval], index: int, piece: Piece, grid: int, found: list[int]) -> int:
    """Add the grid's minutes within one piece; return the first stretch not passed by it."""
    while index < len(starts):
        start, end = starts[index]
        if start >= piece.end:
            break
        low = max(start, piece.start)
        high = min(end, piece.end)
        if low < high:
            found.extend(range(low + (piece.midnight - low) % grid, high, grid))
        if end > piece.end:
            break
        index += 1
    return index


def openings(
    *,
    zone: str,
    first: date,
    last: date,
    earliest: int,
    need: Need,
    diaries: Mapping[int, Diary],
    rooms: Sequence[int],
    busy_rooms: Mapping[int, Sequence[Interval]],
) -> list[Opening]:
    """Return every opening on the local dates from `first` to `last` (both included).

    zone: name of the location's time zone. earliest: first minute that may be booked.
    diaries: practitioner id to their diary. rooms: ids of the location's rooms.
    Sorted by minute, then practitioner.
    """
    dates = days(first, last)
    if not dates or not rooms:
        return []
    span = max(day_bounds(zone, first)[0], earliest), day_bounds(zone, last)[1]
    if span[0] >= span[1]:
        return []
    roomy = starts_for_rooms(rooms, busy_rooms, need, span)
    found: list[Opening] = []
    for practitioner, diary in diaries.items():
        starts = intersect(chop(starts_for_practitioner(diary, need), *span), roomy)
        minutes = on_grid(starts, zone, dates, need.grid)
        found.extend(map(Opening, minutes, repeat(practitioner)))
    found.sort()
    return found
