"""Passkeys of somebody who logs in by mail otherwise: no second factor, no recovery codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.mfa.webauthn.internal import auth
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from clinic.models import User


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it; `address` names it in the addresses of pages."""

    name: str
    created_at: datetime
    address: str


def of(user: User) -> list[Passkey]:
    """Return somebody's passkeys, the oldest first."""
    return [Passkey(row.wrap().name, row.created_at, address(row)) for row in _rows(user)]


def address(passkey: Authenticator) -> str:
    """Return what stands for a passkey in an address: nothing that can be counted or guessed."""
    return salted_hmac("clinic.passkey", str(passkey.pk), algorithm="sha256").hexdigest()[:32]


def find(user: User, asked: str) -> Authenticator | None:
    """Return the passkey of somebody that an address names, or None."""
    return next((row for row in _rows(user) if address(row) == asked), None)


def _rows(user: User) -> QuerySet[Authenticator]:
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user=user)
    return rows.filter(type=Authenticator.Type.WEBAUTHN).order_by("created_at", "pk")


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
