"""Safety answers in words, for practitioners alone: what was asked, what was said, what it means.

Opening a screening's sealed columns is noted in the access log by whoever calls this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.views import wording
from bookings.views.marks import SAFETY, Mark
from clients.answers import Answers, AnswersInvalid, Given
from clients.models import Screening
from clients.queries import rule_set
from clients.rules import AnswerType, Effect, Outcome, Question, Reply, RuleSet

PHASES = {
    "LYMPHATIC_MASSAGE": gettext_lazy("Lymphatic massage"),
    "NEEDLING": gettext_lazy("Needling"),
    "JADE_ROLLER": gettext_lazy("Jade roller"),
}
EFFECTS = {
    Effect.CAUTION: gettext_lazy("take care"),
    Effect.LIGHT_ONLY: gettext_lazy("lightly only"),
    Effect.SUPERFICIAL_ONLY: gettext_lazy("superficially only"),
    Effect.REVIEW: gettext_lazy("you decide"),
    Effect.FORBID: gettext_lazy("leave out"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A question with its answer; `mark` where the answer matters."""

    question: str
    answer: str
    details: list[str]
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class PhaseWords:
    """What the answers mean for one phase: an outcome, and what changes in it."""

    name: str | Promise
    kind: str
    mark: Mark
    changes: list[str]


@dataclass(frozen=True, slots=True)
class SeenAnswers:
    """A screening as a practitioner reads it. `said`: what matters first."""

    outcome: Mark
    source: str
    answered: str
    version: int
    not_before: str
    earliest: date | None
    phases: list[PhaseWords]
    said: list[Said]


def seen(kept: Screening) -> SeenAnswers:
    """Return a screening in words; reads its sealed answers and results."""
    rules = rule_set(kept.rule_set_id)
    results: Mapping[str, Any] = kept.results
    hit: Mapping[str, str] = results.get("rules", {})
    said = [_said(rules, code, given, hit) for code, given in _answers(kept, rules).given.items()]
    return SeenAnswers(
        outcome=SAFETY[Outcome(kept.outcome)],
        source=kept.get_source_display(),
        answered=wording.day_short(kept.answered_on),
        version=kept.rule_set_id,
        not_before=wording.day(kept.not_before) if kept.not_before else "",
        earliest=kept.not_before,
        phases=[phase_words(kind, found) for kind, found in results.get("phases", {}).items()],
        said=sorted(said, key=lambda one: one.mark is None),
    )


def part_by_part(kept: Screening) -> str:
    """Return "Lymphatic massage: review · Needling: fine"; reads the sealed results."""
    found: Mapping[str, Any] = kept.results.get("phases", {})
    return " · ".join(
        _("%(part)s: %(outcome)s")
        % {
            "part": PHASES.get(kind, kind.replace("_", " ").capitalize()),
            "outcome": SAFETY[Outcome(one["outcome"])].short,
        }
        for kind, one in found.items()
    )


def _answers(kept: Screening, rules: RuleSet) -> Answers:
    try:
        return Answers.from_document(kept.answers, rule_set=rules, answered_on=kept.answered_on)
    except AnswersInvalid:  # answers to part of a question's rules, from an older link
        return Answers()


def _said(rules: RuleSet, code: str, given: Given, hit: Mapping[str, str]) -> Said:
    question = rules.by_question[code]
    own = [Outcome(hit[rule]) for rule in given.rules if rule in hit]
    worst = max(own, key=lambda outcome: outcome.rank, default=None)
    return Said(
        question=question.text,
        answer=_answer(question, given),
        details=_details(question, given),
        mark=SAFETY[worst] if worst else None,
    )


def _answer(question: Question, given: Given) -> str:
    if given.reply is Reply.UNSURE:
        return _("Not sure")
    if question.type is AnswerType.PICK_ANY:
        return _("None of these") if given.reply is Reply.NO else _("Yes, these:")
    words = _("Yes") if given.reply is Reply.YES else _("No")
    return f"{words}, {_day(given.day)}" if given.day is not None else words


def _details(question: Question, given: Given) -> list[str]:
    labels = {item.rule: item.label for item in question.items}
    return [
        f"{labels.get(rule, rule)}, {_day(day)}" if day is not None else labels.get(rule, rule)
        for rule, day in given.items.items()
    ]


def _day(day: object) -> str:
    return f"{wording.day(day)} {day.year}" if isinstance(day, date) else _("not sure when")


def phase_words(kind: str, found: Mapping[str, Any]) -> PhaseWords:
    """Return one phase of a result's document in words."""
    return PhaseWords(
        name=PHASES.get(kind, kind.replace("_", " ").capitalize()),
        kind=kind,
        mark=SAFETY[Outcome(found["outcome"])],
        changes=[change_words(one) for one in found.get("restrictions", [])],
    )


def change_words(one: Mapping[str, Any]) -> str:
    """Return "leave out: treated area, until 3 March 2027 (never through a filler depot)"."""
    where: Sequence[str] = [area.replace("_", " ") for area in one.get("areas") or []]
    where = [*where, *(one.get("points") or [])]
    if one.get("points_where"):
        pairs = one["points_where"].items()
        where = [*where, *(f"{name} {value}".replace("_", " ") for name, value in pairs)]
    words = str(EFFECTS[Effect(str(one["effect"]).upper())])
    if where:
        words = f"{words}: {', '.join(where)}"
    if one.get("when"):
        words = _("%(what)s, if %(when)s") % {"what": words, "when": one["when"].replace("_", " ")}
    if one.get("until"):
        until = date.fromisoformat(one["until"])
        words = _("%(what)s, until %(day)s") % {"what": words, "day": _day(until)}
    if one.get("note"):
        words = f"{words} ({one['note']})"
    return words[:1].upper() + words[1:]
