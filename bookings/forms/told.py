"""How answers were told that staff write down for a client."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clients.intake_definition import FormKind
from clients.models import IntakeSubmission

SOURCES = [
    (IntakeSubmission.Source.IN_ROOM.value, _("Told in the room")),
    (IntakeSubmission.Source.PAPER.value, _("On paper")),
]
KINDS = [
    (FormKind.WHAT_CHANGED.value, _("A few things: only the parts I open count")),
    (FormKind.FULL.value, _("The whole health form")),
]
FIRST_YEAR = 1950


class HowForm(forms.Form):
    """Told in the room or on paper, and on which day."""

    source = forms.ChoiceField(
        choices=SOURCES, error_messages={"required": _("Please say how it was told.")}
    )
    told_on = forms.DateField(
        error_messages={
            "required": _("Please give the day."),
            "invalid": _("Please give a day that the calendar has."),
        }
    )

    def __init__(self, data: Any, *, today: date, **fields: Any) -> None:
        super().__init__(data, **fields)
        self.today = today

    def clean_told_on(self) -> date:
        """Return the day, which is past or today."""
        day: date = self.cleaned_data["told_on"]
        if day > self.today:
            raise ValidationError(_("This day is still to come."))
        if day.year < FIRST_YEAR:
            raise ValidationError(_("Please look at the year again."))
        return day


class ToldForm(HowForm):
    """The same, before anything is written down, with how much it will be."""

    kind = forms.ChoiceField(
        choices=KINDS, error_messages={"required": _("Please choose how much you write down.")}
    )
