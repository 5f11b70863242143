"""A client's plan and the plans a clinic offers, as practitioners write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Day, Text, Whole, group, layout
from clients.contact import clean_text
from treatments.actions.planning import Aims
from treatments.concerns import body_aims, concerns
from treatments.models import PlanTemplate, Treatment

LONGEST_TEXT = 4000
NUMBERS = _("Write the numbers of the sessions with commas between them, such as 5, 10.")
TOP = ("first", "second", "third")


def _words(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"max_length": _("This is too long: at most %(limit_value)d characters.")},
    )


class AimsForm(forms.Form):
    """What a plan is for. Valid, it gives `aims`."""

    first = forms.ChoiceField(label=_("First concern"), required=False)
    second = forms.ChoiceField(label=_("Second"), required=False)
    third = forms.ChoiceField(label=_("Third"), required=False)
    body = forms.MultipleChoiceField(
        label=_("For the whole body"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose among those shown.")},
    )
    goals = _words(_("Goals"), _("In the client's words, or yours. Sealed with the record."))
    words = _words(_("A line for the client"), _("They read it on their own page."))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = [("", _("none")), *concerns().items()]
        for name in TOP:
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = known
                field.error_messages["invalid_choice"] = _("Choose among those shown.")
        aims = self.fields["body"]
        if isinstance(aims, forms.MultipleChoiceField):
            aims.choices = list(body_aims().items())

    @property
    def helper(self) -> Any:
        return layout(TOP[0], (TOP[1], TOP[2]), "body", "goals", "words")

    @property
    def aims(self) -> Aims:
        typed = self.cleaned_data
        chosen = dict.fromkeys(typed[name] for name in TOP if typed[name])
        return Aims(list(chosen), typed["body"], typed["goals"], typed["words"])


def aims_initial(aims: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `AimsForm` for what a plan is for."""
    ranked = dict(zip(TOP, aims.get("concerns", ()), strict=False))
    return {**ranked, **{name: aims.get(name) for name in ("body", "goals", "words")}}


class PlanForm(AimsForm):
    """A new plan: of which template, for which treatment, from when on its sessions count."""

    template = forms.ModelChoiceField(
        label=_("Plan"),
        queryset=PlanTemplate.objects.none(),
        to_field_name="slug",
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a plan.")),
    )
    treatment = forms.ModelChoiceField(
        label=_("Treatment"),
        queryset=Treatment.objects.none(),
        to_field_name="slug",
        empty_label=None,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a treatment.")),
    )
    sessions = Whole(
        _("Sessions, if not as many as the plan has"),
        1,
        60,
        required=False,
    )
    counts_from = Day(
        _("Sessions count from"), help_text=_("Earlier visits are not part of the plan.")
    )
    event_on = Day(
        _("Day of the event"), required=False, help_text=_("For a plan that leads to one.")
    )

    def __init__(
        self,
        *args: Any,
        templates: Iterable[PlanTemplate],
        treatments: Iterable[Treatment],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        for name, model, rows in (
            ("template", PlanTemplate, templates),
            ("treatment", Treatment, treatments),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = model._default_manager.filter(pk__in=[row.pk for row in rows])

    @property
    def helper(self) -> Any:
        return layout(TOP[0], (TOP[1], TOP[2]), "body", "goals", "words")

    @property
    def details(self) -> Any:
        return layout("treatment", ("counts_from", "sessions"), "event_on")

    def clean_event_on(self) -> date | None:
        day: date | None = self.cleaned_data["event_on"]
        return day


class StepForm(forms.Form):
    """A change of a plan's state, with the reason where there is one."""

    reason = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        error_messages={"max_length": _("This is too long: at most %(limit_value)d characters.")},
    )
    template = forms.SlugField(required=False)


class TemplateForm(forms.Form):
    """A plan the clinic offers. Valid, it gives `values`."""

    name = Text(_("Name"), 80)
    sessions = Whole(
        _("Sessions"), 1, 60, required=False, help_text=_("Empty: with no end, as maintenance.")
    )
    per_week = Whole(_("Times a week"), 1, 7, required=False)
    every_days = Whole(
        _("Or every so many days"), 1, 365, required=False, help_text=_("One of the two.")
    )
    min_gap_days = Whole(_("Days apart, at least"), 1, 365)
    max_gap_days = Whole(_("Days apart, at most"), 1, 365, required=False)
    reviews_at = Text(
        _("Reviewed after the sessions"), 80, required=False, help_text=_("Such as 5, 10.")
    )
    reviews_every = Whole(_("Or after every so many sessions"), 1, 60, required=False)
    before_event_least = Whole(
        _("Last session before the event, days at least"), 0, 60, required=False
    )
    before_event_most = Whole(_("At most"), 0, 60, required=False)
    retention_minutes = Whole(_("Needles stay in, minutes"), 1, 60)
    is_active = forms.BooleanField(
        label=_("Offered"),
        required=False,
        help_text=_("Taken off, no new plan is made of it. Running plans go on as agreed."),
    )

    helper = layout(
        "name",
        group(
            _("How often"), "sessions", ("per_week", "every_days"), ("min_gap_days", "max_gap_days")
        ),
        group(_("Reviews"), ("reviews_at", "reviews_every")),
        group(_("For a plan that leads to an event"), ("before_event_least", "before_event_most")),
        "retention_minutes",
        "is_active",
    )

    def clean_reviews_at(self) -> list[int]:
        parts: Sequence[str] = [one.strip() for one in self.cleaned_data["reviews_at"].split(",")]
        wanted = [one for one in parts if one]
        if not all(one.isascii() and one.isdecimal() and 1 <= int(one) <= 60 for one in wanted):
            raise forms.ValidationError(NUMBERS)
        return sorted({int(one) for one in wanted})

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        sessions = typed.get("sessions")
        if sessions and any(number > sessions for number in typed.get("reviews_at") or ()):
            self.add_error("reviews_at", _("There are not that many sessions."))
        return typed

    @property
    def values(self) -> dict[str, Any]:
        typed = dict(self.cleaned_data)
        return typed | {"name": clean_text(typed["name"])}


def template_initial(template: PlanTemplate) -> dict[str, Any]:
    """Return the fields of `TemplateForm` for a template."""
    values = {name: getattr(template, name) for name in TemplateForm.base_fields}
    return values | {"reviews_at": ", ".join(map(str, template.reviews_at))}
