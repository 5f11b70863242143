"""Who may read a record beside those who treat its client, and who may not although they do."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clients.models.client import Client
from clients.sealing import SealedText


class RecordOpening(models.Model):
    """Somebody who does not treat a client opened their record, for a while and with a reason.

    `reason` may tell of health and is sealed. `withheld`: the client had withheld the record from
    exactly this person.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="openings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = SealedText(_("reason"))
    withheld = models.BooleanField()
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="opening_forwards"),
        ]
        indexes = [
            models.Index(fields=["client", "user", "-until"], name="opening_of_client"),
            models.Index(fields=["-at"], name="opening_newest"),
        ]

    def __str__(self) -> str:
        return f"opening {self.uid}"


class Withholding(models.Model):
    """A client keeps their record from one member of staff, until they say otherwise."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="withholdings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("at")),
                name="withholding_forwards",
            ),
        ]
        indexes = [
            models.Index(
                fields=["client", "user"],
                name="withholding_holds",
                condition=Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"withholding {self.uid}"
