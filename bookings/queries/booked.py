"""What is booked: by link, by attempt, by day."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from bookings import lifecycle
from bookings.links import digest
from bookings.models import Booking, Review


def _whole() -> QuerySet[Booking]:
    return Booking.objects.select_related("client", "practitioner", "room__location", "treatment")


def by_token(token: str) -> Booking | None:
    """Return the booking a manage link leads to, whatever became of it; None for any other text."""
    return _whole().filter(token_digest=digest(token)).first()


def takes_answers(booking: Booking) -> bool:
    """Return whether the client may answer the safety questions by their link: once, and again
    when the practitioner asks (at most one query)."""
    if booking.status not in lifecycle.BEFORE_SESSION:
        return False
    return booking.screening_id is None or asks_again(booking)


def asks_again(booking: Booking) -> bool:
    """Return whether the practitioner has asked the client to answer again (one query)."""
    asked = Review.objects.filter(booking=booking, decision=Review.Decision.ASK)
    return asked.filter(ended_at__isnull=True).exists()


def booking_of(attempt: UUID) -> Booking | None:
    """Return the booking an attempt has made, whatever became of it."""
    rows = _whole().filter(attempt=attempt)
    return rows.exclude(status__in=(lifecycle.HELD, lifecycle.EXPIRED)).first()


def of_attempt(attempt: UUID) -> Booking | None:
    """Return what came of an attempt: its booking, else its newest hold, live or lapsed."""
    return booking_of(attempt) or _whole().filter(attempt=attempt).order_by("-pk").first()
