"""The desk's day: who may read it, what it says, where things stand, and what it never says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bookings import lifecycle
from bookings.views.marks import SAFETY, STATUS
from clients.rules import Outcome
from clinic.models import Location
from tests.factories import bookings, clinic, treatments

pytestmark = pytest.mark.django_db

DAY = "2026-11-24"
FAR_DAY = str(datetime.now(UTC).date() + timedelta(days=30))


@pytest.fixture
def place() -> Location:
    return clinic.location(slug="queen-west", name="Queen West")


@pytest.fixture
def desk() -> Client:
    browser = Client()
    browser.force_login(clinic.user(role="FRONT_DESK"))
    return browser


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(plain.split())


def book(place: Location, **fields: Any) -> Any:
    return bookings.booking(room=clinic.room(location=place), **fields)


@pytest.mark.parametrize(
    ("role", "status"),
    [("OWNER", 200), ("PRACTITIONER", 200), ("FRONT_DESK", 200), ("CLIENT", 404)],
)
def test_staff_read_the_day_and_a_client_finds_nothing(role: str, status: int) -> None:
    clinic.location()
    browser = Client()
    browser.force_login(clinic.user(role=role))
    assert browser.get("/desk/").status_code == status


def test_somebody_without_a_login_is_asked_for_one(place: Location) -> None:
    book(place)
    answer = Client().get("/desk/", {"day": DAY})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=")


def test_the_desk_sees_who_comes_when_to_whom_and_where(place: Location, desk: Client) -> None:
    booking = book(
        place,
        practitioner=clinic.practitioner(name="Mei Tanaka"),
        client=bookings.client(name="Priya Raman"),
        treatment=treatments.treatment(name="Facial rejuvenation"),
        outcome="REVIEW",
    )
    said = text_of(desk.get("/desk/", {"day": DAY}))
    for words in [
        "Tuesday 24 November",
        "10:00 to 10:50",
        "Priya Raman",
        "Facial rejuvenation",
        "Mei Tanaka",
        booking.room.name,
        "Booked",
        "Safety: review",
        "1 session",
        "Queen West · 1 session · Toronto time (EST)",
    ]:
        assert words in said, words


def test_every_status_and_outcome_a_booking_can_have_is_shown_in_words(
    place: Location, desk: Client
) -> None:
    shown = set(lifecycle.STATUSES) - {lifecycle.HELD, lifecycle.EXPIRED}
    for number, status in enumerate(sorted(shown)):
        book(place, status=status, starts_at=bookings.STARTS_AT + timedelta(minutes=number))
    outcomes = ["FINE", "FLAG", "NOT_ASKED", "REVIEW", "NOT_BEFORE", "REFUSED"]
    for number, outcome in enumerate(outcomes):
        book(place, outcome=outcome, starts_at=bookings.STARTS_AT + timedelta(hours=1 + number))
    page = desk.get("/desk/", {"day": DAY}).content.decode()
    called_off = {lifecycle.CANCELLED, lifecycle.DECLINED}
    assert page.count('class="ev ev-') == len(shown - called_off) + len(outcomes)
    for status in shown:
        assert str(STATUS[status].word) in page, status
    for outcome in set(outcomes) - {"FINE"}:
        assert str(SAFETY[Outcome(outcome)].word) in page, outcome
    drawn = set(re.findall(r'href="#(i-[a-z-]+)"', page))
    assert drawn <= set(re.findall(r'<symbol id="(i-[a-z-]+)"', page)), "an icon is missing"


def test_a_hold_nobody_booked_is_not_on_the_list(place: Location, desk: Client) -> None:
    bookings.hold(expires_at=bookings.STARTS_AT, room=clinic.room(location=place))
    assert "Queen West · 0 sessions" in text_of(desk.get("/desk/", {"day": DAY}))


def test_another_locations_bookings_are_on_its_own_list(place: Location, desk: Client) -> None:
    other = clinic.location(slug="annex", name="Annex")
    book(other, client=bookings.client(name="Tomasz Wilk"))
    assert "Tomasz Wilk" not in text_of(desk.get("/desk/", {"day": DAY, "location": "queen-west"}))
    assert "Tomasz Wilk" in text_of(desk.get("/desk/", {"day": DAY, "location": "annex"}))


def test_a_day_is_the_locations_own_day(desk: Client) -> None:
    sydney = clinic.location(slug="manly", time_zone="Australia/Sydney")
    # 9 in the morning of the 25th in Sydney is still the 24th in UTC.
    book(sydney, starts_at=datetime(2026, 11, 24, 22, 0, tzinfo=UTC))
    assert "09:00" in text_of(desk.get("/desk/", {"day": "2026-11-25", "location": "manly"}))
    assert "09:00" not in text_of(desk.get("/desk/", {"day": "2026-11-24", "location": "manly"}))


def test_the_hour_that_comes_twice_is_told_apart(place: Location, desk: Client) -> None:
    for hour in (5, 6):
        book(place, starts_at=datetime(2026, 11, 1, hour, 15, tzinfo=UTC), minutes=30)
    said = text_of(desk.get("/desk/", {"day": "2026-11-01"}))
    assert said.index("01:15 EDT") < said.index("01:15 EST")
    assert "The clock changes on this day: it has 25 hours." in said
    assert "The clock changes" not in text_of(desk.get("/desk/", {"day": "2026-11-02"}))


def test_all_of_a_25_hour_day_is_on_one_list(place: Location, desk: Client) -> None:
    first = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)  # midnight EDT
    for hours in (0, 24.5):
        book(place, starts_at=first + timedelta(hours=hours), minutes=20)
    assert "2 sessions" in text_of(desk.get("/desk/", {"day": "2026-11-01"}))


def test_the_days_before_and_after_are_one_step_away(place: Location, desk: Client) -> None:
    page = desk.get("/desk/", {"day": "2026-03-01", "location": "queen-west"}).content.decode()
    assert 'rel="prev" href="/desk/?day=2026-02-28&amp;location=queen-west"' in page
    assert 'rel="next" href="/desk/?day=2026-03-02&amp;location=queen-west"' in page


@pytest.mark.parametrize(("day", "missing"), [("2000-01-01", "prev"), ("2099-12-31", "next")])
def test_the_ends_of_the_calendar_lead_nowhere_wrong(
    place: Location, desk: Client, day: str, missing: str
) -> None:
    page = desk.get("/desk/", {"day": day}).content.decode()
    assert f'rel="{missing}"' not in page


def test_a_holiday_says_why_and_still_shows_who_is_booked(place: Location, desk: Client) -> None:
    clinic.hours(practitioner=clinic.practitioner(), location=place)
    clinic.closure(first_day=date(2026, 11, 24), location=place, reason="Staff training.")
    said = text_of(desk.get("/desk/", {"day": DAY}))
    assert "Queen West is closed: Staff training." in said
    assert "Book 09:00" not in said
    book(place, client=bookings.client(name="Priya Raman"))
    said = text_of(desk.get("/desk/", {"day": DAY}))
    assert "Staff training" in said
    assert "Priya Raman" in said


def test_another_locations_closure_does_not_close_this_one(place: Location, desk: Client) -> None:
    clinic.closure(first_day=date(2026, 11, 24), location=clinic.location(), reason="Flood")
    assert "Flood" not in text_of(desk.get("/desk/", {"day": DAY, "location": "queen-west"}))


def test_a_day_on_which_nobody_works_says_so(place: Location, desk: Client) -> None:
    said = text_of(desk.get("/desk/", {"day": FAR_DAY}))
    assert "Nobody's hours lie on this day." in said
    mei = clinic.practitioner(name="Mei Tanaka")
    clinic.hours(practitioner=mei, location=place, stretches=[(540, 750), (780, 1020)])
    said = text_of(desk.get("/desk/", {"day": FAR_DAY}))
    assert "Mei Tanaka" in said
    assert "Break 12:30 to 13:00" in said
    assert "Free 09:00 to 12:30 with Mei Tanaka" in said
    assert "Free 13:00 to 17:00 with Mei Tanaka" in said


def test_who_is_away_is_shown_with_when(place: Location, desk: Client) -> None:
    mei = clinic.practitioner(name="Mei Tanaka")
    clinic.hours(practitioner=mei, location=place)
    noon = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    clinic.time_off(
        practitioner=mei, starts_at=noon, ends_at=noon + timedelta(hours=2), note="Dentist"
    )
    said = text_of(desk.get("/desk/", {"day": DAY}))
    assert "Away 12:00 to 14:00" in said
    assert "Dentist" not in said


def test_a_clinic_without_a_location_says_what_is_missing(desk: Client) -> None:
    Location.objects.update(is_active=False)
    assert "No location yet" in text_of(desk.get("/desk/"))


@pytest.mark.parametrize(
    "day",
    [
        "2026-02-29",
        "2026-13-01",
        "24/11/2026",
        "tomorrow",
        "1999-12-31",
        "9999-12-31",
        "0001-01-01",
    ],
)
def test_a_day_that_is_none_gets_a_sentence_and_today(
    place: Location, desk: Client, day: str
) -> None:
    page = desk.get("/desk/", {"day": day})
    assert "so here is today" in text_of(page)
    assert page.context["day"] == page.context["today"]


def test_a_location_that_is_none_gets_a_sentence_and_another(place: Location, desk: Client) -> None:
    assert "There is no such location" in text_of(desk.get("/desk/", {"location": "atlantis"}))


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_list_is_only_read(place: Location, desk: Client, method: str) -> None:
    assert getattr(desk, method)("/desk/").status_code == 405


def test_what_a_client_calls_themselves_cannot_become_part_of_the_page(
    place: Location, desk: Client
) -> None:
    book(place, client=bookings.client(name="<script>alert(1)</script>"))
    page = desk.get("/desk/", {"day": DAY}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_day_of_150_bookings_costs_six_queries(place: Location, desk: Client) -> None:
    people = [clinic.practitioner() for _ in range(10)]
    rooms = [clinic.room(location=place) for _ in range(10)]
    session = treatments.treatment(offered_by=people)
    for who in people:
        clinic.hours(practitioner=who, location=place)
    for number in range(150):
        who = number % 10
        bookings.booking(
            practitioner=people[who],
            room=rooms[who],
            treatment=session,
            starts_at=bookings.STARTS_AT + timedelta(minutes=45 * (number // 10)),
            minutes=30,
            outcome="NOT_ASKED",
        )
    with CaptureQueriesContext(connection) as captured:
        page = desk.get("/desk/", {"day": DAY})
    assert page.content.decode().count('class="ev ev-') == 150
    sql = [one["sql"] for one in captured]
    login = [one for one in sql if "django_session" in one or "clinic_user" in one]
    assert len(sql) - len(login) <= 6, sql


class AnyQueryString(TestCase):
    """Whatever stands in the address, the desk gets a page."""

    @given(day=st.text(max_size=40) | st.dates().map(str), location=st.text(max_size=80))
    def test_any_day_and_location_give_a_page(self, day: str, location: str) -> None:
        clinic.location()
        browser = Client()
        browser.force_login(clinic.user())
        answer = browser.get("/desk/", {"day": day, "location": location})
        assert answer.status_code == 200
