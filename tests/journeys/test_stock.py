"""Needles, rollers and reactions in a real browser: a phone in the treatment room."""

from __future__ import annotations

import re
from datetime import timedelta

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import bookings, clinic, stock
from tests.harness.browser import Visits
from tests.harness.programs import Site
from tests.journeys.test_staff_pages import log_in


def test_a_box_a_roller_a_recall_and_a_reaction_are_seen_to_on_a_phone(
    site: Site, visits: Visits
) -> None:
    now, place = timezone.now(), clinic.location(name="Garden Lane", slug="garden-lane")
    mei = clinic.user(role="PRACTITIONER", name="Mei Tanaka", email="mei@example.org")
    mei.password = PBKDF2PasswordHasher().encode(clinic.PASSWORD, "salt-of-the-tests-own")
    mei.save()
    who = clinic.practitioner(user=mei, name="Mei Tanaka")
    priya = bookings.client(name="Priya Raman")
    session = stock.session(at=now - timedelta(hours=1), user=mei, practitioner=who, client=priya)
    old = stock.box(location=place, lot="OLD12", expires_on=(now - timedelta(days=3)).date())
    stock.use(session, old, 12)
    stock.tool_use(session, stock.tool(location=place, name="Roller 1"), at=now)
    stock.event(client=priya, practitioner=who, at=now, where="left cheek")

    visits.expected.append("status of 422")
    page = visits.open(site, 390, 844)
    page.goto("/practice/stock/")
    log_in(page, "mei@example.org")
    expect(page.get_by_text("Expired, not to be used")).to_be_visible()
    page.get_by_role("link", name=re.compile("Add a box.*Garden Lane")).click()
    page.get_by_label("Lot").fill("NEW34")
    page.get_by_label("Expires").fill("soon")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    visits.look(page, "a box")
    page.get_by_label("Expires").fill("2031-08")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The box is added")).to_be_visible()
    visits.look(page, "needles")

    page.get_by_role("link", name="Tools").click()
    page.get_by_label("Disinfectant").fill("Peroxide 0.5 %")
    page.get_by_role("button", name="Cleaned now").click()
    expect(page.get_by_text("Clean since")).to_be_visible()
    visits.look(page, "tools")
    page.get_by_role("link", name="Roller 1").click()
    expect(page.get_by_text("Cleaned by Mei Tanaka with Peroxide 0.5 %")).to_be_visible()
    visits.look(page, "a tool")

    page.goto("/practice/stock/lots/")
    page.get_by_label("Lot").fill("old1")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Priya Raman")).to_be_visible()
    visits.look(page, "a recall")

    page.goto("/practice/events/")
    visits.look(page, "to follow up")
    page.get_by_role("link", name="Priya Raman").click()
    page.get_by_label("How is it now?").fill("Gone.")
    page.get_by_role("button", name="Keep, and it is over").click()
    expect(page.get_by_text("Resolved. Nobody has to ask again.")).to_be_visible()
    visits.look(page, "a reaction")
    page.goto(f"/practice/clients/{priya.uid}/event/")
    visits.look(page, "a reaction told")
