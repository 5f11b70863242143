"""What a client's text message does to their booking: a yes, or a wish to change it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from bookings import lifecycle, links
from bookings.actions.changing import say_yes
from bookings.models import Booking
from clients.models import Channel, Message
from clinic import audit
from clinic.errors import Refusal

# A yes is to something that comes soon, not to a visit next month.
AHEAD = timedelta(days=10)


def confirm(clients: Collection[int], *, now: datetime) -> bool:
    """Confirm the booking that the clients of a number mean; return whether it stands confirmed."""
    booking = meant(clients, now=now)
    if booking is None:
        return False
    try:
        say_yes(now=now, actor=audit.CLIENT, booking=booking)
    except Refusal:
        return False
    return True


def manage_link(clients: Collection[int], *, now: datetime) -> str:
    """Return the address of the booking that the clients of a number mean; "" where none is clear."""
    booking = meant(clients, now=now)
    return links.manage_url(booking) if booking else ""


def meant(clients: Collection[int], *, now: datetime) -> Booking | None:
    """Return the booking a text message is about: the one we last wrote about by text, or else the
    only one that comes soon. None where it could be several: then a person asks."""
    coming = list(
        Booking.objects.filter(
            client__in=clients,
            status__in=lifecycle.COMING,
            starts_at__gt=now,
            starts_at__lte=now + AHEAD,
        ).order_by("starts_at", "pk")
    )
    if len(coming) < 2:
        return coming[0] if coming else None
    last = (
        Message.objects.filter(
            client__in=clients,
            channel=Channel.SMS,
            status=Message.Status.SENT,
            about__in=[f"booking:{booking.uid}" for booking in coming],
        )
        .order_by("-sent_at", "-pk")
        .values_list("about", flat=True)
        .first()
    )
    uid = UUID(last.partition(":")[2]) if last else None
    return next((booking for booking in coming if booking.uid == uid), None)
