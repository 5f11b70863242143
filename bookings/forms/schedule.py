"""How a kind of message goes, as the owner writes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import DayTime, Whole, group, layout, minute_of, time_of
from bookings.models import Schedule
from bookings.models.schedule import ANCHORS, AUDIENCES, LATES, NIGHTS, STOPS
from bookings.schedules import (
    AFTER,
    ALWAYS,
    BEFORE,
    INVITES,
    Anchor,
    Audience,
    Choices,
    Night,
    choices_of,
    defaults,
    needs_word,
)
from clients.models import Channel, Purpose

DAY = timedelta(days=1)
UNITS = ((1, _("minutes")), (60, _("hours")), (1440, _("days")))
MOST = 1000
# What is due in the morning is still of use so many minutes later.
STILL_MORNING = 240
SIDES = {BEFORE: _("before %(moment)s"), AFTER: _("after %(moment)s")}
PURPOSES = (
    (Purpose.CARE.value, _("care, part of a treatment")),
    (Purpose.MARKETING.value, _("marketing, with its own consent")),
)
# What goes before something is of no use from then on.
TOO_LATE: dict[str, Any] = {
    Anchor.START: _("It must go before the visit begins."),
    Anchor.RESPOND_BY: _("It must go before the answer is due."),
}
# What is asked of a message and not of a task; and of advertising alone.
OF_CLIENT = ("late", "first", "second", "purpose", "not_advertising", "implied_months")
OF_MARKETING = ("implied_months",)


def _unit() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=_("Counted in"), choices=UNITS, coerce=int)


class ScheduleForm(forms.Form):
    """A kind of message. It asks for what can be chosen of this kind; valid, it gives `values`."""

    is_on = forms.BooleanField(label=_("Switched on"), required=False)
    amount = Whole(_("How long"), 0, MOST)
    unit = _unit()
    at = DayTime(
        _("At"),
        help_text=_("On the clinic's clock. On a day on which nothing waits, nothing is sent."),
    )
    moment = forms.ChoiceField(label=_("Before or after what"))
    until = Whole(
        _("Of use until"), 1, MOST, help_text=_("After the same moment. Then it is left out.")
    )
    until_unit = _unit()
    late = forms.ChoiceField(label=_("If its moment has passed"), choices=LATES)
    night = forms.ChoiceField(
        label=_("If its moment is in the quiet hours"),
        choices=[each for each in NIGHTS if each[0] != Night.ANY_TIME],
    )
    notice = Whole(
        _("Not for what is booked less ahead than, hours"), 0, MOST, help_text=_("0: for all.")
    )
    audience = forms.ChoiceField(label=_("It is for"))
    first = forms.ChoiceField(label=_("It goes by"), choices=Channel.choices)
    second = forms.ChoiceField(
        label=_("Or else by"), choices=[("", _("nothing else")), *Channel.choices], required=False
    )
    repeat = Whole(_("Again every so many days"), 1, 366)
    times = Whole(_("Times in all"), 1, 24)
    stops = forms.MultipleChoiceField(
        label=_("Not while"), choices=STOPS, widget=forms.CheckboxSelectMultiple, required=False
    )
    purpose = forms.ChoiceField(label=_("It is"), choices=PURPOSES)
    not_advertising = forms.BooleanField(
        label=_("I have made sure that it is not advertising"),
        required=False,
        help_text=_(
            "Canada's law (CASL) asks for a consent as soon as one purpose of a message is to "
            "encourage somebody to buy, which an invitation to book can be. Kept in the log book."
        ),
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
        self._may = choices_of(schedule.kind)
        asked = self._asked()
        super().__init__(data, initial=self._initial())
        for name in self.base_fields.keys() - asked:
            del self.fields[name]
        self._offer()
        self.helper = layout(
            *(name for name in ("is_on",) if name in asked),
            *(
                group(title, *(part for part in parts if part))
                for title, parts in self._parts(asked)
                if any(parts)
            ),
        )

    def _offer(self) -> None:
        """Give the fields that differ by kind their choices."""
        if "moment" in self.fields:
            self._choose("moment", _moments(self._may))
        if "audience" in self.fields:
            words = dict(AUDIENCES)
            self._choose("audience", [(each, words[each]) for each in self._may.audiences])
            # A task goes by no way; whoever makes a message of it says by which.
            self.fields["first"].required = False
            if not self._schedule.channels:
                self._choose("first", [("", _("choose")), *Channel.choices])

    def _choose(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for mypy
        field.choices = choices

    def _asked(self) -> set[str]:
        """Return the fields there is something to choose in."""
        row, may = self._schedule, self._may
        default = defaults().get(row.kind, row.pure)
        asked = {"is_on"} if row.kind not in ALWAYS else set()
        to_client = Audience.CLIENT in may.audiences
        if default.anchor == Anchor.DAY:
            asked.add("at")
        elif default.anchor != Anchor.NOW:
            asked |= {"amount", "unit"}
            if default.until:
                asked |= {"until", "until_unit"}
            if to_client:
                asked.add("late")
        if len(may.moments) > 1:
            asked.add("moment")
        if default.anchor == Anchor.START:
            asked |= {"night", "notice"}
        if len(may.audiences) > 1:
            asked.add("audience")
        if to_client:
            asked |= {"first", "second"}
        if default.stops:
            asked.add("stops")
        if default.repeat:
            asked |= {"repeat", "times"}
        if to_client and len(may.purposes) > 1:
            asked |= {"purpose", "implied_months"}
            as_care = replace(row.pure, audience=Audience.CLIENT, purpose=Purpose.CARE.value)
            if needs_word(row.pure, as_care):
                asked.add("not_advertising")
        return asked

    @property
    def facts(self) -> list[tuple[Any, Any]]:
        """What is as it is for this kind: words, and what holds."""
        may, row = self._may, self._schedule
        found: list[tuple[Any, Any]] = []
        if len(may.moments) == 1 and row.anchor not in (Anchor.NOW, Anchor.DAY):
            found.append((_("It goes"), dict(_moments(may))[_moment(*may.moments[0])]))
        if len(may.audiences) == 1:
            found.append((_("It is for"), row.get_audience_display()))
        if len(may.purposes) == 1 and row.audience == Audience.CLIENT:
            found.append((_("It is"), dict(PURPOSES)[row.purpose]))
        return found

    def clean(self) -> dict[str, Any]:
        """What does not apply to what was chosen is neither asked for nor kept."""
        typed = self.cleaned_data
        if typed.get("audience") == Audience.TASK:
            self._forget(OF_CLIENT)
        elif "audience" in typed and "first" in typed and not typed["first"]:
            self.add_error("first", _("Choose by which way it goes."))
        if typed.get("amount") == 0 and "until" not in self.fields and self._may.is_before:
            self.add_error("amount", TOO_LATE.get(self._schedule.anchor, TOO_LATE[Anchor.START]))
        if typed.get("purpose") == Purpose.CARE:
            self._forget(OF_MARKETING)
        return typed

    def _forget(self, names: tuple[str, ...]) -> None:
        for name in names:
            self.errors.pop(name, None)
            self.cleaned_data.pop(name, None)

    def _parts(self, asked: set[str]) -> list[tuple[Any, list[Any]]]:
        def pair(*names: str) -> Any:
            found = tuple(name for name in names if name in asked)
            return found if len(found) > 1 else (found[0] if found else None)

        def of(choice: str, part: Any) -> Any:
            """Mark a part that only some choices ask for: the style sheet hides it for the others."""
            classes = " ".join(f"of-{each.lower()}" for each in choice.split())
            return Div(*layout(part).layout.fields, css_class=classes) if part else None

        return [
            (
                _("When"),
                [
                    pair("at"),
                    pair("amount", "unit"),
                    pair("moment"),
                    pair("repeat", "times"),
                    pair("until", "until_unit"),
                    pair("late", "night"),
                    pair("notice"),
                ],
            ),
            (
                _("To whom and by which way"),
                [pair("audience"), of("CLIENT", pair("first", "second"))],
            ),
            (
                _("Care or marketing"),
                [
                    of("CLIENT", pair("purpose")),
                    of("CLIENT CARE", pair("not_advertising")),
                    of("CLIENT MARKETING", pair("implied_months")),
                ],
            ),
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
            "at": time_of(row.offset_minutes),
            "moment": _moment(row.anchor, BEFORE if row.offset_minutes < 0 else AFTER),
            "audience": row.audience,
            "until": until,
            "until_unit": until_unit,
            "late": row.late,
            "night": row.night,
            "notice": (row.notice_minutes or 0) // 60,
            "first": ways[0],
            "second": ways[1],
            # What goes once was to go again after so long; a form must be savable as it came.
            "repeat": (row.repeat_minutes or self._usual_repeat()) // 1440,
            "times": row.times,
            "stops": row.stops,
            "purpose": self._likely_purpose(),
            "implied_months": row.implied_months,
        }

    def _usual_repeat(self) -> int:
        default = defaults().get(self._schedule.kind)
        return int((default.repeat if default and default.repeat else DAY).total_seconds()) // 60

    def _likely_purpose(self) -> str:
        """Return what it is; what a task would be, were it a message."""
        row = self._schedule
        if row.audience == Audience.TASK and row.kind in INVITES:
            return Purpose.MARKETING.value
        return row.purpose

    @property
    def gives_word(self) -> bool:
        """Whether the owner gave their word that it is not advertising."""
        return bool(self.cleaned_data.get("not_advertising"))

    @property
    def values(self) -> dict[str, object]:
        """The columns of the row."""
        typed = self.cleaned_data
        found: dict[str, object] = {
            name: typed[name]
            for name in ("is_on", "late", "night", "times", "audience", "purpose", "implied_months")
            if name in typed
        }
        if "at" in typed:
            found["offset_minutes"] = minute_of(typed["at"])
            found["until_minutes"] = minute_of(typed["at"]) + STILL_MORNING
        if "amount" in typed:
            anchor, side = (
                _of_moment(typed["moment"]) if "moment" in typed else self._may.moments[0]
            )
            found["anchor"] = str(anchor)
            found["offset_minutes"] = side * typed["amount"] * typed["unit"]
        if "until" in typed:
            found["until_minutes"] = typed["until"] * typed["until_unit"]
        if "notice" in typed:
            found["notice_minutes"] = typed["notice"] * 60 or None
        if "first" in typed:
            found["channels"] = list(dict.fromkeys(filter(None, (typed["first"], typed["second"]))))
        elif typed.get("audience") == Audience.TASK:
            found["channels"] = []
        if "repeat" in typed:
            found["repeat_minutes"] = typed["repeat"] * 1440 if typed["times"] > 1 else None
        if "stops" in typed:
            found["stops"] = sorted(typed["stops"])
        return found


def _moments(may: Choices) -> list[tuple[str, Any]]:
    words = dict(ANCHORS)
    return [
        (_moment(anchor, side), SIDES[side] % {"moment": words[anchor]})
        for anchor, side in may.moments
    ]


def _moment(anchor: str, side: int) -> str:
    return f"{'BEFORE' if side == BEFORE else 'AFTER'}-{anchor}"


def _of_moment(typed: str) -> tuple[str, int]:
    side, _dash, anchor = typed.partition("-")
    return anchor, BEFORE if side == "BEFORE" else AFTER


def _counted(minutes: int) -> tuple[int, int]:
    """Return a number and the largest unit (in minutes) that it is whole in."""
    unit = next(size for size in (1440, 60, 1) if not minutes % size)
    # A day before is said in hours, as everybody does.
    unit = 60 if unit == 1440 and 0 < minutes < 2 * 1440 else unit
    return minutes // unit, unit
