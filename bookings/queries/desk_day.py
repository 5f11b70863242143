"""A day of a location as the desk works on it: practitioners as columns, bookings as cards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from bookings.models import Booking
from clients.phases import Phase
from clinic.models import Location

Stretch = tuple[datetime, datetime]


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


def desk_day(location: Location, day: date, *, now: datetime) -> DeskDay:
    """Return a local day of a location (two queries). Whoever works or has a booking has a column."""
    raise NotImplementedError
