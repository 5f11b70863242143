"""The form under a consent: one answer an item, the signer, and the signature."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _

from clients import signature
from clients.consent_rules import Kind, Relation
from clients.consent_text import Text
from clients.models import ConsentGiven
from clients.signature import Strokes
from clinic.errors import Sentence

YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Row:
    """One item as the page shows it. `is_new`: its words were changed while it was read."""

    code: str
    name: str
    heading: str
    text: str
    said: str
    error: Sentence
    is_new: bool

    @property
    def is_yes(self) -> bool:
        return self.said == YES

    @property
    def is_no(self) -> bool:
        return self.said == NO


class SigningForm(forms.Form):
    """What is sent from under a text. `choices` is what was said to its items."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    relation = forms.ChoiceField(label=_("I sign"), choices=ConsentGiven.Relation.choices)
    name = forms.CharField(
        label=_("Your full name"),
        max_length=120,
        error_messages={"required": _("Please write your name: it is your signature.")},
    )
    interpreter = forms.CharField(label=_("Who interpreted"), max_length=120, required=False)
    questions = forms.CharField(
        label=_("What you asked, if you would like it noted"), max_length=2000, required=False
    )
    strokes = forms.CharField(
        max_length=signature.MOST_CHARACTERS, required=False, widget=forms.HiddenInput
    )

    def __init__(self, kind: Kind, text: Text, data: Mapping[str, str] | None, name: str) -> None:
        super().__init__(
            data,
            initial={
                "key": uuid.uuid4(),
                "digest": text.digest,
                "relation": Relation.SELF.value,
                "name": name,
            },
        )
        self.kind, self.text = kind, text
        self.open: Collection[str] = ()
        self.changed: Collection[str] = ()

    def clean_strokes(self) -> Strokes:
        try:
            return signature.read(self.cleaned_data["strokes"])
        except signature.NothingDrawn:
            return []
        except signature.SignatureInvalid:
            raise forms.ValidationError(_("Please draw your signature again.")) from None

    @property
    def choices(self) -> dict[str, bool]:
        said = {code: self._said(code) for code in self.text.codes}
        return {code: one == YES for code, one in said.items() if one in {YES, NO}}

    def _said(self, code: str) -> str:
        return str(self.data.get(f"item-{code}", "")) if self.is_bound else ""

    @property
    def rows(self) -> list[Row]:
        return [
            Row(
                code=item.code,
                name=f"item-{item.code}",
                heading=item.heading,
                text=item.text,
                said="" if item.code in self.changed else self._said(item.code),
                error=self._error(item.code),
                is_new=item.code in self.changed,
            )
            for item in self.text.items
        ]

    def _error(self, code: str) -> Sentence:
        if code not in self.open:
            return ""
        if self.kind is Kind.PHOTO:
            return _("Please say yes or no.")
        return _("Please tick this when you have understood it.")

    @property
    def missing(self) -> list[str]:
        """The codes of the items that are still open."""
        said = self.choices
        if self.kind is Kind.PHOTO:
            return [code for code in self.text.codes if code not in said]
        return [code for code in self.text.codes if said.get(code) is not True]


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Why, if you would like to say"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )
