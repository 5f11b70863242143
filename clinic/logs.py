"""What is written about the program's work, and what never is: names, addresses, tokens, health.

A request is told by the name of its route, never by its path, since paths carry tokens. What other
people's code would say of a request or a task is put in our words. In production each line is
one JSON object, and an error stands there by its kind and place without its message, which may
quote anything; in development lines are for reading and errors keep their message.
"""

from __future__ import annotations

import json
import logging
import re
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from clinic import env
from clinic.middleware import request_id

log = logging.getLogger("clinic.requests")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
FIELDS = ("method", "route", "status", "ms")

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# A last net below the rules above: what looks like an address, a telephone number or a secret.
_SECRETS = re.compile(
    rf"(?P<keep>\b{_UUID}\b)"
    r"|(?P<url>(?P<scheme>[a-z][a-z0-9+.-]*://)[^\s/@]+@)"
    r"|(?P<mail>[^\s@<>\"'()=,;:]+@[^\s@<>\"'()=,;:]+\.[A-Za-z]{2,})"
    r"|(?P<phone>\+\d[\d ().-]{6,}\d)"
    r"|(?P<token>(?=[\w=:-]*\d)(?=[\w=:-]*[A-Za-z])[A-Za-z0-9_=:-]{20,})"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def route_of(request: HttpRequest) -> str:
    """Return the name of the route a request took: `static` for a file, `-` where none fits."""
    match = getattr(request, "resolver_match", None)
    if match is not None:
        return str(match.view_name)
    return "static" if request.path.startswith(settings.STATIC_URL) else "-"


class RequestLine:
    """Writes one line for each request, when it has been answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = self.get_response(request)
        method = request.method if request.method in METHODS else "OTHER"
        taken = round((time.perf_counter() - begun) * 1000, 1)
        seen = {
            "method": method,
            "route": route_of(request),
            "status": response.status_code,
            "ms": taken,
        }
        log.info("%(method)s %(route)s %(status)s, %(ms)s ms", seen, extra=seen)
        return response


class SaidOnce(logging.Filter):
    """Drops what Django says of an answer whose request has its line, unless an error came of it.

    So a request that fails unexpectedly is told once, with the error, under its request id.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "django.request":
            return bool(record.exc_info) and getattr(record, "status_code", 500) >= 500
        return True


def scrub(text: str) -> str:
    """Return the text without mail addresses, telephone numbers, passwords and long tokens."""

    def instead(found: re.Match[str]) -> str:
        if found["keep"]:
            return found[0]
        if found["url"]:
            return f"{found['scheme']}…@"
        return "<mail>" if found["mail"] else "<phone>" if found["phone"] else "<token>"

    return _SECRETS.sub(instead, text)


def words_of(record: logging.LogRecord) -> str:
    """Return what a record says, on one line and without what no log may hold."""
    if record.name.startswith("django.security"):
        text = f"Refused: {record.name.removeprefix('django.security').strip('.') or 'request'}"
    elif isinstance(request := getattr(record, "request", None), HttpRequest):
        text = f"{getattr(record, 'status_code', 'Error')} at {route_of(request)}"
    elif record.name == "celery.app.trace" and isinstance(record.args, Mapping):
        text = _of_task(record.args)
    else:
        try:
            text = record.getMessage()
        except (TypeError, ValueError, KeyError):
            text = str(record.msg)
        if record.name.startswith("celery"):
            # What follows the first line is the body of a message.
            text = text.strip().partition("\n")[0]
    return _CONTROL.sub(lambda c: f"\\x{ord(c[0]):02x}", scrub(text))


def _of_task(about: Mapping[str, Any]) -> str:
    """Say how a task ended, without its arguments, its result and the message of its error."""
    text = f"Task {about.get('name')}[{about.get('id')}] {about.get('description', 'succeeded')}"
    runtime = about.get("runtime")
    return f"{text} in {runtime:.3f} s" if isinstance(runtime, float) else text


Raised = tuple[type[BaseException], BaseException, TracebackType | None]


def _raised(record: logging.LogRecord) -> Raised | None:
    if record.name.startswith("django.security"):
        return None  # the request was refused as it should be
    if isinstance(record.exc_info, tuple) and record.exc_info[1] is not None:
        return record.exc_info
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        hidden = following.__suppress_context__
        following = following.__cause__ or (None if hidden else following.__context__)


def _kind(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    return f"{kind} ({constraint})" if constraint else kind


def _places(trace: TracebackType | None) -> list[str]:
    return [
        f"{_short(frame.filename)}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)
    ]


def _short(file: str) -> str:
    path = Path(file)
    inside = path.is_relative_to(env.ROOT) and "site-packages" not in path.parts
    return str(path.relative_to(env.ROOT)) if inside else "/".join(path.parts[-3:])


class JsonLines(logging.Formatter):
    """One JSON object a line: for production, where a program reads it first."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request_id", request_id.get()),
            "message": words_of(record),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if raised := _raised(record):
            line["error"] = [_kind(error) for error in _chain(raised[1])]
            line["where"] = _places(raised[2])
        return json.dumps(line)


class Readable(logging.Formatter):
    """A line for people, with the whole error below it: for development."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line = (
            f"{at:%H:%M:%S} {record.levelname} {record.name} "
            f"[{getattr(record, 'request_id', request_id.get())[:12]}] {words_of(record)}"
        )
        if raised := _raised(record):
            line += "\n" + scrub("".join(traceback.format_exception(raised[1]))).rstrip()
        return line
