"""Who has logged in with this browser lately: for the quick change on a shared computer."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from clinic.access import STAFF
from clinic.models import User

MOST = 6
DAYS = 30
_SALT = "people of this browser"


def known(request: HttpRequest) -> list[User]:
    """Return the members of staff who logged in here lately, the last one first."""
    ids = _ids(request)
    found = User.objects.filter(pk__in=ids, is_active=True, role__in=STAFF)
    return sorted(found, key=lambda user: ids.index(user.pk))


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Put somebody who has just logged in first on the browser's list."""
    ids = [user.pk, *(other for other in _ids(request) if other != user.pk)][:MOST]
    _keep(response, ids)


def forget_all(response: HttpResponse) -> None:
    """Empty the browser's list."""
    response.delete_cookie(settings.PEOPLE_COOKIE_NAME, samesite="Lax", path="/")


def _ids(request: HttpRequest) -> list[int]:
    value = request.COOKIES.get(settings.PEOPLE_COOKIE_NAME, "")
    try:
        ids = signing.loads(value, salt=_SALT, max_age=DAYS * 86_400)
    except signing.BadSignature:
        return []
    return [pk for pk in ids if isinstance(pk, int)]


def _keep(response: HttpResponse, ids: Sequence[int]) -> None:
    response.set_cookie(
        settings.PEOPLE_COOKIE_NAME,
        signing.dumps(list(ids), salt=_SALT),
        max_age=DAYS * 86_400,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
