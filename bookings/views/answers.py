"""Where a booking's own page is, and what such pages share with other private ones."""

from __future__ import annotations

from django.urls import reverse

from bookings import links
from bookings.models import Booking
from clinic.replies import CONFLICT, INVALID, SeeOther, private

__all__ = ["CONFLICT", "INVALID", "SeeOther", "manage_path", "private"]


def manage_path(booking: Booking) -> str:
    """Return where on this site a booking's own page is."""
    return reverse("manage", args=[links.token(booking.uid, version=booking.token_version)])
