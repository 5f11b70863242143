"""Passkeys of somebody who logs in by mail otherwise: no second factor, no recovery codes."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.mfa.webauthn.internal import auth
from django.http import HttpRequest

from clinic.models import User


def of(user: User) -> list[Any]:
    """Return somebody's passkeys, the oldest first, each with its `name`."""
    rows = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return [row.wrap() for row in rows.order_by("created_at", "pk")]


def options(user: User) -> dict[str, Any]:
    """Return what the browser needs to make a passkey."""
    return {"creation_options": auth.begin_registration(user, passwordless=True)}


def add(request: HttpRequest, *, user: User, name: str, credential: dict[str, Any]) -> None:
    """Keep a passkey whose credential a form has checked, and tell its owner by mail."""
    made = auth.WebAuthn.add(user, name, credential).instance
    authenticator_added.send(Authenticator, request=request, user=user, authenticator=made)
    get_adapter().send_notification_mail("mfa/email/webauthn_added", user)


def remove(request: HttpRequest, *, user: User, passkey: Authenticator) -> None:
    """Forget a passkey, and tell its owner by mail."""
    passkey.delete()
    authenticator_removed.send(Authenticator, request=request, user=user, authenticator=passkey)
    get_adapter().send_notification_mail("mfa/email/webauthn_removed", user)
