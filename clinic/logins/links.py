"""Links that log somebody in: 256 random bits, kept as a digest, used once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q

from clinic.access import STAFF
from clinic.models import LoginLink, User

LASTS = timedelta(minutes=15)
INVITATION_LASTS = timedelta(days=3)


def make(*, user: User | None, now: datetime, lasts: timedelta = LASTS) -> str:
    """Return the token of a new link. Without a user it opens nothing, at the same cost."""
    token = secrets.token_urlsafe(32)
    LoginLink.objects.create(user=user, digest=_digest(token), made_at=now, expires_at=now + lasts)
    return token


def is_open(token: str, *, now: datetime) -> bool:
    """Whether the link would still log somebody in. Changes nothing."""
    return LoginLink.objects.filter(_usable(token, now)).exists()


def use(token: str, *, now: datetime) -> User | None:
    """Use the link up and return whose it is; None for one that is used, too old or nobody's.

    Of two uses at the same moment one gets the user: the row is marked where it was not yet.
    """
    link = LoginLink.objects.filter(_usable(token, now)).select_related("user").first()
    if link is None:
        return None
    if not LoginLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
        return None
    return link.user


def end(*, user: User, now: datetime) -> None:
    """End the links of somebody that are not used yet."""
    LoginLink.objects.filter(user=user, used_at=None).update(used_at=now)


def forget(*, now: datetime) -> int:
    """Delete the links that are over since a day; return how many."""
    over = LoginLink.objects.filter(expires_at__lt=now - timedelta(days=1))
    deleted, _by_model = over.delete()
    return deleted


def _usable(token: str, now: datetime) -> Q:
    return Q(
        digest=_digest(token),
        used_at=None,
        expires_at__gt=now,
        user__is_active=True,
        user__role__in=STAFF,
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
