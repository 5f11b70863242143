"""A practitioner's weekly hours: three stretches a day, more where there are more already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.actions.timetable import Stretch
from bookings.forms.away import FIRST_DAY, LAST_DAY, NO_SUCH_DAY
from bookings.forms.fields import Day, DayTime, minute_of, time_of
from clinic.models import Location

A_DAY = 3
MOST_A_DAY = 8
MIDNIGHT = 1440


@dataclass(frozen=True, slots=True)
class Line:
    """One stretch of the form: its bound fields. `at` is None where there is one location."""

    starts: forms.BoundField
    ends: forms.BoundField
    at: forms.BoundField | None

    @property
    def is_used(self) -> bool:
        """Whether something stands in it, or is wrong with it."""
        return any(field.errors for field in self.fields) or bool(
            self.starts.value() or self.ends.value()
        )

    @property
    def fields(self) -> list[forms.BoundField]:
        return [field for field in (self.starts, self.ends, self.at) if field is not None]


@dataclass(frozen=True, slots=True)
class WeekDay:
    """A day of the form: the lines in use, at least one, and those kept for more."""

    name: str | Promise
    lines: list[Line]
    more: list[Line]


class WeekForm(forms.Form):
    """Valid, it gives the `week` and the day it holds from."""

    from_day = Day(_("These hours hold from"))

    def __init__(
        self,
        data: Any = None,
        *,
        week: Iterable[Stretch],
        locations: Sequence[Location],
        today: date,
    ) -> None:
        """week: the hours of now. locations: where one can work; today: of the first of them."""
        super().__init__(data, initial={"from_day": today})
        self.locations = list(locations)
        days: list[list[Stretch]] = [[] for _day in range(7)]
        for stretch in sorted(week):
            days[stretch.weekday].append(stretch)
        self.lines = min(max(A_DAY, *(len(day) for day in days)), MOST_A_DAY)
        for weekday, day in enumerate(days):
            for number in range(self.lines):
                self._add(weekday, number, day[number] if number < len(day) else None)
                if day and number >= len(day):
                    self.initial[f"d{weekday}_{number}_at"] = day[-1].location

    def _add(self, weekday: int, number: int, stretch: Stretch | None) -> None:
        said = {"day": WEEKDAYS[weekday], "number": number + 1}
        key = f"d{weekday}_{number}"
        self.fields[f"{key}_from"] = DayTime(
            _("%(day)s, stretch %(number)d, from") % said, required=False
        )
        self.fields[f"{key}_until"] = DayTime(
            _("%(day)s, stretch %(number)d, until") % said, required=False
        )
        if stretch is not None:
            self.initial[f"{key}_from"] = time_of(stretch.starts_minute)
            self.initial[f"{key}_until"] = time_of(stretch.ends_minute)
        if len(self.locations) > 1:
            self.fields[f"{key}_at"] = forms.TypedChoiceField(
                label=_("%(day)s, stretch %(number)d, where") % said,
                coerce=int,
                required=False,
                choices=[(place.pk, place.name) for place in self.locations],
                widget=forms.Select({"class": "form-select"}),
                error_messages={"invalid_choice": _("Choose one of the locations shown.")},
            )
            if stretch is not None:
                self.initial[f"{key}_at"] = stretch.location

    def days(self) -> list[WeekDay]:
        """Return the fields as the page shows them, day by day."""
        found = []
        for weekday in range(7):
            lines = []
            for number in range(self.lines):
                key = f"d{weekday}_{number}"
                names = [f"{key}_from", f"{key}_until", f"{key}_at"]
                bound = [self[name] for name in names if name in self.fields]
                lines.append(Line(bound[0], bound[1], bound[2] if len(bound) > 2 else None))
            used = max([1, *(n for n, line in enumerate(lines, start=1) if line.is_used)])
            found.append(WeekDay(WEEKDAYS[weekday], lines[:used], lines[used:]))
        return found

    def clean_from_day(self) -> date:
        day: date = self.cleaned_data["from_day"]
        if not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(NO_SUCH_DAY)
        return day

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        self.week: list[Stretch] = []
        for weekday in range(7):
            day: list[Stretch] = []
            for number in range(self.lines):
                stretch = self._stretch(typed, weekday, number)
                if stretch is not None and any(
                    stretch.starts_minute < other.ends_minute
                    and other.starts_minute < stretch.ends_minute
                    for other in day
                ):
                    self.add_error(
                        f"d{weekday}_{number}_from",
                        _("This overlaps another stretch of the day."),
                    )
                elif stretch is not None:
                    day.append(stretch)
            self.week += day
        return typed

    def _stretch(self, typed: dict[str, Any], weekday: int, number: int) -> Stretch | None:
        key = f"d{weekday}_{number}"
        starts, ends = typed.get(f"{key}_from"), typed.get(f"{key}_until")
        if starts is None and ends is None:
            return None
        if starts is None or ends is None:
            missing = f"{key}_from" if starts is None else f"{key}_until"
            if missing not in self.errors:
                self.add_error(missing, _("Write both, from and until, or neither."))
            return None
        first, last = minute_of(starts), minute_of(ends) or MIDNIGHT
        if last <= first:
            self.add_error(f"{key}_until", _("This ends before it begins."))
            return None
        where = typed.get(f"{key}_at") or self.locations[0].pk
        return Stretch(weekday, first, last, where)
