"""A practitioner reads a client's record in a real browser: on a phone, a tablet and a desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone
from playwright.sync_api import Page, expect

from clients.models import Client
from clinic.models import User
from tests.bookings.test_record import FULL, LATER, answer, visit
from tests.factories import bookings, clinic, plans
from tests.factories.house import house
from tests.factories.intake import told
from tests.harness.browser import Visits
from tests.harness.programs import Site
from tests.journeys.test_staff_pages import log_in
from treatments.models import Plan


@pytest.fixture
def priya(site: Site) -> Client:
    home, now = house(), timezone.now()
    mei = clinic.user(role="PRACTITIONER", name="Mei Tanaka", email="mei@example.org")
    mei.password = PBKDF2PasswordHasher().encode(clinic.PASSWORD, "salt-of-the-tests-own")
    mei.save()
    home.people[0].user = mei
    home.people[0].save()
    person = bookings.client(name="Priya Raman", created_at=now - timedelta(days=60))
    visit(home, person, ahead=-7, status="DONE")
    coming = visit(home, person, ahead=3)
    told(client=person, at=now - timedelta(days=50), answers=FULL)
    told(client=person, at=now - timedelta(days=1), answers=LATER)
    answer(coming, bq_procedures={"items": {"filler": home.day(-2).isoformat()}})
    plans.plan(now=now, client=person, counts_from=now - timedelta(days=40))
    return person


def open_record(page: Page, priya: Client) -> None:
    page.goto(f"/practice/clients/{priya.uid}/")
    if "/login" in page.url:
        log_in(page, str(User.objects.get(role="PRACTITIONER").email))
    expect(page.get_by_role("heading", level=1)).to_have_text("Priya Raman")


def test_a_record_can_be_read_by_everybody_on_every_screen(
    site: Site, priya: Client, visits: Visits
) -> None:
    page = visits.open(site, 360, 740)
    open_record(page, priya)
    visits.look(page, "record")
    page.get_by_role("link", name="All 10 answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All answers")
    visits.look(page, "answers")
    page.get_by_role("link", name="Stress in the last week 0-10").click()
    expect(page.get_by_role("listitem").filter(has_text="8 of 10")).to_be_visible()
    visits.look(page, "history")
    plan = Plan.objects.get()
    for rest in ("progress", "report"):
        page.goto(f"/practice/clients/{priya.uid}/plan/{plan.uid}/{rest}/")
        expect(page.get_by_role("heading", name="own numbers")).to_be_visible()
        visits.look(page, rest)


def test_a_practitioner_asks_by_keyboard_what_may_be_done_on_friday_and_keeps_a_note(
    site: Site, priya: Client, visits: Visits
) -> None:
    page = visits.open(site, 820, 1180)
    open_record(page, priya)
    may = page.get_by_role("region", name="What may be done")
    expect(may).to_contain_text("Safety: too early")
    later = (timezone.now() + timedelta(days=60)).date()
    day = page.get_by_label("On another day")
    day.focus()
    day.fill(later.isoformat())
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="What may be done")).to_contain_text("fine")
    page.get_by_label("A new note").fill("Ask about the wedding.")
    page.get_by_label("A new note").press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Notes")).to_contain_text("Ask about the wedding.")
