"""A booking by its public id, for staff."""

from __future__ import annotations

from uuid import UUID

from bookings import lifecycle
from bookings.models import Booking


def by_uid(uid: UUID) -> Booking | None:
    """Return a booking with who, what and where; holds and lapsed ones left out (one query)."""
    return (
        Booking.objects.select_related("client", "practitioner", "room__location", "treatment")
        .filter(uid=uid)
        .exclude(status__in=(lifecycle.HELD, lifecycle.EXPIRED))
        .first()
    )
