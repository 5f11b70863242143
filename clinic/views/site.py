"""What machines ask every site for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

ROBOTS = """User-agent: *
Disallow: /admin/
Disallow: /answers/
Disallow: /api/
Disallow: /check-in/
Disallow: /consent/
Disallow: /desk/
Disallow: /forms/
Disallow: /login/
Disallow: /mailbox/
Disallow: /manage/
Disallow: /practice/
Disallow: /settings/
Disallow: /stop/
"""


@require_safe
@cache_control(public=True, max_age=86_400)
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead programs that look for the icon in its old place to the one the pages name."""
    return HttpResponsePermanentRedirect(static("img/icon.svg"))
