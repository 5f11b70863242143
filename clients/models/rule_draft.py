"""Edits to the safety rules that are not published yet."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from clients.models.screening import RuleSet


class RuleDraft(models.Model):
    """Edits gathered for the next version of the rules; one draft at most is open.

    A closed one was published as `published`, or thrown away where that is empty.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    opened_at = models.DateTimeField()
    is_open = models.BooleanField(default=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    published = models.OneToOneField(
        RuleSet, on_delete=models.PROTECT, related_name="draft", null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_open"], condition=Q(is_open=True), name="rule_draft_one_open"
            ),
            models.CheckConstraint(
                condition=Q(is_open=True, closed_at__isnull=True, published__isnull=True)
                | Q(is_open=False, closed_at__isnull=False),
                name="rule_draft_open_or_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.uid}"


class RuleEdit(models.Model):
    """One saved edit. The newest of a code is what the draft says of it; the older ones stay.

    `document` is a rule or booking question, whole (`clients.rule_document`); empty: taken back, as
    it is in the version in force.
    """

    draft = models.ForeignKey(RuleDraft, on_delete=models.PROTECT, related_name="edits")
    code = models.CharField(max_length=40)
    document = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["draft", "code", "-id"], name="rule_edit_newest"),
        ]

    def __str__(self) -> str:
        return f"edit of {self.code}"
