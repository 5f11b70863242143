"""Fifty at once who want the same hour: one gets it, quickly, and nobody sees an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any

from benchmarks import house
from benchmarks.booking import _booker
from benchmarks.measure import Line, at_most, line
from benchmarks.stage import FORK, Stage, at_once

SECTION = "races"
# Any two of these starts overlap, so that only one booking fits.
SCATTERED = (0, 15, 30, 45)


def run(stage: Stage) -> list[Line]:
    stage.database(SECTION)
    now = house.clean_now()
    what = house.treatment("session")
    place = house.location("place", what, people=1, rooms=1)
    from clinic.models import Practitioner

    who = Practitioner.objects.get(hours__location=place, hours__weekday=0).pk
    first = (now + timedelta(days=2)).date()
    hours = house.starts(first, 55)
    # Every third hour: what is won in one round is no neighbour of the next.
    slots = hours[1::3]
    lines: list[Line] = []
    for name, offsets in (("one slot", (0,)), ("partly overlapping", SCATTERED)):
        rounds = [slots.pop(0) for _ in range(stage.scale.races)]
        stage.say(f"{stage.scale.racers} at once, {name}")
        lines += _race(stage, name, rounds, offsets, now, place.pk, who)
    return lines


def _race(
    stage: Stage,
    name: str,
    rounds: list[Any],
    offsets: tuple[int, ...],
    now: Any,
    place: int,
    who: int,
) -> list[Line]:
    racers = stage.scale.racers
    gate = FORK.Barrier(racers)

    def work(number: int, ready: Callable[[], None]) -> Any:
        from bookings.errors import SlotTaken

        book = _booker(now)
        minutes = timedelta(minutes=offsets[number % len(offsets)])
        ready()
        found = []
        for start in rounds:
            gate.wait(120)
            began = perf_counter()
            try:
                book((place, who, start + minutes))
                outcome = "won"
            except SlotTaken:
                outcome = "lost"
            except Exception as problem:
                outcome = f"{type(problem).__name__}: {problem}"
            found.append((outcome, perf_counter() - began))
        return found

    by_racer = at_once(work, range(racers))
    by_round = list(zip(*by_racer, strict=True))
    winners = [sum(outcome == "won" for outcome, _took in each) for each in by_round]
    errors = Counter(
        outcome for each in by_round for outcome, _took in each if outcome not in ("won", "lost")
    )
    for outcome, count in errors.most_common(3):
        stage.say(f"  {count} x {outcome}")
    slowest = [max(took for _outcome, took in each) * 1000 for each in by_round]
    exactly = ("one each round", lambda wrong: wrong == 0)
    return [
        line(
            SECTION,
            f"{racers} {name}, rounds without exactly one winner",
            [sum(each != 1 for each in winners)],
            f"of {len(rounds)}",
            exactly,
        ),
        line(SECTION, f"{racers} {name}, errors", [sum(errors.values())], "", at_most(0)),
        _worst(line(SECTION, f"{racers} {name}, slowest", slowest, "ms", at_most(1000, "ms"))),
    ]


def _worst(median: Line) -> Line:
    """Return the line judged by its worst round instead of the median."""
    worst = median.spread[1] if median.spread else median.measured
    return Line(
        median.section, median.what, worst, median.unit, median.target, worst <= 1000, median.spread
    )
