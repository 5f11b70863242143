"""The addresses of the API, each behind the door."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path

from bookings.api import api, document
from bookings.api.door import BOOK, TOKEN, door

READ = ("GET",)
CHANGE = ("POST",)
BOOKINGS = "bookings"


def _behind_the_door(patterns: list[Any]) -> list[URLPattern]:
    found = []
    for pattern in patterns:
        route = str(pattern.pattern)
        if not route:
            continue  # the library's own root, which leads nowhere
        if not route.startswith(BOOKINGS):
            view = door(pattern.callback, methods=READ, is_open=True)
        elif route == BOOKINGS:
            view = door(pattern.callback, methods=CHANGE, is_open=False, limit=BOOK)
        else:
            methods = CHANGE if route.endswith(("/move", "/cancel")) else READ
            view = door(pattern.callback, methods=methods, is_open=False, limit=TOKEN)
        found.append(path(route, view, name=f"api-{pattern.name}"))
    return found


urlpatterns = [
    *_behind_the_door(api.urls[0]),
    path("openapi.json", door(document.openapi, methods=READ, is_open=True), name="api-openapi"),
    path("docs", door(document.page, methods=READ, is_open=True), name="api-docs"),
    path("", document.nothing, name="api-root"),
    path("<path:rest>", document.nothing, name="api-nothing"),
]
