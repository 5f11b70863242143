"""Boxes of needles, lots and tools, as staff write them down."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Day, Text, Whole, layout
from clinic.models import Location
from treatments.models import NeedleBox
from treatments.needle_stock import read_expiry


class Millimetres(forms.DecimalField):
    """A thickness or a length, with a point or a comma."""

    def __init__(self, label: Any, least: str, most: str, places: int, **options: Any) -> None:
        words = _("Write millimetres from %(least)s to %(most)s.") % {"least": least, "most": most}
        kinds = (
            "required", "invalid", "min_value", "max_value", "max_digits", "max_decimal_places",
            "max_whole_digits",
        )  # fmt: skip
        super().__init__(
            label=label,
            min_value=float(least),
            max_value=float(most),
            max_digits=4,
            decimal_places=places,
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
            error_messages=dict.fromkeys(kinds, words),
            **options,
        )

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:f}".removesuffix(".0") if isinstance(value, Decimal) else value


class Printed(Text):
    """An expiry as it is printed: a day, or a month whose last day counts."""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        day = read_expiry(typed) if typed else None
        if typed and day is None:
            raise forms.ValidationError(_("Write it as printed, such as 2028-03 or 2028-03-31."))
        return day

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value


class BoxForm(forms.Form):
    """A box of needles. `key` is the new box's uid, so that a form sent twice adds one box."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    lot = Text(_("Lot"), 40, help_text=_("As printed."))
    expires_on = Printed(
        _("Expires"), 20, help_text=_("As printed: 2028-03, 03/2028 or 2028-03-31.")
    )
    brand = Text(_("Brand"), 60)
    model = Text(_("Model"), 60, required=False)
    diameter_mm = Millimetres(_("Thickness, mm"), "0.10", "0.50", 2)
    length_mm = Millimetres(_("Length, mm"), "3", "80", 1)
    pieces = Whole(_("Needles in the box"), 1, 10_000)
    material = Text(_("Material or coating"), 60, required=False)
    received_on = Day(_("Received"))
    location = forms.ModelChoiceField(
        label=_("Where"),
        queryset=Location.objects.none(),
        empty_label=None,
        error_messages={
            "required": _("Choose where the box is."),
            "invalid_choice": _("Choose one of the locations shown."),
        },
    )

    def __init__(self, data: Any = None, *, today: date, like: NeedleBox | None = None) -> None:
        """like: a box whose size and brand are offered first."""
        first = {name: getattr(like, name) for name in LIKE} if like else {"pieces": 100}
        super().__init__(data, initial={**first, "received_on": today, "key": uuid.uuid4()})
        self.today = today
        self._lay_out()

    def _lay_out(self) -> None:
        self.fields["location"].queryset = (  # type: ignore[attr-defined]
            Location.objects.filter(is_active=True).order_by("name", "pk")
        )
        self.helper = layout(
            "key", ("lot", "expires_on"), ("brand", "model"), ("diameter_mm", "length_mm"),
            ("pieces", "material"), ("received_on", "location"),
        )  # fmt: skip

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        if day.year < 2000:
            raise forms.ValidationError(_("Please look at the year again."))
        return day

    @property
    def uid(self) -> uuid.UUID:
        return self.cleaned_data["key"] or uuid.uuid4()

    @property
    def values(self) -> dict[str, object]:
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


LIKE = ("brand", "model", "diameter_mm", "length_mm", "pieces", "material", "location")


class CorrectForm(BoxForm):
    """A box that no session has used, to put right."""

    def __init__(self, data: Any = None, *, today: date, box: NeedleBox) -> None:
        super().__init__(data, today=today, like=box)
        self.initial.update(lot=box.lot, expires_on=box.expires_on, received_on=box.received_on)


class ToolForm(forms.Form):
    """A tool that is used again."""

    name = Text(
        _("Name on the tool"), 40, help_text=_("Write it on the tool as well, such as Roller 3.")
    )
    location = forms.ModelChoiceField(
        label=_("Where"),
        queryset=Location.objects.none(),
        empty_label=None,
        error_messages={
            "required": _("Choose where the tool is."),
            "invalid_choice": _("Choose one of the locations shown."),
        },
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["location"].queryset = (  # type: ignore[attr-defined]
            Location.objects.filter(is_active=True).order_by("name", "pk")
        )
        self.helper = layout("name", "location")


class CleaningForm(forms.Form):
    """What was cleaned just now, and with what. `key` makes a tap that is sent twice one cleaning."""

    key = forms.UUIDField(required=False)
    tool = forms.UUIDField()
    disinfectant = Text(
        _("Disinfectant"), 80, missing=_("Please write what it was disinfected with.")
    )

    @property
    def uid(self) -> uuid.UUID:
        key = self.cleaned_data["key"] or uuid.uuid4()
        return uuid.uuid5(key, str(self.cleaned_data["tool"]))
