"""Headers of pages that are nobody else's business, and the statuses of what was refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

INVALID = 422
CONFLICT = 409


class SeeOther(HttpResponseRedirect):
    """The answer to a POST that worked: look there, with a GET."""

    status_code = 303


def private(view: View[P]) -> View[P]:
    """Keep a page out of caches, search engines and other sites' logs.

    A page with a form keeps its referrer for ourselves: with `no-referrer` browsers send the form
    with `Origin: null`, which no check of the origin could tell from a stranger's.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = (
            "same-origin"
            if b'method="post"' in getattr(response, "content", b"")
            else "no-referrer"
        )
        return response

    return cast(View[P], guarded)
