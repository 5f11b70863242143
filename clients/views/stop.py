"""Ending one sort of message with one tap. Looking at the link ends nothing: mail programs and
scanners look at links by themselves; the POST does, theirs too (RFC 8058)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clients.contact_consents import has_refused, refuse
from clients.models import Purpose
from clients.stop_links import stop_of
from clients.wording import known_language
from clinic import audit
from clinic.replies import private

SOURCE = "LINK"


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, and end such messages by the POST; say so where they are ended. It needs no login and no
    cookie."""
    what = stop_of(token)
    if what is None:
        raise Http404
    done = request.method == "POST" or has_refused(what.client, what.channel, what.purpose)
    if request.method == "POST":
        refuse(
            now=timezone.now(), actor=audit.CLIENT, client=what.client, channel=what.channel,
            purposes=[what.purpose], source=SOURCE,
        )  # fmt: skip
    context = {"done": done, "channel": what.channel, "is_news": what.purpose == Purpose.MARKETING}
    language = known_language(what.client.language)
    with override(language):
        response = render(request, "clients/stop/stop.html", context)
    response["Content-Language"] = language
    return response
