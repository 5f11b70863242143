"""How long it takes to know when a session can start, beside fetching what is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg2

from benchmarks import house
from benchmarks.measure import Line, at_most, line, medians_ms
from benchmarks.stage import Stage

SECTION = "availability"
Asked = tuple[str, list[Any]]
DAYS = 14
PEOPLE = (1, 5)


@dataclass
class Measured:
    """One database, Django's connection to it and a bare one, and what is asked of it."""

    size: int
    django: Any
    bare: Any
    offering: Any
    location: Any
    practitioners: list[int]
    rooms: list[int]


def run(stage: Stage) -> list[Line]:
    from django.db import connections

    now = house.clean_now()
    clinics = [_clinic(stage, size, now) for size in stage.scale.sizes]
    own = connections["default"]
    try:
        return _measure(stage, clinics, now)
    finally:
        connections["default"] = own
        for clinic in clinics:
            clinic.django.close()
            clinic.bare.close()


def _clinic(stage: Stage, size: int, now: datetime) -> Measured:
    from django.db import connections

    from bookings import seed
    from bookings.models import Booking
    from bookings.queries import catalogue
    from clinic.models import Clinic, Practitioner, Room

    stage.say(f"Making a clinic with {size:,} bookings")
    name = stage.database(f"{SECTION}_{size}")
    today = now.astimezone(house.ZoneInfo(house.ZONE)).date()
    # The measured practitioners are as busy at every size; only what surrounds them grows.
    around = max(0, size - round(house.DENSITY * 9 * 5 * DAYS))
    seed.seed_clinic(bookings=around, seed=1, now=now)
    what = house.treatment("measured")
    place = house.location("measured", what, people=max(PEOPLE), rooms=max(PEOPLE))
    house.fill(place, what, first=today, days=DAYS, now=now)
    seed.vacuum()
    assert abs(Booking.objects.count() - size) < size * 0.05 or not stage.scale.judged
    found = Measured(
        size,
        connections.create_connection("default"),
        psycopg2.connect(stage.url(name)),
        catalogue.offering("measured", Clinic.objects.the_only()),
        place,
        list(Practitioner.objects.filter(hours__location=place).distinct().order_by("pk").values_list("pk", flat=True)),
        list(Room.objects.filter(location=place).order_by("pk").values_list("pk", flat=True)),
    )  # fmt: skip
    found.django.settings_dict = {**found.django.settings_dict, "NAME": name}
    found.bare.autocommit = True
    return found


def _measure(stage: Stage, clinics: list[Measured], now: datetime) -> list[Line]:
    from django.db import connections

    scale = stage.scale
    stage.say("Asking for openings")
    lines: list[Line] = []
    for people in PEOPLE:
        whole: dict[int, list[float]] = {clinic.size: [] for clinic in clinics}
        bare: dict[int, list[float]] = {clinic.size: [] for clinic in clinics}
        queries: dict[int, int] = {}
        for number in range(scale.rounds + 1):
            for clinic in clinics:
                connections["default"] = clinic.django
                ask = _asking(clinic, people, now)
                statements = _statements(ask)
                fetch = _fetching(clinic, statements)
                took = medians_ms([ask, fetch], scale.calls)
                if number == 0:  # warms caches and connections
                    queries[clinic.size] = len(statements)
                    continue
                whole[clinic.size].append(took[0])
                bare[clinic.size].append(took[1])
        who = f"{people} practitioner{'s' if people > 1 else ''}"
        for clinic in clinics:
            what = f"{who}, {clinic.size:,} bookings"
            ratios = [a / b for a, b in zip(whole[clinic.size], bare[clinic.size], strict=True)]
            lines += [
                line(SECTION, f"{what}: queries", [queries[clinic.size]], "", at_most(4)),
                line(SECTION, f"{what}: openings of {DAYS} days", whole[clinic.size], "ms"),
                line(SECTION, f"{what}: bare fetch", bare[clinic.size], "ms"),
                line(SECTION, f"{what}: openings / bare fetch", ratios, "x", at_most(3, "x")),
            ]
        least, most = clinics[0].size, clinics[-1].size
        grown = [a / b for a, b in zip(whole[most], whole[least], strict=True)]
        lines.append(
            line(SECTION, f"{who}: {most:,} / {least:,} bookings", grown, "x", at_most(1.3, "x"))
        )
    return lines


def _asking(clinic: Measured, people: int, now: datetime) -> Callable[[], Any]:
    from bookings.queries import calendar

    first = now.astimezone(clinic.location.zone).date()

    def ask() -> Any:
        return calendar.openings(
            now=now,
            offering=clinic.offering,
            location=clinic.location,
            practitioner=clinic.practitioners[0] if people == 1 else None,
            first=first,
            last=first + timedelta(days=DAYS - 1),
        )

    return ask


def _fetching(clinic: Measured, statements: list[Asked]) -> Callable[[], Any]:
    """Return a call that fetches the busy ranges by the engine's own statements and nothing else:
    plain ones, which the connection plans each time."""
    from bookings.queries import calendar

    busy = [
        (statement.sql, dict(zip(statement.names, params, strict=True)))
        for sql, params in statements
        for statement in calendar.BUSY.values()
        if sql == statement.execute
    ]
    assert len(busy) == 2, "The busy ranges of practitioners and rooms are one statement each."

    def fetch() -> Any:
        found = []
        with clinic.bare.cursor() as cursor:
            for statement, parameters in busy:
                cursor.execute(statement, parameters)
                found.append(cursor.fetchall())
        return found

    assert all(fetch()), "Nothing is taken, so nothing is measured."
    return fetch


def _statements(call: Callable[[], Any]) -> list[Asked]:
    """Return the statements a call runs, with their parameters."""
    from django.db import connection

    caught: list[Asked] = []

    def catch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        caught.append((sql, list(params or [])))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(catch):
        assert call(), "The measured practitioners have no openings."
    return caught


__all__ = ["SECTION", "run"]
