"""A member of staff's own login: password, second factors, open sessions."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.views import ReauthenticateView
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from clinic import audit
from clinic.access import staff_only
from clinic.logins import actions, passkeys, pins, record, sessions
from clinic.logins.forms import NewPassword
from clinic.logins.throttle import limited, logged_in
from clinic.models import User


def user_of(request: HttpRequest) -> User:
    """Return who is logged in; every view here is for staff alone."""
    if not isinstance(request.user, User):
        raise ReauthenticationRequired
    return request.user


def _factors(user: User) -> dict[str, Any]:
    found = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    by_kind = {kind: [f.wrap() for f in found if f.type == kind] for kind in Authenticator.Type}
    codes = by_kind[Authenticator.Type.RECOVERY_CODES]
    return {
        "passkeys": passkeys.of(user),
        "app": next(iter(by_kind[Authenticator.Type.TOTP]), None),
        "codes": len(codes[0].get_unused_codes()) if codes else None,
        "needs_factor": settings.SECOND_FACTOR,
    }


@staff_only
def index(request: HttpRequest) -> HttpResponse:
    """How one logs in, and where one is logged in."""
    user = user_of(request)
    context = {
        **_factors(user),
        "sessions": sessions.of(user, now=timezone.now()),
        "this": request.session.session_key,
        "has_pin": pins.has_pin(user),
    }
    return render(request, "clinic/staff/account.html", context)


@staff_only
def set_up(request: HttpRequest) -> HttpResponse:
    """All that somebody without a second factor sees where one is needed."""
    context = _factors(user_of(request))
    if context["passkeys"] or context["app"]:
        return HttpResponseRedirect(reverse("day"))
    return render(request, "clinic/staff/set_up.html", context)


@staff_only
@limited(logged_in)
def password(request: HttpRequest) -> HttpResponse:
    """Set a new password. Whoever has not logged in within ten minutes proves who they are first;
    every other session of theirs ends."""
    user = user_of(request)
    is_first = not user.has_usable_password()
    if not is_first and not was_here_lately(request, user):
        # Not by allauth's exception, which would keep what was posted in the session.
        again, here = reverse("account_reauthenticate"), reverse("password")
        return HttpResponseRedirect(f"{again}?{urlencode({'next': here})}")
    form = NewPassword(request.POST or None, user=user)
    if not form.is_valid():
        return render(request, "clinic/staff/password.html", {"form": form, "is_first": is_first})
    before = request.session.session_key
    actions.set_password(
        now=timezone.now(), user=user, password=form.cleaned_data["password"], session=before
    )
    update_session_auth_hash(request, user)
    sessions.renamed(request, before=before)
    get_adapter().send_notification_mail("account/email/password_changed", user)
    done = gettext("Your password was changed. Other sessions were ended.")
    messages.success(request, gettext("Your password is set.") if is_first else done)
    return HttpResponseRedirect(reverse("account"))


def was_here_lately(request: HttpRequest, user: User) -> bool:
    steps = get_authentication_records(request, user)
    return any(
        time.time() - step["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT for step in steps
    )


@staff_only
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one session of one's own (`session`), or all but this one."""
    user = user_of(request)
    asked = request.POST.get("session", "")
    only = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None
    if asked and only is None:
        return HttpResponseRedirect(reverse("account"))
    ended = sessions.end(
        now=timezone.now(),
        actor=audit.staff(user),
        user=user,
        only=only,
        but=request.session.session_key,
    )
    if ended:
        messages.success(request, gettext("Ended. Whoever is there has to log in again."))
    return HttpResponseRedirect(reverse("account"))


class AddPasskey(webauthn.AddWebAuthnView):  # type: ignore[misc]
    """Add a passkey: kept on the device, opened with its PIN, finger or face."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = auth.begin_registration(user_of(self.request), passwordless=True)
        return {**context, "js_data": {"creation_options": options}}


class RemovePasskey(webauthn.RemoveWebAuthnView):  # type: ignore[misc]
    """Remove a passkey; not the last second factor where one is needed."""

    def get_object(self, queryset: Any = None) -> Authenticator:
        found = passkeys.find(user_of(self.request), self.kwargs["name"])
        if found is None:
            raise Http404
        return found

    def form_valid(self, form: Any) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.get_object()):
            messages.error(
                self.request, str(get_adapter().error_messages["cannot_delete_authenticator"])
            )
            return HttpResponseRedirect(reverse("account"))
        return super().form_valid(form)  # type: ignore[no-any-return]


class PasswordAgain(ReauthenticateView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        record.by(self.request, user_of(self.request), "login.confirmed", how="password")
        return super().form_valid(form)  # type: ignore[no-any-return]


password_again = staff_only(limited(logged_in)(PasswordAgain.as_view()))
code_again = staff_only(limited(logged_in)(CodeAgainView.as_view()))
passkey_again = staff_only(limited(logged_in)(webauthn.ReauthenticateWebAuthnView.as_view()))
add_app = staff_only(limited(logged_in)(totp.activate_totp))
remove_app = staff_only(totp.deactivate_totp)
add_passkey = staff_only(AddPasskey.as_view())
remove_passkey = staff_only(RemovePasskey.as_view())
recovery_codes = staff_only(recovery.view_recovery_codes)
renew_recovery_codes = staff_only(recovery.generate_recovery_codes)
download_recovery_codes = staff_only(recovery.download_recovery_codes)
