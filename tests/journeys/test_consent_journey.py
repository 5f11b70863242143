"""A client signs on a phone with a finger, and without JavaScript; every page in light and dark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Page, expect

from bookings.models import Booking
from clients import consent_links, tablets
from clients.consent_rules import Kind
from clients.models import ConsentGiven
from clinic.logins import handed
from tests.factories import bookings, clinic
from tests.factories.consents import STROKES, signed
from tests.factories.house import House, house
from tests.harness.browser import Visits, axe
from tests.harness.databases import Database
from tests.harness.programs import Site
from tests.journeys.test_staff_pages import log_in

Open = Callable[..., Page]


@pytest.fixture
def home(fresh_db: Database) -> House:
    return house()


@pytest.fixture
def booking(home: House) -> Booking:
    return bookings.booking(
        starts_at=home.at(10),
        practitioner=home.people[0],
        room=home.rooms[0],
        treatment=home.session,
        client=bookings.client(name="Priya Raman"),
        contact_name="Priya Raman",
    )


def link(booking: Booking, rest: str = "") -> str:
    return f"/consent/{consent_links.token_of(booking.client)}/{rest}"


def tick_all(page: Page) -> None:
    for box in page.locator(".cs-tick input").all():
        box.check()


def draw(page: Page) -> None:
    canvas = page.locator("[data-pad] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 30 + 20 * step, box["y"] + (30 if step % 2 else 80))
    page.mouse.up()


def narrow(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than the screen"


def test_a_client_draws_a_signature_on_a_phone(booking: Booking, site: Site, phone: Open) -> None:
    page = phone(site)
    page.goto(link(booking))
    narrow(page)
    page.get_by_role("link", name="Read and sign").first.click()
    page.locator(".cs-tick input").first.check()
    draw(page)
    expect(page.get_by_text("Your drawing is part of the signature.")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    draw(page)
    tick_all(page)
    narrow(page)
    assert axe(page) == []
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Thank you, your signature is kept.")).to_be_visible()
    assert axe(page) == []
    (made,) = ConsentGiven.objects.select_related("client__key")
    assert made.method == "DRAWN"
    (stroke,) = made.signature["strokes"]
    assert len(stroke) >= 10


def test_without_javascript_the_typed_name_signs(booking: Booking, site: Site, phone: Open) -> None:
    page = phone(site, javascript=False)
    page.goto(link(booking, "treatment/"))
    expect(page.locator("[data-pad]")).to_be_hidden()
    tick_all(page)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Thank you, your signature is kept.")).to_be_visible()
    assert ConsentGiven.objects.get().method == "TYPED"


def test_every_page_of_consent_can_be_read_by_everybody(
    booking: Booking, home: House, site: Site, visits: Visits
) -> None:
    now = datetime.now(UTC)
    given = signed(booking.client, at=now, strokes=STROKES)
    signed(booking.client, Kind.PHOTO, at=now)
    doctor = clinic.user(role="PRACTITIONER", name="Mei Tanaka")
    doctor.password = PBKDF2PasswordHasher().encode(clinic.PASSWORD, "salt-of-the-tests-own")
    doctor.save()
    home.people[0].user = doctor
    home.people[0].save()
    ana, device = bookings.client(name="Ana Silva"), handed.over(user=doctor, now=now)
    pass_ = tablets.write(ana, device, doctor, "booking:1")
    page = visits.open(site, 390, 844)
    for path in (
        link(booking),
        link(booking, "photo/"),
        link(booking, f"signed/{given.uid}/withdraw/"),
        f"/tablet/{pass_}/",
        f"/tablet/{pass_}/?done=1",
    ):
        page.goto(path)
        visits.look(page, path)
    page.goto("/consent-texts/")
    log_in(page, str(doctor.email))
    for path in (
        "/consent-texts/",
        "/consent-texts/treatment/1/",
        "/consent-texts/treatment/edit/",
        f"/practice/visit/{booking.uid}/",
        f"/practice/visit/{booking.uid}/consents/",
        f"/desk/booking/{booking.uid}/",
    ):
        page.goto(path)
        visits.look(page, path)
    page.goto("/consent-texts/treatment/edit/")
    page.get_by_label("Words").first.fill("Your practitioner treats you.")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("1 client who has signed will be asked again.")).to_be_visible()
    visits.look(page, "compared")
