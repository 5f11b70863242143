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
from django.utils.translation import gettext_lazy, ngettext

from bookings.views import wording
from bookings.views.marks import SAFETY, Mark
from clients.answers import Answers, AnswersInvalid, Given
from clients.models import Screening
from clients.queries import rule_set
from clients.rule_words import rule_words
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
# Sets of points by what the list of points says of them.
SETS = {
    ("pregnancy", "contraindicated"): gettext_lazy("the points not used in pregnancy"),
    ("pregnancy", "caution"): gettext_lazy("the points that take care in pregnancy"),
}
# A rule that says nothing more once another holds.
MOOT = {"trying_to_conceive": "pregnant"}


@dataclass(frozen=True, slots=True)
class Said:
    """A question with its answer; `mark` where the answer matters."""

    question: str
    answer: str
    details: list[str]
    mark: Mark | None
    is_birth: bool = False


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

    @property
    def matter(self) -> list[Said]:
        """Return the answers that change something."""
        return [one for one in self.said if one.mark is not None]

    @property
    def rest(self) -> list[Said]:
        """Return the answers that change nothing."""
        return [one for one in self.said if one.mark is None]

    @property
    def rest_words(self) -> str:
        count = len(self.rest)
        words = ngettext(
            "%(count)d answer that changes nothing", "%(count)d answers that change nothing", count
        )
        return words % {"count": count}


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
        said=sorted(_once(said), key=lambda one: one.mark is None),
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
    text = question.text
    if question.type is AnswerType.COMPUTED_AGE and worst:
        text = rule_words(question.rules[0], unsure=False)
    return Said(
        question=text,
        answer=_answer(question, given),
        details=_details(question, given),
        mark=SAFETY[worst] if worst else None,
        is_birth=question.type is AnswerType.COMPUTED_AGE,
    )


def _once(said: Sequence[Said]) -> list[Said]:
    """Return what was said, the date of birth once though several rules read it."""
    born: set[str] = set()
    kept = []
    for one in said:
        if one.is_birth and one.mark is None:
            if one.answer in born:
                continue
            born.add(one.answer)
        kept.append(one)
    return kept


def _answer(question: Question, given: Given) -> str:
    if given.reply is Reply.UNSURE:
        return _("Not sure")
    if question.type is AnswerType.PICK_ANY:
        return _("None of these") if given.reply is Reply.NO else _("Yes, these:")
    if question.type is AnswerType.COMPUTED_AGE and isinstance(given.day, date):
        return wording.day_year(given.day)
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
        changes=_changes(found.get("restrictions", [])),
    )


def _changes(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what restrictions change in a phase, each with the answer that makes it so. Of two for
    the same areas the stricter stands, and says of the other that it is there."""
    rules = {str(one.get("rule")) for one in found if not one.get("unsure")}
    speaking = [one for one in found if MOOT.get(str(one.get("rule"))) not in rules]
    absolute = [one for one in speaking if _is_absolute(one)]
    milder: dict[int, list[str]] = {}
    lines: list[tuple[int, Mapping[str, Any]]] = []
    for number, one in enumerate(speaking):
        over = next((each for each in absolute if _covers(each, one)), None)
        if over is None:
            lines.append((number, one))
        else:
            words = _("stricter than “%(effect)s” (%(rule)s)") % {
                "effect": EFFECTS[Effect(str(one["effect"]).upper())],
                "rule": rule_words(str(one.get("rule", "")), unsure=bool(one.get("unsure"))),
            }
            milder.setdefault(speaking.index(over), []).append(words)
    said = (", ".join([change_words(one), *milder.get(number, [])]) for number, one in lines)
    return list(dict.fromkeys(said))


def _is_absolute(one: Mapping[str, Any]) -> bool:
    is_certain = not one.get("when") and not one.get("unsure")
    return is_certain and str(one["effect"]).upper() == Effect.FORBID


def _covers(absolute: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether a restriction for certain leaves nothing to say for another one."""
    if _is_absolute(other) or other.get("points_where"):
        return False
    whole = not any(absolute.get(name) for name in ("areas", "points", "points_where"))
    if whole:
        return True
    named = [*(other.get("areas") or []), *(other.get("points") or [])]
    return bool(named) and all(
        each in [*(absolute.get("areas") or []), *(absolute.get("points") or [])] for each in named
    )


def change_words(one: Mapping[str, Any]) -> str:
    """Return "Leave out: treated area, until 3 March 2027 (Filler; never through a depot)"."""
    where: Sequence[str] = [area.replace("_", " ") for area in one.get("areas") or []]
    where = [*where, *(one.get("points") or [])]
    if one.get("points_where"):
        pairs = one["points_where"].items()
        where = [*where, *(_set_words(name, value) for name, value in pairs)]
    words = str(EFFECTS[Effect(str(one["effect"]).upper())])
    if where:
        words = f"{words}: {', '.join(where)}"
    if one.get("when"):
        words = _("%(what)s, if %(when)s") % {"what": words, "when": one["when"].replace("_", " ")}
    if one.get("until"):
        until = date.fromisoformat(one["until"])
        words = _("%(what)s, until %(day)s") % {"what": words, "day": _day(until)}
    rule, unsure = str(one.get("rule", "")), bool(one.get("unsure"))
    why = [rule_words(rule, unsure=unsure) if rule else "", str(one.get("note") or "")]
    if any(why):
        words = f"{words} ({'; '.join(filter(None, why))})"
    return words[:1].upper() + words[1:]


def _set_words(name: str, value: str) -> str:
    known = SETS.get((name, value))
    return str(known) if known else f"{name} {value}".replace("_", " ")
