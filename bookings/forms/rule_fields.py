"""The fields of the forms over a safety rule: prose, lines, days, places, points."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Text, Whole
from clients.rules import LONGEST_WAIT_DAYS

Words = str | Promise
LONGEST = 2000


class Prose(forms.CharField):
    """Text of several lines, kept as it was typed but for blanks at its ends."""

    def __init__(self, label: Any, rows: int = 2, **options: Any) -> None:
        super().__init__(
            label=label,
            max_length=LONGEST,
            widget=forms.Textarea({"rows": rows, "class": "form-control"}),
            error_messages={
                "required": options.pop("missing", _("Please fill this in.")),
                "max_length": _("This is too long: at most %(limit_value)d characters."),
            },
            **options,
        )

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()


class Lines(Prose):
    """A list of sentences, one a line."""

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(value)

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in str(super().clean(value)).split("\n") if line.strip()]


class Days(Whole):
    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, 0, LONGEST_WAIT_DAYS, required=False, **options)


class Places(Text):
    """Areas by name: "Under eye, neck" is ["under_eye", "neck"]; points by code."""

    def __init__(self, label: Words, wrong: Any, pattern: re.Pattern[str], **options: Any) -> None:
        super().__init__(label, 300, required=False, **options)
        self.wrong, self.pattern = wrong, pattern

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        return ", ".join(str(place).replace("_", " ") for place in value)

    def clean(self, value: Any) -> Any:
        typed = [part.strip() for part in str(super().clean(value)).split(",") if part.strip()]
        found = [self.code(part) for part in typed]
        if not all(self.pattern.fullmatch(code) for code in found):
            raise forms.ValidationError(self.wrong)
        return list(dict.fromkeys(found))

    def code(self, typed: str) -> str:
        return "_".join(typed.lower().split())


class Points(Places):
    def code(self, typed: str) -> str:
        return typed.replace(" ", "").upper()
