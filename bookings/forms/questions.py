"""The safety questions as form fields: never pre-answered, kept as typed, read into answers.

Names of the inputs: `q-<question>`, its date `q-<question>-date` or `q-<question>-<item>-date`,
and the tick "not sure when" with `-unsure` in place of `-date`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.answers import UNSURE_DAY
from clients.rules import AnswerType, Question

NONE, UNSURE = "none", "unsure"
TOO_LONG = 40


@dataclass(slots=True)
class Option:
    """One answer to tap, or one thing to tick; with the date it asks for, if any."""

    value: str
    label: str | Promise
    chosen: bool = False
    date_label: str = ""
    date: str = ""
    date_unsure: bool = False
    name: str = ""


@dataclass(slots=True)
class Ask:
    """One question as a page shows it. `error` is the sentence to say at it."""

    name: str
    text: str
    help: str
    many: bool
    options: list[Option] = field(default_factory=list)
    error: str | Promise = ""

    @property
    def dated(self) -> list[Option]:
        """The answers that ask for a date."""
        return [option for option in self.options if option.date_label]


class SafetyForm:
    """The questions with what was answered so far.

    `answers` has the API's shapes and is what `book` takes; what is wrong or missing in it is for
    the screening to say, except ticking "none" and something else, which only a form can do.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        typed: QueryDict | None = None,
        *,
        words: Mapping[str, str],
    ) -> None:
        """words: `booking_none_label` and `booking_unsure_label` of the rule set's texts."""
        self.asks: list[Ask] = []
        self.answers: dict[str, object] = {}
        self._codes: list[str] = []
        for question in questions:
            ask = _ask(question, typed if typed is not None else QueryDict(), words)
            self.asks.append(ask)
            self._codes.append(question.code)
            if typed is not None and (answer := _answer(question, ask)) is not None:
                self.answers[question.code] = answer

    def contradictions(self) -> dict[str, str | Promise]:
        """Return what to say, by question id, where "none" stands beside something else."""
        found: dict[str, str | Promise] = {}
        for code, ask in zip(self._codes, self.asks, strict=True):
            chosen = [option.value for option in ask.options if option.chosen]
            if ask.many and len(chosen) > 1 and (NONE in chosen or UNSURE in chosen):
                found[code] = _("Two of your ticks contradict each other. Please leave one.")
        return found

    def say(self, errors: Mapping[str, str | Promise]) -> None:
        """Put sentences at their questions."""
        for code, ask in zip(self._codes, self.asks, strict=True):
            if code in errors:
                ask.error = errors[code]


def _ask(question: Question, typed: QueryDict, words: Mapping[str, str]) -> Ask:
    name = f"q-{question.code}"
    many = question.type is AnswerType.PICK_ANY
    said = set(typed.getlist(name)) if many else set(typed.getlist(name)[-1:])
    ask = Ask(name=name, text=question.text, help=question.help, many=many)
    if many:
        for item in question.items:
            ask.options.append(
                _option(typed, said, name, item.rule, item.label, item.date_label or "")
            )
        none = words.get("booking_none_label") or _("None of these")
        unsure = words.get("booking_unsure_label") or _("Not sure")
        ask.options.append(_option(typed, said, name, NONE, none))
        ask.options.append(_option(typed, said, name, UNSURE, unsure))
        return ask
    ask.options.append(
        _option(typed, said, name, "yes", _("Yes"), question.date_label or "", whole=True)
    )
    ask.options.append(_option(typed, said, name, "no", _("No")))
    if question.type is AnswerType.YES_NO_UNSURE:
        ask.options.append(_option(typed, said, name, UNSURE, _("Not sure")))
    return ask


def _option(
    typed: QueryDict,
    said: set[str],
    name: str,
    value: str,
    label: str | Promise,
    date_label: str = "",
    *,
    whole: bool = False,
) -> Option:
    stem = name if whole else f"{name}-{value}"
    return Option(
        value=value,
        label=label,
        chosen=value in said,
        date_label=date_label,
        date=(typed.get(f"{stem}-date") or "").strip()[:TOO_LONG],
        date_unsure=f"{stem}-unsure" in typed,
        name=stem,
    )


def _answer(question: Question, ask: Ask) -> object | None:
    """Return the answer in the API's shape; None where nothing was answered."""
    chosen = [option for option in ask.options if option.chosen]
    if not chosen:
        return None
    if not ask.many:
        only = chosen[0]
        return {"value": only.value, "date": _date(only)} if only.date_label else only.value
    if any(option.value in {NONE, UNSURE} for option in chosen):
        return next(option.value for option in chosen if option.value in {NONE, UNSURE})
    return {
        "items": {option.value: _date(option) if option.date_label else None for option in chosen}
    }


def _date(option: Option) -> str:
    """Return the date typed; "unsure" where that is ticked and no date is there."""
    return option.date or (UNSURE_DAY if option.date_unsure else "")
