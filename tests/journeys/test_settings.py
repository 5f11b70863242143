"""The owner in a real browser: sets the clinic up, changes the week, sees whom it strands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Page, expect

from bookings.actions.importing import upload
from bookings.models import Booking, Schedule
from clients import data_requests
from clients.models import ContactProposal
from clinic.audit import staff
from clinic.models import Practitioner, User, WorkingHours
from tests.bookings.my_pages import login_of, person
from tests.factories import clinic
from tests.factories.house import House, house
from tests.factories.tasks import task
from tests.harness.browser import Visits, axe
from tests.harness.databases import Database
from tests.harness.programs import Site
from treatments.models import Treatment

SCREENS = [(390, 844), (820, 1180), (1440, 900)]
FORMS = "status of (409|422)"


@pytest.fixture
def home(fresh_db: Database) -> House:
    return house(people=3, locations=2)


@pytest.fixture
def owner(home: House) -> str:
    ruth = clinic.user(role="OWNER", name="Ruth Castellanos")
    # The real server knows the real hash only, not the quick one of the tests' settings.
    ruth.password = PBKDF2PasswordHasher().encode(clinic.PASSWORD, "salt-of-the-tests-own")
    ruth.save()
    return str(ruth.email)


def enter(page: Page, owner: str, path: str = "/settings/") -> None:
    page.goto(path)
    page.get_by_label("E-mail").fill(owner)
    page.get_by_label("Password").fill(clinic.PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("link", name="Settings")).to_be_visible()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()


def test_the_owner_sets_a_clinic_up_on_a_phone_without_javascript(
    site: Site, home: House, owner: str, phone: Callable[..., Page], visits: Visits
) -> None:
    visits.expected.append(FORMS)
    page = phone(site, javascript=False)
    enter(page, owner)
    expect(page.get_by_role("heading", level=1)).to_have_text("Getting started")

    page.goto("/settings/clinic/")
    page.get_by_label("Name of the clinic").fill("Birch House")
    page.get_by_label("Phone").fill("416 555 0199")
    page.get_by_label("Shortest notice, hours").fill("2.5")
    save(page)
    expect(page.get_by_text("Saved. It holds")).to_be_visible()
    expect(page.get_by_label("Shortest notice, hours")).to_have_value("2.5")

    page.goto("/settings/people/")
    page.get_by_role("link", name="Add a practitioner").click()
    page.get_by_label("Name, as clients read it").fill("Anjali Nair")
    save(page)
    page.get_by_role("link", name="Hours Anjali Nair").click()
    page.get_by_label("Tuesday, stretch 1, from").fill("09:00")
    page.get_by_label("Tuesday, stretch 1, until").fill("12:30")
    page.get_by_text("Another stretch Tuesday").click()
    page.get_by_label("Tuesday, stretch 2, from").fill("12:00")
    page.get_by_label("Tuesday, stretch 2, until").fill("17:00")
    save(page)
    expect(page.get_by_text("This overlaps another stretch of the day.")).to_be_visible()
    page.get_by_label("Tuesday, stretch 2, from").fill("13:00")
    save(page)
    row = page.get_by_role("row").filter(has_text="Anjali Nair")
    expect(row).to_contain_text("9:00–12:30")  # noqa: RUF001
    expect(row).to_contain_text("7.5 h a week")

    page.goto("/settings/treatments/")
    page.get_by_role("link", name="Change Facial rejuvenation").click()
    page.get_by_label("Minutes of phase 2").fill("38")
    page.get_by_role("button", name="Add up").click()
    expect(
        page.get_by_text("The client sees 60 min, the room is taken for 70 min.")
    ).to_be_visible()
    page.get_by_label("Anjali Nair").check()
    save(page)
    expect(page.get_by_text("What is booked keeps what it was promised.")).to_be_visible()

    who = Practitioner.objects.get(name="Anjali Nair")
    assert who.hours.count() == 2
    assert who.offers.count() == 1
    assert Treatment.objects.get(pk=home.session.pk).phases.get(position=2).minutes == 38


def test_hours_that_strand_a_booking_show_it_before_they_are_saved(
    site: Site, home: House, owner: str, desktop: Callable[..., Page], visits: Visits
) -> None:
    visits.expected.append(FORMS)
    booked = home.taken(home.at(10))
    assert booked.client is not None
    page = desktop(site)
    enter(page, owner, "/settings/hours/")
    page.get_by_role("link", name="Mei Tanaka").click()
    weekday = f"{home.day():%A}"
    page.get_by_label(f"{weekday}, stretch 1, from").fill("13:00")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 booking no longer fits")
    expect(page.get_by_role("rowheader", name=booked.client.name)).to_be_visible()
    assert not axe(page)
    page.get_by_role("link", name="Back, and change nothing").click()
    assert not WorkingHours.objects.filter(starts_minute=13 * 60).exists()

    page.get_by_role("link", name="Mei Tanaka").click()
    page.get_by_label(f"{weekday}, stretch 1, from").fill("13:00")
    save(page)
    page.get_by_role("button", name="Save, and sort this booking out").click()
    expect(page.get_by_text("The hours are saved.")).to_be_visible()
    assert WorkingHours.objects.filter(starts_minute=13 * 60).count() == 1
    assert Booking.objects.get(pk=booked.pk).starts_at == booked.starts_at


def test_the_minutes_add_up_while_they_are_typed(
    site: Site, home: House, owner: str, desktop: Callable[..., Page]
) -> None:
    page = desktop(site)
    enter(page, owner, "/settings/treatments/add/")
    expect(page.get_by_role("button", name="Add up")).to_be_hidden()
    page.get_by_label("Minutes of phase 3").fill("19")
    expect(
        page.get_by_text("The client sees 60 min, the room is taken for 70 min.")
    ).to_be_visible()
    page.get_by_label("Turnover of the room").fill("5")
    expect(page.get_by_text("the room is taken for 65 min.")).to_be_visible()


def pages(page: Page, home: House) -> Iterator[str]:
    """Lead a page through every screen of the settings; yields its name when it is shown."""
    user = User.objects.get(name="Ruth Castellanos")
    clinic.time_off(practitioner=home.people[0], starts_at=home.at(), note="Holiday")
    clinic.closure(first_day=home.day(9), reason="Public holiday")
    clinic.hours(
        practitioner=home.people[0],
        location=home.others[0],
        weekdays=[0],
        stretches=[(18 * 60, 20 * 60)],
        valid_from=home.day(30),
    )
    for path in (
        "start/",
        "clinic/",
        "places/",
        "places/add/",
        f"places/{home.location.uid}/",
        f"rooms/{home.rooms[0].uid}/",
        "people/",
        "people/add/",
        f"people/{user.uid}/",
        f"people/{user.uid}/password/",
        f"practitioners/{home.people[0].uid}/",
        "hours/",
        f"hours/{home.people[0].uid}/",
        "away/",
        "away/time-off/add/",
        "away/closures/add/",
        "treatments/",
        "treatments/add/",
        f"treatments/{home.first_visit.uid}/",
    ):
        page.goto(f"/settings/{path}")
        yield path
    yield from pages_about_a_client(page)
    page.goto("/settings/clinic/")
    for label in ("Name of the clinic", "Bookable ahead, days"):
        page.get_by_label(label).fill("")
    save(page)
    yield "clinic with errors"
    page.goto(f"/settings/hours/{home.people[1].uid}/")
    page.get_by_text("Another stretch Sunday").click()
    page.get_by_label("Sunday, stretch 3, until").fill("09:00")
    save(page)
    yield "hours with errors"
    page.goto("/settings/treatments/add/")
    page.get_by_label("Minutes of phase 2").fill("")
    save(page)
    yield "treatment with errors"
    page.goto("/settings/start/")
    page.get_by_role("button", name="Send me a test message").click()
    expect(page.get_by_text("The message has left for")).to_be_visible()
    yield "test message"


def pages_about_a_client(page: Page) -> Iterator[str]:
    """Open what the owner has to do with a client's record, and yield what each page shows."""
    now, ruth = datetime.now(UTC), User.objects.get(name="Ruth Castellanos")
    priya = person()
    data_requests.ask(
        now=now, user=login_of(priya), client=priya, kind="CORRECTION",
        words="My year of birth is wrong.", key=uuid4(),
    )  # fmt: skip
    ContactProposal.objects.create(
        client=priya, said={"email": "other@example.org", "phone": "+14165550199"}, made_at=now
    )
    file = upload(
        now=now, actor=staff(ruth), filename="clients.csv",
        data=b"First Name,Last Name,Email\nAna,Silva,ana@example.org\n,,nobody",
    )  # fmt: skip
    task(client=priya, due_at=now)
    record = f"/practice/clients/{priya.uid}/"
    page.goto(f"{record}open/")
    yield "a reason to open a record"
    page.get_by_role("textbox").fill("Asked for a copy of it.")
    page.locator("main button[type=submit]").click()
    expect(page).to_have_url(re.compile(f"{record}$"))
    for path in (
        f"{record}seen/",
        f"{record}withheld/",
        f"/desk/clients/{priya.uid}/",
        f"/desk/clients/{priya.uid}/messages/",
        "/desk/tasks/",
        "/practice/requests/",
        "/settings/openings/",
        "/settings/messages/",
        f"/settings/messages/{Schedule.objects.get(kind='MAINTENANCE').uid}/",
        "/settings/keeping/",
        f"/settings/keeping/{priya.uid}/",
        "/settings/clients/",
        f"/settings/clients/import/{file.uid}/",
    ):
        page.goto(path)
        yield path


def test_every_page_of_the_settings_can_be_used_by_everybody(
    site: Site, home: House, owner: str, visits: Visits
) -> None:
    visits.expected.append(FORMS)
    page = visits.open(site, 390, 844)
    enter(page, owner)
    for name in pages(page, home):
        visits.look(page, name)
