"""From the answers of the intake to those of the safety rules. Pure.

A rule is spoken of by its own question in a list (`screen_rules`), by an option that stands for it
(`option_rules`, with the date of its row), by an item left unticked (`item_rules`) or by a date of
birth. Where several speak of one rule the worst counts: yes, then not sure, then no; of two days
the later, and "not sure when" as the day of the answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from clients.answers import UNSURE_DAY, Answers, Day, Given, parse_answers
from clients.intake_days import last_of
from clients.intake_definition import Definition, Kind, Question
from clients.rules import AnswerType, Outcome, Reply, Rule, RuleSet, Severity
from clients.screening import Result

BORN = "dob"
UNSURE_OPTION = "not_sure"
_RANK = {Reply.NO: 0, Reply.UNSURE: 1, Reply.YES: 2}


def screening_answers(
    form: Definition,
    rules: RuleSet,
    answers: Mapping[str, Any],
    *,
    asked: Collection[str],
    answered_on: date,
    carry: bool = False,
) -> Answers:
    """Return what the answers to the questions in `asked` say of the rules of `rules`.

    answered_on: the location's date they were given on. carry: what was answered "not sure" before,
    and is not asked now, is still not sure.
    """
    found: dict[str, Given] = {}
    for code in asked:
        question = form.of_recheck.get(code) or form.by_code.get(code)
        if code in form.intake_codes:
            question = form.by_code[code]
        if question is None or code not in answers:
            continue
        for rule_code, reply, day in _said(question, answers[code], answered_on):
            rule = rules.by_code.get(rule_code)
            if rule is None or rule.answer_type is AnswerType.COMPUTED_AGE:
                continue
            given = _given(rule, reply, day)
            known = found.get(rule_code)
            found[rule_code] = given if known is None else _worse(known, given)
    found |= _ages(rules, answers.get(BORN), answered_on)
    if carry:
        before = screening_answers(
            form, rules, answers, asked=answers.keys() - set(asked), answered_on=answered_on
        )
        unsure = {c: g for c, g in before.given.items() if g.reply is Reply.UNSURE}
        found = unsure | found
    return Answers(found)


def newly_true(now: Result, *earlier: Result) -> bool:
    """Return whether an absolute or relative rule holds that did not before: then the whole form is
    asked for again."""
    before = {trigger.rule.code for result in earlier for trigger in result.triggers}
    return any(
        trigger.rule.severity in (Severity.ABSOLUTE, Severity.RELATIVE)
        and trigger.outcome is not Outcome.FINE
        and not trigger.unsure
        and trigger.rule.code not in before
        for trigger in now.triggers
    )


Said = tuple[str, Reply, Day | None]


def _said(question: Question, answer: Any, answered_on: date) -> Iterator[Said]:
    """Yield what an answer says of each rule: YES that the rule's question would be answered so
    that it is triggered."""
    if question.kind is Kind.SCREEN_FROM_RULES:
        for code, raw in answer.items():
            yield code, *_screened(raw)
    elif question.kind is Kind.CHECKLIST:
        for item, code in question.item_rules.items():
            yield code, (Reply.NO if item in answer else Reply.YES), None
    elif question.kind is Kind.REPEAT:
        yield from _rows(question, answer, answered_on)
    elif question.option_rules:
        yield from _options(question, answer)


def _screened(raw: Any) -> tuple[Reply, Day | None]:
    if isinstance(raw, Mapping):
        return Reply.YES, _day(raw["date"])
    return Reply(raw.upper()), None


def _rows(question: Question, answer: Any, answered_on: date) -> Iterator[Said]:
    rows = answer if isinstance(answer, list) else []
    had = [row for row in rows if not row.get("planned")]
    done = {question.option_rules.get(row.get("type", "")) for row in had}
    for code in dict.fromkeys(question.option_rules.values()):
        if code not in done:
            yield code, Reply.NO, None
    for row in had:
        code = question.option_rules.get(row.get("type", ""), "")
        if code:
            day = _day(row.get("date", UNSURE_DAY))
            yield code, Reply.YES, min(day, answered_on) if isinstance(day, date) else day


def _options(question: Question, answer: Any) -> Iterator[Said]:
    day: Day | None = None
    chosen = answer
    if isinstance(answer, Mapping):
        chosen, day = answer["value"], _day(answer["date"])
    said = {chosen} if isinstance(chosen, str) else set(chosen)
    for option, code in question.option_rules.items():
        if option == UNSURE_OPTION:
            if option in said:
                yield code, Reply.UNSURE, None
        else:
            yield code, (Reply.YES if option in said else Reply.NO), day if option in said else None


def _day(written: str) -> Day:
    return UNSURE_DAY if written == UNSURE_DAY else last_of(written)


def _given(rule: Rule, reply: Reply, day: Day | None) -> Given:
    """Return an answer to the rule's own question."""
    if rule.trigger_answer is Reply.NO and reply is not Reply.UNSURE:
        reply = Reply.NO if reply is Reply.YES else Reply.YES
    if reply is Reply.UNSURE and rule.answer_type is AnswerType.YES_NO:
        reply = rule.trigger_answer or Reply.YES
    asks_day = reply is Reply.YES and bool(rule.event_date_question)
    return Given(
        rule.answer_type, reply, (rule.code,), day=(day or UNSURE_DAY) if asks_day else None
    )


def _worse(one: Given, other: Given) -> Given:
    if one.reply is not other.reply:
        return max(one, other, key=lambda given: _RANK[given.reply])
    if one.day == UNSURE_DAY or other.day == UNSURE_DAY or one.day is None or other.day is None:
        return one if one.day == UNSURE_DAY or other.day is None else other
    return max(one, other, key=lambda given: str(given.day))


def _ages(rules: RuleSet, born: Any, answered_on: date) -> dict[str, Given]:
    if not isinstance(born, str):
        return {}
    asked = [
        rules.by_question[rule.code]
        for rule in rules.rules
        if rule.answer_type is AnswerType.COMPUTED_AGE
    ]
    raw = {question.code: born for question in asked}
    return dict(parse_answers(asked, raw, answered_on=answered_on).given)
