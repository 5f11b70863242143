"""What a client tells after a session, and how it is when somebody asks."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Day, DayTime, Text, layout
from treatments import wording
from treatments.models import SessionRecord
from treatments.session_facts import EVENTS, EventKind

LONGEST = 4000
SOONEST_YEAR = 2000
NOON = time(12)
AGAIN = [
    ("", _("As it is now")),
    ("2", _("In 2 days")),
    ("3", _("In 3 days")),
    ("7", _("In a week")),
    ("14", _("In two weeks")),
]


class EventForm(forms.Form):
    """An adverse event a client tells of. `key` makes a form that is sent twice one event."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    what = forms.ChoiceField(
        label=_("What was it?"),
        choices=[("", "…"), *((kind.value, wording.EVENTS[kind]) for kind in EventKind)],
        error_messages={"required": _("Please choose what it was.")},
    )
    grade = forms.ChoiceField(
        label=_("How bad?"),
        choices=[("", _("As it usually is")), *wording.GRADES.items()],
        required=False,
    )
    where = Text(_("Where"), 200, required=False, help_text=_("Such as left cheek."))
    day = Day(_("Noticed on"))
    time = DayTime(_("At"), required=False, help_text=_("Empty: at noon."))
    session = forms.ChoiceField(label=_("After which session?"), required=False)
    action = forms.CharField(
        label=_("What was advised or done"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    referred_to = Text(_("Referred to"), 200, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        now: datetime,
        zone: ZoneInfo,
        sessions: Sequence[tuple[SessionRecord, str]],
    ) -> None:
        """zone: the one the day is of. sessions: the client's last ones with their words."""
        today = now.astimezone(zone).date()
        super().__init__(data, initial={"key": uuid.uuid4(), "day": today})
        self.now, self.zone = now, zone
        self.sessions = {str(one.uid): one for one, _words in sessions}
        choices = [(str(one.uid), words) for one, words in sessions]
        self.fields["session"].choices = [*choices, ("", _("None of these"))]  # type: ignore[attr-defined]
        self.helper = layout(
            "key", ("what", "grade"), ("day", "time"), ("where", "session"), "action", "referred_to"
        )

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self.now.astimezone(self.zone).date():
            raise forms.ValidationError(_("This day is still to come."))
        if day.year < SOONEST_YEAR:
            raise forms.ValidationError(_("Please look at the year again."))
        return day

    @property
    def values(self) -> dict[str, Any]:
        """What `report_event` is told."""
        said = self.cleaned_data
        at = said["time"] or NOON
        noticed = datetime.combine(said["day"], at, self.zone)
        told = ("what", "where", "action", "referred_to")
        return {
            "uid": said["key"] or uuid.uuid4(),
            "session": self.sessions.get(said["session"]),
            "grade": said["grade"] or EVENTS[EventKind(said["what"])][0].value,
            "noticed_at": min(noticed, self.now),
            "details": {**{name: said[name] for name in told if said[name]}, "told": True},
        }


class FollowUpForm(forms.Form):
    """How it is now, and whether somebody asks again."""

    key = forms.UUIDField(required=False)
    text = forms.CharField(
        max_length=LONGEST,
        error_messages={
            "required": _("Please write down how it is, in a few words."),
            "max_length": _("This is too long: at most %(limit_value)d characters."),
        },
    )
    again_in = forms.ChoiceField(choices=AGAIN, required=False)
    over = forms.BooleanField(required=False)

    @property
    def values(self) -> dict[str, Any]:
        """What `note_event` is told."""
        said = self.cleaned_data
        return {
            "uid": said["key"] or uuid.uuid4(),
            "text": said["text"],
            "again_in": int(said["again_in"]) if said["again_in"] else None,
            "is_over": said["over"],
        }
