"""A client comes back by the link: sees, moves, cancels, or learns whom to call."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from bookings import links
from bookings.forms.choosing import Choice
from bookings.models import Booking
from tests.factories.house import House, house
from tests.harness.browser import Visits
from tests.harness.databases import Database
from tests.harness.programs import Site
from tests.journeys import steps

Open = Callable[..., Page]


@pytest.fixture
def home(fresh_db: Database) -> House:
    return house()


def path_of(booking: Booking) -> str:
    token = links.token(booking.uid, version=booking.token_version)
    Booking.objects.filter(pk=booking.pk).update(token_digest=links.digest(token))
    return f"/manage/{token}/"


@pytest.fixture
def booking(home: House) -> Booking:
    made = home.taken(home.at())
    made.contact_name = "Priya Raman"
    made.save()
    return made


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_client_moves_and_then_cancels(
    home: House, booking: Booking, site: Site, phone: Open, javascript: bool
) -> None:
    page = phone(site, javascript=javascript)
    page.goto(path_of(booking))
    steps.see_booked(page)
    page.get_by_role("link", name="Move").click()
    page.locator(f"a.day[href*='{home.day(4)}']").click()
    steps.pick(page, Choice(home.at(15, ahead=4), "mei"))
    page.get_by_role("button", name="Move here").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Your booking is moved to")
    expect(page.get_by_text("3:00 to 3:50 pm")).to_be_visible()
    booking.refresh_from_db()
    assert booking.starts_at == home.at(15, ahead=4)

    page.get_by_role("link", name="Cancel booking").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel your booking?")
    assert Booking.objects.get(pk=booking.pk).status == "BOOKED"
    page.get_by_role("button", name="Cancel my booking").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This booking is cancelled")
    assert Booking.objects.get(pk=booking.pk).status == "CANCELLED"
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("This booking is cancelled")


def test_a_move_that_lost_the_race_changes_nothing_and_shows_what_is_left(
    home: House, booking: Booking, site: Site, phone: Open, visits: Visits
) -> None:
    visits.expected.append("status of 409")
    page = phone(site)
    page.goto(f"{path_of(booking)}move/?day={home.day(4)}")
    steps.pick(page, Choice(home.at(15, ahead=4), "mei"))
    home.taken(home.at(15, ahead=4))
    page.get_by_role("button", name="Move here").click()

    expect(page.get_by_role("alert")).to_contain_text("Somebody was a moment faster")
    booking.refresh_from_db()
    assert booking.starts_at == home.at()
    assert page.locator("input[name=at]").count() > 3


def test_after_the_window_the_page_says_whom_to_call(home: House, site: Site, phone: Open) -> None:
    late = home.taken(home.at(ahead=0) + timedelta(days=1))
    late.window_minutes = 3 * 24 * 60
    late.save()
    path = path_of(late)
    page = phone(site)
    page.goto(path)

    expect(page.get_by_text(re.compile("please call us on"))).to_be_visible()
    expect(page.get_by_role("link", name="Move")).to_have_count(0)
    for door in ("move/", "cancel/"):
        page.goto(path + door)
        expect(page).to_have_url(re.compile(f"{re.escape(path)}$"))
    answer = page.request.post(path + "cancel/", max_redirects=0)
    assert answer.status == 303
    assert Booking.objects.get(pk=late.pk).status == "BOOKED"


@pytest.mark.parametrize(
    ("status", "title"),
    [
        ("REQUESTED", "Your time is kept"),
        ("CONFIRMED", "You are booked"),
        ("DECLINED", "We could not confirm this booking"),
        ("DONE", "This session was on"),
        ("NO_SHOW", "This session was on"),
    ],
)
def test_the_link_tells_every_state_for_ever(
    home: House, booking: Booking, site: Site, phone: Open, status: str, title: str
) -> None:
    path = path_of(booking)
    Booking.objects.filter(pk=booking.pk).update(
        status=status, respond_by=home.at() - timedelta(hours=12)
    )
    page = phone(site)
    page.goto(path)

    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


def test_an_old_link_says_nothing(home: House, booking: Booking, site: Site) -> None:
    old = path_of(booking)
    booking.token_version += 1
    booking.save()
    path_of(booking)

    status, _headers, text = site.get(old)

    assert status == 404
    assert "Priya" not in text
    assert "Facial" not in text
