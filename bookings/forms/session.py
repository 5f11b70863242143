"""What is said at the end of a session, and after it was signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from treatments import wording
from treatments.session_actions import MOST_TEXT, Part

TOO_LONG = _("This is too long: at most %(limit_value)d characters.")
LABELS = {
    Part.SUBJECTIVE: _("What the client says"),
    Part.OBJECTIVE: _("What you see"),
    Part.ASSESSMENT: _("How you judge it"),
    Part.PLAN: _("What was done, and what comes next"),
    Part.RATIONALE: _("Style and reasoning"),
}
RATING = "rating_"


def _text(label: Any, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": rows, "class": "form-control"}),
        error_messages={"max_length": TOO_LONG},
    )


def _score(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=10,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "form-control num"}),
        error_messages={
            "min_value": _("From 0, not at all, to 10, as bad as can be."),
            "max_value": _("From 0, not at all, to 10, as bad as can be."),
            "invalid": _("Please write a whole number from 0 to 10."),
        },
    )


class FinishForm(forms.Form):
    """The record in words, the client's numbers, what was given along, and the next booking."""

    subjective = _text(LABELS[Part.SUBJECTIVE])
    objective = _text(LABELS[Part.OBJECTIVE])
    assessment = _text(LABELS[Part.ASSESSMENT])
    plan = _text(LABELS[Part.PLAN], rows=6)
    rationale = _text(LABELS[Part.RATIONALE], rows=2)
    aftercare = forms.MultipleChoiceField(
        label=_("Aftercare given"),
        required=False,
        choices=list(wording.AFTERCARE.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    stress = _score(_("Stress in the last week"))
    gais = forms.ChoiceField(
        label=_("Compared with the first photo"),
        required=False,
        choices=[("", _("Not judged today")), *wording.GAIS.items()],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    gais_client = forms.ChoiceField(
        label=_("And as the client sees it"),
        required=False,
        choices=[("", _("Not asked today")), *wording.GAIS.items()],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    next_start = forms.ChoiceField(
        required=False,
        widget=forms.RadioSelect,
        error_messages={
            "invalid_choice": _("That time has just been taken. Please choose another.")
        },
    )

    def __init__(
        self, *args: Any, concerns: Mapping[str, str], offers: Sequence[datetime], **kwargs: Any
    ) -> None:
        """concerns: the client's, by code, in words. offers: the starts that are proposed."""
        super().__init__(*args, **kwargs)
        for code, name in concerns.items():
            self.fields[f"{RATING}{code}"] = _score(name)
        starts = [at.isoformat() for at in offers]
        field = self.fields["next_start"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (tells the type)
        field.choices = [("", ""), *((start, start) for start in starts)]

    @property
    def ratings(self) -> list[tuple[str, str, str, int | str]]:
        """Return (scale, of what, by whom, value) of each number and word that was given."""
        said = self.cleaned_data
        found: list[tuple[str, str, str, int | str]] = [
            ("self_0_10", name.removeprefix(RATING), "", value)
            for name, value in said.items()
            if name.startswith(RATING) and value is not None
        ]
        if said["stress"] is not None:
            found.append(("stress_0_10", "", "", said["stress"]))
        found += [
            ("gais", "", by, said[name])
            for name, by in (("gais", ""), ("gais_client", "client"))
            if said[name]
        ]
        return found

    @property
    def words(self) -> dict[str, str]:
        """Return the record's parts as typed."""
        return {part: self.cleaned_data[part.lower()] for part in Part}


class AddendumForm(forms.Form):
    """What is added to a signed record, and why it was not there."""

    text = _text(_("What is added"))
    reason = forms.CharField(
        label=_("Why it was not there"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={"max_length": TOO_LONG},
    )
