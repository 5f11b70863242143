"""Keeping a time for ten minutes while somebody fills in the form."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from bookings import lifecycle, locks
from bookings.actions.placing import (
    Wish,
    candidates,
    lock,
    place,
    promise,
    won_or_nearest,
)
from bookings.errors import TooManyHolds
from bookings.models import Booking
from bookings.queries import calendar
from bookings.queries.booked import booking_of
from bookings.queries.catalogue import Offering
from clinic.models import Location

MOST_HOLDS = 3


def hold(
    *,
    now: datetime,
    attempt: UUID,
    held_from: str,
    offering: Offering,
    location: Location,
    practitioner: int | None,
    starts_at: datetime,
    limited: bool = True,
) -> Booking:
    """Keep a time for an attempt, for as long as the policy says; it replaces the attempt's hold.

    Holding the same time again starts its ten minutes anew. An attempt that has booked holds
    nothing more: its booking is returned. held_from: a digest of the network
    address, which may hold three times at once (`limited=False` lifts that, for load tests).

    Raises InPast, ShortNotice, TooFarAhead, OffGrid, NotOpen, NotOffered, TooManyHolds or
    SlotTaken; what the attempt held before is then still held.
    """
    wish = Wish(offering, location, practitioner, starts_at)
    calendar.check_start(starts_at, now=now, offering=offering, location=location)
    found = candidates(wish)
    with won_or_nearest(wish, now=now, attempt=attempt):
        locks.take(people=[held_from, str(attempt)])
        mine = booking_of(attempt)
        if mine is not None:
            return mine
        if limited and _held_by_others(held_from, attempt, now) >= MOST_HOLDS:
            raise TooManyHolds
        lock(found, now=now, attempt=attempt)
        at = place(wish, found, now=now, attempt=attempt)
        return Booking.objects.create(
            **promise(wish, at),
            status=lifecycle.HELD,
            source=Booking.Source.ONLINE,
            attempt=attempt,
            held_from=held_from,
            hold_expires_at=now + timedelta(minutes=offering.policy.hold_minutes),
            created_at=now,
            changed_at=now,
        )


def _held_by_others(held_from: str, attempt: UUID, now: datetime) -> int:
    return (
        Booking.objects.filter(status=lifecycle.HELD, held_from=held_from, hold_expires_at__gt=now)
        .exclude(attempt=attempt)
        .count()
    )


def release(*, now: datetime, attempt: UUID) -> None:
    """Let go of what an attempt holds, if anything."""
    Booking.objects.filter(attempt=attempt, status=lifecycle.HELD).update(
        status=lifecycle.EXPIRED, changed_at=now
    )
