"""What a client wrote when they cancelled."""

from __future__ import annotations

import uuid

from django.db import models

from bookings.models.booking import Booking
from clients.models import Client
from clients.sealing import SealedText


class CancelReason(models.Model):
    """A client's own words on why they cancel: taken for health text, so sealed, and the
    practitioner's alone."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="cancel_reason")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="cancel_reasons")
    text = SealedText()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"reason {self.booking_id}"
