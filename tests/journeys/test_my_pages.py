"""A client's own pages on a phone: from a mail to the next visit, their data and a passkey."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from bookings.models import Booking
from clients.models import Client
from tests.bookings.my_pages import person
from tests.bookings.test_me_pages import answered, visit
from tests.factories import clinic, consents
from tests.factories.house import House, house
from tests.factories.media import document
from tests.harness.browser import Visits
from tests.harness.databases import Database
from tests.harness.programs import Site
from tests.journeys.test_logins import add_authenticator, heading, mailed

Open = Callable[..., Page]


@pytest.fixture
def home(fresh_db: Database) -> House:
    return house()


@pytest.fixture
def priya(home: House) -> Client:
    """Somebody who was here a week ago, has a visit to come and answered the questions."""
    priya = person()
    visit(home, priya, home.at(10, ahead=-7), status="DONE")
    visit(home, priya, home.at(10, ahead=2), outcome="NOT_ASKED")
    answered(home, priya, home.day(-7))
    consents.signed(priya, at=datetime.now(UTC))
    return priya


def sign_in(page: Page, site: Site) -> None:
    page.goto("/me/")
    page.get_by_label("E-mail").fill("priya@example.org")
    page.get_by_role("button", name="Mail me a code").click()
    heading(page, "Look into your mail")
    page.get_by_label("Code from the mail").fill(mailed(site, r"^    (\S+)\r?$"))
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_client_signs_in_books_the_next_visit_and_takes_their_data_away(
    home: House, priya: Client, site: Site, phone: Open, tmp_path: Path, javascript: bool
) -> None:
    page = phone(site, javascript=javascript, accept_downloads=True)
    sign_in(page, site)
    heading(page, "One more thing")
    page.get_by_label("Mobile number").fill("416 555 0142")
    page.get_by_role("button", name="Open the pages").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Priya")
    expect(page.get_by_text("In 2 days")).to_be_visible()

    page.locator("button.pick").first.click()
    heading(page, "Check and confirm")
    page.get_by_role("button", name="Nothing changed, book it").click()
    heading(page, "You are booked, Priya")
    assert Booking.objects.filter(client=priya, status="BOOKED").count() == 2

    page.get_by_role("link", name="See it in your pages").click()
    page.get_by_role("link", name="You", exact=True).click()
    page.get_by_role("link", name="Your data").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download everything").click()
    download.value.save_as(tmp_path / "mine.zip")
    with ZipFile(tmp_path / "mine.zip") as file:
        assert {"my-record.html", "my-record.json", "fhir.json"} <= set(file.namelist())
    page.goto("/me/account/")
    page.get_by_role("button", name="Sign out").click()
    heading(page, "Your pages")


def test_every_page_of_a_client_is_readable_on_the_smallest_phone_and_on_a_desk(
    home: House, priya: Client, site: Site, visits: Visits
) -> None:
    page = visits.open(site, 360, 740)
    page.goto("/me/login/")
    visits.look(page, "login")
    sign_in(page, site)
    visits.look(page, "whose pages")
    page.get_by_label("Mobile number").fill("416 555 0142")
    page.get_by_role("button", name="Open the pages").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Priya")
    mei = clinic.user(role="PRACTITIONER")
    document(client=priya, released_at=datetime.now(UTC), released_by=mei)
    own = re.search(r"/me/[0-9a-f-]{36}/", page.url)[0]
    for path in ("", "visits/", "book/", "you/", "messages/", "documents/", "data/", "data/seen/"):
        page.goto(own + path)
        visits.look(page, path)
        page.goto("/me/account/")
    visits.look(page, "account")
    page.goto(own)
    page.locator("button.pick").first.click()
    heading(page, "Check and confirm")
    visits.look(page, "check")
    page.get_by_role("link", name="Something changed").click()
    expect(page.get_by_role("heading", name="Is it safe for you?")).to_be_visible()
    visits.look(page, "safety")


def test_a_passkey_signs_a_client_in_without_a_mail(
    home: House, priya: Client, site: Site, phone: Open
) -> None:
    page = phone(site)
    add_authenticator(page)
    sign_in(page, site)
    heading(page, "One more thing")
    page.goto("/me/account/passkey/")
    page.get_by_label("Name of this passkey").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    heading(page, "Your login")
    expect(page.get_by_role("link", name="Remove My phone")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    heading(page, "Your pages")
    page.get_by_role("button", name="Use a passkey").click()
    heading(page, "One more thing")
