"""The link by which a client ends one sort of message: permanent, opaque, made whenever needed.

The token is the client's uid with the channel and the purpose, sealed under LINK_KEY as the consent
links are: nothing is stored for it, and it opens nothing else. It has to work for as long as
somebody may look at an old message.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

from clients.models import Channel, Client, Purpose

PURPOSE = b"stop link"
LENGTH = 48
_CHANNELS, _PURPOSES = list(Channel), list(Purpose)


@dataclass(frozen=True, slots=True)
class Stop:
    """What a link ends."""

    client: Client
    channel: Channel
    purpose: Purpose


def _cipher() -> AESSIV:
    return AESSIV(hashlib.sha512(PURPOSE + settings.LINK_KEY.encode()).digest())


def token(client: Client, channel: str, purpose: str) -> str:
    """Return the token of a client's link (48 characters)."""
    what = bytes([0, 0, _CHANNELS.index(Channel(channel)), _PURPOSES.index(Purpose(purpose))])
    sealed = _cipher().encrypt(client.uid.bytes + what, [PURPOSE])
    return base64.urlsafe_b64encode(sealed).decode("ascii")


def stop_url(client: Client, channel: str, purpose: str) -> str:
    """Return the address at which a client ends such messages."""
    return f"{settings.SITE_URL.rstrip('/')}/stop/{token(client, channel, purpose)}/"


def stop_of(text: str) -> Stop | None:
    """Return what a link ends; None for any other text (one query). Where a record was merged into
    another, it is that one's messages."""
    if len(text) != LENGTH:
        return None
    try:
        sealed = base64.urlsafe_b64decode(text)
        plain = _cipher().decrypt(sealed, [PURPOSE])
    except (InvalidTag, ValueError, binascii.Error):
        return None
    if base64.urlsafe_b64encode(sealed).decode("ascii") != text:
        return None
    found = Client.objects.filter(uid=UUID(bytes=plain[:16])).first()
    if found is None or found.survivor.status == Client.Status.ERASED:
        return None
    return Stop(found.survivor, _CHANNELS[plain[18]], _PURPOSES[plain[19]])
