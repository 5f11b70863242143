"""What the log book says of logins. No password, code or address of somebody unknown is in it."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest
from django.utils import timezone

from clinic import audit, limits
from clinic.audit import Actor
from clinic.logins import devices, handed, sessions
from clinic.models import User

STRANGER = Actor("not logged in")
# The user who has just logged in; the middleware remembers them for the browser's next time.
ARRIVED = "arrived_user"
# Set on a request that logs somebody in by their PIN: no full login.
BY_PIN = "by_pin"


def connect() -> None:
    """Have it written down whenever Django or allauth says that something happened."""
    user_logged_in.connect(_logged_in, dispatch_uid="clinic.logins")
    user_logged_out.connect(_logged_out, dispatch_uid="clinic.logins")
    authenticator_added.connect(_factor_added, dispatch_uid="clinic.logins")
    authenticator_removed.connect(_factor_removed, dispatch_uid="clinic.logins")
    authenticator_reset.connect(_factor_reset, dispatch_uid="clinic.logins")


def failed(request: HttpRequest, *, how: str, user: User | None) -> None:
    """Write down a login that failed. user: whose it would have been, None for nobody's."""
    audit.record(
        now=timezone.now(),
        actor=STRANGER,
        verb="login.failed",
        about=f"user:{user.pk}" if user else "user:unknown",
        after={"how": how, "network": devices.network(limits.address_of(request))},
    )


def by(request: HttpRequest, user: User, verb: str, **after: Any) -> None:
    """Write down what a member of staff did to their own login."""
    audit.record(
        now=timezone.now(),
        actor=audit.staff(user),
        verb=verb,
        about=f"user:{user.pk}",
        after=after,
    )


def _logged_in(sender: Any, request: HttpRequest, user: User, **_more: Any) -> None:
    sessions.begin(request, user=user, now=timezone.now())
    handed.back_here(request, now=timezone.now())
    setattr(request, ARRIVED, user)
    how = [
        str(step.get("type") or step.get("method"))
        for step in get_authentication_records(request, user)
    ]
    if getattr(request, BY_PIN, False):
        how = ["pin"]
    network = devices.network(limits.address_of(request))
    by(request, user, "login.done", how=how, network=network)


def _logged_out(sender: Any, request: HttpRequest, user: User | None, **_more: Any) -> None:
    sessions.left(request)
    if isinstance(user, User):
        by(request, user, "login.ended")


def _factor_added(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any
) -> None:
    by(request, user, "login.factor_added", kind=str(authenticator.type))


def _factor_removed(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any
) -> None:
    by(request, user, "login.factor_removed", kind=str(authenticator.type))


def _factor_reset(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any
) -> None:
    by(request, user, "login.factor_renewed", kind=str(authenticator.type))
