"""Who may show our pages in a frame: the clinic's own websites, and the booking pages only."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from bookings import links
from bookings.forms.choosing import Choice
from bookings.views.attempts import write_attempt
from clinic import env
from tests.factories import bookings
from tests.factories.house import house
from tests.harness.browser import Visits
from tests.harness.databases import Database
from tests.harness.programs import Site
from tests.journeys import steps
from tests.test_headers import policy_of

SITE = "https://www.clinic.example"
BOOKING = ["/", "/book/", "/book/queen/facial/", "/book/nowhere/nothing/", "/manage/wrong/"]
OTHERS = ["/login/", "/desk/", "/admin/login/", "/mailbox/", "/api/v1/docs", "/nothing/"]


def framing(answer: Any) -> tuple[set[str], str | None]:
    return policy_of(answer)["frame-ancestors"], answer.get("X-Frame-Options")


@pytest.fixture
def addresses(db: None) -> list[str]:
    home = house()
    uid = uuid.uuid4()
    token = links.token(uid, version=1)
    bookings.booking(uid=uid, token_digest=links.digest(token), starts_at=home.at())
    attempt = write_attempt(uuid.uuid4())
    tails = ("", "move/", "cancel/")
    return [*BOOKING, f"/book/a/{attempt}/", *(f"/manage/{token}/{tail}" for tail in tails)]


def test_by_default_no_page_stands_in_a_frame(addresses: list[str]) -> None:
    for address in [*addresses, *OTHERS]:
        assert framing(Client().get(address)) == ({"'none'"}, "DENY"), address


def test_the_websites_of_the_clinic_frame_the_booking_pages_and_nothing_else(
    addresses: list[str], settings: Any
) -> None:
    settings.EMBED_SITES = [SITE, "https://clinic.example"]
    for address in addresses:
        found = framing(Client().get(address))
        assert found == ({"'self'", SITE, "https://clinic.example"}, None), address
    for address in OTHERS:
        assert framing(Client().get(address)) == ({"'none'"}, "DENY"), address
    refused = Client().post("/book/hold/", {}, headers={"origin": "https://evil.example"})
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "value",
    [
        "*",
        "www.clinic.example",
        "https://*.clinic.example",
        "https://a.example/path",
        "https://a.example; script-src *",
        "https://a.example\n",
        "ftp://a.example",
        "null",
        "'self'",
    ],
)
@pytest.mark.parametrize("name", ["EMBED_SITES", "CORS_ORIGINS"])
def test_a_website_that_is_none_stops_the_start_with_a_sentence(name: str, value: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import clinic.env"],
        env={**os.environ, name: value},
        cwd=env.ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if value.strip() == "https://a.example":
        assert found.returncode == 0
    else:
        assert found.returncode
        assert f"{name} holds" in found.stderr


@contextmanager
def website(framed: list[str]) -> Iterator[str]:
    """Serve another website than ours, which shows the address in `framed` in a frame."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            for address in framed:
                frame = f'<iframe src="{address}" title="Book" width="390" height="800"></iframe>'
                self.wfile.write(f"<!doctype html><title>Clinic</title>{frame}".encode())

        def log_message(self, *_args: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


def test_a_client_books_in_a_frame_of_the_clinics_website_without_a_cookie(
    fresh_db: Database, start_site: Callable[..., Site], visits: Visits
) -> None:
    home = house()
    framed: list[str] = []
    with website(framed) as ours:
        site = start_site(EMBED_SITES=ours)
        framed.append(f"{site.url}/book/queen/facial/?day={home.day()}")
        page = visits.open(site, 500, 900)
        page.goto(f"{ours}/")
        frame: Any = page.frame_locator("iframe")
        steps.pick(frame, Choice(home.at()))
        frame.get_by_role("button", name="Continue").click()
        steps.fill_in(frame)
        steps.confirm(frame)
        expect(frame.get_by_role("heading", level=1)).to_have_text("You are booked, Priya")
        assert steps.only().starts_at == home.at()
        assert page.context.cookies() == []


def test_a_website_the_clinic_did_not_name_shows_an_empty_frame(
    fresh_db: Database, start_site: Callable[..., Site], visits: Visits
) -> None:
    house()
    framed: list[str] = []
    with website(framed) as stranger:
        site = start_site(EMBED_SITES="https://www.clinic.example")
        framed.append(f"{site.url}/")
        visits.expected.append("frame-ancestors|frame")
        page = visits.open(site, 500, 900)
        page.goto(f"{stranger}/")
        expect(page.locator("iframe")).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert not page.frame_locator("iframe").get_by_role("heading").count()
