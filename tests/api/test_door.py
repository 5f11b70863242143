"""Which websites may ask, how much and how often, and what is said when nothing can be answered."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client

from bookings.api import door
from clinic import limits, tasks
from clinic.limits import Limit
from clinic.models import RateCount
from tests.api.outside import Program, error_of, wish
from tests.factories.house import House, house
from tests.harness.databases import Database, pointed_at
from tests.race.crowd import at_once

SITE = "https://www.clinic.example"
OTHER = "https://evil.example"
NOW = datetime(2027, 3, 1, 14, 0, tzinfo=UTC)


@pytest.fixture
def home(db: None) -> House:
    return house()


@pytest.fixture
def friend(settings: Any) -> str:
    settings.CORS_ORIGINS = [SITE]
    return SITE


def at(home: House) -> str:
    return home.at().strftime("%Y-%m-%dT%H:%M:%SZ")


def from_site(origin: str) -> Program:
    return Program(headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"})


@pytest.mark.parametrize(
    "path",
    ["locations", "practitioners", "treatments", "screening?treatment=facial", "openapi.json"],
)
def test_every_website_may_read_what_can_be_booked(home: House, path: str) -> None:
    answer = from_site(OTHER).get(path)
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer


def test_a_website_reads_what_was_wrong_with_its_question(home: House) -> None:
    answer = from_site(OTHER).get("availability")
    error_of(answer, 422, "invalid")
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_a_website_the_clinic_named_books_and_follows_its_booking(home: House, friend: str) -> None:
    program = from_site(friend)
    made = program.book(wish(at(home)))
    assert made.status_code == 201, made.content
    token = made.json()["token"]
    for answer in (
        made,
        program.get(f"bookings/{token}"),
        program.post(f"bookings/{token}/cancel", {}),
    ):
        assert answer["Access-Control-Allow-Origin"] == friend
        assert "Origin" in answer["Vary"]
        assert "Retry-After" in answer["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize(
    "origin", [OTHER, "null", SITE + ".evil.example", SITE + ":444", SITE.upper()]
)
def test_another_websites_script_books_nothing(home: House, friend: str, origin: str) -> None:
    program = from_site(origin)
    answer = program.book(wish(at(home)))
    error_of(answer, 403, "not_allowed")
    assert "Access-Control-Allow-Origin" not in answer
    assert RateCount.objects.count() == 0


def test_the_clinics_own_pages_and_programs_without_a_browser_book(home: House) -> None:
    own = Program(headers={"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"})
    assert own.book(wish(at(home))).status_code == 201
    later = home.at(13).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert Program().book(wish(later)).status_code == 201


def test_a_browser_that_asks_first_is_told_what_it_may(home: House, friend: str) -> None:
    def ask(path: str, origin: str, method: str) -> Any:
        return Client().options(
            f"/api/v1/{path}",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "content-type, idempotency-key",
                "Sec-Fetch-Site": "cross-site",
            },
        )

    for path in ("bookings", "bookings/x/move", "bookings/x/cancel"):
        answer = ask(path, friend, "POST")
        assert answer.status_code == 204
        assert answer["Access-Control-Allow-Origin"] == friend
        assert "POST" in answer["Access-Control-Allow-Methods"].split(", ")
        allowed = answer["Access-Control-Allow-Headers"].lower().split(", ")
        assert {"content-type", "idempotency-key"} <= set(allowed)
        assert int(answer["Access-Control-Max-Age"]) > 0
        refused = ask(path, OTHER, "POST")
        assert "Access-Control-Allow-Origin" not in refused
        assert "Origin" in refused["Vary"]
    answer = ask("availability", OTHER, "GET")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "GET" in answer["Access-Control-Allow-Methods"]


def test_a_body_that_is_too_large_is_not_read(home: House) -> None:
    body = json.dumps(wish(at(home)) | {"more": "x" * door.LARGEST_BODY})
    error_of(Program().book(body), 413, "too_large")
    length = str(10**30)
    answer = Client().generic(
        "POST", "/api/v1/bookings", b"{}", content_type="application/json", CONTENT_LENGTH=length
    )
    error_of(answer, 413, "too_large")


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "text/json",
        "application/json; charset=utf-16",
        "application/jsonx",
        "",
    ],
)
def test_anything_but_json_is_refused_as_such(home: House, kind: str) -> None:
    answer = Client().generic(
        "POST", "/api/v1/bookings", json.dumps(wish(at(home))), content_type=kind
    )
    error_of(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=UTF-8"])
def test_json_is_json_however_it_is_spelt(home: House, kind: str) -> None:
    answer = Client().generic(
        "POST",
        "/api/v1/bookings",
        json.dumps(wish(at(home))),
        content_type=kind,
        headers={"Idempotency-Key": "k"},
    )
    assert answer.status_code == 201, answer.content


def test_who_books_too_often_is_told_when_to_come_again(home: House, settings: Any) -> None:
    program = Program()
    for _ in range(door.BOOK.most):
        assert program.book({}).status_code == 422
    answer = program.book(wish(at(home)))
    error = error_of(answer, 429, "slow_down")
    assert 0 < int(answer["Retry-After"]) <= door.BOOK.seconds
    assert answer["Retry-After"] in error["message"]
    elsewhere = Program(Client(REMOTE_ADDR="203.0.113.9"))
    assert elsewhere.book(wish(at(home))).status_code == 201, "only that address waits"
    assert program.get("locations").status_code == 200, "reading is not booking"
    settings.RATE_LIMITS = False
    assert program.book({}).status_code == 422


def test_who_guesses_tokens_is_slowed_down(home: House) -> None:
    program = Program()
    for _ in range(door.TOKEN.most):
        assert program.get("bookings/guess").status_code == 404
    for answer in (
        program.get("bookings/guess"),
        program.post("bookings/guess/move", {}),
        program.post("bookings/guess/cancel", {}),
    ):
        error_of(answer, 429, "slow_down")


@pytest.mark.django_db
def test_a_window_ends_and_the_count_begins_anew(django_assert_num_queries: Any) -> None:
    limit = Limit("test", most=2, seconds=60)
    waits = []
    for second in (0, 10, 20, 59, 60, 61, 62):
        with django_assert_num_queries(1):
            waits.append(limits.wait(limit, who="me", now=NOW + timedelta(seconds=second)))
    assert waits == [0, 0, 40, 1, 0, 0, 58]
    assert limits.wait(limit, who="you", now=NOW) == 0


@pytest.mark.django_db
def test_counters_whose_window_is_over_are_forgotten() -> None:
    limit = Limit("test", most=2, seconds=60)
    limits.wait(limit, who="old", now=NOW - timedelta(days=3650))
    limits.wait(limit, who="new", now=datetime.now(UTC))
    assert tasks.forget_rate_counts() == 1
    assert [row.who for row in RateCount.objects.all()] == ["new"]


@pytest.mark.django_db
def test_a_counter_holds_no_address() -> None:
    Program(Client(REMOTE_ADDR="203.0.113.77")).get("bookings/x")
    row = RateCount.objects.get()
    assert "203" not in f"{row.bucket} {row.who}"[:10]
    assert len(row.who) == limits.DIGEST_LENGTH


def test_of_requests_at_one_moment_each_is_counted(fresh_db: Database) -> None:
    limit = Limit("test", most=12, seconds=60)
    crowd = at_once([lambda: limits.wait(limit, who="crowd", now=NOW) for _ in range(20)])
    crowd.only_lose_by()
    assert sorted(crowd.results) == [0] * 12 + [60] * 8


def test_without_a_database_the_api_says_try_again(
    fresh_db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    query = {"treatment": "facial", "location": "queen", "from": "2027-03-01", "to": "2027-03-02"}
    with pointed_at(Database("no_such_database")):
        for answer in (
            Program().get("locations"),
            Program().get("availability", **query),
            Program().get("screening", treatment="facial"),
            Program().get("bookings/secret-token"),
            Program().book(wish("2027-03-08T15:00:00Z")),
        ):
            error_of(answer, 503, "unavailable")
            assert int(answer["Retry-After"]) > 0
            assert b"no_such_database" not in answer.content
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("bookings")]
    assert ours
    assert "secret-token" not in " ".join(ours)


def test_a_booking_somebody_else_is_changing_is_unavailable_and_not_broken(
    fresh_db: Database,
) -> None:
    home = house()
    told = Program().book(wish(at(home))).json()
    other = fresh_db.connect()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM bookings_booking FOR UPDATE")
        for tail, body in (("cancel", {}), ("move", {"starts_at": home.at(14).isoformat()})):
            answer = Program().post(f"bookings/{told['token']}/{tail}", body)
            error_of(answer, 503, "unavailable")
            assert int(answer["Retry-After"]) > 0
    finally:
        other.close()
    assert Program().post(f"bookings/{told['token']}/cancel", {}).json()["state"] == "CANCELLED"


def test_without_published_questions_nothing_is_booked_unasked(fresh_db: Database) -> None:
    home = house()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE clients_ruleset DISABLE TRIGGER ALL")
        cursor.execute("UPDATE clients_ruleset SET published_at = '2999-01-01'")
    error_of(Program().get("screening", treatment="facial"), 503, "unavailable")
    error_of(Program().book(wish(at(home))), 503, "unavailable")


def test_a_failure_of_ours_names_nothing_of_the_inside(fresh_db: Database) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE clinic_location RENAME COLUMN address TO secret_4711")
    answer = Program().get("locations")
    error_of(answer, 500, "failed")
    assert b"address" not in answer.content


def test_the_limits_are_on_unless_somebody_lifts_them() -> None:
    assert django_settings.RATE_LIMITS is True
