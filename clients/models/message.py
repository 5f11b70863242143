"""The outbox: every message is a row before anything else, and each row has a state."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.models.client import Channel, Client, Purpose


class Message(models.Model):
    """One message to one person, planned, sent or not sent, and why.

    `about` names what it speaks of as `kind:uid`; the outbox knows no more of it. `dedupe_key` is
    kind, thing and moment: of one key at most one row is not withdrawn. Rows for staff hold
    `staff_email` and no client. `channel` is the one planned for, then the one it went by; `given_up`
    names those on which it failed for good, joined by "+". Of what is sent of our own accord and is
    not `transactional` a client gets only so much (`clients.caps`); `admitted_at` is when it was
    counted. `cleared_at`: somebody has seen to one that did not go. `provider_id` is what the
    provider calls it; `delivered_at` and the rest are what it has told since the row was sent last.
    """

    class Urgency(models.IntegerChoices):
        """What is claimed first. NOW answers what somebody just did; LATER can wait for hours."""

        NOW = 0, _("At once")
        SOON = 1, _("On time")
        LATER = 2, _("When there is room")

    class Status(models.TextChoices):
        PLANNED = "PLANNED", _("Planned")
        SENDING = "SENDING", _("Being sent")
        SENT = "SENT", _("Sent")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")
        SUPPRESSED = "SUPPRESSED", _("Not sent, on purpose")
        TOLD = "TOLD", _("Told in person")
        EXPIRED = "EXPIRED", _("Too late to send")
        FAILED = "FAILED", _("Failed")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dedupe_key = models.CharField(max_length=160)
    about = models.CharField(max_length=80)
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="messages"
    )
    staff_email = models.EmailField(blank=True)
    kind = models.CharField(max_length=30)
    purpose = models.CharField(max_length=9, choices=Purpose, default=Purpose.CARE)
    channel = models.CharField(max_length=5, choices=Channel)
    urgency = models.PositiveSmallIntegerField(
        choices=Urgency, default=Urgency.SOON, db_default=Urgency.SOON
    )
    transactional = models.BooleanField(default=True, db_default=True)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    reason = models.CharField(max_length=60, blank=True, help_text="Why it ended as it did.")
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    admitted_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey(
        "clinic.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    given_up = models.CharField(max_length=20, blank=True, default="", db_default="")
    provider = models.CharField(max_length=30, blank=True, default="", db_default="")
    provider_id = models.CharField(max_length=200, blank=True, default="", db_default="")
    delivered_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    complained_at = models.DateTimeField(null=True, blank=True)
    carries = models.CharField(
        max_length=60,
        blank=True,
        help_text="What of its thing it tells, in the words of that thing's planner; as planned, "
        "then as sent. Two messages that carry the same tell nothing new.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=~Q(status="WITHDRAWN"),
                name="message_once_a_purpose",
            ),
            models.CheckConstraint(
                # A text message answers a number, which may be nobody's we know.
                condition=Q(client__isnull=False)
                | ~Q(staff_email="")
                | Q(about__startswith="text:"),
                name="message_has_recipient",
            ),
            models.CheckConstraint(
                condition=~Q(status="SENT") | Q(sent_at__isnull=False), name="message_sent_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(status="SENDING") | Q(claimed_at__isnull=False),
                name="message_sending_has_claim",
            ),
            models.CheckConstraint(condition=Q(urgency__lte=2), name="message_urgency_known"),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True, cleared_by__isnull=True)
                | Q(cleared_at__isnull=False, cleared_by__isnull=False),
                name="message_cleared_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["urgency", "due_at", "id"],
                name="message_due",
                condition=Q(status="PLANNED"),
            ),
            models.Index(
                fields=["claimed_at"], name="message_in_flight", condition=Q(status="SENDING")
            ),
            models.Index(fields=["about"], name="message_about"),
            models.Index(
                fields=["-due_at", "-id"],
                name="message_trouble",
                condition=Q(status__in=["FAILED", "EXPIRED", "SUPPRESSED"]),
            ),
            models.Index(fields=["sent_at"], name="message_sent", condition=Q(status="SENT")),
            models.Index(
                fields=["client", "admitted_at"],
                name="message_admitted",
                condition=Q(admitted_at__isnull=False),
            ),
            models.Index(
                fields=["provider_id"], name="message_of_provider", condition=~Q(provider_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about} {self.status}"

    @property
    def capped(self) -> bool:
        """Whether a client gets only so much of it."""
        return self.purpose == Purpose.MARKETING or not self.transactional
