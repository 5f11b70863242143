"""The quick change of user on a shared computer: a short PIN, good only where its owner has logged
in fully within some hours.

A PIN by itself opens nothing. It takes a pass as well, which a full login leaves in that browser:
a random cookie, renewed by each full login of anybody there, whose digest is kept for each person.
Five wrong tries, a logout, a new password, or the ending of sessions takes the pass away.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from clinic import audit
from clinic.models import Pin, PinPass, User

MOST_TRIES = 5


class Tried(Enum):
    """What came of a PIN: it was right, it was wrong, or only a full login helps now."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"


@transaction.atomic
def set_pin(*, now: datetime, user: User, pin: str) -> None:
    """Set a member of staff's own PIN, checked by the form. Passes from before go by the new one."""
    Pin.objects.update_or_create(user=user, defaults={"hash": make_password(pin), "set_at": now})
    _note(user, "login.pin_set", now)


@transaction.atomic
def remove_pin(*, now: datetime, user: User) -> None:
    """Take a member of staff's own PIN away."""
    if Pin.objects.filter(user=user).delete()[0]:
        _note(user, "login.pin_removed", now)


def has_pin(user: User) -> bool:
    return Pin.objects.filter(user=user).exists()


@transaction.atomic
def leave_pass(request: HttpRequest, response: HttpResponse, user: User, *, now: datetime) -> None:
    """Leave a pass in the browser of somebody who has just logged in fully.

    The cookie is a new one, so that a copy taken, or one planted, before this login opens nothing.
    """
    fresh = secrets.token_urlsafe(32)
    old = _browser(request)
    if old:
        PinPass.objects.filter(browser=old, user=user).delete()
        PinPass.objects.filter(browser=old).update(browser=_digest(fresh))
    PinPass.objects.create(
        browser=_digest(fresh), user=user, made_at=now, expires_at=now + _lasts()
    )
    response.set_cookie(
        settings.PIN_COOKIE_NAME,
        fresh,
        max_age=int(_lasts().total_seconds()),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def opens_for(request: HttpRequest, *, now: datetime) -> set[int]:
    """Return the ids of those who may come back by PIN in this browser (one query)."""
    browser = _browser(request)
    if not browser:
        return set()
    return set(
        PinPass.objects.filter(
            browser=browser, expires_at__gt=now, tries__lt=MOST_TRIES, user__pin__isnull=False
        ).values_list("user_id", flat=True)
    )


@transaction.atomic
def check(request: HttpRequest, user: User, pin: str, *, now: datetime) -> tuple[Tried, datetime]:
    """Try a PIN in this browser; return what came of it, and when its owner logged in fully.

    Tries wait for each other at the row of the pass, so no more than five are looked at.
    """
    found = (
        PinPass.objects.select_for_update()
        .filter(browser=_browser(request), user=user, expires_at__gt=now, tries__lt=MOST_TRIES)
        .first()
    )
    own = Pin.objects.filter(user=user).first()
    if found is None or own is None:
        return Tried.OVER, now
    if check_password(pin, own.hash):
        found.tries = 0
        found.save(update_fields=["tries"])
        return Tried.RIGHT, found.made_at
    found.tries += 1
    found.save(update_fields=["tries"])
    return (Tried.WRONG if found.tries < MOST_TRIES else Tried.OVER), now


def take_passes(user: User) -> None:
    """Take the passes of somebody away, in every browser."""
    PinPass.objects.filter(user=user).delete()


def take_pass_here(request: HttpRequest, user: User | None = None) -> None:
    """Take one person's pass of this browser away, or everybody's."""
    rows = PinPass.objects.filter(browser=_browser(request))
    (rows if user is None else rows.filter(user=user)).delete()


def forget(*, now: datetime) -> int:
    """Delete passes that are over; return how many."""
    return PinPass.objects.filter(expires_at__lte=now).delete()[0]


def _lasts() -> timedelta:
    """Return for how long a pass is good: never longer than the session it came with."""
    return timedelta(seconds=min(settings.PIN_HOURS * 3600, settings.ABSOLUTE_SECONDS))


def _browser(request: HttpRequest) -> str:
    token = request.COOKIES.get(settings.PIN_COOKIE_NAME, "")
    return _digest(token) if token else ""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _note(user: User, verb: str, now: datetime) -> None:
    audit.record(now=now, actor=audit.staff(user), verb=verb, about=f"user:{user.pk}")
