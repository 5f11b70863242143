"""Reading the document of the safety rules, and refusing one that contradicts itself.

The document is `DEFAULTS` or, in the same shape, what the rows of a
published rule set say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from clients.phases import Phase, Target
from clients.rules import (
    LONGEST_WAIT_DAYS,
    Action,
    AnswerType,
    Effect,
    Item,
    Question,
    Reply,
    Restriction,
    Rule,
    RuleSet,
    Severity,
)

DEFAULTS = Path(__file__).parent / "data" / "contraindications.json"
TEXTS = ("booking_none_label", "booking_unsure_label", "booking_unsure_message")
OWN_KEYS = frozenset({"rules", "booking_questions", "area_groups", "sources", *TEXTS})
Code = TypeVar("Code", bound=StrEnum)


class RulesInvalid(ValueError):
    """The document of the rules contradicts itself; the message says where. `field` is the key of
    the rule or question it is about, "" where it is about more than one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def read(document: Mapping[str, Any], *, version: int) -> RuleSet:
    """Return the rule set that `document` describes, as that version.

    Raises RulesInvalid when a key is missing, a code unknown or a rule can't be evaluated.
    """
    try:
        rule_set = RuleSet(
            version=version,
            rules=tuple(_rule(rule) for rule in document["rules"]),
            booking_questions=tuple(
                _question(question)
                for question in sorted(document["booking_questions"], key=lambda q: q["order"])
            ),
            area_groups={
                name: group if isinstance(group, str) else tuple(group)
                for name, group in document["area_groups"].items()
            },
            texts={name: document[name] for name in TEXTS},
            sources=dict(document["sources"]),
            notes={key: value for key, value in document.items() if key not in OWN_KEYS},
        )
    except KeyError as missing:
        raise RulesInvalid(f"The rules lack {missing}.") from None
    except (TypeError, AttributeError) as wrong:
        raise RulesInvalid(f"The rules have the wrong shape: {wrong}.") from None
    _check(rule_set)
    return rule_set


def _code(kind: type[Code], text: str) -> Code:
    try:
        return kind(text.upper())
    except ValueError:
        raise RulesInvalid(f"{text!r} is no {kind.__name__}.") from None


def _reply(text: str | None) -> Reply | None:
    return None if not text else _code(Reply, text)


def _restriction(document: Mapping[str, Any]) -> Restriction:
    return Restriction(
        phase=_code(Phase, document["phase"]),
        effect=_code(Effect, document["effect"]),
        areas=tuple(document["areas"]),
        points=tuple(document["points"]),
        points_where=document["points_where"],
        until_days=document["until_days"],
        when=document["when"],
        note=document["note"],
    )


def _rule(document: Mapping[str, Any]) -> Rule:
    age = document["trigger_age"] or {}
    days_range = document["delay_days_range"]
    return Rule(
        code=document["id"],
        group=document["group"],
        question=document["question"],
        answer_type=_code(AnswerType, document["answer_type"]),
        trigger_answer=_reply(document["trigger_answer"]),
        trigger_under_age=age.get("under"),
        trigger_over_age=age.get("over"),
        severity=_code(Severity, document["severity"]),
        action=_code(Action, document["action"]),
        event_date_question=document["event_date_question"] or None,
        days=document["delay_days_default"],
        days_range=(days_range[0], days_range[1]) if days_range else None,
        review_from_days=document["review_allowed_from_days"],
        applies_to=tuple(_code(Target, target) for target in document["applies_to"]),
        restrictions=tuple(_restriction(each) for each in document["restrictions"]),
        session_modifications=tuple(document["session_modifications"]),
        client_message=document["client_message"],
        follow_up_questions=tuple(document["follow_up_questions"]),
        asked_in=dict(document["asked_in"]),
        sources=tuple(document["sources"]),
        evidence_note=document["evidence_note"],
        off_reason=document.get("off_reason") or "",
    )


def _question(document: Mapping[str, Any]) -> Question:
    return Question(
        code=document["id"],
        type=_code(AnswerType, document["type"]),
        text=document["text"],
        help=document.get("help") or "",
        trigger_answer=_reply(document.get("trigger_answer")),
        date_label=document.get("date_label") or None,
        lookback_days=document.get("lookback_days"),
        message_if_yes=document.get("message_if_yes") or "",
        rules=tuple(document["rules"]),
        items=tuple(
            Item(rule=item["rule"], label=item["label"], date_label=item["date_label"] or None)
            for item in document.get("items") or ()
        ),
    )


def _check(rule_set: RuleSet) -> None:
    """Raise RulesInvalid unless every rule can be asked, triggered and evaluated."""
    if list(rule_set.notes.get("precedence", ())) != [action.lower() for action in Action]:
        raise RulesInvalid("`precedence` must name the actions, the worst first.")
    _each_once("rule", [rule.code for rule in rule_set.rules])
    _each_once(
        "question",
        [rule.code for rule in rule_set.rules] + [q.code for q in rule_set.booking_questions],
    )
    _each_once(
        "rule asked at booking", [code for q in rule_set.booking_questions for code in q.rules]
    )
    asked = {code: q.code for q in rule_set.booking_questions for code in q.rules}
    for code, question_code in asked.items():
        if code not in rule_set.by_code:
            raise RulesInvalid(f"{question_code} asks about {code}, which is no rule.")
    for rule in rule_set.rules:
        _check_rule(rule, rule_set)
        if rule.asked_in.get("booking") != asked.get(rule.code):
            raise RulesInvalid(f"{rule.code}: `asked_in` and the booking questions disagree.")
    for question in rule_set.booking_questions:
        _check_question(question)


def _each_once(what: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise RulesInvalid(f"{code} is there twice as a {what}.")
        seen.add(code)


def _check_rule(rule: Rule, rule_set: RuleSet) -> None:
    ages = [rule.trigger_under_age, rule.trigger_over_age]
    if rule.answer_type is AnswerType.PICK_ANY:
        raise RulesInvalid(f"{rule.code}: pick_any is for questions, not rules.")
    if rule.answer_type is AnswerType.COMPUTED_AGE:
        if ages.count(None) != 1 or rule.trigger_answer is not None:
            raise RulesInvalid(f"{rule.code}: needs one age that triggers it.", "trigger_age")
    elif rule.trigger_answer in (None, Reply.UNSURE) or ages != [None, None]:
        raise RulesInvalid(
            f"{rule.code}: needs yes or no as the answer that triggers it.", "trigger_answer"
        )
    if not rule.applies_to:
        raise RulesInvalid(f"{rule.code}: applies to nothing.", "applies_to")
    if rule.action is Action.DELAY_UNTIL and rule.days is None:
        raise RulesInvalid(f"{rule.code}: delays by no number of days.", "delay_days_default")
    if "{days}" in rule.client_message and rule.days is None:
        raise RulesInvalid(
            f"{rule.code}: its message speaks of days it does not have.", "client_message"
        )
    waits = [
        ("delay_days_default", rule.days),
        ("review_allowed_from_days", rule.review_from_days),
        *(("delay_days_range", days) for days in rule.days_range or ()),
        *(("restrictions", restriction.until_days) for restriction in rule.restrictions),
    ]
    for field, days in waits:
        if days is not None and not (type(days) is int and 0 <= days <= LONGEST_WAIT_DAYS):
            raise RulesInvalid(
                f"{rule.code}: {days!r} is no number of days up to ten years.", field
            )
    if rule.days_range and rule.days_range[0] > rule.days_range[1]:
        raise RulesInvalid(
            f"{rule.code}: its least days are more than its most.", "delay_days_range"
        )
    for source in rule.sources:
        if source not in rule_set.sources:
            raise RulesInvalid(f"{rule.code}: its source {source} is not spelled out.")


def _check_question(question: Question) -> None:
    if not question.rules:
        raise RulesInvalid(f"{question.code} asks about no rule.")
    if question.type is AnswerType.COMPUTED_AGE:
        raise RulesInvalid(f"{question.code}: a booking asks no date of birth.")
    if question.type is AnswerType.PICK_ANY:
        if {item.rule for item in question.items} != set(question.rules):
            raise RulesInvalid(f"{question.code}: its items and its rules disagree.")
        _each_once(f"item of {question.code}", [item.rule for item in question.items])
    elif question.items or question.trigger_answer in (None, Reply.UNSURE):
        raise RulesInvalid(
            f"{question.code}: needs yes or no as its trigger, and no items.", "trigger_answer"
        )
