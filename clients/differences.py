"""Two submissions of the intake -> what changed, question by question and part by part. Pure.

Each side is read with its own version of form and rules, so submissions of different versions
compare as well: a question that only one of them knows was added or removed with its answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from clients.intake_definition import Definition, Kind, Question
from clients.intake_words import Part, parts
from clients.rules import RuleSet


class ChangeKind(StrEnum):
    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


@dataclass(frozen=True)
class Told:
    """A record as it stood, with the form and rules it is read with."""

    form: Definition
    rules: RuleSet
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PartChange:
    """One thing that was said before and is said otherwise now; "" where it is not said at all."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """What became of one question. `old` and `new` are the answers themselves, None for none;
    `section` is the title of its part of the form."""

    code: str
    kind: ChangeKind
    label: str
    section: str
    old: Any
    new: Any
    parts: tuple[PartChange, ...]


def differences(old: Told, new: Told) -> tuple[Change, ...]:
    """Return what changed from `old` to `new`, in the order of the newer form."""
    found = []
    for code in _order(old, new):
        before, after = old.answers.get(code), new.answers.get(code)
        if same(before, after):
            continue
        question = new.form.by_code.get(code) or old.form.by_code.get(code)
        section = new.form.section_of.get(code) or old.form.section_of.get(code)
        found.append(
            Change(
                code=code,
                kind=_kind(before, after),
                label=question.label if question else code,
                section=section.title if section else new.form.recheck_title,
                old=before,
                new=after,
                parts=_parts(old, new, code),
            )
        )
    return tuple(found)


def applied(changes: Iterable[Change], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with changes made to it."""
    record = {code: answer for code, answer in answers.items() if answer is not None}
    for change in changes:
        record.pop(change.code, None)
        if change.new is not None:
            record[change.code] = change.new
    return record


def same(one: Any, other: Any) -> bool:
    """Return whether two answers say the same. A number is not a yes."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _order(old: Told, new: Told) -> list[str]:
    """Return every question either side answered, each once."""
    known = [*new.form.by_code, *old.form.by_code, *new.answers, *old.answers]
    answered = new.answers.keys() | old.answers.keys()
    return [code for code in dict.fromkeys(known) if code in answered]


def _kind(before: Any, after: Any) -> ChangeKind:
    if before is None:
        return ChangeKind.ADDED
    return ChangeKind.REMOVED if after is None else ChangeKind.CHANGED


def _parts(old: Told, new: Told, code: str) -> tuple[PartChange, ...]:
    before, after = _said(old, code), _said(new, code)
    changes = [
        PartChange(
            label=(after.get(key) or before[key]).label,
            old=before[key].words if key in before else "",
            new=after[key].words if key in after else "",
        )
        for key in dict.fromkeys([*after, *before])
        if key not in before or key not in after or before[key].words != after[key].words
    ]
    return tuple(changes)


def _said(told: Told, code: str) -> dict[str, Part]:
    answer = told.answers.get(code)
    question = told.form.by_code.get(code) or Question(code, code, Kind.TEXT)
    return {part.key: part for part in parts(told.form, told.rules, question, answer)}
