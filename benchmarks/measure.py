"""What was measured, against what was asked."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any


@dataclass(frozen=True)
class Line:
    """One number. `target` is what was asked, in words; `spread` the least and most of the rounds.

    `ok` is None for a number nothing was asked of.
    """

    section: str
    what: str
    measured: float
    unit: str
    target: str = ""
    ok: bool | None = None
    spread: tuple[float, float] | None = None

    def document(self) -> dict[str, Any]:
        return asdict(self)


def at_most(limit: float, unit: str = "") -> tuple[str, Callable[[float], bool]]:
    return f"<= {limit:g}{unit}", lambda value: value <= limit


def at_least(limit: float, unit: str = "") -> tuple[str, Callable[[float], bool]]:
    return f">= {limit:g}{unit}", lambda value: value >= limit


def line(
    section: str,
    what: str,
    rounds: Sequence[float],
    unit: str,
    asked: tuple[str, Callable[[float], bool]] | None = None,
) -> Line:
    """Return the median of some rounds with its spread, judged by what was asked, if anything."""
    middle = statistics.median(rounds)
    target, holds = asked or ("", None)
    return Line(
        section,
        what,
        middle,
        unit,
        target,
        None if holds is None else bool(holds(middle)),
        (min(rounds), max(rounds)) if len(rounds) > 1 else None,
    )


def medians_ms(calls: Sequence[Callable[[], object]], times: int) -> list[float]:
    """Return the median time of each call in milliseconds. They take turns, so that whatever else
    the machine does falls on all of them alike."""
    took: list[list[float]] = [[] for _ in calls]
    for _ in range(times):
        for call, times_of_call in zip(calls, took, strict=True):
            began = perf_counter()
            call()
            times_of_call.append(perf_counter() - began)
    return [statistics.median(each) * 1000 for each in took]


def table(lines: Sequence[Line]) -> str:
    """Return the lines as a table in plain text."""
    rows = [("", "measured", "spread", "target", "")]
    section = ""
    for each in lines:
        if each.section != section:
            section = each.section
            rows.append((section.upper(), "", "", "", ""))
        spread = f"{_short(each.spread[0])} .. {_short(each.spread[1])}" if each.spread else ""
        judged = {None: "", True: "ok", False: "MISSED"}[each.ok]
        rows.append(
            (f"  {each.what}", f"{_short(each.measured)} {each.unit}", spread, each.target, judged)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
