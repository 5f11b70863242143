"""A client who asks to be reminded after all, on their booking's own page."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.models import Booking
from bookings.queries.reminders import way_to_ask
from clients.actions.people import CONSENT_WORDING
from clients.contact_consents import allow
from clients.models import Client, Purpose
from clinic.audit import Actor

SOURCE = "MANAGE"


@transaction.atomic
def ask_for_reminders(*, now: datetime, actor: Actor, booking: Booking) -> bool:
    """Keep the yes to reminders and aftercare that the booking form asked for, by the way that is
    still open; what is planned goes by it. Return whether there was one: asking twice is once."""
    # Who ends messages at the same moment is heard before or after, never in between.
    Client.objects.select_for_update().filter(bookings=booking).first()
    channel = way_to_ask(booking, now=now)
    if channel is None or booking.client is None:
        return False
    allow(
        now=now, actor=actor, client=booking.client, channel=channel,
        purposes=[Purpose.CARE], source=SOURCE, wording=CONSENT_WORDING,
    )  # fmt: skip
    return True
