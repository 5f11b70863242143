"""A client books on a phone: the good way, and every way it goes wrong for real people."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from bookings.forms.choosing import Choice
from bookings.models import Booking
from clients.models import Client, Screening
from tests.factories.house import House, house
from tests.harness.browser import Visits
from tests.harness.databases import Database
from tests.harness.programs import Site
from tests.journeys import steps

Open = Callable[..., Page]
REFUSED = r"status of (409|422)"


@pytest.fixture
def home(fresh_db: Database) -> House:
    return house()


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_client_books_on_a_phone_from_the_first_page_to_the_calendar_file(
    home: House, site: Site, phone: Open, javascript: bool
) -> None:
    page = phone(site, javascript=javascript)
    page.goto("/")
    page.locator("label:has(input[value=facial])").click()
    page.locator("label:has(input[value=mei])").click()
    page.get_by_role("button", name="Choose a time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a time")
    page.locator(f"a.day[href*='{home.day()}']").click()
    steps.pick(page, Choice(home.at(), "mei"))
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_text(re.compile(r"Held for you for (10|9) min"))).to_be_visible()
    expect(page.get_by_text("8 Queen St W, Toronto").first).to_be_visible()
    assert not page.locator("fieldset.ask :checked").count()
    steps.fill_in(page)
    page.get_by_label("E-mail me reminders").check()
    steps.confirm(page)

    steps.see_booked(page)
    expect(page.get_by_text("10:00 to 10:50 am").first).to_be_visible()
    booking = steps.only()
    assert (booking.status, booking.starts_at) == ("BOOKED", home.at())
    assert booking.practitioner == home.people[0]
    with page.expect_download() as download:
        page.get_by_role("link", name="Add to calendar").click()
    assert "BEGIN:VEVENT" in download.value.path().read_text()


def test_a_booking_is_made_with_the_keyboard_alone(home: House, site: Site, desktop: Open) -> None:
    page = desktop(site)
    page.goto(f"/book/queen/facial/?day={home.day()}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("input[name=at]").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Continue").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and confirm")
    steps.type_contact(page)
    for ask in page.locator("fieldset.ask").all():
        none = ask.locator("input[value=none]")
        if none.count():
            none.focus()
            page.keyboard.press("Space")
        else:
            ask.locator("input").first.focus()
            page.keyboard.press("Space")
            if ask.get_attribute("id") != "q-bq_age":
                page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Confirm booking").focus()
    page.keyboard.press("Enter")

    steps.see_booked(page)


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_client_who_lost_the_race_keeps_what_they_typed_and_takes_another_time(
    home: House, site: Site, phone: Open, visits: Visits, javascript: bool
) -> None:
    visits.expected.append(REFUSED)
    page = phone(site, javascript=javascript)
    steps.choose_time(page, home)
    steps.fill_in(page)
    _let_holds_lapse(swept=True)
    for who in (0, 1):
        home.taken(home.at(), who=who, room=who)
    steps.confirm(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("This time is gone")
    others = page.locator(".pick input[name=at]")
    assert others.count() == 3
    expect(page.locator("#id_name")).to_have_value("Priya Raman")
    assert page.locator("fieldset.ask :checked").count() == 8
    assert len(steps.made()) == 2
    steps.confirm(page)
    expect(page.get_by_text("Please choose one of these times.").first).to_be_visible()
    page.locator(".pick:has(input[name=at])").first.click()
    steps.confirm(page)

    steps.see_booked(page)
    assert Booking.objects.filter(contact_name="Priya Raman").count() == 1


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_double_click_books_once(home: House, site: Site, phone: Open, javascript: bool) -> None:
    page = phone(site, javascript=javascript)
    page.goto(f"/book/queen/facial/?day={home.day()}")
    steps.pick(page, Choice(home.at()))
    page.get_by_role("button", name="Continue").dblclick(no_wait_after=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and confirm")
    steps.fill_in(page)
    page.get_by_role("button", name="Confirm booking").dblclick(no_wait_after=True)

    steps.see_booked(page)
    steps.only()


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_the_back_button_after_booking_leads_to_the_booking(
    home: House, site: Site, phone: Open, javascript: bool
) -> None:
    page = phone(site, javascript=javascript)
    steps.choose_time(page, home)
    steps.fill_in(page)
    steps.confirm(page)
    steps.see_booked(page)
    first = page.url.split("?")[0]

    page.go_back()

    steps.see_booked(page)

    assert page.url.split("?")[0] == first
    steps.only()


def test_going_back_to_the_times_after_booking_leads_to_the_booking(
    home: House, site: Site, phone: Open
) -> None:
    page = phone(site)
    steps.choose_time(page, home)
    steps.fill_in(page)
    steps.confirm(page)
    steps.see_booked(page)

    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a time")
    steps.pick(page, Choice(home.at(14)))
    page.get_by_role("button", name="Continue").click()

    steps.see_booked(page)
    steps.only()


def test_a_reloaded_post_books_once(home: House, site: Site, phone: Open) -> None:
    page = phone(site)
    steps.choose_time(page, home)
    steps.fill_in(page)
    sent: list[tuple[str, str]] = []
    page.on(
        "request",
        lambda request: (
            sent.append((request.url, request.post_data or ""))
            if request.method == "POST"
            else None
        ),
    )
    steps.confirm(page)
    steps.see_booked(page)
    ((url, body),) = sent
    again = page.request.post(
        url,
        data=body,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        max_redirects=0,
    )

    assert again.status == 303
    assert again.headers["location"] in page.url
    steps.only()


def test_a_page_left_open_overnight_still_books(home: House, site: Site, phone: Open) -> None:
    page = phone(site)
    steps.choose_time(page, home)
    steps.fill_in(page)
    _let_holds_lapse()
    steps.confirm(page)

    steps.see_booked(page)
    assert steps.only().starts_at == home.at()


def test_a_reloaded_page_whose_hold_is_over_says_so(home: House, site: Site, phone: Open) -> None:
    page = phone(site)
    steps.choose_time(page, home)
    _let_holds_lapse()
    page.reload()

    expect(page.get_by_text("The ten minutes are over.")).to_be_visible()
    steps.fill_in(page)
    steps.confirm(page)
    steps.see_booked(page)


def test_two_tabs_of_one_attempt_end_at_one_booking_at_the_time_that_was_shown(
    home: House, site: Site, phone: Open
) -> None:
    first = phone(site)
    steps.choose_time(first, home, hour=10)
    second = first.context.new_page()
    second.goto(first.url)
    second.get_by_role("link", name="Change").first.click()
    steps.pick(second, Choice(home.at(14)))
    second.get_by_role("button", name="Continue").click()
    expect(second.get_by_text("2:00 to 2:50 pm").first).to_be_visible()

    for page in (first, second):
        steps.fill_in(page)
    steps.confirm(first)
    steps.see_booked(first)
    steps.confirm(second)
    steps.see_booked(second)

    assert steps.only().starts_at == home.at(10)
    assert first.url.split("?")[0] == second.url.split("?")[0]


def test_a_hold_counts_down_speaks_and_is_kept_longer(home: House, site: Site, phone: Open) -> None:
    page = phone(site)
    page.clock.install()
    steps.choose_time(page, home)
    spoken = page.locator("[data-say]")
    page.clock.run_for(timedelta(minutes=8, seconds=2).seconds * 1000)
    expect(spoken).to_contain_text("120 s")
    page.clock.run_for(90_000)
    expect(spoken).to_contain_text("30 s")

    page.locator("#id_name").fill("Priya Raman")
    page.get_by_role("button", name="Keep it longer").click()

    expect(page.locator("[data-left]")).to_contain_text("9 min")
    expect(page.locator("#id_name")).to_have_value("Priya Raman")


def test_the_practitioners_review_comes_before_the_booking_and_the_page_says_until_when(
    home: House, site: Site, phone: Open
) -> None:
    page = phone(site, javascript=False)
    steps.choose_time(page, home)
    steps.type_contact(page)
    steps.nothing_applies(page, but={"q-bq_review"})
    page.get_by_label("I take a blood thinner").check()
    steps.confirm(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is kept, Priya")
    expect(page.get_by_text(re.compile(r"confirms by \w+ \d+ \w+, \d+:\d\d [ap]m"))).to_be_visible()
    assert steps.only().status == "REQUESTED"


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_an_earliest_safe_date_is_told_with_times_and_nothing_typed_is_lost(
    home: House, site: Site, phone: Open, visits: Visits, javascript: bool
) -> None:
    visits.expected.append(REFUSED)
    page = phone(site, javascript=javascript)
    steps.choose_time(page, home)
    steps.type_contact(page)
    steps.nothing_applies(page, but={"q-bq_procedures"})
    date = page.locator("#q-bq_procedures-botulinum-date")
    expect(date).to_be_hidden()
    page.get_by_label("Botox or similar injections").check()
    expect(date).to_be_visible()
    date.fill(home.day(-1).isoformat())
    steps.confirm(page)

    expect(page.get_by_role("heading", level=1)).to_contain_text("Your earliest safe date is")
    assert not Client.objects.exists()
    assert not Screening.objects.exists()
    assert not Booking.objects.filter(status="HELD").exists()
    expect(page.locator("#id_email")).to_have_value("priya@example.com")
    page.locator(".pick:has(input[name=at])").first.click()
    steps.confirm(page)

    steps.see_booked(page)
    assert steps.only().starts_at >= home.at(9, ahead=13)


def test_a_client_we_cannot_book_online_is_told_whom_to_call_and_nothing_is_kept(
    home: House, site: Site, phone: Open, visits: Visits
) -> None:
    visits.expected.append(REFUSED)
    page = phone(site, javascript=False)
    steps.choose_time(page, home)
    steps.type_contact(page)
    steps.nothing_applies(page, but={"q-bq_health"})
    page.locator("#q-bq_health label:has(input[value=yes])").click()
    steps.confirm(page)

    expect(page.get_by_role("link", name="Call us")).to_have_attribute("href", "tel:+14165550100")
    expect(page.get_by_text("we have kept nothing of your answers")).to_be_visible()
    assert not steps.made()
    assert not Client.objects.exists()
    assert not Screening.objects.exists()
    assert not Booking.objects.filter(status="HELD").exists()


def test_what_is_missing_is_said_at_its_place_and_the_rest_stays(
    home: House, site: Site, phone: Open, visits: Visits
) -> None:
    visits.expected.append(REFUSED)
    page = phone(site)
    steps.choose_time(page, home)
    page.locator("#id_name").fill("Priya Raman")
    page.locator("#id_phone").fill("12")
    steps.nothing_applies(page, but={"q-bq_now"})
    steps.confirm(page)

    expect(page.locator("[data-focus]")).to_be_focused()
    expect(page.locator("#id_email")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_phone_error")).to_contain_text("no phone number we can call")
    described = page.locator("#id_phone").get_attribute("aria-describedby") or ""
    assert "id_phone_error" in described.split()
    expect(page.locator("#id_phone")).to_have_value("12")
    expect(page.locator("#q-bq_now")).to_have_attribute("aria-invalid", "true")
    assert page.locator("fieldset.ask :checked").count() == 7
    page.get_by_role("link", name=re.compile("no phone number")).click()
    expect(page.locator("#id_phone")).to_be_focused()


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "\"' onfocus=alert(1) x=",
        "{{ 7|add:1 }} %(name)s {0}",
        "Zoë 🌿 李小龍 محمد",
        "x" * 120,
    ],
)
def test_hostile_and_unusual_names_are_only_names(
    home: House, site: Site, phone: Open, name: str
) -> None:
    page = phone(site)
    steps.choose_time(page, home)
    steps.type_contact(page, name=name)
    steps.nothing_applies(page)
    steps.confirm(page)

    expect(page.get_by_role("heading", level=1)).to_contain_text("You are booked")
    assert steps.only().contact_name == name
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_phone_in_another_zone_is_told_so(home: House, site: Site, phone: Open) -> None:
    there = phone(site, timezone_id="Europe/Paris")
    there.goto(f"/book/queen/facial/?day={home.day()}")
    expect(there.get_by_text(re.compile(r"Your device is in Paris: \d+ h ahead"))).to_be_visible()
    steps.choose_time(there, home)
    expect(there.locator("input[name=time_zone]")).to_have_value("Europe/Paris")

    here = phone(site)
    here.goto(f"/book/queen/facial/?day={home.day()}")
    expect(here.get_by_text("where we are.")).to_be_visible()
    expect(here.locator("[data-zone-line]")).to_be_hidden()


def test_only_who_can_be_had_for_the_session_is_offered_for_it(
    home: House, site: Site, phone: Open
) -> None:
    home.first_visit.offers.filter(practitioner=home.people[1]).delete()
    page = phone(site)
    page.goto("/")
    sofia = page.locator("label:has(input[value=sofia])")
    page.locator("label:has(input[value=facial])").click()
    sofia.click()
    page.locator("label:has(input[value=first])").click()

    expect(sofia).to_be_hidden()
    expect(page.locator("input[value=any]")).to_be_checked()


def _let_holds_lapse(*, swept: bool = False) -> None:
    """Let the night pass for what is held; `swept`: the sweep has seen it too."""
    for row in Booking.objects.filter(status="HELD"):
        row.hold_expires_at = row.created_at - timedelta(minutes=1)
        row.status = "EXPIRED" if swept else "HELD"
        row.save()
