"""How much waits for somebody at a location: numbers for the foot of the desk's day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from bookings import lifecycle
from bookings.models import Booking
from clients.rules import Outcome
from clinic.models import Location


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many coming bookings nobody has answered the safety questions of, and how many requests
    a practitioner has yet to accept."""

    for_answers: int
    for_review: int


def waiting(location: Location, *, now: datetime) -> Waiting:
    """Return what waits at a location (one query)."""
    found = Booking.objects.filter(
        room__location=location, status__in=lifecycle.BEFORE_SESSION, ends_at__gt=now
    ).aggregate(
        answers=Count("pk", filter=Q(outcome=Outcome.NOT_ASKED)),
        review=Count("pk", filter=Q(status=lifecycle.REQUESTED)),
    )
    return Waiting(for_answers=found["answers"], for_review=found["review"])
