"""Pages for what went wrong. The ones here must hold when the database or a template doesn't."""

from __future__ import annotations

import logging

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext

from clinic.middleware import request_id

logger = logging.getLogger(__name__)


def _page(template: str, status: int, in_short: str) -> HttpResponse:
    """Return a page made without the request, whose host, session or body may be what is wrong."""
    context = {"request_id": request_id.get()}
    try:
        return HttpResponse(loader.get_template(template).render(context), status=status)
    except Exception:
        logger.exception("The page for status %s could not be made.", status)
        return HttpResponse(
            f"{in_short} ({context['request_id']})",
            status=status,
            content_type="text/plain; charset=utf-8",
        )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that can't be read; a body beyond the limit is 413."""
    if isinstance(exception, RequestDataTooBig):
        return _page("413.html", 413, gettext("This was more than we can take at once."))
    return _page("400.html", 400, gettext("This request could not be read."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when we failed. The log holds what happened under the id that the page shows."""
    return _page("500.html", 500, gettext("Something went wrong on our side."))
