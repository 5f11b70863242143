"""How a client's own numbers went over time: concerns, stress, sleep. Pure.

A number counts on the day it was told, from the form that asked for it; what a later form only
took over is no new point.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from clients.intake_definition import Definition, Kind

SCALE = 10.0
# Numbers beside the concerns: the most of the scale they are drawn on, and whether less is better.
MEASURES = {"stress": (SCALE, True), "sleep_h": (12.0, False), "sleep_quality": (SCALE, False)}


class Direction(StrEnum):
    BETTER = "BETTER"
    WORSE = "WORSE"
    SAME = "SAME"


@dataclass(frozen=True)
class Point:
    """A number on the day it was told."""

    on: date
    value: float


@dataclass(frozen=True)
class Series:
    """One thing's numbers, the oldest first; at least one. `most` is the top of its scale;
    `is_concern`: it is one of the client's concerns, whose codes may be those of measures."""

    code: str
    label: str
    unit: str
    most: float
    less_is_better: bool
    points: tuple[Point, ...]
    is_concern: bool = False

    @property
    def change(self) -> float:
        """The newest number less the first."""
        return self.points[-1].value - self.points[0].value

    @property
    def direction(self) -> Direction:
        """What that change means for the client."""
        if not self.change:
            return Direction.SAME
        better = (self.change < 0) is self.less_is_better
        return Direction.BETTER if better else Direction.WORSE


@dataclass(frozen=True)
class Form:
    """A form that was sent: when it was told, what it asked, and the record after it."""

    on: date
    definition: Definition
    asked: frozenset[str]
    answers: Mapping[str, Any]


def series(forms: Sequence[Form]) -> tuple[Series, ...]:
    """Return the numbers of forms given the oldest first: the concerns named as most important
    first, in the order of the newest form; then the others; then stress and sleep."""
    concerns: dict[str, dict[date, float]] = {}
    measures: dict[str, dict[date, float]] = {}
    for form in forms:  # of one day, the last word counts
        for code, value in _concerns(form):
            concerns.setdefault(code, {})[form.on] = value
        for code in MEASURES:
            if code in form.asked and form.answers.get(code) is not None:
                measures.setdefault(code, {})[form.on] = float(form.answers[code])
    if not forms:
        return ()
    newest = forms[-1]
    top = [code for code in newest.answers.get("top3") or () if code in concerns]
    return (
        *(
            _series(code, concerns[code], newest.definition.face.concerns.get(code, code))
            for code in dict.fromkeys([*top, *concerns])
        ),
        *(
            _measure(code, measures[code], newest.definition)
            for code in MEASURES
            if code in measures
        ),
    )


def _concerns(form: Form) -> Iterator[tuple[str, float]]:
    for code, question in form.definition.by_code.items():
        answer = form.answers.get(code) if code in form.asked else None
        if answer is not None and question.kind is Kind.FACE_MAP:
            yield from _worst(answer).items()
        elif answer is not None and question.kind is Kind.SCALE_TOP3:
            yield from ((concern, float(number)) for concern, number in answer.items())


def _worst(answer: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return how much each concern bothers where it bothers most."""
    found: dict[str, float] = {}
    for each in answer:
        if each.get("bother") is not None:
            found[each["concern"]] = max(found.get(each["concern"], 0.0), float(each["bother"]))
    return found


def _series(code: str, points: Mapping[date, float], label: str) -> Series:
    return Series(
        code, label, "", SCALE, less_is_better=True, points=_in_order(points), is_concern=True
    )


def _measure(code: str, points: Mapping[date, float], form: Definition) -> Series:
    most, less_is_better = MEASURES[code]
    question = form.by_code[code]
    return Series(code, question.label, question.unit, most, less_is_better, _in_order(points))


def _in_order(points: Mapping[date, float]) -> tuple[Point, ...]:
    return tuple(Point(on, value) for on, value in sorted(points.items()))
