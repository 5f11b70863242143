"""What somebody here has to do about a client by themselves: ring, ask, look."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from clinic.models import Practitioner


class StaffTask(models.Model):
    """One thing to do about a client, planned from the facts like a message.

    `dedupe_key` is kind, client and moment: of one key at most one row is not withdrawn. It is shown
    from `due_at` on, until somebody has done it or the facts no longer call for it. `practitioner`:
    whose it is; NULL: the desk's.
    """

    class Status(models.TextChoices):
        OPEN = "OPEN", _("To do")
        DONE = "DONE", _("Done")
        WITHDRAWN = "WITHDRAWN", _("No longer needed")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dedupe_key = models.CharField(max_length=160)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="staff_tasks")
    kind = models.CharField(max_length=30)
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_at = models.DateTimeField()
    status = models.CharField(max_length=9, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=~Q(status="WITHDRAWN"),
                name="task_once_a_purpose",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["OPEN", "WITHDRAWN"], done_at=None, done_by=None)
                | Q(status="DONE", done_at__isnull=False, done_by__isnull=False),
                name="task_done_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="task_open", condition=Q(status="OPEN")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.dedupe_key} {self.status}"
