"""Answers to the intake: from what was typed into a form to something sure, and back.

*Typed* is what a browser sent for one question, by the end of the field's name: `""` the field
itself, `0-name` the name in the first row. It is kept as it is, right or wrong. `clients.
intake_reading` makes an *answer* of it, in JSON, and `clients.intake_typed` the other way round:

text, phone, e-mail `"..."` · list `["..."]` · date `"2026-11-25"` · number, scale `7` ·
contact `{name, relation, phone}` · single, yes/no `"option"` (a yes that asks a date
`{"value": "yes", "date": "2026-11-25" | "unsure"}`) · multi, checklist, ranked `["option"]` ·
scale_top3 `{concern: 7}` · repeat `"none"` or `[{field: "..."}]`, a date there also `"2021"`,
`"2021-05"` or `"unsure"` · matrix_consent `{purpose: {channel: true}}` · face_map
`[{region, side, concern, bother}]` · screen_from_rules `{rule: as clients.answers}` ·
zone_scale `{zone: {rest, motion}}` · face_chart `[{region, side, note}]` · bp
`{systolic, diastolic}`. Nothing answered is None, and no key in a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from clients.intake_definition import Definition, Kind, Question
from clients.rules import RuleSet

Typed = Mapping[str, Sequence[str]]
Answer = Any
Record = Mapping[str, Answer]

MOST_FIELDS, MOST_VALUES, LONGEST_VALUE = 700, 60, 6000


class Trouble(StrEnum):
    """What is wrong with something typed; `clients.errors` has the sentence for each."""

    TOO_LONG = "TOO_LONG"
    TOO_MANY = "TOO_MANY"
    NOT_OFFERED = "NOT_OFFERED"
    CONTRADICTION = "CONTRADICTION"
    DATE_WRONG = "DATE_WRONG"
    DATE_IN_FUTURE = "DATE_IN_FUTURE"
    DATE_TOO_LONG_AGO = "DATE_TOO_LONG_AGO"
    DATE_MISSING = "DATE_MISSING"
    NUMBER_WRONG = "NUMBER_WRONG"
    NUMBER_OUT_OF_RANGE = "NUMBER_OUT_OF_RANGE"
    PHONE_WRONG = "PHONE_WRONG"
    EMAIL_WRONG = "EMAIL_WRONG"
    TWICE = "TWICE"
    NOT_ON_THE_MAP = "NOT_ON_THE_MAP"
    WHICH_MISSING = "WHICH_MISSING"


@dataclass(frozen=True)
class Asking:
    """What reading needs beside the question: versions, the location's date and country, and the
    concerns put on the face map (`chosen`) or named as most important (`top`)."""

    form: Definition
    rules: RuleSet
    today: date
    country: str = "CA"
    chosen: frozenset[str] = frozenset()
    top: tuple[str, ...] = ()


@dataclass
class Read:
    """An answer, None for none; and what is wrong, by the end of the field's name."""

    answer: Answer = None
    wrong: dict[str, Trouble] = field(default_factory=dict)


def clip(typed: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Return what may be kept of something typed: as it is, up to a length no person reaches."""
    return {
        name[:120]: [value[:LONGEST_VALUE] for value in list(values)[:MOST_VALUES]]
        for name, values in list(typed.items())[:MOST_FIELDS]
        if any(value.strip() for value in values)
    }


def values_of(answer: Answer) -> frozenset[str]:
    """Return the values an answer holds, as conditions ask for them."""
    if isinstance(answer, str):
        return frozenset({answer})
    if isinstance(answer, Mapping):
        return frozenset({answer["value"]}) if "value" in answer else frozenset()
    if isinstance(answer, list):
        return frozenset(
            each if isinstance(each, str) else str(each.get("concern") or each.get("type") or "")
            for each in answer
        )
    return frozenset()


def is_complete(question: Question, answer: Answer, asking: Asking) -> bool:
    """Return whether a question that must be answered is: whole, where it has several parts."""
    if answer is None:
        return False
    if question.kind is Kind.CONTACT:
        return bool(answer.get("name")) and bool(answer.get("phone"))
    if question.kind is Kind.SCREEN_FROM_RULES:
        asked = {code for code in question.screen_rules if code in asking.rules.by_code}
        return asked <= set(answer)
    if question.kind is Kind.SCALE_TOP3:
        return set(asking.top) <= set(answer)
    return True


def top_of(record: Record) -> tuple[str, ...]:
    """Return the most important concerns, in their order."""
    return tuple(record.get("top3") or ())
