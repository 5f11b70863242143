"""A practitioner takes photos on a telephone, compares two, and keeps a scan of an old chart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Page, expect

from clients.consent_rules import Kind
from clients.models import Client, Document, Photo
from tests.factories import bookings, clinic
from tests.factories.consents import signed
from tests.factories.house import House, house
from tests.factories.media import PDF, drawn, encoded
from tests.harness.browser import Visits
from tests.harness.programs import Site
from tests.journeys.test_staff_pages import log_in

HAVE_ENOUGH_DATA = 4


@pytest.fixture
def home(site: Site) -> House:
    return house()


@pytest.fixture
def priya(home: House) -> Client:
    """A client of Mei's who has agreed to photos."""
    mei = clinic.user(role="PRACTITIONER", name="Mei Tanaka", email="mei@example.org")
    mei.password = PBKDF2PasswordHasher().encode(clinic.PASSWORD, "salt-of-the-tests-own")
    mei.save()
    home.people[0].user = mei
    home.people[0].save()
    who = bookings.client(name="Priya Raman")
    bookings.booking(
        starts_at=home.at(10), practitioner=home.people[0], room=home.rooms[0], client=who
    )
    signed(who, Kind.PHOTO, at=datetime.now(UTC))
    return who


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    made = []
    for number, colour in enumerate(("peru", "tan")):
        path = tmp_path / f"IMG_{number}.jpg"
        path.write_bytes(encoded(drawn((900, 1200), colour)))
        made.append(path)
    return made


def test_photos_are_taken_on_a_phone_and_compared_by_keyboard(
    site: Site,
    home: House,
    priya: Client,
    pictures: list[Path],
    phone: Callable[..., Page],
    visits: Visits,
) -> None:
    page = phone(site, permissions=["camera"])
    page.goto(f"/practice/clients/{priya.uid}/photos/")
    log_in(page, "mei@example.org")
    expect(page.get_by_text("There is no photo yet.")).to_be_visible()
    visits.look(page, "no photos")
    for day, path, moment in ((-30, pictures[0], "BASELINE"), (-1, pictures[1], "MID")):
        page.get_by_role("link", name="Take photos").click()
        page.get_by_label("Moment").select_option(moment)
        page.get_by_label("Taken on").fill(home.day(day).isoformat())
        page.get_by_label("Front, at rest").set_input_files(path)
        page.get_by_role("button", name="Keep these photos").click()
        expect(page.get_by_text("The photos are kept.")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("link", name="Take photos").click()
    visits.look(page, "taking photos")
    page.get_by_role("button", name="Use the camera here 90 degrees, left").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator("video")).to_have_js_property(
        "readyState", HAVE_ENOUGH_DATA, timeout=30_000
    )
    visits.look(page, "the camera")
    page.get_by_role("button", name="Take the photo").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Keep these photos").click()
    expect(page.get_by_role("heading", name="90 degrees, left")).to_be_visible()
    visits.look(page, "photos")
    card = page.locator(".ph-list li").first
    card.get_by_text("Change").click()
    card.get_by_role("button", name="Show the client").click()
    expect(page.get_by_text("The client finds the photo on their own pages now.")).to_be_visible()
    card.get_by_text("Change").click()
    visits.look(page, "a photo that is released")
    with page.expect_navigation():
        card.get_by_role("link", name="Correct view or day").click()
    visits.look(page, "correcting a photo")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Compare Front, at rest").click()
    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert slider.input_value() == "55"
    at = "document.querySelector('[data-compare]').style.getPropertyValue('--at')"
    assert page.evaluate(at) == "55%"
    page.keyboard.press("End")
    assert page.evaluate(at) == "100%"
    visits.look(page, "two photos")
    assert Photo.objects.filter(client=priya).count() == 3


def test_without_javascript_photos_stand_side_by_side_and_a_chart_is_kept(
    site: Site,
    home: House,
    priya: Client,
    pictures: list[Path],
    tmp_path: Path,
    phone: Callable[..., Page],
) -> None:
    page = phone(site, javascript=False)
    page.goto(f"/practice/clients/{priya.uid}/photos/add/")
    log_in(page, "mei@example.org")
    for day, path in ((-30, pictures[0]), (-1, pictures[1])):
        page.goto(f"/practice/clients/{priya.uid}/photos/add/?from=files")
        page.get_by_label("Taken on").fill(home.day(day).isoformat())
        page.get_by_label("Front, at rest").set_input_files(path)
        page.get_by_role("button", name="Keep these photos").click()
    page.get_by_role("link", name="Compare").click()
    first, second = (one.bounding_box() for one in page.locator(".cmp img").all())
    assert first["x"] + first["width"] <= second["x"]
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(PDF)
    page.goto(f"/practice/clients/{priya.uid}/documents/")
    page.get_by_label("Name").fill("Chart of 2019")
    page.get_by_label("Date on the paper").fill("2019-03-04")
    page.get_by_label("File, or photos of the pages").set_input_files(scan)
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("The document is kept.")).to_be_visible()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Chart of 2019").click()
    assert downloaded.value.suggested_filename == "paper-chart-2019-03-04.pdf"
    assert Path(downloaded.value.path()).read_bytes() == PDF
    assert Document.objects.get().dated is not None
