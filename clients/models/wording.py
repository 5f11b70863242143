"""The owner's own words for messages, in versions that never change."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class MessageWording(models.Model):
    """One version of what a kind of message says in one language. `number` counts from 1.

    `subject`, `body` and `short` (for text messages) are written as `clients.message_text` reads
    them. A version with none of the three goes back to the words that are built in.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=30)
    language = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    subject = models.TextField(blank=True)
    body = models.TextField(blank=True)
    short = models.TextField(blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language", "number"], name="wording_numbered_once"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="wording_numbered_from_one"),
            models.CheckConstraint(
                condition=Q(subject="", body="", short="")
                | (~Q(subject="") & ~Q(body="") & ~Q(short="")),
                name="wording_whole_or_built_in",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.language}, version {self.number}"

    @property
    def is_built_in(self) -> bool:
        """Whether this version goes back to the words that are built in."""
        return not self.body
