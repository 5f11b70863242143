"""Edits to the safety rules before they are published, and what differs between two versions.

An edit is the whole document of one rule or booking question, by its code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clients.rule_document import read
from clients.rules import Question, Rule, RuleSet

Document = Mapping[str, Any]

# Which question asks which rule, and where a rule comes from, is no matter of an edit.
FIXED = ("id", "asked_in", "sources", "rules", "order")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A key of a document with its value in either version."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule or booking question that is not the same in two versions."""

    code: str
    is_rule: bool
    title: str
    fields: tuple[FieldChange, ...]


def edited(rule_set: RuleSet, edits: Mapping[str, Document]) -> RuleSet:
    """Return the rules with these of their documents put in the place of their own.

    Edits to what the set does not have are left out. Raises RulesInvalid when the rules then
    contradict themselves.
    """
    if not edits:
        return rule_set
    document = rule_set.document()
    for part in ("rules", "booking_questions"):
        document[part] = [_edited(own, edits.get(own["id"])) for own in document[part]]
    return read(document, version=rule_set.version)


def _edited(own: dict[str, Any], edit: Document | None) -> Document:
    if edit is None:
        return own
    fixed = {key: own[key] for key in FIXED if key in own}
    return {**edit, **fixed}


def document_of(rule_set: RuleSet, code: str) -> Document | None:
    """Return the document of a rule or booking question, or None."""
    found = part_of(rule_set, code)
    return found.document() if found else None


def part_of(rule_set: RuleSet, code: str) -> Rule | Question | None:
    if code in rule_set.by_code:
        return rule_set.by_code[code]
    own = (question for question in rule_set.booking_questions if question.code == code)
    return next(own, None)


def fingerprint(document: Document) -> str:
    """Return a short mark that differs when the document does."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def differences(before: RuleSet, after: RuleSet) -> list[Difference]:
    """Return what is not the same, in the order of the later rules."""
    found = []
    parts: list[Rule | Question] = [*after.rules, *after.booking_questions]
    for part in parts:
        own = document_of(before, part.code) or {}
        changes = tuple(_changes(own, part.document()))
        if changes:
            is_rule = isinstance(part, Rule)
            title = part.question if isinstance(part, Rule) else part.text
            found.append(Difference(part.code, is_rule, title, changes))
    return found


def _changes(before: Document, after: Document) -> list[FieldChange]:
    keys = dict.fromkeys([*before, *after])
    return [
        FieldChange(key, before.get(key), after.get(key))
        for key in keys
        if before.get(key) != after.get(key)
    ]
