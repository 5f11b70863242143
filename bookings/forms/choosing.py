"""What a client chooses before saying who they are: where, what, with whom, when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.queries.catalogue import Offering
from clinic.models import Location, Practitioner

ANYONE = "any"


@dataclass(frozen=True, slots=True)
class Choice:
    """A start and with whom: a practitioner's slug, or "any"."""

    starts_at: datetime
    practitioner: str = ANYONE

    def __str__(self) -> str:
        """As it stands in a form: Z for UTC, since a "+" in an address becomes a space."""
        instant = self.starts_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
        return f"{instant}~{self.practitioner}"


def read_choice(text: str) -> Choice | None:
    """Return the choice a form or address holds; None for any other text, or a time without its
    offset, which may exist twice or not at all."""
    instant, _tilde, practitioner = text.partition("~")
    try:
        starts_at = datetime.fromisoformat(instant)
        if starts_at.tzinfo is None:
            return None
        return Choice(starts_at.astimezone(UTC), practitioner or ANYONE)
    except (ValueError, OverflowError):
        return None


def read_day(text: str) -> date | None:
    """Return a date written as 2026-11-24; None for any other text or a date that does not exist."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class StartForm(forms.Form):
    """Where, what and with whom; each is one of what the clinic offers."""

    location = forms.ChoiceField(
        error_messages={
            "required": _("Please choose where you would like to come."),
            "invalid_choice": _("We don't know that place. Please choose one of these."),
        }
    )
    treatment = forms.ChoiceField(
        error_messages={
            "required": _("Please choose a session."),
            "invalid_choice": _("We don't offer that session. Please choose one of these."),
        }
    )
    practitioner = forms.ChoiceField(
        required=False,
        error_messages={
            "invalid_choice": _("We don't know that practitioner. Please choose one of these."),
        },
    )

    def __init__(
        self,
        *args: object,
        locations: Sequence[Location],
        offerings: Sequence[Offering],
        practitioners: Sequence[Practitioner],
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = {
            "location": [(one.slug, one.name) for one in locations],
            "treatment": [(one.slug, one.name) for one in offerings],
            "practitioner": [(ANYONE, ANYONE)] + [(one.slug, one.name) for one in practitioners],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]


class TimeForm(forms.Form):
    """The time picked, with the attempt it is picked in."""

    at = forms.CharField(
        max_length=120,
        error_messages={
            "required": _("Please choose a time."),
            "max_length": _("We can't read that time. Please choose one shown."),
        },
    )
    attempt = forms.CharField(required=False, max_length=120)

    @property
    def at_error(self) -> str:
        """What is wrong with the time picked; "" if nothing is."""
        return next((str(sentence) for sentence in self.errors.get("at", [])), "")

    def clean_at(self) -> Choice:
        choice = read_choice(self.cleaned_data["at"])
        if choice is None:
            raise forms.ValidationError(_("We can't read that time. Please choose one shown."))
        return choice
