"""What every request passes: an id of its own, and the headers no library sets for us."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

Answer = Callable[[HttpRequest], HttpResponse]
View = TypeVar("View", bound=Callable[..., HttpResponse])

request_id: ContextVar[str] = ContextVar("request_id", default="-")

API = "/api/"

MOST_BYTES = 1_000_000  # of a body, where a view does not say that it takes files

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")
)


class RequestId:
    """Gives each request an id: in its log lines, its audit rows and the answer's X-Request-ID."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class RequestIdFilter(logging.Filter):
    """Puts the request's id on its log records."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class PermissionsPolicy:
    """Switches off the browser features no page of ours uses."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class Language:
    """Has every page in the clinic's own language, and says so.

    Django's own choice goes by what the browser asks for, which would put the sentences of its
    forms and the names of its months in French on a page that is not.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(settings.LANGUAGE_CODE):
            response = self.get_response(request)
            response.setdefault("Content-Language", settings.LANGUAGE_CODE)
            return response


class NoStore:
    """Lets nobody keep a copy of a page that does not say it may be kept.

    Most pages name a person or what is free at this moment, and on a shared computer "back" must
    not show them to the next one.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "private, no-store")
        return response


class Framing:
    """Lets the websites the clinic names show a page that is made for it in a frame.

    Everywhere else, and for everybody else, no page of ours stands in a frame.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.EMBED_SITES and _is_embeddable(request):
            # What the two middlewares above read; X-Frame-Options can name no website.
            response.xframe_options_exempt = True
            response._csp_replace = {  # type: ignore[attr-defined]
                "frame-ancestors": ["'self'", *settings.EMBED_SITES]
            }
        return response


def embeddable(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view whose page may stand in a frame of the configured websites (EMBED_SITES)."""
    view.embeddable = True  # type: ignore[attr-defined]
    return view


def _is_embeddable(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and getattr(match.func, "embeddable", False)


class BodySize:
    """Refuses a body that is larger than its view takes, before a byte of it is read.

    Files of a form are written to disk while it is read, which happens before any view can look.
    The HTTP API has a smaller limit of its own, and says so in the shape of its errors.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if request.path.startswith("/api/"):
            return
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        if length.isdecimal() and int(length) > getattr(view, "most_bytes", MOST_BYTES):
            raise RequestDataTooBig("The body is larger than this address takes.")


def takes_files(*, most_bytes: int) -> Callable[[View], View]:
    """Mark a view whose forms bring files, with the length of the longest body it takes."""

    def mark(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return mark


class SameSitePosts:
    """Refuses a POST that another site made a browser send.

    The public booking pages need no cookie, so Django's token has nothing to compare with and they
    are exempt from it; this check by Origin and Sec-Fetch-Site covers every view. A client that
    is no browser sends neither header and has no cookie to abuse. The HTTP API reads no cookie and
    names the websites it answers by itself.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD", "OPTIONS"} or request.path.startswith(API):
            return self.get_response(request)
        if is_own(request):
            return self.get_response(request)
        return render(request, "403_cross_site.html", status=403)


def is_own(request: HttpRequest) -> bool:
    """Whether a request comes from a page of ours, or from no page at all."""
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"
