"""Who is booking, without a cookie: the signed id of the attempt, and where it comes from."""

from __future__ import annotations

import base64
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

from clinic.limits import digest_of_address


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


def held_from(request: HttpRequest) -> str:
    """Return a keyed digest of the address a hold comes from."""
    return digest_of_address(request, salt="bookings.held_from")
