"""Rules and answers and a day: what may be done, per phase and area.

Worst wins, against the day of the appointment. A rule that nobody asked about is NOT_ASKED,
never fine. A rule holds from its event until `days` later and then says nothing more, while its
restrictions last as long as each says. "Not sure" is for the practitioner to look at (in a rule
that only flags it counts as the answer that triggers); "not sure when" counts as the day of the
answer, so that it ends. Source: contraindications.json, `evaluation` and `unsure_policy`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clients.answers import Answers, AnswersInvalid, Day, Given, Problem, parse_answers
from clients.phases import Phase
from clients.rules import (
    Action,
    AnswerType,
    Effect,
    Item,
    Outcome,
    Question,
    Reply,
    Restriction,
    Rule,
    RuleSet,
    worst,
)

__all__ = [
    "Answers",
    "AnswersInvalid",
    "Item",
    "Message",
    "Outcome",
    "PhaseResult",
    "Problem",
    "Question",
    "Restriction",
    "Result",
    "Rule",
    "RuleSet",
    "Standing",
    "Trigger",
    "evaluate",
    "is_quiet",
    "parse_answers",
]


@dataclass(frozen=True)
class Trigger:
    """A rule that holds on the day. `until` is the first day it no longer does (None: no end);
    from `review_from` on a practitioner may be asked for less. `unsure`: nobody knows whether the
    rule applies, so a practitioner looks first."""

    rule: Rule
    outcome: Outcome
    unsure: bool = False
    event_on: date | None = None
    until: date | None = None
    review_from: date | None = None


@dataclass(frozen=True)
class Standing:
    """A restriction in force on the day. `areas` are region ids or words for a place; `until` is
    the first day it no longer holds, None as long as the answer stands."""

    rule: str
    restriction: Restriction
    areas: tuple[str, ...]
    until: date | None
    unsure: bool

    @property
    def is_certain(self) -> bool:
        """Whether it holds without a practitioner's finding or a client's second thought."""
        return self.restriction.when is None and not self.unsure

    def document(self) -> dict[str, Any]:
        return {
            **self.restriction.document(),
            "rule": self.rule,
            "areas": list(self.areas),
            "until": self.until.isoformat() if self.until else None,
            "unsure": self.unsure,
        }


@dataclass(frozen=True)
class PhaseResult:
    """What is said of one phase of the treatment."""

    outcome: Outcome
    restrictions: tuple[Standing, ...]


@dataclass(frozen=True)
class Message:
    """A sentence for the client, and how bad what it speaks of is."""

    outcome: Outcome
    text: str


@dataclass(frozen=True)
class Result:
    """What the rules say for one day.

    `outcome` is the worst over the treatment's phases. `not_before` is the earliest day on which
    no delay holds (None where none holds); other rules may still hold on it. `rules` has every
    rule in use by code, each judged by itself, whatever the treatment's phases are.
    """

    version: int
    on: date
    outcome: Outcome
    not_before: date | None
    phases: Mapping[Phase, PhaseResult]
    rules: Mapping[str, Outcome]
    triggers: tuple[Trigger, ...]
    messages: tuple[Message, ...]

    @property
    def not_asked(self) -> frozenset[str]:
        """Codes of the rules that nobody asked about."""
        return frozenset(c for c, outcome in self.rules.items() if outcome is Outcome.NOT_ASKED)

    def messages_of(self, outcome: Outcome) -> tuple[str, ...]:
        return tuple(message.text for message in self.messages if message.outcome is outcome)

    def document(self) -> dict[str, Any]:
        """Return the result as JSON. It names rules, so it is health text."""
        return {
            "version": self.version,
            "on": self.on.isoformat(),
            "outcome": self.outcome.value,
            "not_before": self.not_before.isoformat() if self.not_before else None,
            "phases": {
                phase.value: {
                    "outcome": result.outcome.value,
                    "restrictions": [standing.document() for standing in result.restrictions],
                }
                for phase, result in self.phases.items()
            },
            "rules": {trigger.rule.code: trigger.outcome.value for trigger in self.triggers},
            "not_asked": sorted(self.not_asked),
        }


@dataclass(frozen=True)
class _Said:
    """What an answer says of one rule: YES that it is triggered. `event_on`: when, at the latest."""

    rule: Rule
    reply: Reply
    event_on: date

    @property
    def unsure(self) -> bool:
        return self.reply is Reply.UNSURE

    @property
    def until(self) -> date | None:
        dated = self.rule.event_date_question or self.rule.action is Action.DELAY_UNTIL
        return self._after(self.rule.days) if dated else None

    def _after(self, days: int | None) -> date | None:
        return None if days is None else self.event_on + timedelta(days=days)

    def outcome(self, on: date) -> Outcome:
        if self.reply is Reply.NO:
            return Outcome.FINE
        if self.unsure and self.rule.action is not Action.FLAG:
            return Outcome.REVIEW
        return self.rule.outcome if self.until is None or on < self.until else Outcome.FINE

    def trigger(self, on: date) -> Trigger:
        outcome = self.outcome(on)
        waits = outcome is not Outcome.REVIEW or not self.unsure
        return Trigger(
            rule=self.rule,
            outcome=outcome,
            unsure=self.unsure,
            event_on=self.event_on if self.rule.event_date_question else None,
            until=self.until if waits else None,
            review_from=self._after(self.rule.review_from_days),
        )

    def standing(self, on: date, rule_set: RuleSet) -> Iterator[Standing]:
        if self.reply is Reply.NO:
            return
        for restriction in self.rule.restrictions:
            until = self._after(restriction.until_days)
            if until is None or on < until:
                areas = rule_set.areas(restriction.areas)
                yield Standing(self.rule.code, restriction, areas, until, self.unsure)


def evaluate(
    rule_set: RuleSet,
    answers: Answers,
    *,
    on: date,
    answered_on: date,
    phases: Collection[Phase],
) -> Result:
    """Return what `rule_set` says of these answers for an appointment.

    `on` and `answered_on` are the location's dates of the appointment and of the answers;
    `phases` those of the treatment. `answers` without any says NOT_ASKED of every phase that has a
    rule.
    """
    wanted = tuple(phase for phase in Phase if phase in phases)
    said = [
        one for code in answers.given for one in _said(rule_set, code, answers, answered_on, on)
    ]
    rules = {rule.code: Outcome.NOT_ASKED for rule in rule_set.in_use}
    triggers = []
    for one in said:
        code, outcome = one.rule.code, one.outcome(on)
        known = rules[code]
        rules[code] = outcome if known is Outcome.NOT_ASKED else worst([known, outcome])
        if outcome is not Outcome.FINE:
            triggers.append(one.trigger(on))
    standing = [each for one in said for each in one.standing(on, rule_set)]
    results = {
        phase: _phase(phase, rule_set, rules, [s for s in standing if s.restriction.phase is phase])
        for phase in wanted
    }
    waits = [
        trigger.until
        for trigger in triggers
        if trigger.until is not None
        and trigger.outcome is Outcome.NOT_BEFORE
        and trigger.rule.acts_on & frozenset(wanted)
    ]
    return Result(
        version=rule_set.version,
        on=on,
        outcome=worst(result.outcome for result in results.values()),
        not_before=max(waits, default=None),
        phases=results,
        rules=rules,
        triggers=tuple(sorted(triggers, key=lambda t: (-t.outcome.rank, t.rule.code))),
        messages=_messages(rule_set, answers, triggers, frozenset(wanted)),
    )


def _said(
    rule_set: RuleSet, code: str, answers: Answers, answered_on: date, on: date
) -> Iterator[_Said]:
    question, given = rule_set.by_question[code], answers.given[code]
    for rule_code in given.rules:
        rule = rule_set.by_code[rule_code]
        if not rule.is_in_use:
            continue
        reply, day = _reply(question, given, rule, on)
        yield _Said(rule, reply, day if isinstance(day, date) else answered_on)


def _reply(question: Question, given: Given, rule: Rule, on: date) -> tuple[Reply, Day | None]:
    if question.type is AnswerType.COMPUTED_AGE and isinstance(given.day, date):
        return (Reply.YES if _age_triggers(rule, born=given.day, on=on) else Reply.NO), None
    if given.reply is Reply.UNSURE:
        return Reply.UNSURE, None
    if question.type is AnswerType.PICK_ANY:
        picked = rule.code in given.items
        return (Reply.YES if picked else Reply.NO), given.items.get(rule.code)
    return (Reply.YES if given.reply is question.trigger_answer else Reply.NO), given.day


def _age_triggers(rule: Rule, *, born: date, on: date) -> bool:
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    under, over = rule.trigger_under_age, rule.trigger_over_age
    return (under is not None and age < under) or (over is not None and age > over)


def _phase(
    phase: Phase, rule_set: RuleSet, rules: Mapping[str, Outcome], standing: list[Standing]
) -> PhaseResult:
    own = [rules[code] for code in rule_set.acting_on[phase]]
    asked = [outcome for outcome in own if outcome is not Outcome.NOT_ASKED]
    outcomes = asked or own
    # A rule may restrict a phase that its action does not stop (needles only after review, though
    # the rule is about the massage): that is for the practitioner, or at least for the screen.
    outcomes += [
        _of_guest(each)
        for each in standing
        if phase not in rule_set.by_code[each.rule].acts_on and rules[each.rule] is not Outcome.FINE
    ]
    return PhaseResult(worst(outcomes), tuple(standing))


def _of_guest(standing: Standing) -> Outcome:
    effect, whole = standing.restriction.effect, standing.restriction.is_whole_phase
    if effect is Effect.REVIEW or (effect is Effect.FORBID and whole):
        return Outcome.REVIEW
    return Outcome.FLAG


def _messages(
    rule_set: RuleSet, answers: Answers, triggers: list[Trigger], phases: frozenset[Phase]
) -> tuple[Message, ...]:
    """Return the client's sentences, the worst first, each once, of rules that act on `phases`."""
    counting = {t.rule.code: t for t in triggers if t.rule.acts_on & phases}
    found: list[Message] = []
    for code in rule_set.by_question:
        if code not in answers.given:
            continue
        question, given = rule_set.by_question[code], answers.given[code]
        hit = [counting[rule] for rule in given.rules if rule in counting]
        whole = len(question.rules) > 1 and not question.items
        if hit and whole and given.reply is question.trigger_answer and question.message_if_yes:
            found.append(Message(worst(t.outcome for t in hit), question.message_if_yes))
            continue
        for trigger in hit:
            unsure = trigger.unsure and trigger.rule.action is not Action.FLAG
            text = rule_set.texts["booking_unsure_message"] if unsure else trigger.rule.message
            found.append(Message(trigger.outcome, text))
    found.sort(key=lambda message: -message.outcome.rank)
    first: dict[str, Message] = {}
    for message in found:
        first.setdefault(message.text, message)
    return tuple(message for message in first.values() if message.text)


def is_quiet(rule_set: RuleSet, answers: Answers) -> bool:
    """Return whether nothing that was answered could trigger a rule on any day."""
    return all(
        given.type is not AnswerType.COMPUTED_AGE
        and _reply(rule_set.by_question[code], given, rule_set.by_code[rule], date.max)[0]
        is Reply.NO
        for code, given in answers.given.items()
        for rule in given.rules
    )
