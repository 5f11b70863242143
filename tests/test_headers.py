"""Every address of the site, walked: whatever it answers, it carries the headers that protect."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.urls.resolvers import RoutePattern

from bookings import links
from clinic import env
from tests.factories import bookings, clinic

pytestmark = pytest.mark.django_db

SAMPLES = {
    "int": "1",
    "slug": "none",
    "str": "none",
    "uuid": str(uuid.UUID(int=1)),
    "path": "none",
}
POLICY = {
    "default-src": {"'none'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "form-action": {"'self'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
}
EXACTLY = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
# The one page with a frame in it: a mail as it will look, without script.
FRAMES = "/settings/wording/none/none/"
# The few answers that anybody may keep a copy of.
KEPT = ("/static/", "/robots.txt", "/favicon.ico", "/admin/jsi18n/")


def addresses(patterns: Any, before: str = "/") -> Iterator[str]:
    """Yield one address for each pattern, with a sample for each of its parts."""
    for pattern in patterns:
        own = pattern.pattern
        if isinstance(own, RoutePattern):
            here = re.sub(r"<(?:(\w+):)?\w+>", lambda m: SAMPLES[m[1] or "str"], str(own))
        else:
            here = re.sub(
                r"\(\?P<\w+>[^()]*\)|[\^$]|\\Z", lambda m: "none" * ("P<" in m[0]), str(own)
            )
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, before + here)
        elif isinstance(pattern, URLPattern):
            yield before + here


ALL = sorted(set(addresses(get_resolver().url_patterns)))


def policy_of(answer: Any) -> dict[str, set[str]]:
    parts = [part.split() for part in answer["Content-Security-Policy"].split(";") if part.strip()]
    return {name: set(values) for name, *values in parts}


def check(answer: Any, address: str) -> None:
    framing = {"frame-src": {"'self'"}} if address == FRAMES else {}
    assert policy_of(answer) == POLICY | framing, address
    for name, value in EXACTLY.items():
        assert answer.get(name) == value, f"{address}: {name}"
    # A page without a form may be stricter still.
    assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}, address
    for feature in ("camera", "geolocation", "microphone", "payment"):
        assert f"{feature}=()" in answer["Permissions-Policy"], address
    assert re.fullmatch("[0-9a-f]{32}", answer["X-Request-ID"]), address
    assert "Server" not in answer.headers
    if not address.startswith(KEPT):
        assert "no-store" in answer["Cache-Control"], address
        assert "private" in answer["Cache-Control"], address


def test_the_walk_finds_the_doors_of_the_site() -> None:
    assert {"/desk/", "/login/", "/admin/login/"} <= set(ALL)
    assert not [address for address in ALL if re.search(r"[<>()?^$]", address)]


@pytest.mark.parametrize("who", ["nobody", "owner", "superuser"])
def test_every_address_carries_the_headers_for_everybody(who: str) -> None:
    clinic.location()
    browser = Client(raise_request_exception=True)
    if who != "nobody":
        browser.force_login(clinic.user(role="OWNER", is_superuser=who == "superuser"))
    for address in ALL:
        for method in ("get", "head", "post", "put", "delete", "options"):
            if method == "post" and address in {"/logout/", "/login/switch/"}:
                continue
            check(getattr(browser, method)(address), address)


def test_the_headers_stand_on_static_files_too() -> None:
    for file in sorted(p for p in (env.ROOT / "static").rglob("*") if p.is_file()):
        address = f"/static/{file.relative_to(env.ROOT / 'static').as_posix()}"
        answer = Client().get(address)
        assert answer.status_code == 200, address
        check(answer, address)
        answer.close()


def test_the_way_from_http_to_https_carries_them_as_well() -> None:
    with override_settings(SECURE_SSL_REDIRECT=True):
        answer = Client().get("/login/")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/login/")
    check(answer, "/login/")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the secret is 4711")


def broken_database(request: HttpRequest) -> HttpResponse:
    from django.db import connection

    connection.cursor().execute("SELECT no_such_column")
    raise AssertionError


def forbidden(request: HttpRequest) -> HttpResponse:
    from django.core.exceptions import PermissionDenied

    raise PermissionDenied


def reads_the_body(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.POST)))


class Errors:
    """Addresses that go wrong in every way there is a page for."""

    from clinic.urls import handler400, handler500, urlpatterns

    urlpatterns = [
        *urlpatterns,
        path("broken/", broken),
        path("broken-database/", broken_database),
        path("forbidden/", forbidden),
        path("form/", reads_the_body),
    ]


@pytest.fixture
def visitor() -> Iterator[Client]:
    with override_settings(ROOT_URLCONF=Errors):
        yield Client(raise_request_exception=False)


def test_a_page_of_ours_that_breaks_says_sorry_and_gives_nothing_away(visitor: Client) -> None:
    answer = visitor.get("/broken/")
    assert answer.status_code == 500
    check(answer, "/broken/")
    assert answer["X-Request-ID"] in answer.content.decode(), "the reference leads to the log"
    assert b"4711" not in answer.content
    assert b"Traceback" not in answer.content


def test_the_page_for_our_mistakes_needs_no_database(
    visitor: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert visitor.get("/broken/").status_code == 500
    assert visitor.get("/broken-database/").status_code == 500


def test_an_address_that_leads_nowhere_helps_on(visitor: Client) -> None:
    clinic.clinic(phone="+14165550100")
    answer = visitor.get("/nothing/here/")
    assert answer.status_code == 404
    check(answer, "/nothing/here/")
    assert b"There is nothing at this address" in answer.content
    assert b"tel:+14165550100" in answer.content


def test_a_host_that_is_not_ours_gets_a_page_without_its_name(visitor: Client) -> None:
    answer = visitor.get("/login/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    check(answer, "/login/")
    assert b"evil.example" not in answer.content


def test_a_body_beyond_the_limit_is_told_so(visitor: Client) -> None:
    answer = visitor.post(
        "/form/",
        {"text": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)},
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 413
    check(answer, "/form/")
    many = "&".join(f"a{n}=1" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))
    answer = visitor.post("/form/", many, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    check(answer, "/form/")


def test_somebody_who_may_not_is_told_so(visitor: Client) -> None:
    answer = visitor.get("/forbidden/")
    assert answer.status_code == 403
    check(answer, "/forbidden/")
    assert b"not open to you" in answer.content


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://testserver"}, 200),
        ({}, 200),
    ],
)
def test_a_form_that_another_website_sends_is_refused(
    visitor: Client, headers: dict[str, str], status: int
) -> None:
    answer = visitor.post("/form/", {"a": "1"}, headers=headers)
    assert answer.status_code == status
    check(answer, "/form/")


def test_the_error_pages_name_files_that_exist() -> None:
    page = (env.ROOT / "templates" / "base_error.html").read_text()
    named = re.findall(r'(?:href|src)="/static/([^"]+)"', page)
    assert len(named) >= 3
    for name in named:
        assert (env.ROOT / "static" / name).is_file(), name


def test_robots_are_kept_out_of_links_that_are_somebodys_own() -> None:
    answer = Client().get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    doors = ("/manage/", "/answers/", "/check-in/", "/consent/", "/forms/", "/stop/")
    for door in (*doors, "/desk/", "/admin/"):
        assert f"Disallow: {door}" in answer.content.decode()


def test_the_old_place_of_the_icon_leads_to_it() -> None:
    target = Client().get("/favicon.ico")["Location"]
    assert Path(env.ROOT, target.lstrip("/")).is_file()


def test_a_clients_own_pages_are_kept_by_nobody() -> None:
    uid = uuid.uuid4()
    token = links.token(uid, version=1)
    bookings.booking(uid=uid, token_digest=links.digest(token))
    for address in (
        f"/manage/{token}/",
        f"/manage/{token}/calendar.ics",
        f"/manage/{token}/cancel/",
    ):
        answer = Client().get(address, follow=True)
        assert answer.status_code == 200, address
        check(answer, address)
