"""What is booked: by link, by attempt, by day."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from bookings import lifecycle
from bookings.links import digest
from bookings.models import Booking
from clinic.models import Location
from clinic.opening import day_bounds, instant_of


def _whole() -> QuerySet[Booking]:
    return Booking.objects.select_related("client", "practitioner", "room__location", "treatment")


def by_token(token: str) -> Booking | None:
    """Return the booking a manage link leads to, whatever became of it; None for any other text."""
    return _whole().filter(token_digest=digest(token)).first()


def booking_of(attempt: UUID) -> Booking | None:
    """Return the booking an attempt has made, whatever became of it."""
    rows = _whole().filter(attempt=attempt)
    return rows.exclude(status__in=(lifecycle.HELD, lifecycle.EXPIRED)).first()


def of_attempt(attempt: UUID) -> Booking | None:
    """Return what came of an attempt: its booking, else its newest hold, live or lapsed."""
    return booking_of(attempt) or _whole().filter(attempt=attempt).order_by("-pk").first()


def on_day(location: Location, day: date) -> list[Booking]:
    """Return a location's bookings that start on a local day, in order of time; holds and lapsed
    ones left out (one query)."""
    start, end = day_bounds(location.time_zone, day)
    return list(
        _whole()
        .filter(
            room__location=location, starts_at__gte=instant_of(start), starts_at__lt=instant_of(end)
        )
        .exclude(status__in=(lifecycle.HELD, lifecycle.EXPIRED))
        .order_by("starts_at", "practitioner__name", "pk")
    )
