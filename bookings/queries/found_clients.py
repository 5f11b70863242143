"""Clients that fit what was typed, each with the visit that matters most to the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings import lifecycle
from bookings.models import Booking
from clients import search
from clients.models import Client

MOST = 8
RECENT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Found:
    """A client with their next booking, and their last visit where there is none."""

    client: Client
    coming: Booking | None
    last: Booking | None


def found(text: str, *, now: datetime, most: int = MOST) -> list[Found]:
    """Return whom `text` fits, in the order of `clients.search.find` (four queries at most)."""
    clients = search.find(text, limit=most)
    coming = _one_each(clients, now, ahead=True)
    last = _one_each([one for one in clients if one.pk not in coming], now, ahead=False)
    return [Found(one, coming.get(one.pk), last.get(one.pk)) for one in clients]


def _one_each(clients: list[Client], now: datetime, *, ahead: bool) -> dict[int, Booking]:
    """Return each one's next booking, or their last. Today's visit counts as coming for a while."""
    if not clients:
        return {}
    rows = Booking.objects.filter(client__in=clients, status__in=lifecycle.LIVE).select_related(
        "practitioner", "room__location"
    )
    if ahead:
        rows = rows.filter(ends_at__gte=now - RECENT).order_by("client", "starts_at")
    else:
        rows = rows.filter(ends_at__lt=now - RECENT).order_by("client", "-starts_at")
    return {one.client_id: one for one in rows.distinct("client") if one.client_id is not None}


def visits_of(booking: Booking, *, most: int = 4) -> list[Booking]:
    """Return a client's other bookings around this one, the newest first (one query)."""
    rows = Booking.objects.filter(client=booking.client_id).exclude(pk=booking.pk)
    rows = rows.exclude(status__in=(lifecycle.HELD, lifecycle.EXPIRED))
    return list(rows.select_related("practitioner", "room__location").order_by("-starts_at")[:most])


def latest(client: Client) -> Booking | None:
    """Return a client's newest booking that stands or was kept (one query)."""
    rows = Booking.objects.filter(client=client, status__in=lifecycle.LIVE)
    return rows.select_related("treatment", "practitioner").order_by("-starts_at").first()
