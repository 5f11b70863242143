"""From the booking to the record and back: what a client types on a phone, the practitioner reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Page, expect

from bookings import notices
from bookings.models import Booking
from clients.models import Message
from clients.outbox import Notice
from tests.factories import clinic
from tests.factories.house import House, house
from tests.harness.browser import Visits
from tests.harness.databases import Database
from tests.harness.programs import Site
from tests.journeys import steps
from tests.journeys.test_intake_journey import about, concerns, none_of, on, screened
from tests.journeys.test_staff_pages import log_in


@pytest.fixture
def home(fresh_db: Database) -> House:
    home = house()
    mei = clinic.user(role="PRACTITIONER", name="Mei Tanaka", email="mei@example.org")
    mei.password = PBKDF2PasswordHasher().encode(clinic.PASSWORD, "salt-of-the-tests-own")
    mei.save()
    home.people[0].user = mei
    home.people[0].save()
    return home


def link_in_message(booking: Booking) -> str:
    """Return where the message about a booking leads to the form."""
    for message in Message.objects.filter(about=f"booking:{booking.uid}").order_by("due_at"):
        said = notices.describe([message], message.due_at)[message.pk]
        if isinstance(said, Notice) and "form" in said.context:
            return str(said.context["form"]).partition("/forms/")[2]
    raise AssertionError("no message leads to the form")


def on_to(page: Page, title: str) -> None:
    """Go on, and wait for the next screen: what is counted on it must be its own."""
    on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def fill_in_form(page: Page) -> None:
    """Fill in what has to be, and send it."""
    page.get_by_role("button", name="Begin").click()
    about(page)
    on(page)
    concerns(page, javascript=True)
    on_to(page, "Your skin")
    screened(page)
    on_to(page, "Treatments you have had")
    none_of(page, "procedure_log")
    on_to(page, "Your health")
    screened(page)
    none_of(page, "medications", "allergies")
    page.get_by_role("button", name="Save, exit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ready to send")
    expect(page.get_by_role("link", name="Go on")).to_be_visible()
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, we have your answers")


def test_what_a_client_types_on_a_phone_stands_on_the_record_and_a_change_beside_what_it_was(
    home: House, start_site: Callable[..., Site], visits: Visits
) -> None:
    visits.expected.append(r"status of (409|422)")
    site = start_site(RATE_LIMITS="off")
    page = visits.open(site, 360, 780)
    steps.choose_time(page, home)
    steps.fill_in(page)
    page.get_by_label("E-mail me reminders").check()
    steps.confirm(page)
    steps.see_booked(page)
    booking = steps.only()
    assert booking.client is not None
    form = f"/forms/{link_in_message(booking)}"
    page.goto(form)
    fill_in_form(page)

    record = f"/practice/clients/{booking.client.uid}/"
    reader = visits.open(site, 390, 844)
    reader.goto(record)
    log_in(reader, "mei@example.org")
    reader.goto(record)
    facts = reader.get_by_role("region", name="Before you begin")
    expect(facts.locator(".rc-row", has_text="Medicines and doses")).to_contain_text(
        "None of these"
    )

    page.get_by_role("button", name="Change an answer").click()
    page.goto(f"{form}part/medical/")
    page.locator("input[name=q-medications-none]").uncheck()
    page.locator("[name=q-medications-0-name]").fill("Aspirin")
    page.get_by_role("button", name="Save, exit").click()
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, we have your answers")

    reader.goto(record)
    changed = reader.get_by_role("region", name="What changed").locator(".rc-row")
    expect(changed).to_have_count(1)
    expect(changed.locator("del")).to_contain_text("None of these")
    expect(changed.locator("ins")).to_contain_text("Aspirin")
    visits.look(reader, "record")
    with reader.expect_navigation():
        reader.get_by_role("link", name="Write down answers").click()
    visits.look(reader, "told")
    reader.get_by_role("button", name="Begin").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("What was told")
    with reader.expect_navigation():
        reader.get_by_role("link", name="Practitioner assessment").click()
    visits.look(reader, "assessment")
    reader.get_by_text("III", exact=True).first.click()
    on(reader)
    visits.look(reader, "what was told")
    reader.get_by_role("button", name="Keep on the record").click()
    expect(reader.get_by_text("The answers are kept")).to_be_visible()
    expect(reader.get_by_text("Told in the room, entered by Mei Tanaka")).to_be_visible()
