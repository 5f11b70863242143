"""The two links of a form: permanent, unguessable, recomputed whenever they are needed.

A token is a keyed digest of the request's uid, so it is stored nowhere; only its SHA-256 is, for
look-up. The *own* link goes to the client's own address and may show what they told us before; the
*page* link stands where whoever typed their name can see it, and never does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from clients.models import IntakeRequest


def token(uid: UUID, *, own: bool) -> str:
    """Return the token of one of a form's links (43 characters)."""
    purpose = "form" if own else "form page"
    mac = hmac.digest(settings.LINK_KEY.encode(), f"{purpose}:{uid}".encode(), "sha256")
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode("ascii")


def digest(token: str) -> str:
    """Return what is stored of a token. Looking up by it takes as long whatever is guessed."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def form_path(request: IntakeRequest, *, own: bool) -> str:
    """Return where on this site a form is filled in."""
    return f"/forms/{token(request.uid, own=own)}/"


def form_url(request: IntakeRequest) -> str:
    """Return the address that is sent to the client."""
    return f"{settings.SITE_URL.rstrip('/')}{form_path(request, own=True)}"
