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
    kind, thing and moment: of one key at most one row is not withdrawn. Rows for staff
    hold `staff_email` and no client. `channel` is the one planned for, then the one it went by.
    """

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
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    reason = models.CharField(max_length=60, blank=True, help_text="Why it ended as it did.")
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
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
                condition=Q(client__isnull=False) | ~Q(staff_email=""),
                name="message_has_recipient",
            ),
            models.CheckConstraint(
                condition=~Q(status="SENT") | Q(sent_at__isnull=False), name="message_sent_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(status="SENDING") | Q(claimed_at__isnull=False),
                name="message_sending_has_claim",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="message_due", condition=Q(status="PLANNED")
            ),
            models.Index(
                fields=["claimed_at"], name="message_in_flight", condition=Q(status="SENDING")
            ),
            models.Index(fields=["about"], name="message_about"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about} {self.status}"
