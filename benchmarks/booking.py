"""How many bookings a second, beside the least a database does for them."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any

import psycopg2

from benchmarks import house
from benchmarks.measure import Line, at_least, line
from benchmarks.stage import Stage, at_once

SECTION = "booking"
Wish = tuple[int, int, Any]  # location, practitioner, start
PLACES, PEOPLE, ROOMS = 4, 4, 5
WARM = 3
STATEMENTS = 10_000

_BARE = """
CREATE TABLE bare_booking (LIKE bookings_booking);
ALTER TABLE bare_booking ALTER COLUMN id SET DEFAULT 0;
CREATE TABLE bare_row (id int PRIMARY KEY, n int NOT NULL);
INSERT INTO bare_row SELECT n, 0 FROM generate_series(1, 10000) n;
"""
_INSERT = """
INSERT INTO bare_booking (uid, status, source, client_id, treatment_id, practitioner_id, room_id,
 starts_at, ends_at, practitioner_until, room_until, treatment_name, minutes, price, currency,
 window_minutes, contact_name, contact_email, contact_phone, booked_by, outcome, held_from,
 token_digest, token_version, sequence, created_at, changed_at)
VALUES (%s, 'BOOKED', 'ONLINE', 1, 1, 1, 1, now(), now(), now(), now(), 'Session', 50, 145, 'CAD',
 1440, 'Somebody', 'somebody@example.org', '+14165550100', '', 'FINE', '', %s, 1, 0, now(), now())
"""
# What a statement does, prepared or not.
_VERB = re.compile(r"(?:EXECUTE jade_)?([A-Za-z]+)")
_SELECT = "SELECT id, n FROM bare_row WHERE id = %s"
_UPDATE = "UPDATE bare_row SET n = n + 1 WHERE id = %s"


def run(stage: Stage) -> list[Line]:
    scale = stage.scale
    stage.say(f"Booking, {scale.at_once} at once")
    database = stage.database(SECTION)
    url = stage.url(database)
    _execute(url, _BARE)
    now = house.clean_now()
    what = house.treatment("session")
    places = [
        house.location(f"place-{number}", what, people=PEOPLE, rooms=ROOMS).pk
        for number in range(PLACES)
    ]
    wishes = _wishes(places, now)
    kinds = _kinds(wishes.pop(), wishes.pop(), now)
    rates: dict[str, list[float]] = {"book": [], "insert": [], "statements": []}
    slowest: list[float] = []
    for _ in range(max(2, scale.rounds - 2)):
        mine = [wishes.pop() for _ in range(scale.bookings + WARM * scale.at_once)]
        shares = [mine[number :: scale.at_once] for number in range(scale.at_once)]
        rate, worst = _rate(stage, lambda n, ready, given=shares: _book(given[n], now, ready))
        rates["book"].append(rate)
        slowest.append(worst * 1000)
        each = scale.bookings // scale.at_once
        for name, work in (("insert", _insert), ("statements", _statements(kinds))):
            times = each * 4 if name == "insert" else each
            rate, _worst = _rate(
                stage, lambda n, ready, work=work, times=times: work(url, times, ready)
            )
            rates[name].append(rate)
    of_insert, of_statements = (
        [a / b for a, b in zip(rates["book"], rates[name], strict=True)]
        for name in ("insert", "statements")
    )
    count = sum(kinds.values())
    at = f"at concurrency {scale.at_once}"
    return [
        line(SECTION, f"bookings {at}", rates["book"], "/s", at_least(150, "/s")),
        line(SECTION, "slowest booking", slowest, "ms"),
        line(SECTION, f"bare inserts {at}", rates["insert"], "/s"),
        line(SECTION, "bookings / bare inserts", of_insert, "x", at_least(0.02, "x")),
        line(SECTION, "statements of a booking", [count], ""),
        line(SECTION, f"transactions of {count} bare statements", rates["statements"], "/s"),
        line(SECTION, "bookings / such transactions", of_statements, "x", at_least(0.4, "x")),
    ]


def _wishes(places: list[int], now: Any) -> list[Wish]:
    """Return (location, practitioner, start) of different slots, next to one another in time at
    different places."""
    from clinic.models import Practitioner

    first = (now + timedelta(days=2)).date()
    people = {
        place: list(
            Practitioner.objects.filter(hours__location=place)
            .distinct()
            .values_list("pk", flat=True)
        )
        for place in places
    }
    return [
        (place, people[place][number], start)
        for start in house.starts(first, 55)
        for number in range(PEOPLE)
        for place in places
    ]


def _booker(now: Any) -> Callable[[Wish], Any]:
    """Return a function that books one slot for somebody new, as the booking page does."""
    from bookings import actions
    from bookings.queries import catalogue
    from clients.contact import Contact
    from clients.queries import current_rule_set
    from clinic.audit import CLIENT
    from clinic.models import Clinic, Location

    offering = catalogue.offering("session", Clinic.objects.the_only())
    places = {place.pk: place for place in Location.objects.all()}
    answers = healthy(current_rule_set(now), offering.phase_kinds)

    def book(wish: Wish) -> Any:
        place, practitioner, starts_at = wish
        name = uuid.uuid4().hex
        return actions.book(
            now=now,
            actor=CLIENT,
            source="ONLINE",
            key=name,
            offering=offering,
            location=places[place],
            practitioner=practitioner,
            starts_at=starts_at,
            contact=Contact(
                name=f"Client {name}", email=f"{name}@example.org", phone="", by_email=True
            ),
            answers=answers,
        )

    return book


def healthy(rules: Any, phases: Any) -> dict[str, object]:
    """Return the answers of somebody to whom nothing applies."""
    return {
        question.code: "none"
        if not question.trigger_answer
        else {"yes": "no", "no": "yes"}[str(question.trigger_answer).lower()]
        for question in rules.questions_for(phases)
    }


def _kinds(warm: Wish, wish: Wish, now: Any) -> Counter[str]:
    """Return how many statements of each kind one booking makes, once everything is warm."""
    from django.db import connection

    book = _booker(now)
    found: Counter[str] = Counter()

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        for each in re.split(r";\s+", sql):
            found[_VERB.match(each)[1].upper()] += 1
        return execute(sql, params, many, context)

    book(warm)
    with connection.execute_wrapper(count):
        book(wish)
    return found


def _book(wishes: list[Wish], now: Any, ready: Callable[[], None]) -> Any:
    book = _booker(now)
    for wish in wishes[:WARM]:
        book(wish)
    ready()
    began = perf_counter()
    worst = 0.0
    for wish in wishes[WARM:]:
        start = perf_counter()
        assert book(wish).created
        worst = max(worst, perf_counter() - start)
    return len(wishes) - WARM, began, perf_counter(), worst


def _insert(url: str, times: int, ready: Callable[[], None]) -> Any:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    cursor = connection.cursor()
    ready()
    began = perf_counter()
    for _ in range(times):
        name = uuid.uuid4().hex
        cursor.execute(_INSERT, [name, name])
    ended = perf_counter()
    connection.close()
    return times, began, ended, 0.0


def _statements(kinds: Counter[str]) -> Callable[[str, int, Callable[[], None]], Any]:
    """Return work that runs, per transaction, as many statements as a booking, each of one row."""

    def work(url: str, times: int, ready: Callable[[], None]) -> Any:
        connection = psycopg2.connect(url)
        cursor = connection.cursor()
        plan = [kind for kind, count in sorted(kinds.items()) for _ in range(count)]
        ready()
        began = perf_counter()
        for _ in range(times):
            for kind in plan:
                name = uuid.uuid4()
                key = name.int % STATEMENTS + 1
                if kind == "INSERT":
                    cursor.execute(_INSERT, [name.hex, name.hex])
                elif kind == "UPDATE":
                    # As those of a booking, which mostly meet no row: nobody waits for anybody.
                    cursor.execute(_UPDATE, [-key])
                else:
                    cursor.execute(_SELECT, [key])
                    cursor.fetchall()
            connection.commit()
        ended = perf_counter()
        connection.close()
        return times, began, ended, 0.0

    return work


def _rate(stage: Stage, work: Callable[[int, Callable[[], None]], Any]) -> tuple[float, float]:
    """Return how many a second all processes did together, and the slowest one's seconds."""
    done = at_once(work, range(stage.scale.at_once))
    began, ended = min(each[1] for each in done), max(each[2] for each in done)
    return sum(each[0] for each in done) / (ended - began), max(each[3] for each in done)


def _execute(url: str, statements: str) -> None:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statements)
    finally:
        connection.close()


__all__ = ["SECTION", "healthy", "run"]
