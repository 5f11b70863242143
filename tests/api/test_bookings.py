"""Booking, moving and cancelling, as an outside program that has read `docs/api.md` does it."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings import actions, links
from bookings.models import Booking, CancelReason
from bookings.queries import catalogue
from clients.contact import Contact
from clients.models import ContactConsent
from clinic.audit import CLIENT
from clinic.models import Clinic, Practitioner, User
from tests.api.outside import ANSWERS, Program, client, error_of, wish
from tests.bookings.world import raw_table
from tests.factories import clinic as clinics
from tests.factories import treatments
from tests.factories.house import House, house

pytestmark = pytest.mark.django_db

REVIEW = ANSWERS | {"bq_review": {"items": {"epilepsy": None}}}
PREGNANT = ANSWERS | {"bq_pregnant": "yes"}


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def program() -> Program:
    return Program()


def logged_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def z(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def botox(day: date) -> dict[str, Any]:
    return ANSWERS | {"bq_procedures": {"items": {"botulinum": day.isoformat()}}}


def booked(program: Program, home: House, **changed: Any) -> dict[str, Any]:
    answer = program.book(wish(z(home.at(**changed.pop("at", {}))), **changed))
    assert answer.status_code == 201, answer.content
    told: dict[str, Any] = answer.json()
    return told


def test_a_program_books_and_is_told_all_it_needs(home: House, program: Program) -> None:
    answer = program.book(wish(z(home.at()), practitioner="sofia"))

    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert set(told) == {
        *("token", "state", "starts_at", "ends_at", "time_zone", "treatment"),
        *("practitioner", "location", "manage_url", "free_until"),
    }
    assert datetime.fromisoformat(told["free_until"]) < home.at()
    start, end = (datetime.fromisoformat(told[name]) for name in ("starts_at", "ends_at"))
    assert start == home.at()
    assert end - start == timedelta(minutes=50)
    assert told["starts_at"] == home.at().astimezone(home.location.zone).isoformat()
    assert told["state"] == "BOOKED"
    assert told["time_zone"] == "America/Toronto"
    assert (told["practitioner"], told["location"], told["treatment"]) == (
        "sofia",
        "queen",
        "facial",
    )
    assert told["manage_url"].endswith(f"/manage/{told['token']}/")
    page = program.http.get(re.sub("^https?://[^/]+", "", told["manage_url"]))
    assert page.status_code == 200
    row = Booking.objects.get()
    assert row.source == "API"
    assert (row.contact_name, row.contact_email, row.contact_phone) == (
        "Priya Raman", "priya@example.com", "+14165550142",
    )  # fmt: skip
    assert "no-store" in answer["Cache-Control"]


def test_anybody_means_the_answer_says_who(home: House, program: Program) -> None:
    home.taken(home.at(), who=0, room=0)
    assert booked(program, home, practitioner="any")["practitioner"] == "sofia"
    body = wish(z(home.at(13)))
    del body["practitioner"]
    assert program.book(body).json()["practitioner"] in {"mei", "sofia"}


def test_answers_a_practitioner_must_see_make_it_a_request_with_a_deadline(
    home: House, program: Program
) -> None:
    told = booked(program, home, answers=REVIEW)
    assert told["state"] == "REQUESTED"
    assert datetime.fromisoformat(told["respond_by"]) <= home.at() - timedelta(hours=12)
    row = Booking.objects.get()
    actions.accept(now=datetime.now(home.location.zone), actor=CLIENT, booking=row)
    now = program.get(f"bookings/{told['token']}").json()
    assert now["state"] == "BOOKED"
    assert "respond_by" not in now


def test_the_same_request_again_is_the_same_booking(home: House, program: Program) -> None:
    body = wish(z(home.at()))
    first = program.book(body, key="order-1")
    reordered = dict(reversed(body.items()))
    again = program.book(reordered, key="order-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    offset = body | {"starts_at": home.at().astimezone(home.location.zone).isoformat()}
    assert program.book(offset, key="order-1").status_code == 200, "the same instant"
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("changed", ["starts_at", "client", "consents", "answers", "practitioner"])
def test_a_key_answers_only_to_the_body_it_came_with(
    home: House, program: Program, changed: str
) -> None:
    body = wish(z(home.at()))
    assert program.book(body, key="k").status_code == 201
    other = {
        "starts_at": {"starts_at": z(home.at(11))},
        "client": {"client": client(name="Priya Ramann")},
        "consents": {"client": client(consents={"email": True})},
        "answers": {"answers": REVIEW},
        "practitioner": {"practitioner": "sofia"},
    }[changed]
    error_of(program.book(body | other, key="k"), 422, "idempotency_mismatch")
    assert Booking.objects.count() == 1


def test_a_key_of_a_program_never_meets_one_of_the_website(home: House, program: Program) -> None:
    told = booked(program, home)
    row = Booking.objects.get()
    attempt = uuid.uuid4()
    site = actions.book(
        now=datetime.now(UTC),
        actor=CLIENT,
        source="ONLINE",
        key=f"attempt:{attempt}",
        offering=catalogue.offering_of(home.session.pk, Clinic.objects.the_only()),
        location=home.location,
        practitioner=None,
        starts_at=home.at(12),
        contact=Contact(name="Priya Raman", email="priya@example.com", phone="+14165550142"),
        answers=ANSWERS,
    ).booking
    same = program.book(wish(z(home.at(12))), key=f"attempt:{attempt}")
    assert same.status_code == 201
    assert same.json()["manage_url"] != links.manage_url(site)
    assert row.pk != site.pk
    assert program.get(f"bookings/{told['token']}").json() == told


@pytest.mark.parametrize("key", [None, "", " ", "a b", "ключ", "x" * 201, "tab\tbed"])
def test_without_a_usable_key_nothing_is_booked(
    home: House, program: Program, key: str | None
) -> None:
    answer = program.post("bookings", wish(z(home.at())), key=key)
    assert set(error_of(answer, 422, "invalid")["fields"]) == {"Idempotency-Key"}
    assert not Booking.objects.exists()


def test_a_time_that_is_taken_comes_with_the_three_nearest_openings(
    home: House, program: Program
) -> None:
    home.taken(home.at(), who=0, room=0)
    answer = program.book(wish(z(home.at()), practitioner="mei"))
    error = error_of(answer, 409, "slot_taken")
    openings = error["openings"]
    assert len(openings) == 3
    for opening in openings:
        assert set(opening) == {"starts_at", "ends_at", "practitioner"}
        apart = abs(datetime.fromisoformat(opening["starts_at"]) - home.at())
        assert apart < timedelta(hours=3)
    again = program.book(wish(openings[0]["starts_at"], practitioner=openings[0]["practitioner"]))
    assert again.status_code == 201, "what is offered can be booked"


def test_a_date_too_soon_after_a_procedure_says_from_when(home: House, program: Program) -> None:
    error = error_of(program.book(wish(z(home.at()), answers=botox(home.day(0)))), 409, "too_soon")
    earliest = date.fromisoformat(error["not_before"])
    assert earliest > home.day()
    assert error["not_before"] in error["message"]
    assert not Booking.objects.exists()


def test_answers_that_need_a_talk_first_say_whom_to_call(home: House, program: Program) -> None:
    error = error_of(program.book(wish(z(home.at()), answers=PREGNANT)), 409, "refused")
    assert "+1 416-555-0100" in error["message"]
    assert "Queen West" in error["message"]
    assert not Booking.objects.exists()


WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({"treatment": "none"}, {"treatment"}),
    ({"treatment": None}, {"treatment"}),
    ({"treatment": 7}, {"treatment"}),
    ({"location": "nowhere"}, {"location"}),
    ({"practitioner": "nobody"}, {"practitioner"}),
    ({"practitioner": None}, {"practitioner"}),
    ({"starts_at": "2027-03-08T10:00:00"}, {"starts_at"}),
    ({"starts_at": "2027-03-08 10:00:00"}, {"starts_at"}),
    ({"starts_at": "2027-03-08T10:00:00 05:00"}, {"starts_at"}),
    ({"starts_at": "2027-02-30T10:00:00Z"}, {"starts_at"}),
    ({"starts_at": "2027-03-08T25:00:00Z"}, {"starts_at"}),
    ({"starts_at": "2027-03-08T10:00:00+25:00"}, {"starts_at"}),
    ({"starts_at": "9999-12-31T23:59:59Z"}, {"starts_at"}),
    ({"starts_at": "0001-01-01T00:00:00+14:00"}, {"starts_at"}),
    ({"starts_at": "2020-01-01T10:00:00Z"}, {"starts_at"}),
    ({"starts_at": 1_800_000_000}, {"starts_at"}),
    ({"starts_at": "soon"}, {"starts_at"}),
    ({"starts_at": ""}, {"starts_at"}),
    ({"client": "Priya"}, {"client"}),
    ({"client": {}}, {"client.name", "client.email", "client.phone"}),
    ({"client": client(name="")}, {"client.name"}),
    ({"client": client(name="...")}, {"client.name"}),
    ({"client": client(name="x" * 121)}, {"client.name"}),
    ({"client": client(name="\ufb2c" * 120)}, {"client.name"}),
    ({"client": client(email="priya")}, {"client.email"}),
    ({"client": client(phone="12")}, {"client.phone"}),
    ({"client": client(phone=4165550142)}, {"client.phone"}),
    ({"client": client(fax="1")}, {"client.fax"}),
    ({"client": client(consents={"email": "yes"})}, {"client.consents.email"}),
    ({"answers": []}, {"answers"}),
    ({"answers": {}}, {f"answers.{question}" for question in ANSWERS}),
    ({"answers": ANSWERS | {"bq_age": "maybe"}}, {"answers.bq_age"}),
    ({"answers": ANSWERS | {"more": "yes"}}, {"answers.more"}),
    ({"practicioner": "mei"}, {"practicioner"}),
    ({"<script>": "mei"}, {"body"}),
]


@pytest.mark.parametrize(("changed", "fields"), WRONG)
def test_a_mistake_is_named_where_it_is(
    home: House, program: Program, changed: dict[str, Any], fields: set[str]
) -> None:
    error = error_of(program.book(wish(z(home.at())) | changed), 422, "invalid")
    assert set(error["fields"]) == fields
    assert not Booking.objects.exists()


def test_a_lost_plus_and_a_naive_time_are_told_how_to_be_sent(
    home: House, program: Program
) -> None:
    said = [
        error_of(program.book(wish(text)), 422, "invalid")["fields"]["starts_at"][0]
        for text in ("2027-03-08T10:00:00 05:00", "2027-03-08T10:00:00")
    ]
    assert "%2B" in said[0]
    assert "offset" in said[1]


@pytest.mark.parametrize(
    "minute",
    [{"hour": 3}, {"hour": 10, "minute": 7}, {"hour": 10, "ahead": 0}, {"hour": 10, "ahead": 90}],
)
def test_a_time_outside_hours_grid_notice_or_horizon_is_a_mistake_in_the_time(
    home: House, program: Program, minute: dict[str, int]
) -> None:
    error = error_of(program.book(wish(z(home.at(**minute)))), 422, "invalid")
    assert set(error["fields"]) == {"starts_at"}
    assert 0 < len(error["openings"]) <= 3
    near = [datetime.fromisoformat(one["starts_at"]) for one in error["openings"]]
    assert near == sorted(near)
    assert program.book(wish(error["openings"][0]["starts_at"])).status_code == 201


def test_who_does_not_offer_it_there_cant_be_booked(program: Program) -> None:
    home = house(locations=2)
    treatments.treatment(slug="other", offered_by=home.people[:1])
    for changed in ({"practitioner": "away-1"}, {"practitioner": "sofia", "treatment": "other"}):
        error = error_of(program.book(wish(z(home.at()), **changed)), 422, "invalid")
        assert set(error["fields"]) == {"practitioner"}
    nobody_there = program.book(wish(z(home.at()), treatment="other", location="other-1"))
    error_of(nobody_there, 422, "invalid")


def test_a_phone_number_is_read_in_the_locations_country(program: Program) -> None:
    home = house(country="DE", time_zone="Europe/Berlin")
    booked(program, home, client=client(phone="030 901820"))
    assert Booking.objects.get().contact_phone == "+4930901820"


def test_nothing_is_consented_to_unless_the_program_says_so(home: House, program: Program) -> None:
    booked(program, home)
    assert not ContactConsent.objects.filter(granted=True).exists()
    booked(
        program, home, at={"hour": 13},
        client=client(name="Other", email="o@example.com", consents={"email": True}),
    )  # fmt: skip
    granted = ContactConsent.objects.filter(granted=True)
    assert [(row.channel, row.source) for row in granted] == [("EMAIL", "API")]


def test_a_token_opens_its_booking_and_no_other_text_opens_anything(
    home: House, program: Program
) -> None:
    told = booked(program, home)
    answer = program.get(f"bookings/{told['token']}")
    assert answer.status_code == 200
    assert answer.json() == told
    assert "no-store" in answer["Cache-Control"]
    other = told["token"][:-1] + ("A" if told["token"][-1] != "A" else "B")
    said = set()
    for token in (other, "x", "%00", "%F0%9F%92%89", "..%2f", "None", "a" * 3000):
        answers = [
            program.get(f"bookings/{token}"),
            program.post(f"bookings/{token}/move", {"starts_at": z(home.at(12))}),
            program.post(f"bookings/{token}/cancel", {}),
        ]
        for each in answers:
            error_of(each, 404, "not_found")
            said.add(each.content)
    assert len(said) == 1, "it says nothing"


def test_a_booking_moves(home: House, program: Program) -> None:
    told = booked(program, home, practitioner="mei")
    answer = program.post(f"bookings/{told['token']}/move", {"starts_at": z(home.at(14))})
    assert answer.status_code == 200, answer.content
    moved = answer.json()
    assert datetime.fromisoformat(moved["starts_at"]) == home.at(14)
    assert (moved["token"], moved["practitioner"]) == (told["token"], "mei")
    other = {"starts_at": z(home.at(15)), "practitioner": "sofia"}
    assert program.post(f"bookings/{told['token']}/move", other).json()["practitioner"] == "sofia"
    assert program.post(f"bookings/{told['token']}/move", other).status_code == 200, "again"


def test_a_move_to_anybody_stays_with_who_has_it_if_they_are_free(
    home: House, program: Program
) -> None:
    told = booked(program, home, practitioner="mei")
    path = f"bookings/{told['token']}/move"
    free = program.post(path, {"starts_at": z(home.at(12)), "practitioner": "any"})
    assert free.json()["practitioner"] == "mei"
    home.taken(home.at(15), who=0, room=0)
    busy = program.post(path, {"starts_at": z(home.at(15)), "practitioner": "any"})
    assert busy.json()["practitioner"] == "sofia"


def test_a_move_that_cant_be_leaves_the_booking_as_it_was(home: House, program: Program) -> None:
    recent = botox(home.day(0) - timedelta(days=5))
    told = booked(program, home, at={"ahead": 20}, practitioner="mei", answers=recent)
    path = f"bookings/{told['token']}/move"
    home.taken(home.at(15, ahead=21), who=0, room=0)
    taken = program.post(path, {"starts_at": z(home.at(15, ahead=21))})
    assert len(error_of(taken, 409, "slot_taken")["openings"]) == 3
    soon = error_of(program.post(path, {"starts_at": z(home.at(ahead=3))}), 409, "too_soon")
    assert soon["not_before"] > home.day(3).isoformat()
    assert "otox" not in soon["message"], "a token says nothing of what was answered"
    for body, field in (
        ({"starts_at": z(home.at(3))}, "starts_at"),
        ({"starts_at": z(home.at()), "practitioner": "nobody"}, "practitioner"),
        ({}, "starts_at"),
        ({"starts_at": z(home.at()), "location": "queen"}, "location"),
    ):
        assert set(error_of(program.post(path, body), 422, "invalid")["fields"]) == {field}
    assert program.get(f"bookings/{told['token']}").json() == told


def test_a_booking_is_cancelled_once_however_often_it_is_asked(
    home: House, program: Program
) -> None:
    told = booked(program, home)
    path = f"bookings/{told['token']}/cancel"
    first = program.post(path, {"reason": "I am away."})
    assert (first.status_code, first.json()["state"]) == (200, "CANCELLED")
    for body in ({}, {"reason": None}, b""):
        assert program.post(path, body).json() == first.json()
    assert program.get(f"bookings/{told['token']}").json()["state"] == "CANCELLED"
    error_of(program.post(path, {"reason": "x" * 501}), 422, "invalid")
    error_of(program.post(path, {"why": "x"}), 422, "invalid")
    moved = program.post(f"bookings/{told['token']}/move", {"starts_at": z(home.at(12))})
    error_of(moved, 409, "cancelled")
    assert "free_until" not in first.json()
    assert booked(program, home)["starts_at"] == told["starts_at"], "its time is free"


def test_why_a_client_cancels_is_the_practitioners_to_read_and_nobody_elses(
    home: House, program: Program
) -> None:
    token = booked(program, home)["token"]
    path = f"bookings/{token}/cancel"
    first = program.post(path, {"reason": "  MY-SECRET-REASON: a rash.\n"})
    again = program.post(path, {"reason": "ANOTHER"})
    assert CancelReason.objects.get().text == "MY-SECRET-REASON: a rash."
    for table in connection.introspection.table_names():
        assert "MY-SECRET" not in raw_table(table), table
        assert b"MY-SECRET".hex() not in raw_table(table), table
    for answer in (first, again, program.get(f"bookings/{token}")):
        assert "MY-SECRET" not in answer.text
    booking = Booking.objects.get()
    treats = clinics.user(role="PRACTITIONER")
    Practitioner.objects.filter(pk=booking.practitioner_id).update(user=treats)
    page = f"/practice/visit/{booking.uid}/"
    assert "MY-SECRET-REASON: a rash." in logged_in(treats).get(page).content.decode()
    desk = logged_in(clinics.user(role="FRONT_DESK"))
    panel = desk.get(f"/desk/booking/{booking.uid}/")
    assert panel.status_code == 200
    assert "MY-SECRET" not in panel.content.decode()


@pytest.mark.parametrize("reason", ["", "  \n", None])
def test_no_reason_leaves_no_row(home: House, program: Program, reason: str | None) -> None:
    token = booked(program, home)["token"]
    assert program.post(f"bookings/{token}/cancel", {"reason": reason}).status_code == 200
    assert not CancelReason.objects.exists()


def test_too_late_is_too_late_for_a_program_too(home: House, program: Program) -> None:
    clinics.clinic(notice_minutes=0)
    token = booked(program, home)["token"]
    Booking.objects.update(window_minutes=60 * 24 * 30)
    error_of(program.post(f"bookings/{token}/cancel", {}), 409, "window_closed")
    moved = program.post(f"bookings/{token}/move", {"starts_at": z(home.at(12))})
    error_of(moved, 409, "window_closed")


def test_what_the_website_books_a_program_can_follow(home: House, program: Program) -> None:
    told = booked(program, home)
    row = Booking.objects.get()
    actions.cancel(now=datetime.now(home.location.zone), actor=CLIENT, booking=row)
    assert program.get(f"bookings/{told['token']}").json()["state"] == "CANCELLED"


def test_looking_at_a_booking_asks_the_database_as_often_in_a_full_clinic(
    home: House, program: Program
) -> None:
    token = booked(program, home)["token"]

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            program.get(f"bookings/{token}")
        return len(caught)

    assert asked() == 2  # the counter and the booking
    for hour in (12, 14):
        home.taken(home.at(hour))
    assert asked() == 2


def test_the_clock_going_back_gives_two_hours_a_program_can_tell_apart(program: Program) -> None:
    home = house()
    clinics.clinic(horizon_days=730, notice_minutes=0)
    year = home.day().year + 1
    change = next(date(year, 11, day) for day in range(1, 8) if date(year, 11, day).weekday() == 6)
    for who in home.people:
        who.hours.all().delete()
        clinics.hours(practitioner=who, location=home.location, stretches=[(0, 300)])
    query = {"treatment": "facial", "location": "queen", "from": change, "to": change}
    starts = {each["starts_at"] for each in program.get("availability", **query).json()["openings"]}
    twice = {f"{change}T01:00:00-04:00", f"{change}T01:00:00-05:00"}
    assert twice <= starts
    for start in sorted(twice):
        told = program.book(wish(start, practitioner="mei")).json()
        assert told["starts_at"] == start
