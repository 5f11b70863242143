"""Fields the settings share: hours that are kept as minutes, times of the day, phone numbers."""

from __future__ import annotations

from datetime import time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clients.contact import PhoneInvalid, clean_text, phone_key

WRITE_SOMETHING = _("Please fill this in.")


class Text(forms.CharField):
    """One line of text, without control characters and with single spaces."""

    def __init__(self, label: Any, most: int, **options: Any) -> None:
        widget = options.pop("widget", None) or forms.TextInput({"autocomplete": "off"})
        super().__init__(
            label=label,
            max_length=most,
            widget=widget,
            error_messages={
                "required": options.pop("missing", WRITE_SOMETHING),
                "max_length": _("This is too long: at most %(limit_value)d characters."),
            },
            **options,
        )

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")


class Language(forms.ChoiceField):
    """A language we write in; "" where a form did not ask."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            choices=settings.LANGUAGES,
            initial=settings.LANGUAGE_CODE,
            required=False,
            widget=forms.Select({"class": "form-select"}),
            error_messages={"invalid_choice": _("Choose one of these languages.")},
        )


class Whole(forms.IntegerField):
    """A whole number between two."""

    def __init__(self, label: Any, least: int, most: int, **options: Any) -> None:
        words = _("Write a whole number from %(least)d to %(most)d.") % {
            "least": least,
            "most": most,
        }
        super().__init__(
            label=label,
            min_value=least,
            max_value=most,
            widget=forms.NumberInput({"inputmode": "numeric", "class": "form-control"}),
            error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), words),
            **options,
        )


class HoursAsMinutes(forms.DecimalField):
    """A number of hours ("1.5") for what is kept in minutes (90)."""

    def __init__(self, label: Any, most: int, **options: Any) -> None:
        words = _("Write a number of hours from 0 to %(most)d, such as 12 or 1.5.") % {"most": most}
        super().__init__(
            label=label,
            min_value=0,
            max_value=most,
            decimal_places=2,
            widget=forms.NumberInput({"inputmode": "decimal", "step": "any"}),
            error_messages=dict.fromkeys(
                (
                    "required",
                    "invalid",
                    "min_value",
                    "max_value",
                    "max_decimal_places",
                    "max_whole_digits",
                    "max_digits",
                ),
                words,
            ),
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int):
            return value  # as typed
        return f"{(Decimal(value) / 60).quantize(Decimal('0.01')):f}".rstrip("0").rstrip(".")

    def clean(self, value: Any) -> Any:
        hours = super().clean(value)
        return None if hours is None else int((hours * 60).to_integral_value(ROUND_HALF_UP))


class DayTime(forms.TimeField):
    """A time of the day; `minute_of` turns it into a minute of the day."""

    def __init__(self, label: Any, **options: Any) -> None:
        words = _("Write a time such as 9:30 or 17:00.")
        super().__init__(
            label=label,
            input_formats=["%H:%M", "%H:%M:%S"],
            widget=forms.TimeInput({"type": "time", "class": "form-control"}, format="%H:%M"),
            error_messages={"required": words, "invalid": words},
            **options,
        )


class Day(forms.DateField):
    """A date of the calendar."""

    def __init__(self, label: Any, **options: Any) -> None:
        words = _("Choose a date, such as 2026-11-24.")
        super().__init__(
            label=label,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            error_messages={"required": words, "invalid": words},
            **options,
        )


def minute_of(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def time_of(minute: int) -> time:
    """Return the time of a minute of the day; midnight at its end is 0:00."""
    return time(minute % 1440 // 60, minute % 60)


def phone(typed: str, country: str) -> str:
    """Return a telephone number in E.164. Raises ValidationError."""
    try:
        return phone_key(typed, country)
    except PhoneInvalid:
        raise forms.ValidationError(
            _("This is no phone number that can be called. Example: +1 416 555 0100.")
        ) from None


def layout(*parts: Any) -> FormHelper:
    """Return how crispy draws a form: texts are fields, tuples stand side by side."""

    def drawn(part: Any) -> Any:
        if isinstance(part, tuple):
            return Div(*(Field(name) for name in part), css_class="pair")
        return part if isinstance(part, Div | Fieldset) else Field(part)

    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*(drawn(part) for part in parts))
    return helper


def group(title: Any, *parts: Any) -> Fieldset:
    """Return a titled part of a form."""
    return Fieldset(title, *layout(*parts).layout.fields, css_class="set")
