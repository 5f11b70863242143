"""Who is booking, without a cookie: the signed id of the attempt, and where it comes from."""

from __future__ import annotations

import base64
import ipaddress
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

DIGEST_LENGTH = 32


def _signer() -> Signer:
    return Signer(sep=".", salt="bookings.attempt")


def write_attempt(attempt: UUID) -> str:
    """Return an attempt as it stands in forms and addresses."""
    return _signer().sign(base64.urlsafe_b64encode(attempt.bytes).rstrip(b"=").decode())


def read_attempt(text: str) -> UUID | None:
    """Return the attempt a form or address names; None for any text we did not write."""
    try:
        return UUID(bytes=base64.urlsafe_b64decode(_signer().unsign(text) + "=="))
    except (BadSignature, ValueError):
        return None


def address_of(request: HttpRequest) -> str:
    """Return the network address a request comes from: as many steps back through X-Forwarded-For
    as there are trusted proxies, so that nobody can claim to be somebody else."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXIES:
        return direct
    steps = [step.strip() for step in request.headers.get("X-Forwarded-For", "").split(",")]
    steps = [step for step in steps if step]
    return steps[-min(settings.TRUSTED_PROXIES, len(steps))] if steps else direct


def held_from(request: HttpRequest) -> str:
    """Return a keyed digest of the address a hold comes from; of IPv6, of its network."""
    address = address_of(request)
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return salted_hmac("bookings.held_from", address).hexdigest()[:DIGEST_LENGTH]
    if known.version == 6:
        address = str(ipaddress.ip_network((known.packed[:8] + bytes(8), 64)))
    return salted_hmac("bookings.held_from", address).hexdigest()[:DIGEST_LENGTH]
