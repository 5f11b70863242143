"""Handing a client what is kept of them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.queries.own_data import Document, own_data
from clients.models import Client
from clinic import audit
from clinic.audit import Actor


@transaction.atomic
def take_own_data(*, now: datetime, actor: Actor, client: Client) -> Document:
    """Return all that is kept of a client, and write down that it was taken and by whom."""
    about = f"client:{client.uid}"
    audit.viewed(now=now, actor=actor, what="OWN_DATA", about=about, whose=about)
    audit.record(now=now, actor=actor, verb="client.data_taken", about=about)
    return own_data(client, now=now)
