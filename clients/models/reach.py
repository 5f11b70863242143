"""What is known of the ways to people: addresses that don't work, and channels that are away."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from clients.models.client import Channel, Client
from clients.models.message import Message


class ContactFailure(models.Model):
    """An address of a client failed for good. It stands until somebody at the desk clears it.

    `digest` is of the address (`clients.reach.digest`), so that a corrected one is not blamed. Where
    `dead`, nothing more is sent there; where not, it was that message that was refused.
    `unreachable`: no other way to the client was left.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contact_failures")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="failures")
    channel = models.CharField(max_length=5, choices=Channel)
    digest = models.CharField(max_length=32)
    reason = models.CharField(max_length=60)
    dead = models.BooleanField()
    unreachable = models.BooleanField(default=False)
    at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey(
        "clinic.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "channel", "digest"],
                condition=Q(cleared_at__isnull=True),
                name="contact_fails_once",
            ),
            models.CheckConstraint(
                condition=Q(cleared_by__isnull=True) | Q(cleared_at__isnull=False),
                name="contact_cleared_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-at"],
                name="contact_unreachable",
                condition=Q(unreachable=True, cleared_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.channel} failed"


class ChannelState(models.Model):
    """How a channel does, for all workers together: a row is made when there is something to say.

    While `open_until` lies ahead nobody uses it; then one tries. `tokens` is how many messages may
    go at once at `filled_at` (see `clients.gates`).
    """

    channel = models.CharField(max_length=5, choices=Channel, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    tokens = models.FloatField(default=0)
    filled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(open_until__isnull=True) | Q(failures__gte=1),
                name="channel_open_has_failures",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} after {self.failures} failures"
