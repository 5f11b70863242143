"""Finding a practitioner and a room for a start, with the locks held that keep them free.

Every write that takes time off the calendar (hold, book, move) goes through `place`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils.translation import gettext_lazy as _

from bookings import availability, locks
from bookings.constraints import is_lost_race
from bookings.errors import NotOffered, NotOpen, SlotTaken
from bookings.queries import calendar
from bookings.queries.catalogue import Offering
from clinic.models import Location
from clinic.opening import minute_of
from clinic.prepared import Prepared

_CANDIDATES = Prepared("""
SELECT 'R', id FROM clinic_room WHERE location_id = %(location)s AND is_active
UNION ALL
SELECT DISTINCT 'P', p.id
  FROM clinic_practitioner p
  JOIN treatments_offer o ON o.practitioner_id = p.id AND o.treatment_id = %(treatment)s
  JOIN clinic_workinghours h ON h.practitioner_id = p.id AND h.location_id = %(location)s
 WHERE p.is_active AND (%(practitioner)s::int IS NULL OR p.id = %(practitioner)s)
""")


_EXPIRE = Prepared("""
UPDATE bookings_booking SET status = 'EXPIRED', changed_at = %(now)s
 WHERE status = 'HELD'
   AND (attempt = %(attempt)s::uuid
        OR (hold_expires_at <= %(now)s
            AND (practitioner_id = ANY(%(practitioners)s) OR room_id = ANY(%(rooms)s))))
""")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants: a treatment at a location, with a practitioner (an id, or None for
    anybody), at an instant."""

    offering: Offering
    location: Location
    practitioner: int | None
    starts_at: datetime

    def __post_init__(self) -> None:
        if self.starts_at.utcoffset() is None:
            raise ValueError("A start must say its offset: a wall clock alone names no instant.")


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who and which rooms a wish could be granted with: what has to be locked."""

    practitioners: list[int]
    rooms: list[int]


@dataclass(frozen=True, slots=True)
class Place:
    """Who and where, and until when each is taken. `in_hours`: they work there then."""

    practitioner: int
    room: int
    starts_at: datetime
    ends_at: datetime
    practitioner_until: datetime
    room_until: datetime
    in_hours: bool = True


@contextmanager
def won_or_nearest(
    wish: Wish,
    *,
    now: datetime,
    attempt: UUID | None = None,
    except_booking: int | None = None,
    for_staff: bool = False,
) -> Iterator[None]:
    """Run the block in one transaction. If somebody else was faster, raise SlotTaken with the
    nearest openings, read after the transaction is rolled back."""
    try:
        with transaction.atomic():
            yield
    except SlotTaken as taken:
        lost: Exception = taken
    except DatabaseError as error:
        if not is_lost_race(error):
            raise
        lost = error
    else:
        return
    raise SlotTaken(
        calendar.nearest(
            wish.starts_at,
            now=now,
            offering=wish.offering,
            location=wish.location,
            practitioner=wish.practitioner,
            attempt=attempt,
            except_booking=except_booking,
            for_staff=for_staff,
        )
    ) from lost


def candidates(wish: Wish) -> Candidates:
    """Return whom and what to lock for a wish (one query).

    Raises NotOffered when the practitioner doesn't offer the treatment at the location.
    """
    rows = _CANDIDATES.rows(
        {
            "location": wish.location.pk,
            "treatment": wish.offering.id,
            "practitioner": wish.practitioner,
        }
    )
    found = Candidates(
        practitioners=sorted(key for kind, key in rows if kind == "P"),
        rooms=sorted(key for kind, key in rows if kind == "R"),
    )
    if not found.practitioners or not found.rooms:
        raise NotOffered(
            "practitioner",
            _("This session is not offered there. Please choose another practitioner or place."),
        )
    return found


def lock(found: Candidates, *, now: datetime, attempt: UUID | None) -> None:
    """Take the locks of a wish: practitioners, then rooms, each ascending. Then expire the holds
    that no longer count but would still meet the exclusion constraints: stale ones of these
    practitioners and rooms, and whatever this attempt holds (one query)."""
    _EXPIRE.rows(
        {
            "now": now,
            "practitioners": found.practitioners,
            "rooms": found.rooms,
            "attempt": attempt,
        },
        after=locks.statement(practitioners=found.practitioners, rooms=found.rooms),
    )


def place(
    wish: Wish,
    found: Candidates,
    *,
    now: datetime,
    attempt: UUID | None = None,
    except_booking: int | None = None,
    for_staff: bool = False,
    room: int | None = None,
) -> Place:
    """Decide afresh, with the locks held, who and which room serve a wish (three queries).

    Of several practitioners the one with the fewest bookings that day is chosen; `room` is taken
    where it is free. for_staff: somebody who doesn't work then is chosen where nobody does.
    Raises NotOpen where nobody works then, SlotTaken where everybody or every room is taken.
    """
    offering, zone = wish.offering, wish.location.zone
    day = wish.starts_at.astimezone(zone).date()
    read = calendar.read(
        now=now,
        offering=offering,
        location=wish.location,
        practitioner=wish.practitioner,
        first=day,
        last=day,
        attempt=attempt,
        except_booking=except_booking,
        for_staff=for_staff,
    )
    minute = minute_of(wish.starts_at)
    need = offering.need
    known = [who for who in found.practitioners if who in read.diaries]
    working = [who for who in known if _works(read.diaries[who], need, minute)]
    if not working and not (for_staff and known):
        raise NotOpen
    free = [who for who in working or known if _is_free(read.diaries[who], need, minute)]
    rooms = availability.free_rooms(read.rooms, read.busy_rooms, need, minute)
    if not free or not rooms:
        raise SlotTaken
    chosen = min(free, key=lambda who: (len(read.diaries[who].busy), who))
    ends_at = wish.starts_at + timedelta(minutes=offering.minutes)
    return Place(
        practitioner=chosen,
        room=room if room in rooms else rooms[0],
        starts_at=wish.starts_at,
        ends_at=ends_at,
        practitioner_until=ends_at + timedelta(minutes=read.diaries[chosen].pause),
        room_until=ends_at + timedelta(minutes=offering.turnover),
        in_hours=bool(working),
    )


def _works(diary: availability.Diary, need: availability.Need, minute: int) -> bool:
    bare = availability.Diary(diary.open_, diary.pause)
    return any(a <= minute < b for a, b in availability.starts_for_practitioner(bare, need))


def _is_free(diary: availability.Diary, need: availability.Need, minute: int) -> bool:
    until = minute + need.minutes + diary.pause
    return all(b <= minute or until <= a for a, b in diary.busy)


def promise(wish: Wish, place: Place) -> dict[str, object]:
    """Return the columns of a booking that say when, with whom, where, and what was promised."""
    offering = wish.offering
    return {
        "treatment_id": offering.id,
        "practitioner_id": place.practitioner,
        "room_id": place.room,
        "starts_at": place.starts_at,
        "ends_at": place.ends_at,
        "practitioner_until": place.practitioner_until,
        "room_until": place.room_until,
        "treatment_name": offering.name,
        "minutes": offering.minutes,
        "price": offering.price,
        "currency": offering.currency,
        "window_minutes": offering.policy.window_minutes,
    }


__all__: Sequence[str] = [
    "Candidates",
    "Place",
    "Wish",
    "candidates",
    "lock",
    "place",
    "promise",
    "won_or_nearest",
]
