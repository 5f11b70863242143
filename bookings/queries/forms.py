"""The forms that clients are asked before their bookings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bookings.models import Booking
from clients.intake_definition import FormKind
from clients.intake_links import form_path
from clients.models import IntakeRequest


def open_forms(abouts: Iterable[str], *, now: datetime) -> dict[str, IntakeRequest]:
    """Return the forms that are still to be filled in, by what they are about (one query)."""
    rows = IntakeRequest.objects.filter(
        about__in=list(abouts), ended_at__isnull=True, valid_until__gt=now
    )
    return {row.about: row for row in rows}


def form_href(booking: Booking, *, now: datetime) -> str:
    """Return where the whole form of a booking is filled in, for a page that whoever made it sees;
    "" for none, and for the short form: that begins with what the client told us, so its link goes
    to their own address alone (one query)."""
    about = f"booking:{booking.uid}"
    found = open_forms([about], now=now).get(about)
    if found is None or found.kind != FormKind.FULL:
        return ""
    return form_path(found, own=False)
