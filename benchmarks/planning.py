"""How fast what is to be said is planned: for coming bookings, after a schedule was changed, and for
clients between visits; and that a batch takes the same queries, whatever it finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from benchmarks import house
from benchmarks.measure import Line, at_most, line
from benchmarks.stage import Stage

SECTION = "planning"
BATCH = 200
A_DAY = 90  # bookings: ten practitioners, nine each


def run(stage: Stage) -> list[Line]:
    from bookings.actions import recalling, schedules
    from clinic.audit import CLOCK

    wanted = stage.scale.planned
    stage.say(f"Planning for {wanted:,} bookings and as many clients")
    stage.database(SECTION)
    now = house.clean_now()
    coming, here = _make(wanted, now)
    took, most, least = _batches(lambda batch: _plan(batch, now), coming)
    again, _most, _least = _batches(lambda batch: _plan(batch, now + timedelta(hours=1)), coming)
    schedules.save_schedule(
        now=now, actor=CLOCK, schedule=_reminder(), values={"offset_minutes": -20 * 60}
    )
    began = perf_counter()
    assert schedules.plan_anew(now=now) >= wanted
    anew = perf_counter() - began
    clients, most_of, least_of = _batches(lambda b: recalling.plan_clients(b, now=now), here)
    began = perf_counter()
    assert recalling.plan_all(now=now + timedelta(hours=1)) >= wanted
    nothing = perf_counter() - began
    asked = at_most(60, " s")
    return [
        line(SECTION, f"{wanted:,} coming bookings planned", [took], "s", asked),
        line(SECTION, "the same again, where nothing changed", [again], "s", asked),
        line(SECTION, "the same after the owner changed an hour", [anew], "s", asked),
        line(SECTION, "queries a batch of 200 bookings", [most], "", at_most(10)),
        line(SECTION, "more of them in one batch than in another", [most - least], "", at_most(0)),
        line(SECTION, f"{wanted:,} clients planned between visits", [clients], "s", asked),
        line(SECTION, "the same again, between visits", [nothing], "s", asked),
        line(SECTION, "queries a batch of 200 clients", [most_of], "", at_most(25)),
        # What is written is written only where there is something to write.
        line(SECTION, "more in one batch of clients", [most_of - least_of], "", at_most(4)),
    ]


def _plan(batch: Sequence[int], now: datetime) -> None:
    from django.db import transaction

    from bookings import messages

    with transaction.atomic():
        messages.plan(batch, now=now)


def _batches(
    act: Callable[[Sequence[int]], object], every: Sequence[int]
) -> tuple[float, int, int]:
    """Do something with all in batches; return seconds, and the most and the least queries of one.
    Queries are counted in batches that are full."""
    from django.db import connection

    counts: list[int] = []

    def count(execute: Any, *told: Any) -> Any:
        counts[-1] += 1
        return execute(*told)

    began = perf_counter()
    with connection.execute_wrapper(count):
        for start in range(0, len(every), BATCH):
            counts.append(0)
            act(every[start : start + BATCH])
    took = perf_counter() - began
    full = counts[: max(1, len(every) // BATCH)]
    return took, max(full), min(full)


def _make(wanted: int, now: datetime) -> tuple[list[int], list[int]]:
    """Return bookings that are still to come, and clients of whom each was here once, lately."""
    from bookings import seed
    from bookings.models import Booking
    from clients.models import Client

    what = house.treatment("session")
    place = house.location("place", what, people=10, rooms=10)
    days = wanted // A_DAY + 1
    made = {
        "coming": house.fill(
            place, what, first=(now + timedelta(days=3)).date(), days=days, now=now, density=1.0,
            most=wanted,
        ),
        "here": house.fill(
            place, what, first=(now - timedelta(days=days + 2)).date(), days=days, now=now,
            density=1.0, most=wanted,
        ),
    }  # fmt: skip
    assert made == {"coming": wanted, "here": wanted}
    Booking.objects.update(contact_name="Noémie Tremblay", contact_email="noemie@example.org")
    people = Client.objects.bulk_create(
        Client(name=f"N {n}", name_key=f"n {n}", email=f"n{n}@example.org", created_at=now)
        for n in range(wanted)
    )
    past = list(Booking.objects.filter(ends_at__lt=now).order_by("pk"))
    for visit, client in zip(past, people, strict=True):
        visit.client, visit.status = client, "DONE"
    Booking.objects.bulk_update(past, ["client", "status"], batch_size=500)
    seed.vacuum()
    coming = Booking.objects.filter(starts_at__gt=now).order_by("pk")
    return list(coming.values_list("pk", flat=True)), [one.pk for one in people]


def _reminder() -> Any:
    from bookings.models import Schedule

    return Schedule.objects.get(kind="REMINDER")
