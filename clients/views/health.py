"""What a machine asks to see whether the clinic is up. Nothing here names a person or a secret."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clients import readiness


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
