"""What staff did to a booking, for as long as it can be taken back."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import Booking
from bookings.models.review import Review
from clients.models import Screening
from clinic.models import Practitioner, Room, User


class BookingChange(models.Model):
    """One thing a member of staff did to a booking, and how the booking was before.

    Until `until` it can be taken back, and the time it freed (`frees`) stays closed to the public.
    That time lies in the columns from `practitioner` to `room_until`, named as a booking's own;
    `messages` has the booking's messages as they were. `follows` and `sequence` are the booking's
    numbers before and after: it is the last word on the booking while that still has `sequence`.
    The log book keeps what was done for good; rows here are forgotten after a day.
    """

    class Kind(models.TextChoices):
        MOVED = "MOVED", _("Moved")
        CANCELLED = "CANCELLED", _("Cancelled")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        ARRIVED = "ARRIVED", _("Arrived")
        STARTED = "STARTED", _("Session begun")
        DONE = "DONE", _("Session done")
        NO_SHOW = "NO_SHOW", _("Did not come")
        ACCEPTED = "ACCEPTED", _("Request accepted")
        DECLINED = "DECLINED", _("Request declined")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    follows = models.PositiveIntegerField()
    sequence = models.PositiveIntegerField()
    frees = models.BooleanField()

    # How the booking was
    status = models.CharField(max_length=10, choices=Booking.Status)
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    practitioner_until = models.DateTimeField()
    room_until = models.DateTimeField()
    respond_by = models.DateTimeField(null=True, blank=True)
    screening = models.ForeignKey(
        Screening, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=12)
    messages = models.JSONField(default=list)
    review = models.ForeignKey(
        Review, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="change_has_grace"),
            models.CheckConstraint(
                condition=Q(sequence__gt=F("follows")), name="change_goes_forwards"
            ),
            models.UniqueConstraint(
                fields=["booking", "sequence"],
                condition=Q(undone_at__isnull=True),
                name="change_once_a_sequence",
            ),
        ]
        indexes = [
            models.Index(
                fields=["practitioner", "starts_at"],
                name="booking_freed_practitioner",
                include=["practitioner_until", "until", "booking"],
                condition=Q(frees=True, undone_at__isnull=True),
            ),
            models.Index(
                fields=["room", "starts_at"],
                name="booking_freed_room",
                include=["room_until", "until", "booking"],
                condition=Q(frees=True, undone_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.booking_id} {self.at:%Y-%m-%d %H:%M:%S}"
