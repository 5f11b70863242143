"""A practitioner's own visits. What leads to health text is read here and nowhere for the desk."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from bookings import lifecycle
from bookings.models import Booking, CancelReason, Review
from clinic.models import Location, Practitioner, User
from clinic.opening import day_bounds, instant_of

EARLIER = 8


def practitioner_of(user: User) -> Practitioner | None:
    """Return whom a login treats as; None for one that treats nobody (one query)."""
    return Practitioner.objects.filter(user=user, is_active=True).first()


def home(who: Practitioner) -> Location | None:
    """Return the location a practitioner's day is shown in the time of: where they have most hours,
    else any (one query)."""
    rows = Location.objects.filter(is_active=True)
    return rows.filter(hours__practitioner=who).order_by("pk").first() or rows.first()


def clinic_zone() -> ZoneInfo:
    """Return the zone of times that belong to no visit: the first location's (one query)."""
    place = Location.objects.filter(is_active=True).order_by("pk").first()
    return place.zone if place else ZoneInfo("UTC")


def _visits() -> QuerySet[Booking]:
    return Booking.objects.select_related(
        "client", "practitioner", "room__location", "treatment", "screening", "session"
    ).exclude(status__in=(lifecycle.HELD, lifecycle.EXPIRED))


def _own(who: Practitioner) -> QuerySet[Booking]:
    return _visits().filter(practitioner=who)


def own_day(who: Practitioner, day: date, zone: str) -> list[Booking]:
    """Return a practitioner's bookings that start on a date of a zone, by time; those that were
    called off left out (one query)."""
    start, end = day_bounds(zone, day)
    rows = _own(who).filter(starts_at__gte=instant_of(start), starts_at__lt=instant_of(end))
    return list(
        rows.exclude(status__in=(lifecycle.CANCELLED, lifecycle.DECLINED)).order_by("starts_at")
    )


def own_visit(who: Practitioner, uid: UUID) -> Booking | None:
    """Return a practitioner's own booking, whatever became of it (one query)."""
    return _own(who).select_related("screening__client__key").filter(uid=uid).first()


def any_visit(uid: UUID) -> Booking | None:
    """Return anybody's booking, whatever became of it (one query)."""
    return _visits().select_related("screening__client__key").filter(uid=uid).first()


def earlier_visits(booking: Booking) -> list[Booking]:
    """Return a client's visits before this one, the newest first, with their answers (one query)."""
    return list(
        Booking.objects.select_related("practitioner", "room__location", "screening__client__key")
        .filter(client=booking.client_id, starts_at__lt=booking.starts_at)
        .exclude(status__in=(lifecycle.HELD, lifecycle.EXPIRED))
        .order_by("-starts_at")[:EARLIER]
    )


def reviews_of(booking: Booking) -> list[Review]:
    """Return what practitioners said to a booking's answers, the newest first (one query)."""
    rows = Review.objects.select_related("practitioner", "client__key").filter(booking=booking)
    return list(rows.order_by("-at", "-pk"))


def cancel_reason(booking: Booking) -> CancelReason | None:
    """Return why the client cancelled, in their own words (one query at most)."""
    if booking.status != lifecycle.CANCELLED:
        return None
    return CancelReason.objects.select_related("client__key").filter(booking=booking).first()


def waits_for_review(booking: Booking, now: datetime) -> bool:
    """Return whether the practitioner has to look at a booking's answers (one query)."""
    if (
        booking.status not in lifecycle.BEFORE_SESSION
        or booking.screening_id is None
        or booking.outcome not in lifecycle.TO_BE_SEEN
        or booking.ends_at < now
    ):
        return False
    holds = Review.objects.filter(booking=booking, ended_at__isnull=True)
    return not holds.filter(decision=Review.Decision.ACCEPT).exists()
