"""The desk reads and answers a text message in a real browser; a client says yes with one tap."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from bookings import links
from bookings.models import Booking
from clients.actions.hearing import hear
from clients.models import TextMessage
from tests.factories import bookings
from tests.factories.clients import contact_failure
from tests.factories.house import House, house
from tests.harness.databases import Database
from tests.harness.programs import Site
from tests.journeys.test_clients import somebody
from tests.journeys.test_staff_pages import log_in

PHONE = "+14165550123"


@pytest.fixture
def home(fresh_db: Database) -> House:
    return house()


def write(text: str, phone: str = PHONE) -> None:
    hear(now=timezone.now(), phone=phone, text=text, provider="x", provider_id=text)


def test_the_desk_reads_and_answers_a_text_without_javascript(
    site: Site, home: House, phone: Callable[..., Page]
) -> None:
    bookings.client(name="Ana Silva", phone=PHONE)
    contact_failure(client=bookings.client(name="Beatriz Lima"))
    write("Can I come half an hour later? The tram stands still.")
    write("Do you treat on Sundays?", "+14165550177")
    page = phone(site, javascript=False)
    page.goto("/desk/inbox/")
    log_in(page, somebody("FRONT_DESK").email)
    expect(page.get_by_role("heading", name="be reached")).to_be_visible()
    page.get_by_role("link", name="Read Ana Silva").click()
    expect(page.get_by_text("The tram stands still.")).to_be_visible()
    page.get_by_label("Answer by text").fill("Of course. See you then.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your answer is on its way.")).to_be_visible()
    assert TextMessage.objects.filter(direction="OUT").count() == 1
    page.get_by_role("link", name="Inbox").last.click()
    page.get_by_role("button", name="Done Beatriz Lima").click()
    expect(page.get_by_role("heading", name="be reached")).to_have_count(0)


def test_a_client_says_yes_with_one_tap(
    site: Site, home: House, phone: Callable[..., Page]
) -> None:
    booking = bookings.booking(
        starts_at=home.at(10),
        practitioner=home.people[0],
        room=home.rooms[0],
        treatment=home.session,
        contact_name="Ana Silva",
    )
    token = links.token(booking.uid, version=1)
    Booking.objects.update(token_digest=links.digest(token))
    page = phone(site, javascript=False)
    page.goto(f"/manage/{token}/confirm/")
    page.get_by_role("button", name="be there").click()
    expect(page.get_by_text("We look forward to seeing you.")).to_be_visible()
    assert Booking.objects.get().status == "CONFIRMED"
