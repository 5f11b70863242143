"""How long records are kept, and why one is kept or erased."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Whole, layout
from clients.models import Erasure
from clinic.models import Clinic


class KeepingForm(forms.Form):
    """The clinic's years; a valid form gives its `changes`."""

    keep_years = Whole(
        _("Records are kept after the last visit, years"),
        1,
        50,
        help_text=_(
            "Or after the 18th birthday, where that is later. Ontario's colleges say 10; some "
            "clinics keep 15, for as long as somebody may sue. Ask your college or a lawyer first."
        ),
    )

    def __init__(self, data: Any = None, *, clinic: Clinic) -> None:
        super().__init__(data, initial={"keep_years": clinic.keep_years})
        self.helper = layout("keep_years")

    @property
    def changes(self) -> dict[str, object]:
        return dict(self.cleaned_data)


class ProposeForm(forms.Form):
    """On what ground a record is to be erased."""

    ground = forms.ChoiceField(label=_("Why"), choices=Erasure.Ground, widget=forms.RadioSelect)
    words = forms.CharField(label=_("In a few words"), max_length=2000, required=False)


class HoldForm(forms.Form):
    """Why a record must not be erased."""

    reason = forms.CharField(label=_("Why"), max_length=2000, required=False)
