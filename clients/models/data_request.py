"""What clients ask to be done with their record: put something right, or erase it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.sealing import SealedText
from clinic.models import User


class DataRequest(models.Model):
    """A client asks for a correction or for erasure; a person answers. Nothing happens by itself.

    `words` are the client's own and sealed. `key` is the form's: a form sent twice is one request.
    """

    class Kind(models.TextChoices):
        CORRECTION = "CORRECTION", _("Correction")
        ERASURE = "ERASURE", _("Erasure")

    class State(models.TextChoices):
        OPEN = "OPEN", _("Waiting")
        DONE = "DONE", _("Done")
        DECLINED = "DECLINED", _("Declined")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField()
    client = models.ForeignKey(
        "clients.Client", on_delete=models.PROTECT, related_name="data_requests"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    words = SealedText()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="data_request_once_a_form"),
            models.UniqueConstraint(
                fields=["client"],
                condition=Q(state="OPEN", kind="ERASURE"),
                name="data_request_one_erasure",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["CORRECTION", "ERASURE"]), name="data_request_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", answered_at__isnull=True, answered_by__isnull=True)
                | Q(
                    state__in=["DONE", "DECLINED"],
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                ),
                name="data_request_open_or_answered",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="data_request_open", condition=Q(state="OPEN"))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"
