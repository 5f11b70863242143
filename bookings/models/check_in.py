"""What a client answered who was asked how they are after a visit."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import Booking
from clients.models import Client


class CheckIn(models.Model):
    """The last word of a client on how they are after a visit: one tap. What they report is an
    adverse event, sealed; here stands only that there is one. For those who treat alone."""

    class Answer(models.TextChoices):
        FINE = "FINE", _("Fine")
        REPORTED = "REPORTED", _("Something reported")

    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="check_in")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="check_ins")
    answer = models.CharField(max_length=8, choices=Answer)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__in=["FINE", "REPORTED"]), name="check_in_answer_known"
            ),
        ]

    def __str__(self) -> str:
        return f"check-in {self.booking_id}"
