"""The desk and the owner in a real browser: two records become one and two; a file is taken over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone
from playwright.sync_api import Page, expect

from bookings.actions import doubting, importing
from bookings.models import Booking
from clients.models import Client
from clinic.audit import staff
from clinic.models import User
from tests.factories import bookings, clinic
from tests.factories.house import House, house
from tests.harness.browser import Visits
from tests.harness.databases import Database
from tests.harness.programs import Site
from tests.journeys.test_staff_pages import log_in

FILE = b"First Name,Last Name,Email,Mobile Phone\nZo\xc3\xab,Etienne,zoe@example.org,416 555 0123\nBo,,nothing,\n"


@pytest.fixture
def home(fresh_db: Database) -> House:
    return house()


def somebody(role: str) -> User:
    made = clinic.user(role=role)
    # The real server knows the real hash only, not the quick one of the tests' settings.
    made.password = PBKDF2PasswordHasher().encode(clinic.PASSWORD, "salt-of-the-tests-own")
    made.save()
    return made


def twins(home: House) -> tuple[Client, Client]:
    one, other = (
        bookings.client(name=name, name_key=name.casefold(), phone="+14165550123")
        for name in ("Ana Silva", "Ana Maria Silva")
    )
    bookings.booking(
        client=other,
        starts_at=home.at(10),
        practitioner=home.people[0],
        room=home.rooms[0],
        treatment=home.session,
        contact_name=other.name,
        contact_email=other.email,
    )
    doubting.propose_duplicates(now=timezone.now())
    return one, other


def test_the_desk_merges_two_records_and_takes_them_apart_without_javascript(
    site: Site, home: House, phone: Callable[..., Page]
) -> None:
    one, other = twins(home)
    page = phone(site, javascript=False)
    page.goto("/desk/clients/duplicates/")
    log_in(page, somebody("FRONT_DESK").email)
    page.get_by_role("link", name="Compare and merge").click()
    page.get_by_role("group", name="Name").get_by_text("Ana Maria Silva").click()
    page.get_by_role("button", name="Merge the two").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ana Maria Silva")
    expect(page.get_by_text("The two records are one now.")).to_be_visible()
    assert Booking.objects.get().client == one
    page.get_by_role("button", name="Take apart").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ana Silva")
    assert Booking.objects.get().client == other


def test_the_pages_of_clients_can_be_used_by_everybody(
    site: Site, home: House, visits: Visits
) -> None:
    visits.expected.append("status of 422")
    one, other = twins(home)
    owner = somebody("OWNER")
    what = importing.upload(now=timezone.now(), actor=staff(owner), filename="jane.csv", data=FILE)
    importing.check(
        now=timezone.now(), actor=staff(owner), what=what, mapping=what.mapping,
        options={"location": str(home.location.uid), "country": "CA"},
    )  # fmt: skip
    importing.work(clock=timezone.now)
    page = visits.open(site, 390, 844)
    page.goto("/desk/clients/")
    log_in(page, owner.email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")
    for path in (
        "/desk/clients/?q=silva",
        "/desk/clients/duplicates/",
        f"/desk/clients/{one.uid}/",
        f"/desk/clients/{other.uid}/edit/",
        f"/desk/clients/{one.uid}/merge/{other.uid}/",
        "/settings/clients/",
        f"/settings/clients/import/{what.uid}/",
    ):
        page.goto(path)
        visits.look(page, path)
