"""The clinic's logo and colour, as the owner chooses them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic import colours
from clinic.errors import NotStored
from clinic.logo import MOST_BYTES, Drawn, draw
from clinic.models import Clinic

OWN, NONE = "own", "jade"
# What Jade comes with (static/css/tokens.css), then colours that stay apart from its warnings.
AS_IT_COMES = "#1d6a55"
PALETTES: dict[str, str | Promise] = {
    NONE: _("Jade"),
    "#1f5f8b": _("Lake"),
    "#4a4e9c": _("Iris"),
    "#7a3e6d": _("Plum"),
    "#9a4a26": _("Clay"),
    "#7d5708": _("Honey"),
    "#4f6228": _("Olive"),
    "#44403c": _("Stone"),
}


@dataclass(frozen=True, slots=True)
class Swatch:
    """A colour to choose: its value in the form, name, and how it looks on light and dark pages."""

    value: str
    name: str | Promise
    light: str
    dark: str
    is_chosen: bool


class LookForm(forms.Form):
    """A colour, and a new logo or none; a valid form gives `accent`, `logo` and `drop_logo`."""

    colour = forms.ChoiceField(
        choices=[*PALETTES.items(), (OWN, _("A colour of our own"))],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose one of the colours shown.")
        ),
    )
    own = forms.CharField(
        label=_("A colour of our own"),
        required=False,
        max_length=7,
        widget=forms.TextInput({"type": "color"}),
        error_messages={"max_length": _("Write a colour as #1d6a55.")},
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        widget=forms.FileInput({"accept": "image/png,image/jpeg", "class": "form-control"}),
        help_text=_("PNG or JPEG, at most 2 MB. It is scaled to 512 pixels, and what a camera "
                    "writes into it is left out."),
        error_messages={
            "empty": _("This file is empty. Please choose another one."),
            "invalid": _("This is no file. Please choose one."),
        },
    )  # fmt: skip
    drop_logo = forms.BooleanField(label=_("Show no logo"), required=False)

    def __init__(self, data: Any = None, files: Any = None, *, clinic: Clinic) -> None:
        known = clinic.accent or NONE
        super().__init__(
            data,
            files,
            initial={
                "colour": known if known in PALETTES else OWN,
                "own": clinic.accent or AS_IT_COMES,
            },
        )
        if clinic.logo_id is None:
            del self.fields["drop_logo"]
        self.drawn: Drawn | None = None

    def clean_own(self) -> str:
        return str(self.cleaned_data["own"]).strip().lower()

    def clean_logo(self) -> UploadedFile[bytes] | None:
        uploaded: UploadedFile[bytes] | None = self.cleaned_data["logo"]
        if uploaded is None:
            return None
        try:
            # No more of it is read than it takes to see that it is too much.
            self.drawn = draw(uploaded.read(MOST_BYTES + 1))
        except NotStored as problem:
            raise forms.ValidationError(str(problem.sentence)) from problem
        return uploaded

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        own = typed.get("own", "")
        if typed.get("colour") == OWN and not colours.COLOUR.fullmatch(own):
            self.add_error("own", _("Write a colour as #1d6a55."))
        return typed

    @property
    def changes(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {
            "accent": {OWN: typed["own"], NONE: ""}.get(typed["colour"], typed["colour"]),
            "logo": self.drawn,
            "drop_logo": bool(typed.get("drop_logo")),
        }

    @property
    def swatches(self) -> Iterator[Swatch]:
        for value, name in PALETTES.items():
            yield self._swatch(value, name, AS_IT_COMES if value == NONE else value)

    @property
    def own_swatch(self) -> Swatch:
        typed = str(self["own"].value() or "").lower()
        colour = typed if colours.COLOUR.fullmatch(typed) else AS_IT_COMES
        return self._swatch(OWN, _("A colour of our own"), colour)

    def _swatch(self, value: str, name: str | Promise, colour: str) -> Swatch:
        return Swatch(
            value=value,
            name=name,
            light=colours.tokens(colour, dark=False)["jade"],
            dark=colours.tokens(colour, dark=True)["jade"],
            is_chosen=self["colour"].value() == value,
        )
