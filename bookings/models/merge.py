"""Two records of one person made one, for as long as that can be taken back."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from clients.models import Client
from clinic.models import User


class Merge(models.Model):
    """One record merged into another, the survivor.

    Until `until` it can be taken apart again: `moved` names the rows that changed hands
    (relation to primary keys), `survivor_was` and `merged_was` have both contacts before,
    `survivor_became` the survivor's after. All of that is forgotten when the time is over.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    survivor = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="was_merged")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()
    survivor_was = models.JSONField(default=dict)
    survivor_became = models.JSONField(default=dict)
    merged_was = models.JSONField(default=dict)
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="merge_can_be_undone"),
            models.CheckConstraint(
                condition=~Q(survivor=F("merged")), name="merge_not_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="merge_undone_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["merged"],
                condition=Q(undone_at__isnull=True),
                name="merge_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.survivor_id}"
