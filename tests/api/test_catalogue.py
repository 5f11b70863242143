"""What can be booked, where, with whom and when, as an outside program reads it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.queries import calendar, catalogue
from clinic.models import Clinic
from tests.api.outside import Program, error_of
from tests.factories import clinic as clinics
from tests.factories import treatments
from tests.factories.house import House, house

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def program() -> Program:
    return Program()


def queries(program: Program, path: str, **query: Any) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert program.get(path, **query).status_code == 200
    return len(caught)


def test_a_program_learns_where_the_clinic_treats(home: House, program: Program) -> None:
    clinics.location(slug="closed", is_active=False)
    answer = program.get("locations")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {
        "items": [
            {
                "slug": "queen",
                "name": "Queen West",
                "address": "8 Queen St W, Toronto",
                "directions": "",
                "phone": "+14165550100",
                "country": "CA",
                "currency": "CAD",
                "time_zone": "America/Toronto",
            }
        ]
    }


def test_a_program_learns_who_works_where_on_what(home: House, program: Program) -> None:
    clinics.practitioner(slug="idle")  # neither hours nor offers
    items = program.get("practitioners").json()["items"]
    assert items == [
        {
            "slug": slug,
            "name": name,
            "title": "",
            "locations": ["queen"],
            "treatments": ["facial", "first"],
        }
        for slug, name in (("mei", "Mei Tanaka"), ("sofia", "Sofia Reyes"))
    ]


def test_a_program_learns_what_a_treatment_is_made_of_and_costs(
    home: House, program: Program
) -> None:
    treatments.treatment(slug="by-phone-only", bookable_online=False, offered_by=home.people)
    items = {item["slug"]: item for item in program.get("treatments").json()["items"]}
    assert list(items) == ["facial", "first"]
    assert items["facial"] == {
        "slug": "facial",
        "name": "Facial rejuvenation",
        "summary": "",
        "minutes": 50,
        "consultation_minutes": 0,
        "phases": [
            {"kind": "LYMPHATIC_MASSAGE", "minutes": 13},
            {"kind": "NEEDLING", "minutes": 28},
            {"kind": "JADE_ROLLER", "minutes": 9},
        ],
        "price": "145.00",
        "currency": "CAD",
        "for_new_clients": False,
        "practitioners": ["mei", "sofia"],
    }
    assert items["first"]["minutes"] == 80
    assert items["first"]["consultation_minutes"] == 30


def test_a_clinic_without_first_visits_offers_none_to_programs(
    home: House, program: Program
) -> None:
    clinics.clinic(offers_first_visits=False)
    assert [item["slug"] for item in program.get("treatments").json()["items"]] == ["facial"]
    day = home.day().isoformat()
    answer = program.get(
        "availability", treatment="first", location="queen", **{"from": day, "to": day}
    )
    assert set(error_of(answer, 422, "invalid")["fields"]) == {"treatment"}


def asked(home: House, days: int = 2, **changed: str) -> dict[str, str]:
    return {
        "treatment": "facial",
        "location": "queen",
        "from": home.day().isoformat(),
        "to": home.day(3 + days - 1).isoformat(),
        **changed,
    }


def test_openings_are_those_of_the_calendar_in_the_locations_time(
    home: House, program: Program
) -> None:
    home.taken(home.at(10), who=0, room=0)
    told = program.get("availability", **asked(home)).json()
    assert {name: told[name] for name in ("time_zone", "treatment", "location", "minutes")} == {
        "time_zone": "America/Toronto",
        "treatment": "facial",
        "location": "queen",
        "minutes": 50,
    }
    found = calendar.openings(
        now=datetime.now(UTC),
        offering=catalogue.offering_of(home.session.pk, Clinic.objects.the_only()),
        location=home.location,
        first=home.day(),
        last=home.day(4),
    )
    slugs = {who.pk: who.slug for who in home.people}
    expected = [
        (datetime.fromtimestamp(one.minute * 60, UTC), slugs[one.practitioner]) for one in found
    ]
    told_openings = [
        (datetime.fromisoformat(each["starts_at"]), each["practitioner"])
        for each in told["openings"]
    ]
    assert told_openings == expected
    assert len(expected) > 50
    assert (home.at(10), "mei") not in told_openings
    assert (home.at(10), "sofia") in told_openings
    for each in told["openings"]:
        start, end = (datetime.fromisoformat(each[name]) for name in ("starts_at", "ends_at"))
        assert end - start == timedelta(minutes=50)
        assert start.utcoffset() == start.astimezone(home.location.zone).utcoffset()
        assert set(each) == {"starts_at", "ends_at", "practitioner"}


def test_openings_come_by_start_then_practitioner_whoever_was_hired_first(
    home: House, program: Program
) -> None:
    late = clinics.practitioner(slug="anna")  # first by name, last by number
    clinics.hours(practitioner=late, location=home.location)
    treatments.offer(treatment=home.session, practitioner=late)
    clinics.room(location=home.location)
    openings = program.get("availability", **asked(home)).json()["openings"]
    order = [(datetime.fromisoformat(each["starts_at"]), each["practitioner"]) for each in openings]
    assert order == sorted(order)
    assert {who for _start, who in order} == {"anna", "mei", "sofia"}


def test_one_practitioners_openings_are_hers_alone(home: House, program: Program) -> None:
    answer = program.get("availability", **asked(home, practitioner="sofia"))
    assert {each["practitioner"] for each in answer.json()["openings"]} == {"sofia"}
    everybody = program.get("availability", **asked(home, practitioner="any"))
    assert everybody.json() == program.get("availability", **asked(home)).json()


def test_both_dates_are_included_and_62_days_are_the_most(home: House, program: Program) -> None:
    one_day = program.get("availability", **asked(home, days=1)).json()["openings"]
    days = {datetime.fromisoformat(each["starts_at"]).date() for each in one_day}
    assert days == {home.day()}
    assert program.get("availability", **asked(home, days=62)).status_code == 200
    error = error_of(program.get("availability", **asked(home, days=63)), 422, "invalid")
    assert error["fields"] == {"to": ["At most 62 days at once."]}
    backwards = asked(home, to=home.day(2).isoformat())
    assert "to" in error_of(program.get("availability", **backwards), 422, "invalid")["fields"]


def test_days_that_are_over_or_beyond_the_horizon_are_empty_and_no_mistake(
    home: House, program: Program
) -> None:
    for day in (date(2001, 1, 1), home.day(500)):
        answer = program.get(
            "availability", **asked(home, **{"from": day.isoformat(), "to": day.isoformat()})
        )
        assert answer.status_code == 200
        assert answer.json()["openings"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("treatment", "nothing"),
        ("treatment", ""),
        ("treatment", "a b"),
        ("treatment", "facial\n"),
        ("location", "nowhere"),
        ("location", "x" * 100),
        ("practitioner", "nobody"),
        ("practitioner", "Ünbekannt"),
        ("from", "tomorrow"),
        ("from", "2027-02-30"),
        ("from", "1700000000"),
        ("from", "2027-03-08T10:00:00Z"),
        ("from", "9999-12-31"),
        ("to", "0001-01-01"),
        ("to", "20270308"),
        ("to", "٢٠٢٧-٠٣-٠٨"),
        ("to", None),
        ("from", None),
        ("treatment", None),
        ("location", None),
    ],
)
def test_a_question_that_cant_be_used_is_told_what_is_wrong_in_it(
    home: House, program: Program, name: str, value: str | None
) -> None:
    query = {**asked(home), name: value}
    answer = program.get("availability", **{k: v for k, v in query.items() if v is not None})
    assert set(error_of(answer, 422, "invalid")["fields"]) == {name}


def test_who_offers_a_treatment_elsewhere_is_not_to_be_had_here(program: Program) -> None:
    home = house(locations=2)
    answer = program.get("availability", **asked(home, practitioner="away-1"))
    assert set(error_of(answer, 422, "invalid")["fields"]) == {"practitioner"}


def test_the_questions_are_those_of_the_treatment_in_the_words_of_the_rules(
    home: House, program: Program
) -> None:
    answer = program.get("screening", treatment="facial")
    told = answer.json()
    assert answer.status_code == 200
    assert isinstance(told["version"], int)
    assert 0 < len(told["questions"]) <= 8
    for question in told["questions"]:
        assert {"id", "text", "help", "type"} <= set(question)
        assert question["type"] in {"yes_no", "yes_no_unsure", "pick_any"}
        assert set(question) <= {"id", "text", "help", "type", "date_label", "items"}
        for item in question.get("items", []):
            assert set(item) == {"id", "label", "date_label"}
    assert any(question.get("items") for question in told["questions"])
    assert set(error_of(program.get("screening", treatment="none"), 422, "invalid")["fields"]) == {
        "treatment"
    }
    assert set(error_of(program.get("screening"), 422, "invalid")["fields"]) == {"treatment"}


@pytest.mark.parametrize(
    ("path", "literal"),
    [
        ("locations", 1),
        ("practitioners", 6),
        ("treatments", 6),
        ("availability", 4),
        ("screening", 2),
    ],
)
def test_a_bigger_clinic_is_asked_for_no_oftener(program: Program, path: str, literal: int) -> None:
    home = house(people=1, rooms=1)
    query = {"availability": asked(home), "screening": {"treatment": "facial"}}.get(path, {})
    program.get(path, **query)  # a rule set is read once for good
    assert queries(program, path, **query) == literal
    for number in range(2):
        place = clinics.location()
        clinics.room(location=home.location)
        who = clinics.practitioner()
        clinics.hours(practitioner=who, location=home.location)
        away = clinics.practitioner()
        clinics.hours(practitioner=away, location=place)
        treatments.offer(treatment=home.session, practitioner=away)
        treatments.treatment(offered_by=[who])
        treatments.offer(treatment=home.session, practitioner=who)
        home.taken(home.at(10 + number), room=0)
    assert queries(program, path, **query) == literal


def test_an_address_that_is_none_of_the_apis_says_so_in_its_shape(program: Program) -> None:
    for path in ("", "nothing", "locations/", "bookings/", "locations/queen"):
        error_of(program.get(path), 404, "not_found")


def test_a_method_that_is_not_answered_is_told_which_are(program: Program) -> None:
    answer = program.post("locations", {})
    error_of(answer, 405, "not_allowed")
    assert answer["Allow"] == "GET, HEAD, OPTIONS"
    assert program.http.delete("/api/v1/bookings").status_code == 405
    head = program.http.head("/api/v1/locations")
    assert (head.status_code, head.content) == (200, b"")


def test_answers_are_kept_by_nobody(home: House, program: Program) -> None:
    for path, query in (("locations", {}), ("availability", asked(home))):
        assert "no-store" in program.get(path, **query)["Cache-Control"]
