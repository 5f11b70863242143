"""What keeps a client's record beyond its time, and what ends it."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clients.models.client import Client
from clients.sealing import SealedText

# What one person proposed they may carry out themselves only after they slept on it.
WAIT_ALONE = timedelta(days=7)


class LegalHold(models.Model):
    """While it holds, nothing of a client's record is erased: a complaint, a claim, an enquiry.

    `reason` may tell of health and is sealed. What is over keeps its row.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="legal_holds")
    reason = SealedText(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=Q(ended_at__isnull=True), name="legal_hold_one_holds"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__gte=F("at"), ended_by__isnull=False),
                name="legal_hold_holds_or_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"legal hold {self.uid}"


class Erasure(models.Model):
    """An owner proposes to erase a client's record; a second one carries it out, or the same after
    WAIT_ALONE, where there is no other.

    `ground` stays for good, so it is a code; `words` say more, are sealed and go with the record.
    It was STOPPED by whoever `ended_by` names, or ERASED. Waiting ones have no `ended_at`.
    """

    class Ground(models.TextChoices):
        TIME_OVER = "TIME_OVER", _("The time it must be kept is over")
        BY_MISTAKE = "BY_MISTAKE", _("The record was made by mistake, nobody was treated")
        NO_DUTY = "NO_DUTY", _("The client asks, and no law makes us keep it")
        ORDERED = "ORDERED", _("A court or an authority orders it")

    class State(models.TextChoices):
        WAITING = "WAITING", _("Waiting")
        STOPPED = "STOPPED", _("Stopped")
        ERASED = "ERASED", _("Erased")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="erasures")
    ground = models.CharField(max_length=10, choices=Ground)
    words = SealedText()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=Q(state="WAITING"), name="erasure_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(ground__in=["TIME_OVER", "BY_MISTAKE", "NO_DUTY", "ORDERED"]),
                name="erasure_ground_known",
            ),
            models.CheckConstraint(
                condition=Q(state="WAITING", ended_at__isnull=True, ended_by__isnull=True)
                | Q(
                    state__in=["STOPPED", "ERASED"],
                    ended_at__gte=F("proposed_at"),
                    ended_by__isnull=False,
                ),
                name="erasure_waits_or_ended",
            ),
            # The second step is another person's, or comes a week later.
            models.CheckConstraint(
                condition=~Q(state="ERASED", ended_by=F("proposed_by"))
                | Q(ended_at__gte=F("proposed_at") + WAIT_ALONE),
                name="erasure_by_two_or_later",
            ),
        ]

    def __str__(self) -> str:
        return f"erasure {self.uid}"
