"""What a practitioner writes down about a client outside a session."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models.client import Client
from clients.sealing import SealedText


class ClientNote(models.Model):
    """A dated note, signed by being kept: it never changes (migration of `client_notes`). What was
    wrong is put right by another note. `text` is health text."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = SealedText(_("note"))

    class Meta:
        indexes = [models.Index(fields=["client", "-at"], name="client_note_newest")]

    def __str__(self) -> str:
        return f"note {self.uid}"
