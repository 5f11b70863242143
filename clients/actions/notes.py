"""Writing a note about a client."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clients.errors import NoteEmpty
from clients.models import Client, ClientKey, ClientNote
from clinic import audit
from clinic.audit import Actor


def write_note(*, now: datetime, actor: Actor, client: Client, text: str) -> ClientNote:
    """Keep a note, sealed. It can't be changed afterwards. Raises NoteEmpty."""
    if not text.strip():
        raise NoteEmpty
    with transaction.atomic():
        ClientKey.objects.of(client, now=now)
        note = ClientNote.objects.create(client=client, author=actor.user, at=now, text=text)
        audit.record(now=now, actor=actor, verb="client.noted", about=f"client:{client.uid}")
    return note
