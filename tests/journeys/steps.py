"""What a client does on the booking pages, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Collection

from playwright.sync_api import Page, expect

from bookings.forms.choosing import Choice
from bookings.models import Booking
from tests.factories.house import CONTACT, House

CONFIRM = re.compile("Confirm booking|Book this time")


def choose_time(page: Page, home: House, *, hour: int = 10, ahead: int = 3) -> None:
    """Open the times of a day, pick an hour and go on to the last page."""
    at = home.at(hour, ahead=ahead)
    page.goto(f"/book/queen/facial/?day={home.day(ahead)}")
    pick(page, Choice(at))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and confirm")


def pick(page: Page, choice: Choice) -> None:
    page.locator(f"label:has(input[value='{choice}'])").click()


def type_contact(page: Page, **typed: str) -> None:
    for name, text in {**CONTACT, **typed}.items():
        page.locator(f"#id_{name}").fill(text)


def nothing_applies(page: Page, *, but: Collection[str] = ()) -> None:
    """Answer every safety question as somebody whom nothing applies to, some questions left out."""
    for ask in page.locator("fieldset.ask").all():
        code = ask.get_attribute("id")
        if code in but:
            continue
        value = "yes" if code == "q-bq_age" else "no"
        ask.locator(f"label:has(input[value={value}]), label:has(input[value=none])").first.click()


def confirm(page: Page) -> None:
    page.get_by_role("button", name=CONFIRM).click()


def fill_in(page: Page) -> None:
    type_contact(page)
    nothing_applies(page)


def see_booked(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("You are booked, Priya")


def made() -> list[Booking]:
    """Return the bookings in the database, holds left out."""
    return list(Booking.objects.exclude(status__in=["HELD", "EXPIRED"]).order_by("pk"))


def only() -> Booking:
    (booking,) = made()
    return booking
