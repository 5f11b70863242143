"""Safety rules and the questions asked before a booking, as data without a database.

`clients.rule_document.read` makes a `RuleSet` and `RuleSet.document` gives the document back, so
one shape is read, kept and published. Codes are lower case in documents and answers, upper case
here and in the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from clients.phases import PHASE_OF, Phase, Target

LONGEST_WAIT_DAYS = 3650


class Action(StrEnum):
    """What a triggered rule does."""

    BLOCK_ONLINE_BOOKING = "BLOCK_ONLINE_BOOKING"
    DELAY_UNTIL = "DELAY_UNTIL"
    PRACTITIONER_REVIEW = "PRACTITIONER_REVIEW"
    FLAG = "FLAG"


class Severity(StrEnum):
    ABSOLUTE = "ABSOLUTE"
    RELATIVE = "RELATIVE"
    TIMING = "TIMING"
    FLAG = "FLAG"


class AnswerType(StrEnum):
    """How a rule or question is answered. COMPUTED_AGE is a rule's, PICK_ANY a question's."""

    YES_NO = "YES_NO"
    YES_NO_UNSURE = "YES_NO_UNSURE"
    PICK_ANY = "PICK_ANY"
    COMPUTED_AGE = "COMPUTED_AGE"


class Outcome(StrEnum):
    """What screening says of a rule, a phase or a booking; the later in this list, the worse.

    NOT_ASKED stands above FINE and FLAG, since what nobody asked may yet be worse than a flag.
    """

    FINE = "FINE"
    FLAG = "FLAG"
    NOT_ASKED = "NOT_ASKED"
    REVIEW = "REVIEW"
    NOT_BEFORE = "NOT_BEFORE"
    REFUSED = "REFUSED"

    @property
    def rank(self) -> int:
        return _RANK[self]


_RANK = {outcome: rank for rank, outcome in enumerate(Outcome)}

OUTCOME_OF: dict[Action, Outcome] = {
    Action.BLOCK_ONLINE_BOOKING: Outcome.REFUSED,
    Action.DELAY_UNTIL: Outcome.NOT_BEFORE,
    Action.PRACTITIONER_REVIEW: Outcome.REVIEW,
    Action.FLAG: Outcome.FLAG,
}


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the worst of them; FINE where there are none."""
    return max(outcomes, key=_RANK.__getitem__, default=Outcome.FINE)


class Effect(StrEnum):
    """What a restriction does to its phase, area or points. REVIEW: the practitioner decides."""

    CAUTION = "CAUTION"
    LIGHT_ONLY = "LIGHT_ONLY"
    SUPERFICIAL_ONLY = "SUPERFICIAL_ONLY"
    REVIEW = "REVIEW"
    FORBID = "FORBID"


class Reply(StrEnum):
    """What was answered: to yes-or-no questions, and to PICK_ANY as a whole (NO: none of these)."""

    YES = "YES"
    NO = "NO"
    UNSURE = "UNSURE"


@dataclass(frozen=True)
class Restriction:
    """What a triggered rule changes within one phase.

    No `areas` and no points mean the whole phase. `areas` are region ids, a group of them, or words
    for a place the client names. `points_where` is a field of the point list with its value.
    `until_days` counts from the event (or the day of the answer); None lasts as long as the answer
    stands. `when` is a practitioner's finding that makes it apply; None applies always.
    """

    phase: Phase
    effect: Effect
    areas: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    points_where: Mapping[str, str] | None = None
    until_days: int | None = None
    when: str | None = None
    note: str = ""

    @property
    def is_whole_phase(self) -> bool:
        return not (self.areas or self.points or self.points_where)

    def document(self) -> dict[str, Any]:
        return {
            "phase": self.phase.lower(),
            "effect": self.effect.lower(),
            "areas": list(self.areas),
            "points": list(self.points),
            "points_where": dict(self.points_where) if self.points_where else None,
            "until_days": self.until_days,
            "when": self.when,
            "note": self.note,
        }


@dataclass(frozen=True)
class Rule:
    """One safety rule; the fields are described at `clients.models.ScreeningRule`."""

    code: str
    group: str
    question: str
    answer_type: AnswerType
    trigger_answer: Reply | None
    trigger_under_age: int | None
    trigger_over_age: int | None
    severity: Severity
    action: Action
    event_date_question: str | None
    days: int | None
    days_range: tuple[int, int] | None
    review_from_days: int | None
    applies_to: tuple[Target, ...]
    restrictions: tuple[Restriction, ...]
    session_modifications: tuple[str, ...]
    client_message: str
    follow_up_questions: tuple[str, ...]
    asked_in: Mapping[str, str | None]
    sources: tuple[str, ...]
    evidence_note: str
    off_reason: str = ""

    @property
    def is_in_use(self) -> bool:
        return not self.off_reason

    @cached_property
    def acts_on(self) -> frozenset[Phase]:
        """The phases its action stops."""
        return frozenset(PHASE_OF[target] for target in self.applies_to)

    @cached_property
    def concerns(self) -> frozenset[Phase]:
        """The phases it has any word in, restrictions included."""
        return self.acts_on | {restriction.phase for restriction in self.restrictions}

    @property
    def outcome(self) -> Outcome:
        return OUTCOME_OF[self.action]

    @property
    def message(self) -> str:
        """What the client reads, with the rule's own number of days in it; may be empty."""
        return self.client_message.replace("{days}", str(self.days))

    @cached_property
    def as_question(self) -> Question:
        """The rule asked by itself, as the intake does."""
        return Question(
            code=self.code,
            type=self.answer_type,
            text=self.question,
            trigger_answer=self.trigger_answer,
            date_label=self.event_date_question,
            rules=(self.code,),
        )

    def document(self) -> dict[str, Any]:
        # Left out while a rule is in use: versions from before rules could be switched off keep
        # their digest.
        off = {"off_reason": self.off_reason} if self.off_reason else {}
        age = {"under": self.trigger_under_age, "over": self.trigger_over_age}
        return {
            "id": self.code,
            "group": self.group,
            "question": self.question,
            "answer_type": self.answer_type.lower(),
            "trigger_answer": self.trigger_answer.lower() if self.trigger_answer else None,
            "trigger_age": {key: years for key, years in age.items() if years is not None} or None,
            "severity": self.severity.lower(),
            "action": self.action.lower(),
            "event_date_question": self.event_date_question,
            "delay_days_default": self.days,
            "delay_days_range": list(self.days_range) if self.days_range else None,
            "review_allowed_from_days": self.review_from_days,
            "applies_to": [target.lower() for target in self.applies_to],
            "restrictions": [restriction.document() for restriction in self.restrictions],
            "session_modifications": list(self.session_modifications),
            "client_message": self.client_message,
            "follow_up_questions": list(self.follow_up_questions),
            "asked_in": dict(self.asked_in),
            "sources": list(self.sources),
            "evidence_note": self.evidence_note,
            **off,
        }


@dataclass(frozen=True)
class Item:
    """One thing to tap in a PICK_ANY question. Its id in answers is the rule's code."""

    rule: str
    label: str
    date_label: str | None

    def document(self) -> dict[str, Any]:
        return {"rule": self.rule, "label": self.label, "date_label": self.date_label}


@dataclass(frozen=True)
class Question:
    """A question over one rule or several; see `clients.models.BookingQuestion`."""

    code: str
    type: AnswerType
    text: str
    rules: tuple[str, ...]
    help: str = ""
    trigger_answer: Reply | None = None
    date_label: str | None = None
    lookback_days: int | None = None
    message_if_yes: str = ""
    items: tuple[Item, ...] = ()

    @cached_property
    def item_by_id(self) -> Mapping[str, Item]:
        return {item.rule: item for item in self.items}

    def narrowed(self, rules: Collection[str]) -> Question:
        """Return the question over these of its rules only."""
        return replace(
            self,
            rules=tuple(code for code in self.rules if code in rules),
            items=tuple(item for item in self.items if item.rule in rules),
        )

    def public(self) -> dict[str, Any]:
        """Return what the API tells of the question: nothing of rules beyond the items' ids."""
        told: dict[str, Any] = {
            "id": self.code,
            "text": self.text,
            "help": self.help,
            "type": self.type.lower(),
        }
        if self.date_label:
            told["date_label"] = self.date_label
        if self.items:
            told["items"] = [
                {"id": item.rule, "label": item.label, "date_label": item.date_label}
                for item in self.items
            ]
        return told

    def document(self) -> dict[str, Any]:
        return {
            "id": self.code,
            "type": self.type.lower(),
            "text": self.text,
            "help": self.help,
            "trigger_answer": self.trigger_answer.lower() if self.trigger_answer else None,
            "date_label": self.date_label,
            "lookback_days": self.lookback_days,
            "message_if_yes": self.message_if_yes,
            "rules": list(self.rules),
            "items": [item.document() for item in self.items],
        }


@dataclass(frozen=True)
class RuleSet:
    """One version of the rules, whole."""

    version: int
    rules: tuple[Rule, ...]
    booking_questions: tuple[Question, ...]
    area_groups: Mapping[str, tuple[str, ...] | str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def by_code(self) -> Mapping[str, Rule]:
        return {rule.code: rule for rule in self.rules}

    @cached_property
    def in_use(self) -> tuple[Rule, ...]:
        """The rules that are asked and judged; the others are switched off."""
        return tuple(rule for rule in self.rules if rule.is_in_use)

    @cached_property
    def acting_on(self) -> Mapping[Phase, tuple[str, ...]]:
        """The codes of the rules in use whose action stops a phase, by phase."""
        return {
            phase: tuple(rule.code for rule in self.in_use if phase in rule.acts_on)
            for phase in Phase
        }

    @cached_property
    def by_question(self) -> Mapping[str, Question]:
        """Every question that may be answered: those of the booking, and each rule by itself."""
        return {rule.code: rule.as_question for rule in self.rules} | {
            question.code: question for question in self.booking_questions
        }

    def questions_for(self, phases: Collection[Phase]) -> tuple[Question, ...]:
        """Return the booking questions that concern these phases, without items that don't and
        rules that are switched off."""
        wanted = frozenset(phases)
        if wanted not in self._narrowed:
            codes = {rule.code for rule in self.in_use if rule.concerns & wanted}
            narrowed = (question.narrowed(codes) for question in self.booking_questions)
            self._narrowed[wanted] = tuple(question for question in narrowed if question.rules)
        return self._narrowed[wanted]

    @cached_property
    def _narrowed(self) -> dict[frozenset[Phase], tuple[Question, ...]]:
        return {}

    def areas(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return region ids for groups of regions; words for other places stay as they are."""
        found: list[str] = []
        for name in names:
            group = self.area_groups.get(name)
            found.extend(group if isinstance(group, tuple) else [name])
        return tuple(dict.fromkeys(found))

    def document(self) -> dict[str, Any]:
        """Return what `read` would read this from, in one spelling for equal content."""
        return {
            **self.notes,
            **self.texts,
            "sources": dict(self.sources),
            "area_groups": {
                name: list(group) if isinstance(group, tuple) else group
                for name, group in self.area_groups.items()
            },
            "booking_questions": [
                {"order": order, **question.document()}
                for order, question in enumerate(self.booking_questions, start=1)
            ],
            "rules": [rule.document() for rule in self.rules],
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document, in hexadecimal. The version number is not part of it."""
        text = json.dumps(self.document(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
