"""A client's own login: where it is signed in, its passkeys."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.views.answers import INVALID, SeeOther, private
from bookings.views.me.theirs import fresh, user_of
from clients import logins
from clinic import audit
from clinic.access import client_only
from clinic.logins import passkeys, sessions
from clinic.logins.forms import NewPasskey
from clinic.logins.throttle import limited, logged_in


@client_only
@require_safe
@private
def index(request: HttpRequest) -> HttpResponse:
    """Where one is signed in, with which passkeys, and whose pages one sees."""
    user = user_of(request)
    context = {
        "links": logins.links_of(user),
        "passkeys": passkeys.of(user),
        "sessions": sessions.of(user, now=timezone.now()),
        "this": request.session.session_key,
    }
    return render(request, "bookings/me/account.html", context)


@client_only
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one session of one's own (`session`), or all but this one."""
    user, asked = user_of(request), request.POST.get("session", "")
    only = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None
    if not asked or only is not None:
        ended = sessions.end(
            now=timezone.now(),
            actor=audit.staff(user),
            user=user,
            only=only,
            but=request.session.session_key,
        )
        if ended:
            messages.success(request, _("Ended. Whoever is there has to log in again."))
    return SeeOther(reverse("me-account"))


@client_only
@limited(logged_in)
@require_http_methods(["GET", "HEAD", "POST"])
@private
@fresh
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Add a passkey: kept on the device, opened with its PIN, finger or face."""
    user = user_of(request)
    form = NewPasskey(request.POST or None, user=user)
    if form.is_valid():
        typed = form.cleaned_data
        passkeys.add(request, user=user, name=typed["name"], credential=typed["credential"])
        messages.success(request, _("The passkey is added. It signs you in from now on."))
        return SeeOther(reverse("me-account"))
    context = {"form": form, "js_data": passkeys.options(user)}
    status = INVALID if form.is_bound else 200
    return render(request, "bookings/me/passkey.html", context, status=status)


@client_only
@require_http_methods(["GET", "HEAD", "POST"])
@private
@fresh
def remove_passkey(request: HttpRequest, name: str) -> HttpResponse:
    """Ask, then remove a passkey of one's own. The mailed code goes on working."""
    user = user_of(request)
    passkey = passkeys.find(user, name)
    if passkey is None:
        raise Http404
    if request.method != "POST":
        context = {"name": passkey.wrap().name}
        return render(request, "bookings/me/passkey_remove.html", context)
    passkeys.remove(request, user=user, passkey=passkey)
    messages.success(request, _("The passkey is removed."))
    return SeeOther(reverse("me-account"))
