"""A shared device in a client's hands: from the moment somebody hands it over until it is back.

The pass itself stands in the page's address (`clients.tablets`); this is what ends it, before its
time is over: the client has finished, or a member of staff logs in on the device.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from clinic.models import HandedOver, User

COOKIE = "handed_over"
LASTS = timedelta(hours=1)


def over(*, user: User, now: datetime) -> UUID:
    """Note that somebody hands a device over; return the name of that."""
    return HandedOver.objects.create(by=user, at=now, until=now + LASTS).uid


def remember(response: HttpResponse, uid: UUID) -> None:
    """Leave in the device's browser what was handed over with it, so that a login there ends it."""
    response.set_cookie(
        COOKIE,
        str(uid),
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def is_out(uid: UUID, *, now: datetime) -> bool:
    """Whether a device is still in the client's hands (one query)."""
    return HandedOver.objects.filter(uid=uid, until__gt=now).exists()


def back(uid: UUID, *, now: datetime) -> None:
    """Note that a device is back. Twice is once."""
    HandedOver.objects.filter(uid=uid, at__lt=now, until__gt=now).update(until=now)


def back_here(request: HttpRequest, *, now: datetime) -> None:
    """Note that this device is back: a member of staff has logged in on it."""
    try:
        back(UUID(request.COOKIES.get(COOKIE, "")), now=now)
    except ValueError:
        return


def forget(*, now: datetime) -> int:
    """Delete what was over a day ago; return how many."""
    return HandedOver.objects.filter(until__lt=now - timedelta(days=1)).delete()[0]
