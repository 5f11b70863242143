"""Addresses of photos and documents: signed, for one viewer, and good for a few minutes.

Whoever may see a record is given them with the page. In somebody else's hands, or later, from a
history or a log, they lead nowhere. The door behind them asks for the viewer's role all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.core import signing

LIFETIME = timedelta(minutes=10)
_signer = signing.Signer(salt="clients.media")


class Size(StrEnum):
    THUMB = "THUMB"
    WHOLE = "WHOLE"
    FILE = "FILE"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a link leads to: a photo, small or whole, or the file of a document."""

    size: Size
    uid: UUID


def write(size: Size, uid: UUID, *, viewer: str, now: datetime) -> str:
    """Return the signed part of an address. viewer: whom it is for, such as `user:7`."""
    until = int((now + LIFETIME).timestamp())
    return _signer.sign_object([size.value, uid.hex, viewer, until])


def read(text: str, *, viewer: str, now: datetime) -> Wanted | None:
    """Return what a link leads to for this viewer at this moment; None for nothing."""
    try:
        size, uid, whom, until = _signer.unsign_object(text)
        wanted = Wanted(Size(size), UUID(uid))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return wanted if whom == viewer and now.timestamp() < until else None
