"""How a kind of message goes, as the owner writes it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Whole, group, layout
from bookings.models import Schedule
from bookings.models.schedule import LATES, NIGHTS, STOPS
from bookings.schedules import ALWAYS, Anchor, Audience, Night, defaults
from clients.models import Channel, Purpose

UNITS = ((1, _("minutes")), (60, _("hours")), (1440, _("days")))
MOST = 1000


def _unit() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=_("Counted in"), choices=UNITS, coerce=int)


class ScheduleForm(forms.Form):
    """A kind of message. It asks for what can be chosen of this kind; valid, it gives `values`."""

    is_on = forms.BooleanField(label=_("Switched on"), required=False)
    amount = Whole(_("How long"), 0, MOST)
    unit = _unit()
    until = Whole(_("Of use until"), 1, MOST, help_text=_("After that it is left out."))
    until_unit = _unit()
    late = forms.ChoiceField(label=_("If its moment has passed"), choices=LATES)
    night = forms.ChoiceField(
        label=_("If its moment is in the quiet hours"),
        choices=[each for each in NIGHTS if each[0] != Night.ANY_TIME],
    )
    notice = Whole(
        _("Not for what is booked less ahead than, hours"), 0, MOST, help_text=_("0: for all.")
    )
    first = forms.ChoiceField(label=_("It goes by"), choices=Channel.choices)
    second = forms.ChoiceField(
        label=_("Or else by"), choices=[("", _("nothing else")), *Channel.choices], required=False
    )
    repeat = Whole(_("Again every so many days"), 1, 366)
    times = Whole(_("Times in all"), 1, 24)
    stops = forms.MultipleChoiceField(
        label=_("Not while"), choices=STOPS, widget=forms.CheckboxSelectMultiple, required=False
    )
    implied_months = Whole(
        _("Without a yes, months after the last visit"),
        0,
        120,
        help_text=_(
            "By e-mail, to whoever has not said no. 0: to nobody without a yes. Ask what the law "
            "of your country says; Canada's allows 24 after a purchase."
        ),
    )

    def __init__(self, data: Any = None, *, schedule: Schedule) -> None:
        self._schedule = schedule
        asked = self._asked()
        super().__init__(data, initial=self._initial())
        for name in self.base_fields.keys() - asked:
            del self.fields[name]
        self.helper = layout(
            *(name for name in ("is_on",) if name in asked),
            *(
                group(title, *(part for part in parts if part))
                for title, parts in self._parts(asked)
                if any(parts)
            ),
        )

    def _asked(self) -> set[str]:
        """Return the fields there is something to choose in."""
        row, default = self._schedule, defaults().get(self._schedule.kind, self._schedule.pure)
        asked = {"is_on"} if row.kind not in ALWAYS else set()
        to_client = row.audience == Audience.CLIENT
        if row.anchor != Anchor.NOW:
            asked |= {"amount", "unit"}
            if default.until:
                asked |= {"until", "until_unit"}
            if row.anchor != Anchor.RESPOND_BY and to_client:
                asked.add("late")
        if row.anchor == Anchor.START:
            asked |= {"night", "notice"}
        if to_client:
            asked |= {"first", "second"}
        if default.stops:
            asked.add("stops")
        if default.repeat:
            asked |= {"repeat", "times"}
        if row.purpose == Purpose.MARKETING:
            asked.add("implied_months")
        return asked

    def _parts(self, asked: set[str]) -> list[tuple[Any, list[Any]]]:
        def pair(*names: str) -> Any:
            found = tuple(name for name in names if name in asked)
            return found if len(found) > 1 else (found[0] if found else None)

        return [
            (
                _("When"),
                [
                    pair("amount", "unit"),
                    pair("repeat", "times"),
                    pair("until", "until_unit"),
                    pair("late", "night"),
                    pair("notice"),
                ],
            ),
            (_("By which way"), [pair("first", "second"), pair("implied_months")]),
            (_("What stops it"), [pair("stops")]),
        ]

    def _initial(self) -> dict[str, Any]:
        row = self._schedule
        amount, unit = _counted(abs(row.offset_minutes))
        until, until_unit = _counted(row.until_minutes or 0)
        ways = [*row.channels, "", ""]
        return {
            "is_on": row.is_on,
            "amount": amount,
            "unit": unit,
            "until": until,
            "until_unit": until_unit,
            "late": row.late,
            "night": row.night,
            "notice": (row.notice_minutes or 0) // 60,
            "first": ways[0],
            "second": ways[1],
            "repeat": (row.repeat_minutes or 0) // 1440,
            "times": row.times,
            "stops": row.stops,
            "implied_months": row.implied_months,
        }

    @property
    def values(self) -> dict[str, object]:
        """The columns of the row."""
        typed, row = self.cleaned_data, self._schedule
        found: dict[str, object] = {
            name: typed[name]
            for name in ("is_on", "late", "night", "times", "implied_months")
            if name in typed
        }
        if "amount" in typed:
            sign = -1 if defaults().get(row.kind, row.pure).offset.days < 0 else 1
            found["offset_minutes"] = sign * typed["amount"] * typed["unit"]
        if "until" in typed:
            found["until_minutes"] = typed["until"] * typed["until_unit"]
        if "notice" in typed:
            found["notice_minutes"] = typed["notice"] * 60 or None
        if "first" in typed:
            found["channels"] = list(dict.fromkeys(filter(None, (typed["first"], typed["second"]))))
        if "repeat" in typed:
            found["repeat_minutes"] = typed["repeat"] * 1440 if typed["times"] > 1 else None
        if "stops" in typed:
            found["stops"] = sorted(typed["stops"])
        return found


def _counted(minutes: int) -> tuple[int, int]:
    """Return a number and the largest unit (in minutes) that it is whole in."""
    unit = next(size for size in (1440, 60, 1) if not minutes % size)
    # A day before is said in hours, as everybody does.
    unit = 60 if unit == 1440 and 0 < minutes < 2 * 1440 else unit
    return minutes // unit, unit
