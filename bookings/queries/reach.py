"""Whose record a login may open."""

from __future__ import annotations

from uuid import UUID

from bookings import lifecycle
from bookings.models import Booking
from clients.models import Client
from clinic.models import User


def treated_client(user: User, uid: UUID) -> Client | None:
    """Return a client with their key, where the login treats them or has (two queries)."""
    rows = Client.objects.select_related("key").exclude(key__destroyed_at__isnull=False)
    client = rows.filter(uid=uid).first()
    treated = Booking.objects.filter(practitioner__user=user, practitioner__is_active=True).exclude(
        status__in=(lifecycle.HELD, lifecycle.EXPIRED)
    )
    return client if client and treated.filter(client=client).exists() else None
