"""What a practitioner said to a client's safety answers."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import Booking
from clients.models import Client
from clients.sealing import SealedText
from clinic.models import Practitioner


class Review(models.Model):
    """One decision on the answers of a booking; the newest that has not ended holds.

    `reason` is health text, sealed, and the practitioner's alone. `not_before` is the first day
    the client was told they are welcome. It ends when other answers come in, or it is taken back.
    """

    class Decision(models.TextChoices):
        ACCEPT = "ACCEPT", _("Accepted")
        ASK = "ASK", _("Client asked")
        DECLINE = "DECLINE", _("Declined")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="reviews")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="reviews")
    decision = models.CharField(max_length=7, choices=Decision)
    reason = SealedText()
    not_before = models.DateField(null=True, blank=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__in=["ACCEPT", "ASK", "DECLINE"]), name="review_decision_known"
            ),
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(ended_at__isnull=True),
                name="review_one_holds_a_booking",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.booking_id}"
