"""The log book: who did what to what, when. Rows are added and never changed."""

from __future__ import annotations

import uuid

from django.db import models


class AuditEntry(models.Model):
    """One thing someone did. The database refuses UPDATE, DELETE and TRUNCATE (migration 0002).

    `actor` is the user, or empty for a client without a login and for the clock; `actor_label`
    says which in words that hold when the user is gone. `about` names the thing as `kind:uid`.
    `before` and `after` hold the facts that changed, never health text.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        "clinic.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    actor_label = models.CharField(max_length=120)
    verb = models.CharField(max_length=60)
    about = models.CharField(max_length=80)
    request_id = models.CharField(max_length=36)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["about", "at"], name="audit_about")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_label} {self.verb} {self.about}"
