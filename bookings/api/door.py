"""What every request of a program passes: which websites may ask, how much, how often, and how.

The API reads no cookie and needs no login, so another website's script can do nothing here that a
program could not. Reading what can be booked is open to every website; booking from a visitor's
browser is open to the websites of CORS_ORIGINS.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from bookings.api.answers import JSON, problem
from bookings.api.errors import too_large, unavailable
from clinic import limits
from clinic.limits import Limit
from clinic.middleware import is_own

LARGEST_BODY = 64 * 1024
PREFLIGHT_SECONDS = 600
HEADERS = "Content-Type, Idempotency-Key"
TOLD = "Retry-After, X-Request-ID"

BOOK = Limit("api-book", most=60, seconds=600)
TOKEN = Limit("api-token", most=120, seconds=60)

View = Callable[..., HttpResponse]


def door(
    view: View, *, methods: Collection[str], is_open: bool, limit: Limit | None = None
) -> View:
    """Return a view behind the door.

    methods: what it answers. is_open: every website may read it. limit: how often an address may
    ask.
    """
    allowed = {*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])}

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return _preflight(allowed)
        if request.method not in allowed:
            response = problem(405, "not_allowed", _("This can't be done with that method."))
            response["Allow"] = ", ".join(sorted(allowed))
            return response
        refusal = _stranger(request) or _body(request) or _too_often(request, limit)
        if refusal is not None:
            return refusal
        asked, request.method = (
            request.method,
            "GET" if request.method == "HEAD" else request.method,
        )
        try:
            return view(request, *args, **kwargs)
        finally:
            request.method = asked

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = answer(request, *args, **kwargs)
        _tell_browsers(request, response, is_open=is_open)
        return response

    guarded.csrf_exempt = True  # type: ignore[attr-defined]
    return guarded


def _is_friend(request: HttpRequest) -> bool:
    return request.headers.get("Origin") in settings.CORS_ORIGINS


def _stranger(request: HttpRequest) -> HttpResponse | None:
    """Refuse a website's script that is none of ours and none of the clinic's to change anything."""
    if request.method in {"GET", "HEAD"} or is_own(request) or _is_friend(request):
        return None
    return problem(
        403, "not_allowed", _("This website may not book here. The clinic can allow it.")
    )


def _body(request: HttpRequest) -> HttpResponse | None:
    if request.method in {"GET", "HEAD"}:
        return None
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdigit() or int(length[:12]) > LARGEST_BODY:
        return too_large()
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    if int(length) and (request.content_type != JSON or charset not in {"utf-8", "utf8"}):
        return problem(
            415, "unsupported_media_type", _("Please send JSON, as application/json in UTF-8.")
        )
    return None


def _too_often(request: HttpRequest, limit: Limit | None) -> HttpResponse | None:
    if limit is None:
        return None
    who = limits.digest_of_address(request, salt="bookings.api")
    try:
        seconds = limits.wait(limit, who=who, now=timezone.now())
    except (OperationalError, InterfaceError):
        return unavailable()
    if not seconds:
        return None
    sentence = _("That was too often. Please try again in %(seconds)d seconds.")
    return problem(429, "slow_down", sentence % {"seconds": seconds}, retry_after=seconds)


def _preflight(allowed: Collection[str]) -> HttpResponse:
    response = HttpResponse(status=204)
    response["Allow"] = ", ".join(sorted(allowed))
    return response


def _tell_browsers(request: HttpRequest, response: HttpResponse, *, is_open: bool) -> None:
    """Say which website's scripts may read the answer."""
    if is_open:
        response["Access-Control-Allow-Origin"] = "*"
    else:
        patch_vary_headers(response, ["Origin"])
        if not _is_friend(request):
            return
        response["Access-Control-Allow-Origin"] = request.headers["Origin"]
    response["Access-Control-Expose-Headers"] = TOLD
    if request.method == "OPTIONS":
        response["Access-Control-Allow-Methods"] = response["Allow"]
        response["Access-Control-Allow-Headers"] = HEADERS
        response["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
