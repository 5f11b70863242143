"""The sessions somebody has open: begun with a login, seen, ended here or from another device."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from clinic import audit, limits
from clinic.logins import devices, pins
from clinic.models import OpenSession, User

STARTED = "started_at"
SEEN = "seen_at"
# Only so often does a page somebody looks at write that they are there.
SEEN_EVERY = 60


def begin(request: HttpRequest, *, user: User, now: datetime) -> None:
    """Put the session that a login has just begun on its owner's list."""
    request.session[STARTED] = request.session[SEEN] = int(now.timestamp())
    OpenSession.objects.update_or_create(
        session_key=_key(request),
        defaults={
            "user": user,
            "device": devices.device(request.headers.get("User-Agent", "")),
            "network": devices.network(limits.address_of(request)),
            "started_at": now,
            "seen_at": now,
        },
    )


def count_from(request: HttpRequest, began: datetime) -> None:
    """Let a session end no later than one that began with the full login before it."""
    request.session[STARTED] = int(began.timestamp())


def idle_seconds(user: User) -> int:
    """Return after how long without a click somebody of that role has to log in again."""
    seconds: int = settings.IDLE_SECONDS_OF.get(user.role, settings.IDLE_SECONDS)
    return seconds


def is_over(request: HttpRequest, *, user: User, now: datetime) -> bool:
    """Whether the session of a user has been idle, or open, for too long."""
    at = int(now.timestamp())
    started, seen = request.session.get(STARTED, at), request.session.get(SEEN, at)
    return bool(at - seen >= idle_seconds(user) or at - started >= settings.ABSOLUTE_SECONDS)


def see(request: HttpRequest, *, now: datetime) -> None:
    """Note that somebody is there; at most one write a minute."""
    at = int(now.timestamp())
    if at - request.session.get(SEEN, 0) < SEEN_EVERY:
        return
    request.session.setdefault(STARTED, at)
    request.session[SEEN] = at
    OpenSession.objects.filter(session_key=_key(request), seen_at__lt=now).update(seen_at=now)


def renamed(request: HttpRequest, *, before: str | None) -> None:
    """Keep the session on the list after its key was changed."""
    OpenSession.objects.filter(session_key=before).update(session_key=_key(request))


def of(user: User, *, now: datetime) -> list[OpenSession]:
    """Return the sessions a user has open, the one seen last first."""
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    return list(
        OpenSession.objects.filter(
            user=user,
            session_key__in=alive,
            started_at__gt=now - timedelta(seconds=settings.ABSOLUTE_SECONDS),
            seen_at__gt=now - timedelta(seconds=idle_seconds(user)),
        ).order_by("-seen_at", "-pk")
    )


@transaction.atomic
def end(
    *,
    now: datetime,
    actor: audit.Actor,
    user: User,
    only: int | None = None,
    but: str | None = None,
) -> int:
    """End sessions of a user and return how many: all of them, `only` the one with that id, or
    all `but` the one with that key."""
    rows = OpenSession.objects.filter(user=user).exclude(session_key=but)
    if only is not None:
        rows = rows.filter(pk=only)
    keys = list(rows.select_for_update().values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.filter(session_key__in=keys).delete()
    pins.take_passes(user)
    if keys:
        audit.record(
            now=now,
            actor=actor,
            verb="login.sessions_ended",
            about=f"user:{user.pk}",
            after={"sessions": len(keys)},
        )
    return len(keys)


def left(request: HttpRequest) -> None:
    """Take the session from the list: its owner has logged out."""
    OpenSession.objects.filter(session_key=request.session.session_key).delete()


def forget(*, now: datetime) -> int:
    """Delete sessions that are over, and what the lists say of them; return how many."""
    deleted, _by_model = Session.objects.filter(expire_date__lte=now).delete()
    OpenSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return deleted


def _key(request: HttpRequest) -> str:
    return request.session.session_key or ""
