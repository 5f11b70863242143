"""Every page a client can meet, as it looks: phone and desk, light and dark, narrow, printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.factories import clinic as clinics
from tests.factories.house import House, house
from tests.harness.browser import SIZES, Visits
from tests.harness.databases import Database
from tests.harness.programs import Site
from tests.journeys import steps

REFUSED = r"status of (404|409|422)"
ENLARGED = (320, 640)  # CSS pixels: WCAG 2.2, 1.4.10, which is 1280 at 400 %


@pytest.fixture
def home(fresh_db: Database) -> House:
    return house(people=3, rooms=1)


def tour(page: Page, home: House) -> Iterator[str]:
    """Lead a page through every screen; yields the name of each one when it is shown."""
    clinics.closure(first_day=home.day(5), reason="Staff training")
    for hour in range(9, 17):
        home.taken(home.at(hour, ahead=4))
    page.goto("/")
    yield "start"
    page.goto("/book/")
    yield "start with errors"
    page.goto(f"/book/queen/facial/?practitioner=mei&day={home.day(4)}")
    yield "full day"
    page.goto(f"/book/queen/facial/?day={home.day(5)}")
    yield "closed day"
    page.goto(f"/book/queen/facial/?day={home.day()}")
    yield "times"
    with page.expect_navigation():
        page.get_by_role("button", name="Continue").click()
    yield "times without a choice"
    steps.choose_time(page, home)
    yield "details"
    with page.expect_navigation():
        steps.confirm(page)
    yield "details with errors"
    steps.type_contact(page)
    steps.nothing_applies(page, but={"q-bq_procedures"})
    page.get_by_label("Botox or similar injections").check()
    page.locator("#q-bq_procedures-botulinum-date").fill(home.day(-1).isoformat())
    yield "details filled in"
    with page.expect_navigation():
        steps.confirm(page)
    yield "earliest safe date"
    steps.choose_time(page, home, hour=12)
    steps.type_contact(page)
    steps.nothing_applies(page, but={"q-bq_health"})
    page.locator("#q-bq_health label:has(input[value=yes])").click()
    with page.expect_navigation():
        steps.confirm(page)
    yield "call us"
    steps.choose_time(page, home, hour=15)
    steps.fill_in(page)
    steps.confirm(page)
    steps.see_booked(page)
    yield "booked"
    manage = page.url.split("?")[0]
    page.goto(f"{manage}move/")
    yield "move"
    page.goto(f"{manage}cancel/")
    yield "cancel"
    with page.expect_navigation():
        page.get_by_role("button", name="Cancel my booking").click()
    yield "cancelled"


def test_no_page_shuts_anybody_out_even_when_it_is_enlarged_four_times(
    home: House, start_site: Callable[..., Site], visits: Visits
) -> None:
    visits.expected.append(REFUSED)
    page = visits.open(start_site(RATE_LIMITS="off"), 390, 844)
    for name in tour(page, home):
        visits.look(page, name, (ENLARGED, *SIZES))


def test_a_booking_prints_in_ink_on_white_without_buttons(
    home: House, site: Site, visits: Visits
) -> None:
    page = visits.open(site, 390, 844, dark=True)
    steps.choose_time(page, home)
    steps.fill_in(page)
    steps.confirm(page)
    steps.see_booked(page)
    page.emulate_media(media="print")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(39, 35, 29)"
    assert not page.locator(".btn:visible").count()


def test_reduced_motion_stops_all_motion(home: House, site: Site, visits: Visits) -> None:
    page = visits.open(site, 390, 844, reduced_motion="reduce")
    page.goto("/")

    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((element) => {
          const style = getComputedStyle(element);
          return style.transitionDuration !== "0s" && style.transitionProperty !== "none"
            || style.animationName !== "none";
        }).map((element) => element.className)"""
    )
    assert moving == []
