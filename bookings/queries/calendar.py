"""The engine's inputs in three queries, and the openings they give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from bookings import availability, lifecycle
from bookings.availability import Diary, Opening
from bookings.errors import (
    CannotStart,
    InPast,
    NotOpen,
    OffGrid,
    Rule,
    ShortNotice,
    TooFarAhead,
)
from bookings.queries.catalogue import Offering
from clinic.intervals import Interval
from clinic.models import Location
from clinic.models.places import LONGEST_BOOKING_HOURS
from clinic.opening import Hours, day_bounds, instant_of, minute_of, open_minutes, pieces
from clinic.prepared import Prepared

_EPOCH = date(1970, 1, 1)
_DEAD = ", ".join(f"'{status}'" for status in lifecycle.DEAD)

# One row a fact, told apart by its first column, so that the timetable costs one round trip.
_TIMETABLE = Prepared("""
SELECT 'P', p.id, p.pause_minutes, 0, 0, 0, NULL
  FROM clinic_practitioner p JOIN treatments_offer o ON o.practitioner_id = p.id
 WHERE o.treatment_id = %(treatment)s AND p.is_active
   AND (%(practitioner)s::int IS NULL OR p.id = %(practitioner)s)
UNION ALL
SELECT 'H', h.practitioner_id, h.weekday, h.starts_minute, h.ends_minute,
       h.valid_from - DATE '1970-01-01', h.valid_until - DATE '1970-01-01'
  FROM clinic_workinghours h
 WHERE h.location_id = %(location)s AND h.valid_from <= %(last)s
   AND (h.valid_until IS NULL OR h.valid_until > %(first)s)
   AND (%(practitioner)s::int IS NULL OR h.practitioner_id = %(practitioner)s)
UNION ALL
SELECT 'T', t.practitioner_id, floor(date_part('epoch', t.starts_at) / 60)::int,
       ceil(date_part('epoch', t.ends_at) / 60)::int, 0, 0, NULL
  FROM clinic_timeoff t
 WHERE t.ends_at > %(from)s AND t.starts_at < %(until)s
   AND (%(practitioner)s::int IS NULL OR t.practitioner_id = %(practitioner)s)
UNION ALL
SELECT 'C', 0, c.first_day - DATE '1970-01-01', c.last_day - DATE '1970-01-01', 0, 0, NULL
  FROM clinic_closure c
 WHERE c.last_day >= %(first)s AND c.first_day <= %(last)s
   AND (c.location_id IS NULL OR c.location_id = %(location)s)
UNION ALL
SELECT 'R', r.id, 0, 0, 0, 0, NULL
  FROM clinic_room r WHERE r.location_id = %(location)s AND r.is_active
""")

# The busy ranges, in whole UTC minutes around them, from the covering indexes. A hold counts until
# it expires, and never against the attempt it belongs to.
_TAKEN = """
SELECT {who}, floor(date_part('epoch', starts_at) / 60)::int,
       ceil(date_part('epoch', {until}) / 60)::int
  FROM bookings_booking
 WHERE {who} = ANY(%(ids)s) AND starts_at >= %(back)s AND starts_at < %(until)s
   AND NOT (status IN ({dead}))
   AND (hold_expires_at IS NULL
        OR (hold_expires_at > %(now)s AND attempt IS DISTINCT FROM %(attempt)s::uuid))
"""
# What staff freed a moment ago counts for the public while staff may take that back.
_FREED = """
SELECT {who}, floor(date_part('epoch', starts_at) / 60)::int,
       ceil(date_part('epoch', {until}) / 60)::int
  FROM bookings_bookingchange
 WHERE {who} = ANY(%(ids)s) AND starts_at >= %(back)s AND starts_at < %(until)s
   AND frees AND undone_at IS NULL AND until > %(now)s
"""
_WHO = {
    "practitioner": {"who": "practitioner_id", "until": "practitioner_until", "dead": _DEAD},
    "room": {"who": "room_id", "until": "room_until", "dead": _DEAD},
}


def _busy_sql(whose: str, *, for_staff: bool, but: bool) -> str:
    taken = _TAKEN + (" AND id <> %(but)s" if but else "")
    freed = _FREED + (" AND booking_id <> %(but)s" if but else "")
    parts = [taken] if for_staff else [taken, freed]
    return " UNION ALL ".join(parts).format(**_WHO[whose])


# The statements by whose ranges, whether for staff, and whether one booking is left out.
BUSY = {
    (whose, for_staff, but): Prepared(_busy_sql(whose, for_staff=for_staff, but=but))
    for whose in _WHO
    for for_staff in (False, True)
    for but in (False, True)
}


@dataclass(slots=True)
class Timetable:
    """Who offers a treatment at a location and when they work there; its rooms and closed days."""

    pauses: dict[int, int] = field(default_factory=dict)
    open_: dict[int, list[Interval]] = field(default_factory=dict)
    rooms: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Calendar:
    """Everything the engine needs about some local days of one location."""

    zone: str
    first: date
    last: date
    diaries: dict[int, Diary]
    rooms: list[int]
    busy_rooms: dict[int, list[Interval]]

    def openings(self, offering: Offering, earliest: int) -> list[Opening]:
        """Return the openings from the minute `earliest` on, by minute, then practitioner."""
        return availability.openings(
            zone=self.zone,
            first=self.first,
            last=self.last,
            earliest=earliest,
            need=offering.need,
            diaries=self.diaries,
            rooms=self.rooms,
            busy_rooms=self.busy_rooms,
        )


def read_timetable(
    offering: Offering, location: Location, practitioner: int | None, first: date, last: date
) -> Timetable:
    """Return the timetable of some local days, both included (one query).

    Its open stretches go on to the end of the day after, for sessions over midnight.
    """
    zone = location.time_zone
    last += timedelta(days=1)
    start, end = day_bounds(zone, first)[0], day_bounds(zone, last)[1]
    rows = _TIMETABLE.rows(
        {
            "treatment": offering.id,
            "practitioner": practitioner,
            "location": location.pk,
            "first": first,
            "last": last,
            "from": instant_of(start),
            "until": instant_of(end),
        }
    )
    found = Timetable()
    hours: dict[int, list[Hours]] = {}
    away: dict[int, list[Interval]] = {}
    closed: list[tuple[date, date]] = []
    for kind, who, a, b, c, d, e in rows:
        if kind == "P":
            found.pauses[who] = a
        elif kind == "H":
            until = None if e is None else _EPOCH + timedelta(days=e)
            hours.setdefault(who, []).append(Hours(a, b, c, _EPOCH + timedelta(days=d), until))
        elif kind == "T":
            away.setdefault(who, []).append((a, b))
        elif kind == "C":
            closed.append((_EPOCH + timedelta(days=a), _EPOCH + timedelta(days=b)))
        else:
            found.rooms.append(who)
    found.rooms.sort()
    for who in sorted(found.pauses):
        if who in hours:
            found.open_[who] = open_minutes(
                zone, first, last, hours[who], away.get(who, ()), closed
            )
    return found


def _busy(
    whose: str,
    ids: Sequence[int],
    span: Interval,
    now: datetime,
    attempt: UUID | None,
    but: int | None,
    for_staff: bool,
) -> dict[int, list[Interval]]:
    rows = BUSY[whose, for_staff, but is not None].rows(
        {
            "ids": list(ids),
            "back": instant_of(span[0]) - timedelta(hours=LONGEST_BOOKING_HOURS),
            "until": instant_of(span[1]) + timedelta(hours=LONGEST_BOOKING_HOURS),
            "now": now,
            "attempt": attempt,
            "but": but,
        }
    )
    found: dict[int, list[Interval]] = {}
    for who, start, end in rows:
        found.setdefault(who, []).append((start, end))
    return found


def read(
    *,
    now: datetime,
    offering: Offering,
    location: Location,
    practitioner: int | None = None,
    first: date,
    last: date,
    attempt: UUID | None = None,
    except_booking: int | None = None,
    for_staff: bool = False,
) -> Calendar:
    """Return the calendar of some local days, both included (three queries).

    practitioner: an id, or None for everybody who offers the treatment there. attempt: whose hold
    does not count as busy. except_booking: the booking that is being moved. for_staff: what staff
    freed a moment ago is free, and people without hours there in those days have a diary too.
    """
    table = read_timetable(offering, location, practitioner, first, last)
    if for_staff:
        table.open_ = {who: table.open_.get(who, []) for who in sorted(table.pauses)}
    return with_busy(
        table,
        now=now,
        zone=location.time_zone,
        first=first,
        last=last,
        attempt=attempt,
        except_booking=except_booking,
        for_staff=for_staff,
    )


def with_busy(
    table: Timetable,
    *,
    now: datetime,
    zone: str,
    first: date,
    last: date,
    attempt: UUID | None = None,
    except_booking: int | None = None,
    for_staff: bool = False,
) -> Calendar:
    """Return a timetable's calendar with what is taken, read in new statements (two queries)."""
    span = day_bounds(zone, first)[0], day_bounds(zone, last)[1]
    people = list(table.open_)
    busy = _busy("practitioner", people, span, now, attempt, except_booking, for_staff)
    return Calendar(
        zone=zone,
        first=first,
        last=last,
        diaries={
            who: Diary(table.open_[who], table.pauses[who], busy.get(who, ())) for who in people
        },
        rooms=table.rooms,
        busy_rooms=_busy("room", table.rooms, span, now, attempt, except_booking, for_staff),
    )


def openings(
    *,
    now: datetime,
    offering: Offering,
    location: Location,
    practitioner: int | None = None,
    first: date,
    last: date,
    attempt: UUID | None = None,
    except_booking: int | None = None,
    for_staff: bool = False,
) -> list[Opening]:
    """Return what the public can book at `now` on the local days `first` to `last`, both included.

    Notice and horizon of the offering's policy apply, but not `for_staff`. Three queries.
    """
    policy = offering.policy
    first = max(first, now.astimezone(location.zone).date())
    if not for_staff:
        last = min(last, policy.last_day(now, location.zone))
    if first > last:
        return []
    return read(
        now=now,
        offering=offering,
        location=location,
        practitioner=practitioner,
        first=first,
        last=last,
        attempt=attempt,
        except_booking=except_booking,
        for_staff=for_staff,
    ).openings(offering, math.ceil((now if for_staff else policy.earliest(now)).timestamp() / 60))


def nearest(
    starts_at: datetime,
    *,
    now: datetime,
    offering: Offering,
    location: Location,
    practitioner: int | None = None,
    attempt: UUID | None = None,
    except_booking: int | None = None,
    for_staff: bool = False,
    most: int = 3,
) -> list[Opening]:
    """Return the openings nearest to an instant, in order of time: within a week either side, with
    the practitioner asked for first and with others where that leaves room."""
    day = max(starts_at.astimezone(location.zone).date(), now.astimezone(location.zone).date())
    minute = minute_of(starts_at)
    if not for_staff:
        # A request beyond the horizon is answered with what lies at the end of it.
        day = min(day, offering.policy.last_day(now, location.zone))
    found = openings(
        now=now,
        offering=offering,
        location=location,
        first=day - timedelta(days=7),
        last=day + timedelta(days=7),
        attempt=attempt,
        except_booking=except_booking,
        for_staff=for_staff,
    )
    one_a_minute: dict[int, Opening] = {}
    for opening in sorted(found, key=lambda opening: opening.practitioner != practitioner):
        one_a_minute.setdefault(opening.minute, opening)
    best = sorted(
        one_a_minute.values(),
        key=lambda opening: (
            practitioner is not None and opening.practitioner != practitioner,
            abs(opening.minute - minute),
        ),
    )
    return sorted(best[:most])


def check_start(
    starts_at: datetime, *, now: datetime, offering: Offering, location: Location
) -> None:
    """Raise what the policy says against a start, before anybody's diary is looked at.

    Raises InPast, ShortNotice, TooFarAhead or OffGrid.
    """
    zone = location.zone
    if starts_at < now:
        raise InPast
    if starts_at < offering.policy.earliest(now):
        raise ShortNotice
    day = starts_at.astimezone(zone).date()
    if day > offering.policy.last_day(now, zone):
        raise TooFarAhead
    if not _on_grid(starts_at, offering.policy.grid_minutes, location):
        raise OffGrid


def rules_against(
    starts_at: datetime, *, now: datetime, offering: Offering, location: Location
) -> list[Rule]:
    """Return the rules for the public that a start breaks and staff may pass; hours are looked at
    with the diaries. Raises InPast for a day before today."""
    zone, policy = location.zone, offering.policy
    day = starts_at.astimezone(zone).date()
    if day < now.astimezone(zone).date():
        raise InPast
    found = []
    if minute_of(starts_at) < minute_of(now):
        found.append(Rule.PAST)
    elif starts_at < policy.earliest(now):
        found.append(Rule.NOTICE)
    if day > policy.last_day(now, zone):
        found.append(Rule.HORIZON)
    if not _on_grid(starts_at, policy.grid_minutes, location):
        found.append(Rule.GRID)
    return found


def _on_grid(starts_at: datetime, grid: int, location: Location) -> bool:
    """Return whether the wall clock shows a whole multiple of the grid, to the second. Raises
    NotOpen for an instant that no date of the place has."""
    minute = minute_of(starts_at)
    for piece in pieces(location.time_zone, starts_at.astimezone(location.zone).date()):
        if piece.start <= minute < piece.end:
            return (minute - piece.midnight) % grid == 0 and instant_of(minute) == starts_at
    raise NotOpen


__all__ = ["Calendar", "CannotStart", "Timetable", "check_start", "nearest", "openings", "read"]
