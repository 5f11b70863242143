"""Twenty requests with one key make one booking, and everybody is told of the same one."""

from __future__ import annotations

import http.client
import json
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from bookings.models import Booking, RequestKey
from tests.api.outside import Program, wish
from tests.bookings.world import overlaps
from tests.factories.house import House, house
from tests.harness.databases import Database
from tests.harness.programs import Site
from tests.race.crowd import at_once


def at(home: House, hour: int = 10) -> str:
    return home.at(hour).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_twenty_at_once_with_one_key_get_one_booking_and_equal_answers(fresh_db: Database) -> None:
    home = house()
    body = wish(at(home))
    crowd = at_once([partial(Program().book, body, key="one") for _ in range(20)])
    crowd.only_lose_by()
    statuses = sorted(answer.status_code for answer in crowd.results)
    assert statuses == [200] * 19 + [201]
    assert len({answer.content for answer in crowd.results}) == 1
    assert (Booking.objects.count(), RequestKey.objects.count()) == (1, 1)


def test_of_twenty_who_want_one_time_as_many_get_it_as_there_are_people(fresh_db: Database) -> None:
    home = house()
    jobs: list[Callable[[], Any]] = [
        partial(
            Program().book,
            wish(
                at(home),
                client={"name": f"P {n}", "email": f"p{n}@example.org", "phone": "416 555 0142"},
            ),
        )
        for n in range(20)
    ]
    crowd = at_once(jobs)
    crowd.only_lose_by()
    by_status = sorted(answer.status_code for answer in crowd.results)
    assert by_status == [201] * 2 + [409] * 18
    assert all(
        answer.json()["error"]["openings"] for answer in crowd.results if answer.status_code == 409
    )
    assert overlaps() == 0


def test_over_the_real_server_a_program_books_moves_and_cancels(
    fresh_db: Database, start_site: Callable[..., Site]
) -> None:
    home = house()
    site = start_site()

    def call(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("localhost", site.port, timeout=30)
        try:
            sent = None if body is None else json.dumps(body).encode()
            kind = {} if sent is None else {"Content-Type": "application/json"}
            connection.request(method, f"/api/v1/{path}", sent, {**kind, **headers})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    treatment = call("GET", "treatments")[1]["items"][0]
    location = call("GET", "locations")[1]["items"][0]
    day = home.day().isoformat()
    status, free = call(
        "GET",
        f"availability?treatment={treatment['slug']}&location={location['slug']}&from={day}&to={day}",
    )
    assert status == 200
    opening, later = free["openings"][0], free["openings"][-1]
    version, questions = (
        call("GET", f"screening?treatment={treatment['slug']}")[1][name]
        for name in ("version", "questions")
    )
    assert version >= 1
    answers = {
        each["id"]: {"pick_any": "none"}.get(
            each["type"], "yes" if each["id"] == "bq_age" else "no"
        )
        for each in questions
    }
    body = wish(
        opening["starts_at"],
        treatment=treatment["slug"],
        practitioner=opening["practitioner"],
        answers=answers,
    )
    key = {"Idempotency-Key": uuid.uuid4().hex}
    status, made = call("POST", "bookings", body, **key)
    assert status == 201, made
    assert call("POST", "bookings", body, **key) == (200, made)
    assert (made["starts_at"], made["ends_at"]) == (opening["starts_at"], opening["ends_at"])
    where = f"bookings/{made['token']}"
    assert call("GET", where) == (200, made)
    moved = call(
        "POST",
        f"{where}/move",
        {"starts_at": later["starts_at"], "practitioner": later["practitioner"]},
    )
    assert (moved[0], moved[1]["starts_at"]) == (200, later["starts_at"])
    assert call("POST", f"{where}/cancel")[1]["state"] == "CANCELLED"
    assert call("POST", f"{where}/cancel", {"reason": "away"})[0] == 200
    assert call("POST", "bookings", "x" * 70_000, **key)[0] == 413
    log = site.program.said()
    assert made["token"] not in log
    assert "priya" not in log.lower()
