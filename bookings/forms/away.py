"""Time off and closures, as the owner writes them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Day, DayTime, Text, layout
from clinic.models import Location, Practitioner
from clinic.opening import day_bounds, instant_of

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
NO_SUCH_DAY = _("Days before 2000 or after 2099 are not kept.")


def _check_days(form: forms.Form, typed: dict[str, Any]) -> None:
    first, last = typed.get("first_day"), typed.get("last_day")
    for name, day in (("first_day", first), ("last_day", last)):
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            form.add_error(name, NO_SUCH_DAY)
    if first and last and last < first:
        form.add_error("last_day", _("The last day lies before the first."))


class TimeOffForm(forms.Form):
    """Whole days, or from one time to another. Valid, it gives `starts_at` and `ends_at`."""

    practitioner = forms.ModelChoiceField(
        label=_("Who"),
        queryset=Practitioner.objects.none(),
        empty_label=None,
        error_messages={
            "required": _("Choose who is away."),
            "invalid_choice": _("Choose one of the practitioners shown."),
        },
    )
    first_day = Day(_("First day"))
    last_day = Day(_("Last day"))
    from_time = DayTime(_("From"), required=False, help_text=_("Empty: the whole day."))
    until_time = DayTime(_("Until"), required=False, help_text=_("Empty: to the day's end."))
    note = Text(_("Note for staff"), 200, required=False)

    def __init__(self, data: Any = None, *, zone: ZoneInfo, today: date) -> None:
        """zone: the one the days are of. today: the local date, offered first."""
        super().__init__(data, initial={"first_day": today, "last_day": today})
        self.zone = zone
        self.fields["practitioner"].queryset = (  # type: ignore[attr-defined]
            Practitioner.objects.filter(is_active=True).order_by("name")
        )
        self.helper = layout(
            "practitioner", ("first_day", "last_day"), ("from_time", "until_time"), "note"
        )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        _check_days(self, typed)
        if not self.errors and self.ends_at <= self.starts_at:
            self.add_error("until_time", _("The time off ends before it begins."))
        return typed

    @property
    def starts_at(self) -> datetime:
        day, at = self.cleaned_data["first_day"], self.cleaned_data["from_time"]
        if at is None:
            return instant_of(day_bounds(self.zone.key, day)[0])
        return self._instant(day, at, fold=0)

    @property
    def ends_at(self) -> datetime:
        day, at = self.cleaned_data["last_day"], self.cleaned_data["until_time"]
        if at is None:
            return instant_of(day_bounds(self.zone.key, day)[1])
        return self._instant(day, at, fold=1)

    def _instant(self, day: date, at: time, *, fold: int) -> datetime:
        # In an hour that comes twice, time off lasts from the first to the second.
        local = datetime.combine(day, at.replace(fold=fold), self.zone)
        return instant_of(int(local.timestamp()) // 60)


class ClosureForm(forms.Form):
    """The whole clinic or one location, shut on whole days."""

    location = forms.ModelChoiceField(
        label=_("Where"),
        queryset=Location.objects.none(),
        required=False,
        empty_label=_("Everywhere"),
        error_messages={"invalid_choice": _("Choose one of the locations shown.")},
    )
    first_day = Day(_("First day"))
    last_day = Day(_("Last day"))
    reason = Text(_("Reason"), 80, required=False, help_text=_("Clients read it: Public holiday."))

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"first_day": today, "last_day": today})
        self.fields["location"].queryset = (  # type: ignore[attr-defined]
            Location.objects.filter(is_active=True).order_by("name")
        )
        self.helper = layout("location", ("first_day", "last_day"), "reason")

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        _check_days(self, typed)
        return typed
