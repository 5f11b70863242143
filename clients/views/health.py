"""What a machine asks to see whether the clinic is up. Nothing here names a person or a secret."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from clients import metrics as written
from clients import readiness
from clients.queries.message_numbers import numbers


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer while the process does; the database is not asked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when everything the clinic needs is there, and else 503; say which part isn't."""
    parts = readiness.parts(now=timezone.now())
    ok = all(part.ok for part in parts)
    return JsonResponse(
        {"ok": ok, "parts": {part.name: {"ok": part.ok, "why": part.why} for part in parts}},
        status=200 if ok else 503,
    )


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with the numbers of messages to whoever brings the token of METRICS_TOKEN; without one
    there is no such page."""
    brought = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    if not token or not constant_time_compare(brought, token):
        raise Http404
    found = numbers(now=timezone.now())
    return HttpResponse(
        written.exposition(found), content_type="text/plain; version=0.0.4; charset=utf-8"
    )
