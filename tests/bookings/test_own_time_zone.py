"""Who lives by another clock than the clinic's: told by their device, written down by the desk, kept
from being written to in their night."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from bookings.actions import knowing, merging
from clients import caps, outbox
from clients.models import Client as Person
from clients.models import Message
from clients.zones import zone_apart
from clinic.audit import staff
from clinic.models import AuditEntry
from tests.bookings.test_client_pages import path, person
from tests.bookings.test_public_views import details, held
from tests.factories import clinic
from tests.factories.clients import message
from tests.factories.house import House, house

TORONTO = ZoneInfo("America/Toronto")
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
HOSTILE = [
    "",
    "Mars/Olympus",
    "../../etc/passwd",
    "UTC",
    "Etc/GMT+5",
    "x" * 5000,
    "America/",
    "🌿/🌿",
]


@pytest.mark.parametrize(
    "name", [*HOSTILE, "America/Toronto", "America/New_York", "America/Montreal"]
)
def test_what_is_no_other_clock_is_not_kept(name: str) -> None:
    assert zone_apart(name, TORONTO, at=NOW) == ""


@pytest.mark.parametrize("name", ["America/Vancouver", "Asia/Kolkata", "America/Bogota"])
def test_another_clock_is_kept_even_if_it_agrees_for_half_a_year(name: str) -> None:
    """Bogota has Toronto's time all winter, and another one all summer."""
    assert zone_apart(name, TORONTO, at=NOW) == name


@pytest.fixture
def home() -> House:
    return house()


def book(client: Client, home: House, **typed: str) -> Person:
    url = held(client, home)
    answer = client.post(url, details(client, url, **typed))
    assert answer.status_code in (302, 303)
    return Person.objects.get()


@pytest.mark.django_db
def test_who_books_from_another_zone_is_left_alone_in_its_nights(
    client: Client, home: House
) -> None:
    assert book(client, home, time_zone="America/Vancouver").time_zone == "America/Vancouver"


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOSTILE)
def test_a_device_that_says_nonsense_books_all_the_same(
    client: Client, home: House, name: str
) -> None:
    assert book(client, home, time_zone=name).time_zone == ""


@pytest.mark.django_db
def test_the_zone_of_whoever_books_is_not_that_of_whom_they_book_for(
    client: Client, home: House
) -> None:
    typed = {"for_other": "on", "other_name": "Bo Berg", "time_zone": "America/Vancouver"}
    assert book(client, home, **typed).time_zone == ""


@pytest.mark.django_db
def test_a_booking_from_afar_changes_nothing_of_a_client_we_know(
    client: Client, home: House
) -> None:
    one = book(client, home)
    Person.objects.update(time_zone="Europe/Paris")
    url = held(client, home, at=f"{home.at(13):%Y-%m-%dT%H:%MZ}")
    client.post(url, details(client, url, time_zone="America/Vancouver"))
    one.refresh_from_db()
    assert one.time_zone == "Europe/Paris", "what the desk wrote down stands"


@pytest.mark.django_db
def test_the_desk_writes_it_down_and_takes_it_back(home: House) -> None:
    front = Client()
    front.force_login(clinic.user(role="FRONT_DESK"))
    one = person(email="ana@example.org")
    typed = {"name": one.name, "email": one.email, "phone": one.phone, "language": "en-ca"}
    assert (
        front.post(path(one, "edit/"), {**typed, "time_zone": "Pacific/Auckland"}).status_code
        == 303
    )
    assert "Pacific/Auckland" in front.get(path(one)).content.decode()
    assert AuditEntry.objects.get(verb="client.contact_changed").after == {"changed": ["time_zone"]}
    wrong = front.post(path(one, "edit/"), {**typed, "time_zone": "Mars/Olympus"})
    assert list(wrong.context["form"].errors) == ["time_zone"]
    front.post(path(one, "edit/"), {**typed, "time_zone": ""})
    one.refresh_from_db()
    assert one.time_zone == ""


@pytest.mark.django_db
def test_who_does_not_say_leaves_the_zone_as_it_is(home: House) -> None:
    one = person(email="ana@example.org", time_zone="Asia/Tokyo")
    desk = staff(clinic.user(role="FRONT_DESK"))
    knowing.change_contact(
        now=NOW, actor=desk, client=one, name="Ana B", email=one.email, phone=one.phone
    )
    one.refresh_from_db()
    assert (one.name, one.time_zone) == ("Ana B", "Asia/Tokyo")


@pytest.mark.django_db
def test_what_was_written_down_keeps_a_message_from_their_night(home: House) -> None:
    one = person(email="ana@example.org", time_zone="Asia/Tokyo")
    row: Message = message(client=one, staff_email="", due_at=NOW)
    # At noon in London it is nine in the evening in Tokyo.
    found = caps.held_back([row], now=NOW)
    assert found == {row.pk: outbox.Postponed(datetime(2026, 11, 26, 23, 0, tzinfo=UTC))}


@pytest.mark.django_db
def test_of_two_records_the_zone_is_chosen_and_comes_back_when_they_are_taken_apart(
    home: House,
) -> None:
    one, other = person("Ana Silva"), person("Ana Silva", time_zone="Asia/Tokyo")
    desk = staff(clinic.user(role="FRONT_DESK"))
    made = merging.merge(now=NOW, actor=desk, survivor=one, merged=other, take=["time_zone"])
    one.refresh_from_db()
    assert one.time_zone == "Asia/Tokyo"
    merging.unmerge(now=NOW, actor=desk, merge=made)
    zones: dict[Any, str] = dict(Person.objects.values_list("pk", "time_zone"))
    assert zones == {one.pk: "", other.pk: "Asia/Tokyo"}
