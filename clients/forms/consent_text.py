"""The form in which a consent text is edited: title, introduction, and words for each item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients import consent_text
from clients.consent_rules import Kind
from clients.consent_text import MOST_CHARACTERS, MOST_HEADING, Item, Text

NEW = "new"


@dataclass(frozen=True, slots=True)
class ItemFields:
    """The fields of one item. `is_new`: of one that may be added."""

    code: str
    heading: forms.BoundField
    text: forms.BoundField
    remove: forms.BoundField | None
    is_new: bool


def _line(label: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=MOST_HEADING)


def _words(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class TextForm(forms.Form):
    """A text as it stands, to be edited. `edited` is what it says then."""

    title = forms.CharField(label=_("Title"), max_length=MOST_HEADING)
    intro = forms.CharField(
        label=_("Introduction"),
        max_length=MOST_CHARACTERS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    months = forms.IntegerField(
        label=_("A signature holds, months"),
        help_text=_("Empty: until it is taken back."),
        min_value=1,
        max_value=120,
        required=False,
    )
    asks_again = forms.BooleanField(
        label=_("The substance has changed: clients sign again"),
        help_text=_("Leave it empty for a better wording of the same."),
        required=False,
        initial=True,
    )
    after = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, text: Text, number: int, data: Mapping[str, str] | None = None) -> None:
        super().__init__(
            data,
            initial={
                "title": text.title,
                "intro": text.intro,
                "months": text.months,
                "after": number,
            },
        )
        self.before = text
        for item in text.items:
            self._add(item.code, item, can_go=text.kind is Kind.TREATMENT)
        if text.kind is Kind.TREATMENT:
            self._add(NEW, Item(NEW, "", ""), can_go=False)
            for part in ("heading", "text"):
                self.fields[f"{part}-{NEW}"].required = False
        for field in self.fields.values():
            if isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs["class"] = "form-check-input"
            elif not isinstance(field.widget, forms.HiddenInput):
                field.widget.attrs["class"] = "form-control"

    def _add(self, code: str, item: Item, *, can_go: bool) -> None:
        self.fields[f"heading-{code}"] = _line(gettext("Heading"))
        self.fields[f"text-{code}"] = _words(gettext("Words"))
        self.initial[f"heading-{code}"], self.initial[f"text-{code}"] = item.heading, item.text
        if can_go:
            self.fields[f"remove-{code}"] = forms.BooleanField(
                label=_("Leave this part out"), required=False
            )

    @property
    def parts(self) -> Iterator[ItemFields]:
        """The items with their fields, in the order of the text; then one that may be added."""
        codes = [*self.before.codes, *([NEW] if f"text-{NEW}" in self.fields else [])]
        for code in codes:
            remove = f"remove-{code}"
            yield ItemFields(
                code=code,
                heading=self[f"heading-{code}"],
                text=self[f"text-{code}"],
                remove=self[remove] if remove in self.fields else None,
                is_new=code == NEW,
            )

    def clean(self) -> dict[str, object]:
        said = super().clean() or {}
        if bool(said.get(f"heading-{NEW}")) != bool(said.get(f"text-{NEW}")):
            self.add_error(f"text-{NEW}", _("A new part needs a heading and words."))
        if not self.errors and not self._items():
            self.add_error(None, _("A text has at least one part."))
        return said

    @property
    def edited(self) -> Text:
        """The text as edited. Only of a valid form."""
        said = self.cleaned_data
        return consent_text.read(
            {
                "kind": self.before.kind,
                "language": self.before.language,
                "title": said["title"],
                "intro": said["intro"],
                "months": said["months"],
                "items": self._items(),
            }
        )

    def _items(self) -> list[dict[str, str]]:
        said = self.cleaned_data
        items = [
            {"code": code, "heading": said[f"heading-{code}"], "text": said[f"text-{code}"]}
            for code in self.before.codes
            if not said.get(f"remove-{code}")
        ]
        if said.get(f"heading-{NEW}"):
            code = next(
                name
                for number in range(1, len(items) + 3)
                if (name := f"part_{number}") not in self.before.codes
            )
            items.append(
                {"code": code, "heading": said[f"heading-{NEW}"], "text": said[f"text-{NEW}"]}
            )
        return items
