"""A safety rule and a booking question, as a practitioner edits them.

Valid, a form gives `edited`: the whole rule or question, as `clients.rule_document` reads it.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Text, Whole, group, layout
from bookings.forms.rule_fields import Days, Lines, Places, Points, Prose
from clients.phases import Phase, Target
from clients.rule_editing import Document
from clients.rules import LONGEST_WAIT_DAYS, Action, AnswerType, Effect, Severity

Words = str | Promise

ACTIONS: dict[Action, Words] = {
    Action.FLAG: _("Flag: shown to the practitioner"),
    Action.PRACTITIONER_REVIEW: _("Review: the practitioner looks first"),
    Action.DELAY_UNTIL: _("Wait: not before a number of days"),
    Action.BLOCK_ONLINE_BOOKING: _("Not online: the client calls"),
}
SEVERITIES: dict[Severity, Words] = {
    Severity.FLAG: _("Flag: to be known"),
    Severity.TIMING: _("Timing: wait"),
    Severity.RELATIVE: _("Relative: the practitioner decides"),
    Severity.ABSOLUTE: _("Absolute: the part named is not done"),
}
TARGETS: dict[Target, Words] = {
    Target.NEEDLE_FACE: _("Needles in the face"),
    Target.NEEDLE_BODY: _("Needles in the body"),
    Target.ESTIM: _("Electrical stimulation"),
    Target.LYMPHATIC_MASSAGE: _("Lymphatic massage"),
    Target.JADE_ROLLER: _("Jade roller"),
}
PHASES: dict[Phase, Words] = {
    Phase.LYMPHATIC_MASSAGE: _("Lymphatic massage"),
    Phase.NEEDLING: _("Needling"),
    Phase.JADE_ROLLER: _("Jade roller"),
}
EFFECTS: dict[Effect, Words] = {
    Effect.CAUTION: _("Take care"),
    Effect.LIGHT_ONLY: _("Lightly only"),
    Effect.SUPERFICIAL_ONLY: _("Superficially only"),
    Effect.REVIEW: _("The practitioner decides"),
    Effect.FORBID: _("Leave out"),
}
PREGNANCY: dict[str, Words] = {
    "contraindicated": _("Those not used in pregnancy"),
    "caution": _("Those to take care with in pregnancy"),
}
ANSWER_TYPES = [("yes_no", _("Yes or no")), ("yes_no_unsure", _("Yes, no or not sure"))]
TRIGGERS = [("yes", _("Yes")), ("no", _("No"))]
EMPTY_LINES = 2
MOST_LINES = 12
_POINT = re.compile(r"[A-Z]{2}[0-9]{1,2}(-[0-9])?|EX-[A-Z0-9-]{1,8}|[A-Z][A-Za-z0-9-]{1,15}")
_PLACE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def choices(words: Mapping[Any, Words]) -> list[tuple[str, Words]]:
    return [(code.lower(), said) for code, said in words.items()]


LIMIT = ("phase", "effect", "areas", "points", "pregnancy", "until_days", "when", "note")


@dataclass(frozen=True, slots=True)
class Line:
    """One restriction of the form."""

    fields: list[forms.BoundField]

    @property
    def is_empty(self) -> bool:
        return not self.fields[0].value()


class DocumentForm(forms.Form):
    """A form over one document. `seen` marks what it was filled from."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, data: Any, document: Document, *, seen: str) -> None:
        self.own = document
        super().__init__(data, initial={**self.filled(document), "seen": seen})

    def filled(self, document: Document) -> dict[str, Any]:
        return dict(document)

    @abstractmethod
    def edited(self) -> Document:
        """The whole document as it was edited; of a valid form."""


class RuleForm(DocumentForm):
    in_use = forms.BooleanField(label=_("In use"), required=False)
    off_reason = Prose(_("Why it is switched off"), required=False)
    question = Prose(_("The question, as the client reads it"))
    answer_type = forms.ChoiceField(label=_("It is answered"), choices=ANSWER_TYPES)
    trigger_answer = forms.ChoiceField(label=_("The rule holds for the answer"), choices=TRIGGERS)
    age = Whole(_("Age"), 1, 120)
    event_date_question = Prose(
        _("Question for the date"),
        required=False,
        help_text=_("Empty: no date is asked, and the rule holds from the day of the answer."),
    )
    follow_up_questions = Lines(
        _("What to ask further, one a line"), required=False, help_text=_("Only after that answer.")
    )
    action = forms.ChoiceField(label=_("What it does"), choices=choices(ACTIONS))
    severity = forms.ChoiceField(label=_("How serious"), choices=choices(SEVERITIES))
    delay_days_default = Days(_("Days to wait"))
    days_least = Days(_("At least"))
    days_most = Days(_("At most"))
    review_allowed_from_days = Days(
        _("Sooner, by the practitioner's word, from day"),
        help_text=_("Empty: not before the wait is over."),
    )
    applies_to = forms.MultipleChoiceField(
        label=_("It stops"),
        choices=choices(TARGETS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one part of the session.")},
    )
    session_modifications = Lines(
        _("What changes in the session, one a line"), required=False, rows=3
    )
    client_message = Prose(
        _("What the client reads"),
        required=False,
        help_text=_(
            "Empty: nothing. {days} stands for the days to wait. Name no diagnosis, and no medicine "
            "to leave out."
        ),
    )
    evidence_note = Prose(_("What the sources say"), required=False)

    def __init__(self, data: Any, document: Document, *, seen: str) -> None:
        super().__init__(data, document, seen=seen)
        self.by_age = document["answer_type"].upper() == AnswerType.COMPUTED_AGE
        if self.by_age:
            del self.fields["answer_type"], self.fields["trigger_answer"]
            younger = "under" in (document["trigger_age"] or {})
            self.fields["age"].label = (
                _("For those younger than") if younger else _("For those older than")
            )
        else:
            del self.fields["age"]
        now = list(document["restrictions"])
        asked = ("age",) if self.by_age else ("answer_type", "trigger_answer")
        self.helper = layout(
            group(_("In use"), "in_use", "off_reason", "seen"),
            group(
                _("What is asked"), "question", asked, "event_date_question", "follow_up_questions"
            ),
            group(
                _("What it does"),
                ("action", "severity"),
                ("delay_days_default", "review_allowed_from_days"),
                ("days_least", "days_most"),
                "applies_to",
            ),
            group(_("What the client reads"), "client_message"),
        )
        self.rest = layout(group(_("For the session"), "session_modifications", "evidence_note"))
        self.lines = min(max(len(now) + EMPTY_LINES, EMPTY_LINES), max(MOST_LINES, len(now)))
        for number in range(self.lines):
            self._add(number, now[number] if number < len(now) else None)

    def filled(self, document: Document) -> dict[str, Any]:
        least, most = document["delay_days_range"] or (None, None)
        return {
            **document,
            "in_use": not document.get("off_reason"),
            "age": next(iter((document["trigger_age"] or {}).values()), None),
            "days_least": least,
            "days_most": most,
        }

    def _add(self, number: int, restriction: Document | None) -> None:
        nothing = [("", _("Nothing"))]
        made: dict[str, forms.Field] = {
            "phase": forms.ChoiceField(
                label=_("In"), required=False, choices=[*nothing, *choices(PHASES)]
            ),
            "effect": forms.ChoiceField(
                label=_("What changes"), required=False, choices=[*nothing, *choices(EFFECTS)]
            ),
            "areas": Places(
                _("Areas"), _("Write areas by their names, with commas between."), _PLACE,
                help_text=_("Empty: all of it."),
            ),
            "points": Points(
                _("Points"), _("Write points by their codes, such as LI4, with commas."), _POINT
            ),
            "pregnancy": forms.ChoiceField(
                label=_("Or points by what is known of them"),
                required=False,
                choices=[("", _("None")), *PREGNANCY.items()],
            ),
            "until_days": Days(_("For days"), help_text=_("Empty: as long as the answer stands.")),
            "when": Text(_("Only if the practitioner finds"), 80, required=False),
            "note": Text(_("Note"), 200, required=False),
        }  # fmt: skip
        for name, field in made.items():
            self.fields[f"r{number}_{name}"] = field
        if restriction is not None:
            values = {
                **restriction,
                "pregnancy": (restriction["points_where"] or {}).get("pregnancy", ""),
                "when": (restriction["when"] or "").replace("_", " "),
            }
            self.initial.update({f"r{number}_{name}": values[name] for name in made})

    def restriction_lines(self) -> list[Line]:
        return [Line([self[f"r{number}_{name}"] for name in LIMIT]) for number in range(self.lines)]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not typed.get("in_use") and not typed.get("off_reason"):
            self._say("off_reason", _("Write why this rule is switched off."))
        no_days = typed.get("delay_days_default") is None
        if no_days and typed.get("action") == Action.DELAY_UNTIL.lower():
            self._say("delay_days_default", _("A wait needs its number of days."))
        if no_days and "{days}" in typed.get("client_message", ""):
            self._say(
                "client_message", _("These words speak of {days}, and there are no days to wait.")
            )
        self._check_range(typed)
        self.restrictions = [
            found
            for number in range(self.lines)
            if (found := self._restriction(number, typed)) is not None
        ]
        return typed

    def _say(self, field: str, words: Words) -> None:
        if field not in self.errors:
            self.add_error(field, str(words))

    def _check_range(self, typed: Mapping[str, Any]) -> None:
        least, most, days = (
            typed.get(name) for name in ("days_least", "days_most", "delay_days_default")
        )
        if (least is None) != (most is None):
            empty = "days_least" if least is None else "days_most"
            self._say(empty, _("Write both, or neither."))
        elif least is not None and most is not None:
            if least > most:
                self._say("days_most", _("Write the least days first."))
            elif days is not None and not least <= days <= most:
                self._say(
                    "delay_days_default",
                    _("This lies outside the least and the most. Change those too if it is meant."),
                )
        sooner = typed.get("review_allowed_from_days")
        if sooner is not None and days is not None and sooner > days:
            self._say("review_allowed_from_days", _("This is later than the wait itself."))

    def _restriction(self, number: int, typed: Mapping[str, Any]) -> Document | None:
        own = {name: typed.get(f"r{number}_{name}") for name in LIMIT}
        if not own["phase"]:
            if any(value for value in own.values()):
                self._say(f"r{number}_phase", _("Choose the part of the session this is about."))
            return None
        if not own["effect"]:
            self._say(f"r{number}_effect", _("Choose what changes."))
        pregnancy = own.pop("pregnancy")
        when = own["when"]
        return {
            **own,
            "points_where": {"pregnancy": pregnancy} if pregnancy else None,
            "when": "_".join(when.split()) if when else None,
            "note": own["note"] or "",
        }

    def edited(self) -> Document:
        typed = self.cleaned_data
        least, most = typed["days_least"], typed["days_most"]
        same = (
            "question", "event_date_question", "follow_up_questions", "action", "severity",
            "delay_days_default", "review_allowed_from_days", "applies_to",
            "session_modifications", "client_message", "evidence_note",
        )  # fmt: skip
        found = {**self.own, **{name: typed[name] for name in same}}
        found["event_date_question"] = typed["event_date_question"] or None
        found["delay_days_range"] = None if least is None else [least, most]
        found["restrictions"] = self.restrictions
        found["off_reason"] = "" if typed["in_use"] else typed["off_reason"]
        if self.by_age:
            found["trigger_age"] = {next(iter(self.own["trigger_age"])): typed["age"]}
        else:
            found["answer_type"] = typed["answer_type"]
            found["trigger_answer"] = typed["trigger_answer"]
        return found


class QuestionForm(DocumentForm):
    """A question asked before a booking. Which rules it asks about is not edited here."""

    text = Prose(_("The question, as the client reads it"))
    help = Prose(_("Words under it"), required=False)
    date_label = Prose(_("Question for the date"), missing=_("Write how the date is asked for."))
    lookback_days = Whole(
        _("How many days back it asks"), 1, LONGEST_WAIT_DAYS,
        help_text=_("At least as long as the longest wait of its rules."),
    )  # fmt: skip
    message_if_yes = Prose(_("What a client who says yes reads"), required=False)

    def __init__(self, data: Any, document: Document, *, seen: str) -> None:
        super().__init__(data, document, seen=seen)
        pick = document["type"].upper() == AnswerType.PICK_ANY
        gone = [name for name in ("date_label", "lookback_days") if document[name] is None]
        for name in [*gone, *(["message_if_yes"] if pick else [])]:
            del self.fields[name]
        for item in document["items"]:
            name = f"item_{item['rule']}"
            self.fields[name] = Text(_("To tap"), 200)
            self.initial[name] = item["label"]
            if item["date_label"]:
                self.fields[f"{name}_date"] = Text(_("Question for its date"), 200)
                self.initial[f"{name}_date"] = item["date_label"]
        words = ("text", "help", "date_label", "lookback_days", "message_if_yes")
        parts = [group(_("What is asked"), *(name for name in words if name in self.fields))]
        if document["items"]:
            rows = [self._row(f"item_{item['rule']}") for item in document["items"]]
            parts.append(group(_("What can be tapped"), *rows))
        self.helper = layout(*parts, "seen")

    def _row(self, name: str) -> tuple[str, ...]:
        return (name, f"{name}_date") if f"{name}_date" in self.fields else (name,)

    def edited(self) -> Document:
        typed = self.cleaned_data
        names = ("text", "help", "date_label", "lookback_days", "message_if_yes")
        found = {**self.own, **{name: typed[name] for name in names if name in self.fields}}
        found["items"] = [
            {
                "rule": item["rule"],
                "label": typed[f"item_{item['rule']}"],
                "date_label": typed.get(f"item_{item['rule']}_date"),
            }
            for item in self.own["items"]
        ]
        return found
