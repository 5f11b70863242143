"""A day of a location as the desk works on it: practitioners as columns, bookings as cards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F, OuterRef, Subquery

from bookings import lifecycle
from bookings.models import Booking, BookingChange
from clients.phases import Phase
from clinic.intervals import Interval, chop, subtract, union
from clinic.models import Location
from clinic.opening import day_bounds, instant_of, wall_minutes

Stretch = tuple[datetime, datetime]

# One row a fact, told apart by its first column, so that the day costs one round trip beside its
# bookings: hours with their practitioner, absences, closures, and the phases of treatments (at
# place 0 the consultation).
_FACTS = """
SELECT 'H', p.id, p.name, h.starts_minute, h.ends_minute
  FROM clinic_workinghours h JOIN clinic_practitioner p ON p.id = h.practitioner_id
 WHERE h.location_id = %(location)s AND h.weekday = %(weekday)s AND p.is_active
   AND h.valid_from <= %(day)s AND (h.valid_until IS NULL OR h.valid_until > %(day)s)
UNION ALL
SELECT 'T', t.practitioner_id, '', floor(date_part('epoch', t.starts_at) / 60)::int,
       ceil(date_part('epoch', t.ends_at) / 60)::int
  FROM clinic_timeoff t
 WHERE t.ends_at > %(from)s AND t.starts_at < %(until)s
UNION ALL
SELECT 'C', c.id, c.reason, 0, 0
  FROM clinic_closure c
 WHERE c.first_day <= %(day)s AND c.last_day >= %(day)s
   AND (c.location_id IS NULL OR c.location_id = %(location)s)
UNION ALL
SELECT 'F', f.treatment_id, f.kind, f.position, f.minutes FROM treatments_phase f
UNION ALL
SELECT 'F', t.id, '', 0, t.consultation_minutes
  FROM treatments_treatment t WHERE t.consultation_minutes > 0
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A phase of a session; `kind` is None for the consultation before it."""

    kind: Phase | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """One booking. `parts` fill starts_at to ends_at; none where the catalogue has changed since.

    The practitioner's pause lasts until `booking.practitioner_until`, the room's turnover until
    `booking.room_until`. `undo`: the uid of the change that can be taken back until `undo_until`.
    """

    booking: Booking
    parts: tuple[Part, ...]
    undo: UUID | None
    undo_until: datetime | None


@dataclass(slots=True)
class Column:
    """A practitioner's day: `open_` are their stretches of work here, clock changes and absences
    reckoned in; `away` the absences within the day. `cards` take time, `off` no longer do
    (cancelled, declined, did not come). All by time."""

    practitioner: int
    name: str
    open_: list[Stretch] = field(default_factory=list)
    away: list[Stretch] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    off: list[Card] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DeskDay:
    """`starts_at` and `ends_at` bound the local day (23 to 25 hours). `closures` are the reasons
    for which the location is shut ("" where none was given); `columns` are by name."""

    starts_at: datetime
    ends_at: datetime
    closures: list[str]
    columns: list[Column]


@dataclass(slots=True)
class _Facts:
    names: dict[int, str] = field(default_factory=dict)
    hours: dict[int, list[Interval]] = field(default_factory=dict)
    away: dict[int, list[Interval]] = field(default_factory=dict)
    closures: list[tuple[int, str]] = field(default_factory=list)
    phases: dict[int, list[tuple[int, str, int]]] = field(default_factory=dict)


def desk_day(location: Location, day: date, *, now: datetime) -> DeskDay:
    """Return a local day of a location (two queries). Whoever works or has a booking has a column."""
    start, end = day_bounds(location.time_zone, day)
    facts = _facts(location, day, (start, end))
    columns: dict[int, Column] = {}
    for who, name in facts.names.items():
        away = union(chop(facts.away.get(who, ()), start, end))
        works = union(
            piece
            for opens, closes in facts.hours[who]
            for piece in wall_minutes(location.time_zone, day, opens, closes)
        )
        columns[who] = Column(
            who,
            name,
            open_=[] if facts.closures else _instants(subtract(works, away)),
            away=_instants(away),
        )
    for booking in _bookings(location, (start, end), now):
        who = booking.practitioner_id
        column = columns.get(who)
        if column is None:
            away = union(chop(facts.away.get(who, ()), start, end))
            column = columns[who] = Column(who, booking.practitioner.name, away=_instants(away))
        card = _card(booking, facts.phases.get(booking.treatment_id, ()))
        (column.off if booking.status in lifecycle.DEAD else column.cards).append(card)
    return DeskDay(
        starts_at=instant_of(start),
        ends_at=instant_of(end),
        closures=[reason for _id, reason in sorted(facts.closures)],
        columns=sorted(columns.values(), key=lambda column: (column.name, column.practitioner)),
    )


def _facts(location: Location, day: date, span: Interval) -> _Facts:
    with connection.cursor() as cursor:
        cursor.execute(
            _FACTS,
            {
                "location": location.pk,
                "weekday": day.weekday(),
                "day": day,
                "from": instant_of(span[0]),
                "until": instant_of(span[1]),
            },
        )
        rows = cursor.fetchall()
    found = _Facts()
    for kind, key, text, a, b in rows:
        if kind == "H":
            found.names[key] = text
            found.hours.setdefault(key, []).append((a, b))
        elif kind == "T":
            found.away.setdefault(key, []).append((a, b))
        elif kind == "C":
            found.closures.append((key, text))
        else:
            found.phases.setdefault(key, []).append((a, text, b))
    return found


def _bookings(location: Location, span: Interval, now: datetime) -> Iterable[Booking]:
    newest = BookingChange.objects.filter(
        booking=OuterRef("pk"),
        sequence=OuterRef("sequence"),
        undone_at__isnull=True,
        until__gt=now,
    )
    return (
        Booking.objects.filter(
            room__location=location,
            starts_at__gte=instant_of(span[0]),
            starts_at__lt=instant_of(span[1]),
        )
        .exclude(status__in=(lifecycle.HELD, lifecycle.EXPIRED))
        .select_related("client", "practitioner", "room")
        .annotate(
            undo=Subquery(newest.values("uid")[:1]),
            undo_until=Subquery(newest.values("until")[:1]),
        )
        .order_by(F("starts_at"), F("pk"))
    )


def _card(booking: Booking, phases: Sequence[tuple[int, str, int]]) -> Card:
    parts: list[Part] = []
    at = booking.starts_at
    for _position, kind, minutes in sorted(phases):
        until = at + timedelta(minutes=minutes)
        parts.append(Part(Phase(kind) if kind else None, at, until))
        at = until
    return Card(
        booking=booking,
        parts=tuple(parts) if at == booking.ends_at else (),
        undo=getattr(booking, "undo", None),
        undo_until=getattr(booking, "undo_until", None),
    )


def _instants(stretches: Iterable[Interval]) -> list[Stretch]:
    return [(instant_of(start), instant_of(end)) for start, end in stretches]
