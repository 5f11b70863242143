"""Manage links: permanent, secret, and derived, so that only a digest has to be stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.urls import reverse

if TYPE_CHECKING:
    from bookings.models import Booking


def token(uid: UUID, version: int) -> str:
    """Return the token of a booking's manage link. A new version revokes the link before it."""
    message = uid.bytes + version.to_bytes(2, "big")
    mac = hmac.new(settings.LINK_KEY.encode(), message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def digest(token: str) -> str:
    """Return what is stored of a token and what it is found by."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def manage_path(booking: Booking) -> str:
    return reverse("manage", args=[token(booking.uid, booking.token_version)])


def manage_url(booking: Booking) -> str:
    """Return the whole address of a booking's manage page, for messages."""
    return settings.SITE_URL + manage_path(booking)
