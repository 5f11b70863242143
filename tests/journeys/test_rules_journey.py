"""A practitioner changes a safety rule in a real browser, looks at what it would do, publishes."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import expect

from tests.factories import clinic
from tests.factories.house import house
from tests.harness.browser import Visits
from tests.harness.programs import Site
from tests.journeys.test_staff_pages import log_in

RULES = "/practice/rules/"


@pytest.fixture
def mei(site: Site) -> str:
    """Return the e-mail address of somebody who treats."""
    login = clinic.user(role="PRACTITIONER", name="Mei Tanaka")
    login.password = PBKDF2PasswordHasher().encode(clinic.PASSWORD, "salt-of-the-tests-own")
    login.save()
    home = house()
    home.people[0].user = login
    home.people[0].save()
    return str(login.email)


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_rule_is_changed_tried_and_published(
    site: Site,
    mei: str,
    visits: Visits,
    javascript: bool,
) -> None:
    page = visits.open(site, 390, 844, javascript=javascript)

    def look(what: str) -> None:
        if javascript:
            visits.look(page, what)

    page.goto(RULES)
    log_in(page, mei)
    expect(page.get_by_role("heading", level=1)).to_have_text("Safety rules")
    look("list")
    page.get_by_label("Search the rules").fill("waxing")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Wax").click()
    look("rule")
    page.get_by_label("Days to wait").fill("5")
    page.get_by_role("button", name="Keep in the draft").click()
    page.get_by_role("link", name="Look and publish").click()
    expect(page.locator("ins")).to_have_text("Now: 5")
    look("draft")
    page.get_by_role("link", name="What would have happened").click()
    expect(page.get_by_text("No coming booking would be judged otherwise.")).to_be_visible()
    look("preview")
    page.get_by_role("link", name="On to publishing version 2").click()
    page.get_by_label("Why the rules change").fill("Two clients were still red.")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 2 is published and in force.")).to_be_visible()
    look("history")
    page.get_by_role("link", name="Coming bookings judged otherwise").click()
    look("coming")
