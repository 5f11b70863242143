"""What the clock does: holds lapse, unanswered requests are declined, and what served its time is
forgotten: request keys, and how to take back what staff did."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from bookings import lifecycle
from bookings.actions.changing import decline
from bookings.errors import BeingChanged
from bookings.models import Booking, BookingChange, RequestKey
from clinic.audit import CLOCK

KEYS_LIVE = timedelta(days=7)
CHANGES_LIVE = timedelta(days=1)
BATCH = 500


def expire_holds(*, now: datetime) -> int:
    """Expire the holds whose time is over; return how many. Their slots were free already."""
    with transaction.atomic():
        stale = list(
            Booking.objects.select_for_update(skip_locked=True)
            .filter(status=lifecycle.HELD, hold_expires_at__lte=now)
            .order_by("pk")
            .values_list("pk", flat=True)[:BATCH]
        )
        return Booking.objects.filter(pk__in=stale).update(status=lifecycle.EXPIRED, changed_at=now)


def decline_unanswered(*, now: datetime) -> int:
    """Decline the requests nobody answered in time, each in a transaction of its own; return how
    many."""
    overdue = Booking.objects.filter(status=lifecycle.REQUESTED, respond_by__lte=now)
    declined = 0
    for booking in overdue.order_by("respond_by", "pk")[:BATCH]:
        try:
            answered = decline(now=now, actor=CLOCK, booking=booking)
        except BeingChanged:
            continue  # the next round meets it again
        declined += answered.status == lifecycle.DECLINED
    return declined


def forget_request_keys(*, now: datetime) -> int:
    """Delete the request keys older than seven days; return how many."""
    deleted, _by_model = RequestKey.objects.filter(created_at__lte=now - KEYS_LIVE).delete()
    return deleted


def forget_changes(*, now: datetime) -> int:
    """Delete what staff did more than a day ago and nobody took back; return how many. The log
    book keeps what was done."""
    deleted, _by_model = BookingChange.objects.filter(until__lte=now - CHANGES_LIVE).delete()
    return deleted
