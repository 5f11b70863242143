"""A member of staff in a real browser: logs in, reads the day, logs out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Page, expect

from bookings import lifecycle
from tests.factories import bookings, clinic
from tests.harness.browser import Visits
from tests.harness.programs import Site

DAY = "/desk/?day=2026-11-24&location=queen-west"


@pytest.fixture
def busy_day(site: Site) -> str:
    """A day with every status on it; returns the e-mail address of somebody who may read it."""
    place = clinic.location(slug="queen-west", name="Queen West")
    clinic.location(name="Annex")
    clinic.hours(practitioner=clinic.practitioner(name="Mei Tanaka"), location=place)
    for number, status in enumerate(lifecycle.STATUSES):
        if status not in {lifecycle.HELD, lifecycle.EXPIRED}:
            bookings.booking(
                status=status,
                room=clinic.room(location=place),
                starts_at=bookings.STARTS_AT + timedelta(minutes=30 * number),
            )
    clinic.closure(first_day=bookings.STARTS_AT.date() + timedelta(days=1), reason="Holiday")
    ines = clinic.user(name="Ines Carvalho")
    # The real server knows the real hash only, not the quick one of the tests' settings.
    ines.password = PBKDF2PasswordHasher().encode(clinic.PASSWORD, "salt-of-the-tests-own")
    ines.save()
    return str(ines.email)


def log_in(page: Page, email: str, password: str = clinic.PASSWORD) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_the_desk_reads_a_day_without_javascript(
    site: Site, busy_day: str, phone: Callable[..., Page]
) -> None:
    page = phone(site, javascript=False)
    page.goto(DAY)
    log_in(page, busy_day)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tuesday 24 November")
    expect(page.locator(".ev")).to_have_count(7)
    page.get_by_role("link", name="The day after").click()
    expect(page.get_by_text("Queen West is closed: Holiday.")).to_be_visible()
    page.get_by_label("Go to").fill("2026-11-24")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tuesday 24 November")
    page.get_by_role("button", name="Log out").click()
    page.goto(DAY)
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in to work")


def test_back_on_a_shared_computer_shows_nobody_the_day(
    site: Site, busy_day: str, desktop: Callable[..., Page]
) -> None:
    page = desktop(site)
    page.goto(DAY)
    log_in(page, busy_day)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tuesday 24 November")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in to work")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in to work")


def test_every_page_of_the_staff_can_be_used_by_everybody(
    site: Site, busy_day: str, visits: Visits
) -> None:
    visits.expected.append("status of 404")
    page = visits.open(site, 390, 844)
    page.goto(DAY)
    visits.look(page, "login")
    log_in(page, busy_day, "not this one")
    visits.look(page, "login refused")
    log_in(page, busy_day)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tuesday 24 November")
    visits.look(page, "day")
    page.goto("/desk/?day=2026-11-25&location=queen-west")
    visits.look(page, "closed day")
    page.goto("/desk/?day=nonsense&location=none")
    visits.look(page, "wrong day")
    page.goto("/nothing/")
    visits.look(page, "404")
