"""A PIN for the quick change of user: set, removed, and typed at a shared computer."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.internal.stagekit import clear_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import staff_only
from clinic.logins import people, pins, record, sessions, throttle
from clinic.logins.forms import NewPin, TypedPin
from clinic.logins.throttle import limited, logged_in
from clinic.models import User
from clinic.views.account import user_of, was_here_lately

BACKEND = "django.contrib.auth.backends.ModelBackend"


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
@limited(logged_in)
def set_pin(request: HttpRequest) -> HttpResponse:
    """Set a PIN. Whoever has not logged in within ten minutes proves who they are first."""
    user = user_of(request)
    if not was_here_lately(request, user):
        again, here = reverse("account_reauthenticate"), reverse("pin_set")
        return HttpResponseRedirect(f"{again}?{urlencode({'next': here})}")
    form = NewPin(request.POST or None)
    if not form.is_valid():
        return render(request, "clinic/staff/new_pin.html", {"form": form})
    pins.set_pin(now=timezone.now(), user=user, pin=form.cleaned_data["pin"])
    messages.success(request, gettext("Your PIN is set. It works where you have logged in today."))
    return HttpResponseRedirect(reverse("account"))


@staff_only
@require_POST
def remove_pin(request: HttpRequest) -> HttpResponse:
    pins.remove_pin(now=timezone.now(), user=user_of(request))
    messages.success(request, gettext("Your PIN is gone."))
    return HttpResponseRedirect(reverse("account"))


def _asked(request: HttpRequest) -> User | None:
    """Return whom `who` names (1 is who logged in here last), where a PIN may let them in."""
    known, who = people.known(request), request.GET.get("who", "")
    found = next((each for number, each in enumerate(known, 1) if who == str(number)), None)
    if found is None or found.pk not in pins.opens_for(request, now=timezone.now()):
        return None
    return found


def _name(request: HttpRequest) -> str:
    asked = _asked(request)
    return throttle.user_name(asked) if asked else ""


@require_http_methods(["GET", "HEAD", "POST"])
@limited(_name)
def by_pin(request: HttpRequest) -> HttpResponse:
    """Come back by PIN: `?who=1` is the person who used this browser last."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(reverse(settings.LOGIN_REDIRECT_URL))
    user, full = _asked(request), f"{reverse('login')}?{request.GET.urlencode()}"
    if user is None:
        return HttpResponseRedirect(full)
    form = TypedPin(request.POST or None)
    context = {"form": form, "person": user, "full": full}
    if not form.is_valid():
        return render(request, "clinic/staff/pin.html", context)
    tried, began = pins.check(request, user, form.cleaned_data["pin"], now=timezone.now())
    if tried is pins.Tried.RIGHT:
        throttle.forget(request, name=throttle.user_name(user))
        clear_login(request)
        setattr(request, record.BY_PIN, True)
        login(request, user, backend=BACKEND)
        sessions.count_from(request, began)
        return HttpResponseRedirect(reverse(settings.LOGIN_REDIRECT_URL))
    record.failed(request, how="pin", user=user)
    if tried is pins.Tried.OVER:
        messages.error(request, gettext("That was wrong too often. Log in with your password."))
        return HttpResponseRedirect(full)
    form.add_error("pin", gettext("That is not your PIN. Type it again."))
    return render(request, "clinic/staff/pin.html", context)
