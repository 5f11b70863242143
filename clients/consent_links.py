"""The link by which a client reads and signs: permanent, opaque, made whenever it is needed.

The token is the client's uid and the link's version, sealed under LINK_KEY (AES-SIV): the same
client always gets the same one, nothing is stored for it, and a token with one other character
opens nothing. A new version ends the old link.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

from clients.models import Client, ConsentLink

PURPOSE = b"consent link"
LENGTH = 48


def _cipher() -> AESSIV:
    return AESSIV(hashlib.sha512(PURPOSE + settings.LINK_KEY.encode()).digest())


def token(uid: UUID, *, version: int = 1) -> str:
    """Return the token of a client's consent link (48 characters)."""
    sealed = _cipher().encrypt(uid.bytes + version.to_bytes(4, "big"), [PURPOSE])
    return base64.urlsafe_b64encode(sealed).decode("ascii")


def consent_url(client: Client) -> str:
    """Return the address at which a client reads and signs (at most one query)."""
    return f"{settings.SITE_URL.rstrip('/')}/consent/{token_of(client)}/"


def token_of(client: Client) -> str:
    """Return the token of a client's newest link (at most one query)."""
    link = getattr(client, "consent_link", None)
    return token(client.uid, version=link.version if link else 1)


def client_of(text: str) -> Client | None:
    """Return whose link it is; None for a replaced one and for any other text (one query).

    The link of a record that was merged leads nowhere: it may be in other hands than the one the
    record was merged into is meant for.
    """
    if len(text) != LENGTH:
        return None
    try:
        sealed = base64.urlsafe_b64decode(text)
        plain = _cipher().decrypt(sealed, [PURPOSE])
    except (InvalidTag, ValueError, binascii.Error):
        return None
    if base64.urlsafe_b64encode(sealed).decode("ascii") != text:
        return None
    uid, version = UUID(bytes=plain[:16]), int.from_bytes(plain[16:], "big")
    found = Client.objects.select_related("consent_link", "key").filter(uid=uid).first()
    if found is None:
        return None
    link: ConsentLink | None = getattr(found, "consent_link", None)
    if version != (link.version if link else 1):
        return None
    return None if found.status in Client.GONE else found
