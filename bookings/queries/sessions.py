"""What the live session shows beside its own actions."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from bookings import lifecycle
from bookings.models import Booking
from clinic.models import User
from treatments.models import NeedleBox, Tool


def booking_of_session(user: User, uid: UUID) -> Booking | None:
    """Return the booking of a session of the practitioner a login treats as (one query)."""
    return _with_session().filter(session__uid=uid, session__practitioner__user=user).first()


def signed_session(uid: UUID) -> Booking | None:
    """Return the booking of a signed session, whoever signed it (one query)."""
    return _with_session().filter(session__uid=uid, session__signed_at__isnull=False).first()


def _with_session() -> QuerySet[Booking]:
    return Booking.objects.select_related(
        "session__practitioner__user",
        "session__signed_by",
        "session__client__key",
        "session__treatment",
        "client__key",
        "practitioner",
        "treatment",
        "room__location",
        "screening__client__key",
    )


def next_of_practitioner(booking: Booking) -> Booking | None:
    """Return the practitioner's next booking after this one on the same or the next day; for the
    words "next client at" (one query)."""
    return (
        Booking.objects.filter(practitioner=booking.practitioner, starts_at__gte=booking.ends_at)
        .exclude(status__in=[*lifecycle.DEAD, lifecycle.HELD])
        .select_related("client", "room__location")
        .order_by("starts_at")
        .first()
    )


def boxes_at(booking: Booking, *, on: date) -> list[NeedleBox]:
    """Return the boxes of needles at the booking's location that may be used on a day (one query)."""
    return list(
        NeedleBox.objects.filter(
            location=booking.room.location, expires_on__gte=on, finished_on__isnull=True
        ).order_by("length_mm", "diameter_mm", "expires_on", "pk")
    )


def tools_at(booking: Booking) -> list[Tool]:
    """Return the tools of the booking's location with `cleaned_at` and `used_at`, when they last
    were, for another session than this one (one query)."""
    elsewhere = ~Q(uses__session=booking.session_id)
    return list(
        Tool.objects.filter(location=booking.room.location, is_active=True)
        .annotate(cleaned_at=Max("cleanings__at"), used_at=Max("uses__at", filter=elsewhere))
        .order_by("name")
    )
