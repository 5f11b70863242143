"""Answers to screening questions: from whatever a form or a program sent to something sure.

Shapes (the HTTP API's): yes_no `"yes"`/`"no"`; yes_no_unsure also `"unsure"`, and where the
question asks a date, a yes is `{"value": "yes", "date": "YYYY-MM-DD" | "unsure"}`; pick_any
`"none"`, `"unsure"` or `{"items": {item: "YYYY-MM-DD" | "unsure" | null}}`, null where the item
asks no date; computed_age a date of birth. All questions must be answered, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Literal

from clients.rules import AnswerType, Question, Reply, RuleSet

UNSURE_DAY: Literal["unsure"] = "unsure"
Day = date | Literal["unsure"]

# A client's own calendar may be a day ahead of the location's.
AHEAD = timedelta(days=1)
LONGEST_LIFE = timedelta(days=120 * 366)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SPEAKABLE_ID = re.compile(r"[A-Za-z0-9_]{1,40}", re.ASCII)
WHOLE = "answers"  # where an error belongs that no question can bear
MOST_UNKNOWN = 20


class Problem(StrEnum):
    """What is wrong with an answer; `clients.errors` has the sentence for each."""

    MISSING = "MISSING"
    UNKNOWN_QUESTION = "UNKNOWN_QUESTION"
    NOT_AN_ANSWER = "NOT_AN_ANSWER"
    DATE_MISSING = "DATE_MISSING"
    DATE_WRONG = "DATE_WRONG"
    DATE_IN_FUTURE = "DATE_IN_FUTURE"
    DATE_TOO_LONG_AGO = "DATE_TOO_LONG_AGO"


class AnswersInvalid(ValueError):
    """Some answers can't be used: `errors` says which question and what is wrong with each."""

    def __init__(self, errors: Mapping[str, Problem]) -> None:
        super().__init__("Some answers can't be used.")
        self.errors = dict(errors)


class _Wrong(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass(frozen=True)
class Given:
    """One answer. `rules` are those the question asked about; `day` and the items' days are None
    where no date was asked."""

    type: AnswerType
    reply: Reply
    rules: tuple[str, ...]
    day: Day | None = None
    items: Mapping[str, Day | None] = field(default_factory=dict)

    def document(self) -> object:
        """Return the answer in the shape it was sent in."""
        if self.type is AnswerType.COMPUTED_AGE:
            return _day_text(self.day)
        if self.items:
            return {"items": {code: _day_text(day) for code, day in self.items.items()}}
        if self.type is AnswerType.PICK_ANY and self.reply is Reply.NO:
            return "none"
        if self.day is not None:
            return {"value": self.reply.lower(), "date": _day_text(self.day)}
        return self.reply.lower()


@dataclass(frozen=True)
class Answers:
    """Answers by question id. Empty means that nothing was asked."""

    given: Mapping[str, Given] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return JSON that `from_document` reads; it is health text."""
        return {
            "given": {code: given.document() for code, given in self.given.items()},
            "rules": {code: list(given.rules) for code, given in self.given.items()},
        }

    def without_unsure(self) -> Answers:
        """Return the answers but for those that are "not sure"."""
        return Answers(
            {code: given for code, given in self.given.items() if given.reply is not Reply.UNSURE}
        )

    def carried_to(self, rule_set: RuleSet) -> Answers:
        """Return those of the answers that another version of the rules can judge: to questions and
        rules it still has, answered in the same way."""
        kept = {}
        for code, given in self.given.items():
            question = rule_set.by_question.get(code)
            rules = tuple(rule for rule in given.rules if rule in rule_set.by_code)
            if question is not None and rules and _kind(question.type) is _kind(given.type):
                kept[code] = replace(given, rules=rules)
        return Answers(kept)

    @classmethod
    def from_document(
        cls, document: Mapping[str, Any], *, rule_set: RuleSet, answered_on: date
    ) -> Answers:
        """Return the answers kept in `document`, given to questions of `rule_set`.

        Raises AnswersInvalid where they are not answers to that set.
        """
        questions = [
            rule_set.by_question[code].narrowed(rules)
            for code, rules in document.get("rules", {}).items()
            if code in rule_set.by_question
        ]
        return parse_answers(questions, document.get("given", {}), answered_on=answered_on)


def _kind(kind: AnswerType) -> AnswerType:
    return AnswerType.YES_NO if kind is AnswerType.YES_NO_UNSURE else kind


def parse_answers(questions: Iterable[Question], raw: object, *, answered_on: date) -> Answers:
    """Return the answers in `raw` (hostile until proven otherwise) to exactly these questions.

    `answered_on` is the location's date: no event lies after it, but for the day that a client's
    own calendar may be ahead. Raises AnswersInvalid, and never anything else.
    """
    asked = {question.code: question for question in questions}
    sent: dict[Any, object] = dict(raw) if isinstance(raw, Mapping) else {}
    errors: dict[str, Problem] = {}
    given: dict[str, Given] = {}
    for code, question in asked.items():
        if code not in sent:
            errors[code] = Problem.MISSING
            continue
        try:
            given[code] = _given(question, sent[code], answered_on)
        except _Wrong as wrong:
            errors[code] = wrong.problem
    for code in [code for code in sent if code not in asked][:MOST_UNKNOWN]:
        speakable = isinstance(code, str) and _SPEAKABLE_ID.fullmatch(code)
        errors[code if speakable else WHOLE] = Problem.UNKNOWN_QUESTION
    if not isinstance(raw, Mapping):
        errors[WHOLE] = Problem.NOT_AN_ANSWER
    if errors:
        raise AnswersInvalid(errors)
    return Answers(given)


def _given(question: Question, value: object, answered_on: date) -> Given:
    if value is None or (isinstance(value, str) and value == ""):
        raise _Wrong(Problem.MISSING)
    if question.type is AnswerType.COMPUTED_AGE:
        born = _day(value, answered_on)
        if not isinstance(born, date):
            raise _Wrong(Problem.DATE_WRONG)
        return Given(question.type, Reply.YES, question.rules, day=born)
    if question.type is AnswerType.PICK_ANY:
        return _picked(question, value, answered_on)
    return _yes_or_no(question, value, answered_on)


def _yes_or_no(question: Question, value: object, answered_on: date) -> Given:
    if isinstance(value, Mapping):
        if not question.date_label or set(value) - {"value", "date"} or value.get("value") != "yes":
            raise _Wrong(Problem.NOT_AN_ANSWER)
        if value.get("date") in (None, ""):
            raise _Wrong(Problem.DATE_MISSING)
        return Given(question.type, Reply.YES, question.rules, day=_day(value["date"], answered_on))
    reply = _word(value, {"yes": Reply.YES, "no": Reply.NO, "unsure": Reply.UNSURE})
    if reply is Reply.UNSURE and question.type is AnswerType.YES_NO:
        raise _Wrong(Problem.NOT_AN_ANSWER)
    if reply is Reply.YES and question.date_label:
        raise _Wrong(Problem.DATE_MISSING)
    return Given(question.type, reply, question.rules)


def _picked(question: Question, value: object, answered_on: date) -> Given:
    if not isinstance(value, Mapping):
        reply = _word(value, {"none": Reply.NO, "unsure": Reply.UNSURE})
        return Given(question.type, reply, question.rules)
    items = value.get("items")
    if set(value) != {"items"} or not isinstance(items, Mapping):
        raise _Wrong(Problem.NOT_AN_ANSWER)
    if not items:
        raise _Wrong(Problem.MISSING)
    days: dict[str, Day | None] = {}
    for code, day in items.items():
        item = question.item_by_id.get(code) if isinstance(code, str) else None
        if item is None or (not item.date_label and day is not None):
            raise _Wrong(Problem.NOT_AN_ANSWER)
        if item.date_label and (day is None or (isinstance(day, str) and day == "")):
            raise _Wrong(Problem.DATE_MISSING)
        days[item.rule] = _day(day, answered_on) if item.date_label else None
    return Given(question.type, Reply.YES, question.rules, items=days)


def _word(value: object, words: Mapping[str, Reply]) -> Reply:
    if not isinstance(value, str) or value not in words:
        raise _Wrong(Problem.NOT_AN_ANSWER)
    return words[value]


def _day(value: object, answered_on: date) -> Day:
    if not isinstance(value, str):
        raise _Wrong(Problem.DATE_WRONG)
    if value == UNSURE_DAY:
        return UNSURE_DAY
    if not _ISO_DAY.fullmatch(value):
        raise _Wrong(Problem.DATE_WRONG)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise _Wrong(Problem.DATE_WRONG) from None
    if day > answered_on + AHEAD:
        raise _Wrong(Problem.DATE_IN_FUTURE)
    if day < answered_on - LONGEST_LIFE:
        raise _Wrong(Problem.DATE_TOO_LONG_AGO)
    return day


def _day_text(day: Day | None) -> str | None:
    return day.isoformat() if isinstance(day, date) else day
