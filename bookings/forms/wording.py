"""What a message says, as the owner writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from clients import wording
from clients.errors import WRITINGS
from clients.message_text import TextWrong
from clients.wording import BODY, FORMS, SHORT, SUBJECT, Written


class WordingForm(forms.Form):
    """A kind of message in one language; a valid form gives what is `written`.

    `after` is the number of the version it was made from. `example` and `full` say what it is
    looked at with.
    """

    subject = forms.CharField(label=_("Subject"), required=False)
    body = forms.CharField(
        label=_("E-mail"), required=False, widget=forms.Textarea(attrs={"rows": 16})
    )
    short = forms.CharField(
        label=_("Text message"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    example = forms.ChoiceField(label=_("Look at it with the booking of"), required=False)
    full = forms.BooleanField(
        label=_("With all that is said only sometimes"), required=False, initial=True
    )
    after = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        kind: str,
        written: Written,
        after: int | None,
        examples: Sequence[tuple[str, str]],
    ) -> None:
        initial = {form: getattr(written, form) for form in FORMS} | {"after": after}
        super().__init__(data, initial=initial)
        self.kind = kind
        choice = self.fields["example"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101
        choice.choices = list(examples)
        choice.widget.attrs["class"] = "form-select"
        self.fields["full"].widget.attrs["class"] = "form-check-input"
        for form in FORMS:
            self.fields[form].widget.attrs["class"] = "form-control"
        if not examples:
            del self.fields["example"]

    def _clean(self, form: str) -> str:
        source = str(self.cleaned_data[form]).replace("\r\n", "\n").replace("\r", "\n").strip()
        try:
            wording.check(self.kind, form, source)
        except TextWrong as wrong:
            raise forms.ValidationError(
                str(WRITINGS[wrong.problem]) % {"what": wrong.what}
            ) from wrong
        return source

    def clean_subject(self) -> str:
        return self._clean(SUBJECT)

    def clean_body(self) -> str:
        return self._clean(BODY)

    def clean_short(self) -> str:
        return self._clean(SHORT)

    @property
    def written(self) -> Written:
        return Written(*(self.cleaned_data[form] for form in FORMS))

    @property
    def chosen(self) -> UUID | None:
        """The booking to look at it with, if one was chosen that is there."""
        value = self.cleaned_data.get("example") if self.is_bound else None
        return UUID(value) if value else None

    @property
    def is_full(self) -> bool:
        return bool(self.cleaned_data.get("full")) if self.is_bound else True
