"""A client fills in the health form on a phone: from the booking to the end, with and without
JavaScript, at any time on another device."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from clients.models import IntakeSubmission
from tests.factories.house import House, house
from tests.harness.browser import Visits
from tests.harness.databases import Database
from tests.harness.programs import Site
from tests.journeys import steps

REFUSED = r"status of (409|422)"
WIDTH = 390


@pytest.fixture
def home(fresh_db: Database) -> House:
    return house()


def booked(page: Page, home: House) -> None:
    steps.choose_time(page, home)
    steps.fill_in(page)
    steps.confirm(page)
    steps.see_booked(page)
    page.get_by_role("link", name="Fill in the form").click()
    page.get_by_role("button", name="Begin").click()


def on(page: Page) -> None:
    page.get_by_role("button", name="Save and", exact=False).last.click()


def about(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("About you")
    expect(page.locator("#q-legal_name")).to_have_value("Priya Raman")
    for name, text in {
        "dob-d": "9", "dob-m": "4", "dob-y": "1984",
        "emergency_contact-name": "Arun Raman", "emergency_contact-phone": "416 555 0143",
    }.items():  # fmt: skip
        page.locator(f"#q-{name}").fill(text)
    page.get_by_label("Reminders by e-mail").check()


def concerns(page: Page, *, javascript: bool) -> None:
    if javascript:
        page.locator("[data-zone-link=forehead] .region").click()
        expect(page.locator("#map-forehead")).to_have_attribute("open", "")
    else:
        page.locator("#map-forehead summary").click()
    page.get_by_label("Forehead lines").check()
    page.locator("#q-concern_map-forehead-forehead_lines-bother").select_option("6")
    page.locator("#q-top3-1").select_option("forehead_lines")
    page.get_by_text("A subtle, fresher look").click()


def screened(page: Page) -> None:
    """Answer the lists of a page with no, in one tap where there is one."""
    for code in ("conditions", "medicine_screen", "skin_screen"):
        button = page.locator(f"#at-q-{code}").get_by_role("button", name="Answer the rest")
        if button.count():
            button.click()
    for reply in page.locator("#at-q-needle_screen label:has(input[value=no])").all():
        reply.click()


def none_of(page: Page, *codes: str) -> None:
    for code in codes:
        page.locator(f"input[name=q-{code}-none]").check()


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_client_goes_from_the_booking_to_a_complete_form_on_a_phone(
    home: House, start_site: Callable[..., Site], visits: Visits, javascript: bool
) -> None:
    visits.expected.append(REFUSED)
    site = start_site(RATE_LIMITS="off")
    page = visits.open(site, WIDTH, 844, javascript=javascript)

    def looked(name: str) -> None:
        if javascript:
            visits.look(page, name)

    booked(page, home)
    about(page)
    looked("about")
    on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("What would you like to work on?")
    concerns(page, javascript=javascript)
    looked("concerns")
    on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your skin")
    screened(page)
    looked("skin")
    on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Treatments you have had")
    none_of(page, "procedure_log")
    looked("procedures")
    on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your health")
    screened(page)
    none_of(page, "medications", "allergies")
    looked("medical")
    on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Digestion")
    page.get_by_role("button", name="Save, exit").click()
    expect(page.get_by_role("link", name="Digestion")).to_be_visible()
    looked("overview")
    page.get_by_role("link", name="Digestion").click()
    for title in ("Digestion", "Food, drink and habits", "Sleep and stress"):
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        on(page)
    if javascript:
        expect(page.locator("#q-cycle_len")).to_be_hidden()
        page.get_by_text("Regular cycle", exact=True).click()
        expect(page.locator("#q-cycle_len").first).to_be_visible()
    on(page)
    on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ready to send")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, we have your answers")
    looked("done")
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, we have your answers")
    (sent,) = IntakeSubmission.objects.all()
    assert sent.answers["top3"] == ["forehead_lines"]
