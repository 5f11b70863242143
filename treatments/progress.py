"""How a client's own numbers went over a plan: from forms, and from what was signed. Pure.

A day has one number of a kind: what was said in the session counts over a form of the same day, and
the later of two sessions over the earlier. Where a plan begins, the last number told shortly before
it is the one that all others are compared with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from clients.trends import SCALE, Point, Series

T = TypeVar("T")
# How old a number may be when a plan begins, to be what it begins with.
BEFORE = timedelta(days=30)
CONCERN, STRESS, GAIS = "self_0_10", "stress_0_10", "gais"
# A concern by its code, or the stress of the week; the two may share a code.
What = tuple[str, str]
WEEK_STRESS: What = (STRESS, "")


@dataclass(frozen=True, slots=True)
class Session:
    """A signed session: when it began, its local date, and its ratings as they were signed."""

    at: datetime
    on: date
    ratings: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Judged:
    """How it looks compared with the first photo, by its code; `by_client`: in their own view."""

    on: date
    value: str
    by_client: bool


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a plan; without a last one while it is open."""

    first: date
    last: date | None = None

    def of(self, told: Iterable[tuple[date, T]]) -> list[tuple[date, T]]:
        """Return what was told in these days in order, after the last that was told shortly before."""
        until = self.last or date.max
        rows = sorted((one for one in told if one[0] <= until), key=lambda one: one[0])
        earlier = [one for one in rows if self.first - BEFORE <= one[0] < self.first]
        return [*earlier[-1:], *(one for one in rows if one[0] >= self.first)]


def paths(
    forms: Iterable[Series], sessions: Iterable[Session], span: Span
) -> dict[What, tuple[Point, ...]]:
    """Return the points of every concern and of stress over a plan, the first to compare with; in
    whatever order they are given."""
    days: dict[What, dict[date, float]] = {}
    for series in forms:
        if (what := _of_form(series)) is not None:
            days.setdefault(what, {}).update({point.on: point.value for point in series.points})
    for session in sorted(sessions, key=lambda one: one.at):
        for rating in session.ratings:
            if rating["scale"] in {CONCERN, STRESS}:
                what = (rating["scale"], rating.get("of", ""))
                days.setdefault(what, {})[session.on] = float(rating["value"])
    kept = {what: span.of(points.items()) for what, points in days.items()}
    return {what: tuple(Point(*one) for one in points) for what, points in kept.items() if points}


def _of_form(series: Series) -> What | None:
    """Return what a form's numbers are of; None for those that no session asks for."""
    if not series.is_concern:
        return WEEK_STRESS if series.code == "stress" else None
    return CONCERN, series.code


def over(
    forms: Sequence[Series],
    sessions: Iterable[Session],
    span: Span,
    *,
    concerns: Sequence[str],
    words: Mapping[str, str],
    stress: str,
) -> list[Series]:
    """Return the numbers of a plan as series: its concerns first, then others, then stress.

    concerns: what the plan is for, the most important first. words: concerns by code. stress: what
    the stress of the week is called.
    """
    found = paths(forms, sessions, span)
    first = [(CONCERN, code) for code in concerns]
    order = {what: place for place, what in enumerate(first)}
    known = {one.code: one.label for one in forms if one.is_concern}

    def place(what: What) -> tuple[bool, int, str]:
        return what == WEEK_STRESS, order.get(what, len(order)), what[1]

    return [
        Series(
            code=what[1],
            label=stress
            if what == WEEK_STRESS
            else words.get(what[1]) or known.get(what[1], what[1]),
            unit="",
            most=SCALE,
            less_is_better=True,
            points=found[what],
            is_concern=what != WEEK_STRESS,
        )
        for what in sorted(found, key=place)
    ]


def judged(sessions: Iterable[Session], span: Span) -> list[Judged]:
    """Return how it was judged in a plan's sessions, the oldest first; one word a day and judge."""
    found: dict[tuple[date, bool], Judged] = {}
    for session in sorted(sessions, key=lambda one: one.at):
        if session.on < span.first or (span.last and session.on > span.last):
            continue
        for rating in session.ratings:
            if rating["scale"] == GAIS:
                by_client = rating.get("by") == "client"
                found[session.on, by_client] = Judged(session.on, str(rating["value"]), by_client)
    return [found[key] for key in sorted(found)]
