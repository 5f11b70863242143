"""The clinic's own logo and colour: chosen by the owner, on every page, kept by every browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bookings import links
from clinic import colours
from clinic.models import AuditEntry, Clinic, Logo
from tests.clinic.test_logo import bomb, picture
from tests.factories import bookings, clinic
from tests.factories.house import house

pytestmark = pytest.mark.django_db
LOOK = "/settings/look/"


@pytest.fixture
def owner() -> Client:
    browser = Client()
    browser.force_login(clinic.user(role="OWNER"))
    return browser


def upload(data: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="text/html")


def logo_of(page: Any) -> list[str]:
    return re.findall(r'<img class="logo[^"]*" src="([^"]+)"', page.content.decode())


def sheet_of(page: Any) -> list[str]:
    return re.findall(r'href="(/brand/[^"]+\.css)"', page.content.decode())


def test_logo_and_colour_stand_on_the_pages_of_clients_and_of_staff(owner: Client) -> None:
    house()
    booking = bookings.booking(source="ONLINE")
    pages = ("/", LOOK, "/desk/", "/login/")
    for page in pages:
        assert not sheet_of(Client().get(page, follow=True))
    sent = {"colour": "#7a3e6d", "logo": upload(picture())}
    assert owner.post(LOOK, sent).status_code == 303
    row = Clinic.objects.get()
    booking.token_digest = links.digest(links.token(booking.uid, version=1))
    booking.save()
    manage = f"/manage/{links.token(booking.uid, version=1)}/"
    for browser, page in (
        (Client(), "/"),
        (Client(), manage),
        (Client(), "/login/"),
        (owner, "/desk/"),
        (owner, LOOK),
    ):
        shown = browser.get(page)
        assert set(logo_of(shown)) == {f"/brand/logo/{row.logo_id}/"}, page
        assert sheet_of(shown) == [f"/brand/7a3e6d/{colours.digest('#7a3e6d')}.css"], page
    entry = AuditEntry.objects.get(verb="clinic.changed")
    assert entry.after == {"accent": "#7a3e6d", "logo_id": row.logo_id}


def test_sheet_and_logo_may_be_kept_for_ever_and_are_what_they_say(owner: Client) -> None:
    owner.post(LOOK, {"colour": "own", "own": "#FFE600", "logo": upload(picture("JPEG"))})
    row, anybody = Clinic.objects.get(), Client()
    assert row.accent == "#ffe600"
    page = anybody.get("/login/")
    for address, kind in (
        (logo_of(page)[0], "image/jpeg"),
        (sheet_of(page)[0], "text/css; charset=utf-8"),
    ):
        answer = anybody.get(address)
        assert answer["Content-Type"] == kind
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert not answer.cookies
        assert answer.content
    assert "--c-jade: #ffe600" not in anybody.get(sheet_of(page)[0]).content.decode().split("@")[0]


@pytest.mark.parametrize(
    "path",
    [
        "/brand/logo/none/",
        f"/brand/7a3e6d/{'0' * 16}.css",
        f"/brand/7A3E6D/{colours.digest('#7a3e6d')}.css",
        "/brand/zzzzzz/0000000000000000.css",
        "/brand/7a3e6d7a3e6d/0000000000000000.css",
    ],
)
def test_an_address_that_names_nothing_is_not_found_and_not_kept(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 404
    assert "no-store" in answer["Cache-Control"]


def test_a_new_logo_takes_the_place_of_the_old_and_none_leaves_nothing_behind(
    owner: Client,
) -> None:
    owner.post(LOOK, {"colour": "jade", "logo": upload(picture(size=(100, 100)))})
    first = Logo.objects.get()
    owner.post(LOOK, {"colour": "#1f5f8b"})
    assert Clinic.objects.get().logo_id == first.pk, "a new colour leaves the logo"
    owner.post(LOOK, {"colour": "jade", "logo": upload(picture(size=(200, 100)))})
    assert Logo.objects.get() != first
    owner.post(LOOK, {"colour": "jade", "drop_logo": "on"})
    assert not Logo.objects.exists()
    assert Clinic.objects.get().logo_id is None
    assert not logo_of(owner.get(LOOK))


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"colour": "#123456"},
        {"colour": "own", "own": ""},
        {"colour": "own", "own": "red"},
        {"colour": "own", "own": "#12345"},
        {"colour": "own", "own": "}</style>"},
        {"colour": "jade", "logo": b""},
        {"colour": "jade", "logo": b"<html><script>alert(1)</script>"},
        {"colour": "jade", "logo": bomb(20_000)},
        {"colour": "jade", "logo": picture() + bytes(2 * 1024 * 1024)},
    ],
    ids=range(10),
)
def test_what_is_no_colour_or_no_logo_is_refused_and_nothing_changes(
    owner: Client, sent: dict[str, Any]
) -> None:
    owner.post(LOOK, {"colour": "#1f5f8b", "logo": upload(picture())})
    before = Clinic.objects.values().get()
    if isinstance(sent.get("logo"), bytes):
        sent = {**sent, "logo": upload(sent["logo"])}
    answer = owner.post(LOOK, sent)
    assert answer.status_code == 422
    assert 'class="invalid' in answer.content.decode() or "is-invalid" in answer.content.decode()
    assert Clinic.objects.values().get() == before
    assert Logo.objects.count() == 1
