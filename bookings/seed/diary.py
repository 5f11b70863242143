"""Who works when in the demo clinic, and which sessions of its days are taken. Pure.

The clinic is made of houses: two locations with three and two rooms, and four practitioners who
go between them. A larger clinic has more houses. Everything follows from a seeded `Random`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from clinic.opening import pieces

BOOKINGS_A_PRACTITIONER = 5000
PRACTITIONERS = 4
ROOMS = (3, 2)  # of each of a house's two locations
DAYS_EACH_WAY = 730
SESSION, FIRST_VISIT, BREAK = 50, 80, 10

# Weekday -> which of the two locations. Never more people at a location than it has rooms.
WEEKS: tuple[dict[int, int], ...] = (
    {0: 0, 1: 0, 2: 0, 3: 1, 4: 0},
    {0: 1, 1: 1, 2: 0, 4: 0, 5: 1},
    {1: 0, 2: 1, 3: 0, 4: 1, 5: 0},
    {0: 0, 1: 1, 3: 0, 4: 1, 5: 1},
)
# Two stretches a day, in minutes of the local day; the gap is the break.
STRETCHES: tuple[tuple[tuple[int, int], ...], ...] = (
    ((540, 780), (840, 1080)),
    ((510, 750), (795, 1035)),
    ((600, 840), (900, 1140)),
    ((690, 930), (975, 1215)),
)
HOLIDAYS = ((1, 1), (7, 1), (12, 25), (12, 26))

_FULL = 0.8  # how much of a day that can always be filled is taken at most


class Slot(NamedTuple):
    """A session that fits a practitioner's day; places and rooms are numbered within the house."""

    practitioner: int
    place: int
    room: int
    minute: int  # UTC
    first_visit: bool


@dataclass(frozen=True, slots=True)
class House:
    """One house of the clinic: how many bookings it gets and who is away when.

    `away` has (practitioner, first Monday) of each week off.
    """

    number: int
    bookings: int
    away: frozenset[tuple[int, date]]


def houses(bookings: int, seed: int, today: date) -> list[House]:
    """Return the houses a clinic of so many bookings consists of."""
    people = max(PRACTITIONERS, -(-bookings // BOOKINGS_A_PRACTITIONER))
    count = -(-people // PRACTITIONERS)
    each, more = divmod(bookings, count)
    return [
        House(number, each + (number < more), _weeks_off(Random(f"{seed} away {number}"), today))
        for number in range(count)
    ]


def _weeks_off(random: Random, today: date) -> frozenset[tuple[int, date]]:
    """Two weeks a year for everybody, none of them about now: the demo shows all four."""
    monday = today - timedelta(days=today.weekday())
    return frozenset(
        (who, monday + timedelta(weeks=half * 26 + week))
        for who in range(PRACTITIONERS)
        for half in range(-4, 4)
        if not -2 <= half * 26 + (week := random.randrange(26)) <= 4
    )


def is_holiday(day: date) -> bool:
    return (day.month, day.day) in HOLIDAYS


def holidays(today: date) -> list[date]:
    """Return the days the whole clinic is shut, two years either side."""
    return [
        date(year, month, day)
        for year in range(today.year - 2, today.year + 3)
        for month, day in HOLIDAYS
    ]


def working(house: House, day: date) -> list[int]:
    """Return who of a house works on a day."""
    if is_holiday(day):
        return []
    monday = day - timedelta(days=day.weekday())
    return [
        who
        for who in range(PRACTITIONERS)
        if day.weekday() in WEEKS[who] and (who, monday) not in house.away
    ]


def quotas(house: House, today: date) -> dict[date, int]:
    """Return how many bookings each day gets: half behind, half ahead, thinning out with distance.

    The sum is the house's number of bookings; a day never gets more than certainly fit.
    """
    behind, ahead = house.bookings // 2, house.bookings - house.bookings // 2
    found: dict[date, int] = {}
    for total, offsets in (
        (ahead, range(DAYS_EACH_WAY + 1)),
        (behind, range(-1, -DAYS_EACH_WAY - 1, -1)),
    ):
        days = [today + timedelta(days=offset) for offset in offsets]
        room = [_certain(house, day) for day in days]
        found.update(_spread(total, days, room))
    return {day: found[day] for day in sorted(found) if found[day]}


def _certain(house: House, day: date) -> int:
    return sum(
        1 + (end - start - FIRST_VISIT) // (SESSION + BREAK)
        for who in working(house, day)
        for start, end in STRETCHES[who]
    )


def _spread(total: int, days: Sequence[date], room: Sequence[int]) -> Mapping[date, int]:
    """Spread a number over days, `room` at most on each, falling off by a half-life that fits."""
    low, high = 0.1, 100_000.0
    for _ in range(60):
        middle = math.sqrt(low * high)
        weight = sum(n * _FULL * math.exp(-i / middle) for i, n in enumerate(room))
        low, high = (middle, high) if weight < total else (low, middle)
    found: dict[date, int] = {}
    wanted, given = 0.0, 0
    for i, (day, most) in enumerate(zip(days, room, strict=True)):
        wanted += most * _FULL * math.exp(-i / high)
        found[day] = min(most, max(0, min(total, round(wanted)) - given))
        given += found[day]
    for day, most in zip(days, room, strict=True):
        more = min(total - given, most - found[day])
        found[day] += more
        given += more
    if given < total:
        raise ValueError("That many bookings do not fit a clinic of this size.")
    return found


def slots(house: House, day: date, zone: str, random: Random) -> list[Slot]:
    """Return the sessions a day could hold, by practitioner and time; none overlaps another."""
    midnight = pieces(zone, day)[-1].midnight  # clocks change before anybody works
    found: list[Slot] = []
    used = [0, 0]
    turn = day.toordinal()
    for who in working(house, day):
        place = WEEKS[who][day.weekday()]
        room = (used[place] + turn) % ROOMS[place]
        used[place] += 1
        for start, end in STRETCHES[who]:
            found.extend(
                Slot(who, place, room, midnight + minute, first)
                for minute, first in _laid(start, end, random)
            )
    return found


def _laid(start: int, end: int, random: Random) -> Iterator[tuple[int, bool]]:
    """Lay sessions into a stretch, in about every third a first visit among them."""
    with_first = random.random() < 0.36
    step = SESSION + BREAK
    count = 1 + (end - start - FIRST_VISIT) // step if with_first else (end - start + BREAK) // step
    first = random.randrange(count) if with_first else -1
    needed = count * step - BREAK + (FIRST_VISIT - SESSION if with_first else 0)
    minute = start + 15 * random.randrange((end - start - needed) // 15 + 1)
    for number in range(count):
        yield minute, number == first
        minute += (FIRST_VISIT if number == first else SESSION) + BREAK
