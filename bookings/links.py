"""The manage link of a booking: permanent, unguessable, recomputed whenever it is needed.

The token is a keyed digest of the booking's uid and version, so it is stored nowhere; only its
SHA-256 is, for look-up. A new version ends the old link.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from bookings.models import Booking


def token(uid: UUID, *, version: int) -> str:
    """Return the token of a booking's manage link (43 characters)."""
    mac = hmac.digest(settings.LINK_KEY.encode(), f"{uid}:{version}".encode(), "sha256")
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode("ascii")


def digest(token: str) -> str:
    """Return what is stored of a token. Looking up by it takes as long whatever is guessed."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def manage_url(booking: Booking) -> str:
    """Return the address at which a client sees, moves and cancels a booking."""
    return f"{settings.SITE_URL.rstrip('/')}/manage/{token(booking.uid, version=booking.token_version)}/"


def again_url(booking: Booking) -> str:
    """Return the address that leads to the times for a visit like a booking. It opens with the same
    token as its manage link, so that no message names a treatment."""
    return f"{manage_url(booking)}again/"


def check_in_url(booking: Booking) -> str:
    """Return the address at which a client says how they are after a visit. It opens with the same
    token as their manage link."""
    return f"{settings.SITE_URL.rstrip('/')}/check-in/{token(booking.uid, version=booking.token_version)}/"


def answers_url(booking: Booking) -> str:
    """Return the address at which a client answers the safety questions of a booking made for
    them. It opens with the same token as their manage link."""
    return f"{settings.SITE_URL.rstrip('/')}/answers/{token(booking.uid, version=booking.token_version)}/"
