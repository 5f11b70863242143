"""A client, a treatment, a practitioner, a room and a time; and the constraints that hold them."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _

from bookings import lifecycle
from clients.models import Client, Screening
from clients.models.screening import OUTCOMES
from clients.rules import Outcome
from clinic.models import Practitioner, Room
from clinic.models.places import LONGEST_BOOKING_HOURS
from clinic.models.ranges import one_number, stretch
from treatments.models import SessionRecord, Treatment

LIVE = ~Q(status__in=lifecycle.DEAD)
LONGEST = timedelta(hours=LONGEST_BOOKING_HOURS)


class Booking(models.Model):
    """One appointment, or the ten-minute hold before it.

    The client sees `starts_at` to `ends_at`; the practitioner is taken until `practitioner_until`
    (their pause) and the room until `room_until` (its turnover). Its room's location is its
    location. What was promised (name, minutes, price, window) is kept here and never read
    from today's catalogue. The contact is kept as typed; the client record is another matter.
    """

    class Status(models.TextChoices):
        HELD = lifecycle.HELD, _("Held")
        REQUESTED = lifecycle.REQUESTED, _("Awaiting review")
        BOOKED = lifecycle.BOOKED, _("Booked")
        CONFIRMED = lifecycle.CONFIRMED, _("Confirmed")
        ARRIVED = lifecycle.ARRIVED, _("Arrived")
        IN_SESSION = lifecycle.IN_SESSION, _("In session")
        DONE = lifecycle.DONE, _("Done")
        EXPIRED = lifecycle.EXPIRED, _("Expired")
        DECLINED = lifecycle.DECLINED, _("Declined")
        CANCELLED = lifecycle.CANCELLED, _("Cancelled")
        NO_SHOW = lifecycle.NO_SHOW, _("Did not come")

    class Source(models.TextChoices):
        ONLINE = "ONLINE", _("Online")
        DESK = "DESK", _("Front desk")
        API = "API", _("API")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    status = models.CharField(max_length=10, choices=Status)
    source = models.CharField(max_length=6, choices=Source)
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings"
    )
    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="bookings")
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, related_name="bookings", db_index=False
    )
    room = models.ForeignKey(
        Room, on_delete=models.PROTECT, related_name="bookings", db_index=False
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    practitioner_until = models.DateTimeField()
    room_until = models.DateTimeField()

    # What was promised
    treatment_name = models.CharField(max_length=80)
    minutes = models.PositiveSmallIntegerField()
    price = models.DecimalField(max_digits=9, decimal_places=2)
    currency = models.CharField(max_length=3)
    window_minutes = models.PositiveIntegerField()

    # The contact as typed; `booked_by` is set when somebody books for somebody else.
    contact_name = models.CharField(max_length=120, blank=True)
    contact_email = models.EmailField(blank=True)
    contact_phone = models.CharField(max_length=16, blank=True)
    booked_by = models.CharField(max_length=120, blank=True)

    # Safety: the outcome is plain, the answers are sealed in the screening.
    screening = models.ForeignKey(
        Screening, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings"
    )
    outcome = models.CharField(max_length=12, choices=OUTCOMES, default=Outcome.NOT_ASKED)
    respond_by = models.DateTimeField(null=True, blank=True)

    # What was done, from the moment the session began.
    session = models.ForeignKey(
        SessionRecord,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="bookings",
        db_index=False,
    )

    # The hold: which attempt, from where (a digest), until when.
    attempt = models.UUIDField(null=True, blank=True)
    held_from = models.CharField(max_length=32, blank=True)
    hold_expires_at = models.DateTimeField(null=True, blank=True)

    token_digest = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 (unique where set)
    token_version = models.PositiveSmallIntegerField(default=1)
    sequence = models.PositiveIntegerField(default=0, help_text="RFC 5545 SEQUENCE of the invite.")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Time first: the other order costs more for each insert. Practitioner and room are
            # never NULL, which would be an unbounded range that conflicts with everything.
            ExclusionConstraint(
                name="booking_practitioner_free",
                expressions=[
                    (stretch("starts_at", "practitioner_until"), "&&"),
                    (one_number("practitioner"), "&&"),
                ],
                condition=LIVE,
                deferrable=Deferrable.IMMEDIATE,
            ),
            ExclusionConstraint(
                name="booking_room_free",
                expressions=[
                    (stretch("starts_at", "room_until"), "&&"),
                    (one_number("room"), "&&"),
                ],
                condition=LIVE,
                deferrable=Deferrable.IMMEDIATE,
            ),
            # An empty range conflicts with nothing, so a booking must go forwards; and the
            # availability reads look back only as far as the longest booking.
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"))
                & Q(practitioner_until__gte=F("ends_at"))
                & Q(room_until__gte=F("ends_at")),
                name="booking_goes_forwards",
            ),
            models.CheckConstraint(
                condition=Q(practitioner_until__lte=F("starts_at") + LONGEST)
                & Q(room_until__lte=F("starts_at") + LONGEST),
                name="booking_at_most_12_hours",
            ),
            models.CheckConstraint(
                condition=Q(status__in=lifecycle.STATUSES), name="booking_status_known"
            ),
            models.CheckConstraint(
                condition=Q(client__isnull=False) | Q(status__in=["HELD", "EXPIRED"]),
                name="booking_has_client",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="HELD", hold_expires_at__isnull=False, attempt__isnull=False)
                    | Q(status__in=lifecycle.DEAD)
                    | (Q(hold_expires_at__isnull=True) & ~Q(status="HELD"))
                ),
                name="booking_hold_expires",
            ),
            models.CheckConstraint(
                condition=~Q(status="REQUESTED") | Q(respond_by__isnull=False),
                name="booking_request_has_deadline",
            ),
            models.UniqueConstraint(
                fields=["attempt"],
                condition=Q(status="HELD"),
                name="booking_one_hold_an_attempt",
            ),
            models.UniqueConstraint(
                fields=["attempt"],
                condition=Q(attempt__isnull=False) & ~Q(status__in=["HELD", "EXPIRED"]),
                name="booking_one_an_attempt",
            ),
            models.UniqueConstraint(
                fields=["token_digest"],
                condition=Q(token_digest__isnull=False),
                name="booking_token_once",
            ),
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(session__isnull=False),
                name="booking_one_a_session",
            ),
        ]
        indexes = [
            models.Index(
                fields=["practitioner", "starts_at"],
                name="booking_busy_practitioner",
                include=["practitioner_until", "hold_expires_at", "attempt"],
                condition=LIVE,
            ),
            models.Index(
                fields=["room", "starts_at"],
                name="booking_busy_room",
                include=["room_until", "hold_expires_at", "attempt"],
                condition=LIVE,
            ),
            models.Index(
                fields=["held_from"], name="booking_holds_from", condition=Q(status="HELD")
            ),
            models.Index(
                fields=["hold_expires_at"], name="booking_holds", condition=Q(status="HELD")
            ),
            models.Index(
                fields=["respond_by"], name="booking_requests", condition=Q(status="REQUESTED")
            ),
            models.Index(
                fields=["attempt"], name="booking_attempt", condition=Q(attempt__isnull=False)
            ),
            models.Index(
                fields=["client", "starts_at"],
                name="booking_of_client",
                condition=Q(client__isnull=False),
            ),
            # The worklists of the desk and of practitioners: little of the whole table.
            models.Index(
                fields=["ends_at"],
                name="booking_to_screen",
                condition=Q(status__in=lifecycle.BEFORE_SESSION, outcome__in=lifecycle.TO_BE_SEEN),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.starts_at:%Y-%m-%d %H:%M} {self.status}"


class RequestKey(models.Model):
    """A request that booked, so that the same request again gets the same booking.

    `digest` is of the caller's key, `body` of the canonical request. Kept for seven days.
    """

    digest = models.CharField(max_length=64, unique=True)
    body = models.CharField(max_length=64)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="request_keys")
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest[:12]
