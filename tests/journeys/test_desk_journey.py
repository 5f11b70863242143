"""The desk's day and the practitioner's in a real browser: by keys alone, without JavaScript, in
light and dark, on a phone, a tablet and a computer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Page, expect

from bookings import lifecycle, links
from bookings.models import Booking
from tests.factories import bookings, clinic
from tests.factories.house import House, house
from tests.harness.browser import Visits
from tests.harness.programs import Site
from tests.journeys.test_staff_pages import log_in

FAR = "2027-06-15"


@dataclass
class Desk:
    """A clinic with a client to find, somebody at its desk and its first practitioner's login."""

    home: House
    site: Site
    email: str
    mei: str

    def visit(self, *, hour: int = 10, ahead: int = 3, **fields: Any) -> Booking:
        return bookings.booking(
            **{
                "starts_at": self.home.at(hour, ahead=ahead),
                "practitioner": self.home.people[0],
                "room": self.home.rooms[0],
                "treatment": self.home.session,
                **fields,
            }
        )

    def enter(self, page: Page, path: str, email: str = "") -> Page:
        page.goto(path)
        log_in(page, email or self.email)
        expect(page.get_by_role("button", name="Log out")).to_be_visible()
        # Keys do nothing until the page's script has run, which is before "load".
        page.wait_for_load_state("load")
        return page


@pytest.fixture
def desk(site: Site) -> Desk:
    home = house()
    emails = []
    for role, name in (("FRONT_DESK", "Noor Haddad"), ("PRACTITIONER", "Mei Tanaka")):
        user = clinic.user(role=role, name=name)
        # The real server knows the real hash only, not the quick one of the tests' settings.
        user.password = PBKDF2PasswordHasher().encode(clinic.PASSWORD, "salt-of-the-tests-own")
        user.save()
        emails.append(str(user.email))
    home.people[0].user = user
    home.people[0].save()
    bookings.client(name="Priya Raman", search_text="priya raman", phone="+14165550142")
    return Desk(home, site, *emails)


def day(desk: Desk, ahead: int = 3) -> str:
    return f"/desk/?day={desk.home.day(ahead)}&location=queen"


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_a_booking_takes_a_slash_three_letters_and_two_enters(
    desk: Desk, desktop: Callable[..., Page]
) -> None:
    page = desk.enter(desktop(desk.site), day(desk))
    page.keyboard.press("/")
    page.keyboard.type("ram")
    expect(page.get_by_role("link", name="Priya Raman")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New booking")).to_be_visible()
    assert focused(page) == "Book"
    page.keyboard.press("Enter")
    expect(page.locator("[data-toast]", has_text="Priya Raman is booked for")).to_be_visible()
    made = Booking.objects.get()
    assert (made.client.name, made.status) == ("Priya Raman", "BOOKED")
    assert made.starts_at.date() == desk.home.at(9).date()


def test_a_whole_visit_can_be_run_with_the_keyboard_alone(
    desk: Desk, desktop: Callable[..., Page]
) -> None:
    booking = desk.visit(client=bookings.client(name="Ana Silva"))
    page = desk.enter(desktop(desk.site), day(desk))
    page.keyboard.press("ArrowDown")
    for _ in range(9):
        if "Ana Silva" in focused(page):
            break
        page.keyboard.press("ArrowDown")
    assert "Ana Silva" in focused(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ana Silva")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Ana Silva")).to_be_hidden()
    assert "Ana Silva" in focused(page)
    page.keyboard.press("m")
    expect(page.get_by_role("heading", name="Move the booking")).to_be_focused()
    while page.evaluate("document.activeElement.name") != "at":
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-toast]", has_text="Ana Silva is moved to")).to_be_visible()
    moved = Booking.objects.get(pk=booking.pk).starts_at
    assert moved != booking.starts_at
    undo = page.get_by_role("button", name="Undo", exact=True)
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-toast]", has_text="Taken back.")).to_be_visible()
    assert Booking.objects.get(pk=booking.pk).starts_at == booking.starts_at


def test_single_keys_do_nothing_in_a_field_and_can_be_switched_off(
    desk: Desk, desktop: Callable[..., Page]
) -> None:
    page = desk.enter(desktop(desk.site), day(desk))
    title = page.get_by_role("heading", level=1)
    shown = title.inner_text()
    page.get_by_label("Find a client").focus()
    page.keyboard.type("t]n")
    expect(page.get_by_label("Find a client")).to_have_value("t]n")
    expect(title).to_have_text(shown)
    page.keyboard.press("Escape")
    page.keyboard.press("]")
    expect(title).not_to_have_text(shown)
    page.keyboard.press("[")
    expect(title).to_have_text(shown)
    page.keyboard.press("?")
    page.get_by_label("Use shortcuts of a single key").uncheck()
    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 2, "y": 400})
    page.keyboard.press("]")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="New booking")).to_be_hidden()
    expect(title).to_have_text(shown)


def test_the_desk_books_moves_and_cancels_without_javascript(
    desk: Desk, desktop: Callable[..., Page]
) -> None:
    page = desk.enter(desktop(desk.site, javascript=False), day(desk))
    page.get_by_role("link", name="New booking").click()
    page.get_by_label("Find a client").last.fill("priya")
    page.get_by_role("button", name="Find", exact=True).last.click()
    expect(page.locator("label", has_text="Priya Raman").get_by_role("radio")).to_be_checked()
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_role("heading", name="Priya Raman")).to_be_visible()
    made = Booking.objects.get()
    page.get_by_role("link", name="Move", exact=True).click()
    page.locator(".chips label").nth(3).click()
    page.get_by_role("button", name="Move here").click()
    expect(page.locator("[data-toast]", has_text="is moved to")).to_be_visible()
    assert Booking.objects.get().starts_at != made.starts_at
    page.get_by_role("link", name="Cancel booking").click()
    page.get_by_role("button", name="Cancel the booking").click()
    expect(page.locator("[data-toast]", has_text="is cancelled.")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    assert Booking.objects.get().status == "BOOKED"


@pytest.mark.parametrize(("on", "hours"), [("2027-03-14", 23), ("2027-11-07", 25)])
def test_cards_stand_at_their_real_minutes_when_the_clock_changes(
    desk: Desk, desktop: Callable[..., Page], on: str, hours: int
) -> None:
    midnight = datetime.fromisoformat(on).replace(tzinfo=desk.home.location.zone).astimezone(UTC)
    for hour in (0, hours - 1):
        desk.visit(
            starts_at=midnight + timedelta(hours=hour),
            minutes=50,
            client=bookings.client(name=f"Client at {hour}"),
        )
    page = desk.enter(desktop(desk.site), f"/desk/?day={on}&location=queen")
    boxes = [
        page.locator(".ev", has_text=f"Client at {hour}").bounding_box() for hour in (0, hours - 1)
    ]
    first, last = (box for box in boxes if box)
    assert round((last["y"] - first["y"]) / 1.5) == (hours - 1) * 60
    assert round(first["height"] / 1.5) == 50
    labels = page.locator(".hour span").all_inner_texts()
    assert len(labels) == hours
    assert [one for one in labels if one.startswith("01:00")] == (
        ["01:00 EDT", "01:00 EST"] if hours == 25 else ["01:00"]
    )
    assert ("02:00" in labels) is (hours == 25)


def test_every_page_of_the_day_can_be_used_by_everybody(desk: Desk, visits: Visits) -> None:
    shown = [one for one in lifecycle.STATUSES if one not in {lifecycle.HELD, lifecycle.EXPIRED}]
    for number, status in enumerate(shown):
        one = desk.visit(
            hour=8 + number,
            status=status,
            outcome=["FINE", "FLAG", "NOT_ASKED", "REVIEW", "NOT_BEFORE", "REFUSED"][number % 6],
        )
        if status == lifecycle.BOOKED:
            booked = one
    booked.token_digest = links.digest(links.token(booked.uid, version=1))
    booked.save()
    at = f"/desk/booking/{booked.uid}/"
    pages = [
        day(desk), f"/desk/?day={FAR}", at, f"{at}move/", f"{at}cancel/", "/desk/waiting/",
        "/desk/find/?q=pri", "/desk/find/?q=zzz", "/desk/book/", "/desk/book/?client=new",
    ]  # fmt: skip
    own = f"/practice/visit/{booked.uid}/"
    for email, paths in (
        (desk.email, pages),
        (desk.mei, [f"/practice/?day={desk.home.day()}", own, f"{own}answers/"]),
    ):
        page = desk.enter(visits.open(desk.site, 390, 844), "/desk/", email)
        for path in paths:
            page.goto(path)
            visits.look(page, path)
    page = visits.open(desk.site, 390, 844)
    page.goto(f"/answers/{links.token(booked.uid, version=1)}/")
    visits.look(page, "the client's questions")
