"""What a request with a session passes: how long it lasts, and whether a second factor is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from clinic.access import STAFF
from clinic.logins import people, pins, record, sessions
from clinic.models import User

Answer = Callable[[HttpRequest], HttpResponse]

HAS_FACTOR = "has_second_factor"
# What somebody without a second factor may open: adding one, and leaving.
SET_UP = frozenset(
    {
        "login",
        "account_login",
        "logout",
        "switch_user",
        "set_up",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "password",
        "favicon",
        "brand-sheet",
        "brand-logo",
        "robots",
    }
)


class Sessions:
    """Ends a session that was idle or open for too long, and notes that somebody is there.

    A page that only keeps itself in step (`X-Background`) is nobody who is there.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = _user(request)
        if user is not None:
            now = timezone.now()
            if sessions.is_over(request, user=user, now=now):
                logout(request)
            elif request.headers.get("X-Background") != "yes":
                sessions.see(request, now=now)
        response = self.get_response(request)
        arrived = getattr(request, record.ARRIVED, None)
        if isinstance(arrived, User) and arrived.role in STAFF:
            people.remember(request, response, arrived)
            if not getattr(request, record.BY_PIN, False):
                pins.leave_pass(request, response, arrived, now=timezone.now())
        return response


class SecondFactor:
    """Leads a member of staff without a second factor to where they add one, and nowhere else."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not settings.SECOND_FACTOR:
            return None
        match = request.resolver_match
        if match is not None and match.view_name in SET_UP:
            return None
        user = _user(request)
        if user is None or user.role not in STAFF or _has_factor(request, user):
            return None
        return HttpResponseRedirect(reverse("set_up"))


def _has_factor(request: HttpRequest, user: User) -> bool:
    """Whether there is one; what is found is kept in the session, what is missing is not."""
    if request.session.get(HAS_FACTOR) == user.pk:
        return True
    found = is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    if found:
        request.session[HAS_FACTOR] = user.pk
    return bool(found)


def _user(request: HttpRequest) -> User | None:
    """Return who is logged in, without looking for a session where no cookie names one."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if isinstance(request.user, User) else None
