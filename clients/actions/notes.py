"""Writing a note about a client."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clients.errors import NoteEmpty
from clients.models import Client, ClientKey, ClientNote
from clinic import audit
from clinic.audit import staff
from clinic.models import User


def write_note(*, now: datetime, author: User, client: Client, text: str) -> ClientNote:
    """Keep a note, sealed. It can't be changed afterwards. Raises NoteEmpty."""
    if not text.strip():
        raise NoteEmpty
    with transaction.atomic():
        ClientKey.objects.of(client, now=now)
        note = ClientNote.objects.create(client=client, author=author, at=now, text=text)
        audit.record(
            now=now, actor=staff(author), verb="client.noted", about=f"client:{client.uid}"
        )
    return note
