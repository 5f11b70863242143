"""What gives the pages the clinic's own look.

Each address names what it shows, so a copy may be kept for ever.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from clinic import colours
from clinic.models import Logo

FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def sheet(request: HttpRequest, accent: str, digest: str) -> HttpResponse:
    """The style sheet of an accent (six digits)."""
    colour = f"#{accent}"
    if not colours.COLOUR.fullmatch(colour) or colours.digest(colour) != digest:
        raise Http404
    return _kept(colours.sheet(colour).encode(), "text/css; charset=utf-8")


@require_safe
def logo(request: HttpRequest, digest: str) -> HttpResponse:
    """The logo of that digest."""
    found = Logo.objects.filter(digest=digest).first()
    if found is None:
        raise Http404
    return _kept(bytes(found.data), found.content_type)


def _kept(data: bytes, content_type: str) -> HttpResponse:
    return HttpResponse(data, content_type=content_type, headers={"Cache-Control": FOR_EVER})
