"""What stands in the way of a time the desk asked for. Only who, when and where: nothing of health."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from bookings import lifecycle
from bookings.models import Booking
from bookings.queries.catalogue import Offering, practitioners
from clinic.models import Location, Room
from clinic.models.places import LONGEST_BOOKING_HOURS


@dataclass(frozen=True, slots=True)
class InTheWay:
    """A session that takes a practitioner or a room (`who`). `client` is "" for somebody who is
    booking online just now. `free_from`: when the pause or turnover after it is over. `since`: when
    it came to stand there."""

    who: str
    client: str
    starts_at: datetime
    ends_at: datetime
    free_from: datetime
    since: datetime
    is_room: bool


def in_the_way(
    *,
    now: datetime,
    offering: Offering,
    location: Location,
    practitioner: int | None,
    starts_at: datetime,
    but: int | None = None,
) -> list[InTheWay]:
    """Return what takes the practitioner asked for, or everybody, or else every room, at a start;
    for each the first thing (three queries at most). but: the booking that is being moved."""
    ends_at = starts_at + timedelta(minutes=offering.minutes)
    longest = timedelta(hours=LONGEST_BOOKING_HOURS)
    taken = _taken(now, but).filter(
        starts_at__gt=starts_at - longest, starts_at__lt=ends_at + longest
    )
    people = practitioners(offering.id, location.pk)
    asked = {one.pk: one.pause_minutes for one in people if practitioner in {None, one.pk}}
    busy = _first_of(
        [
            InTheWay(
                who=one.practitioner.name,
                client=_client(one),
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                free_from=one.practitioner_until,
                since=one.changed_at,
                is_room=False,
            )
            for one in taken.filter(practitioner__in=asked, practitioner_until__gt=starts_at)
            if one.starts_at < ends_at + timedelta(minutes=asked[one.practitioner_id])
        ]
    )
    if asked and len(busy) == len(asked):
        return busy
    rooms = Room.objects.filter(location=location, is_active=True)
    until = ends_at + timedelta(minutes=offering.turnover)
    full = _first_of(
        [
            InTheWay(
                who=one.room.name,
                client=_client(one),
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                free_from=one.room_until,
                since=one.changed_at,
                is_room=True,
            )
            for one in taken.filter(room__in=rooms, room_until__gt=starts_at, starts_at__lt=until)
        ]
    )
    return full or busy


def _taken(now: datetime, but: int | None) -> QuerySet[Booking]:
    return (
        Booking.objects.filter(status__in=lifecycle.LIVE)
        .filter(Q(hold_expires_at=None) | Q(hold_expires_at__gt=now))
        .exclude(pk=but or 0)
        .select_related("client", "practitioner", "room")
        .order_by("starts_at")
    )


def _client(one: Booking) -> str:
    return one.client.name if one.client else one.contact_name


def _first_of(found: Collection[InTheWay]) -> list[InTheWay]:
    """Return the first of each practitioner or room, those free the soonest first."""
    firsts: dict[str, InTheWay] = {}
    for one in found:
        firsts.setdefault(one.who, one)
    return sorted(firsts.values(), key=lambda one: (one.free_from, one.who))


__all__ = ["InTheWay", "in_the_way"]
