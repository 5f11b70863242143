"""Which day of which location a member of staff looks at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.models import Location

FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2099, 12, 31)


class DayForm(forms.Form):
    """A day and a location; each may be left out."""

    location = forms.CharField(label=_("Location"), required=False)
    day = forms.DateField(
        label=_("Day"),
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("That is no day of the calendar, so here is today.")},
    )

    def __init__(self, data: Any, *, locations: Sequence[Location]) -> None:
        super().__init__(data)
        self.locations = {location.slug: location for location in locations}

    def clean_location(self) -> str:
        slug: str = self.cleaned_data["location"]
        if slug and slug not in self.locations:
            raise forms.ValidationError(_("There is no such location, so here is another."))
        return slug

    def chosen_location(self) -> Location | None:
        """Return the location asked for; None where none or no known one was named."""
        return self.locations.get(self.cleaned_data.get("location", ""))

    def clean_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(
                _("Days before %(first)s or after %(last)s are not kept, so here is today."),
                params={"first": FIRST_DAY.year, "last": LAST_DAY.year},
            )
        return day
