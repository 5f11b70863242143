"""What the desk fills in: a time, a client, a reason, and whether the client is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.choosing import read_choice
from bookings.forms.contact import LONGEST_PHONE
from clients.contact import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    Contact,
    PhoneInvalid,
    clean_text,
    email_key,
    phone_key,
)
from clinic.models import Location
from clinic.opening import instant_of, wall_minutes

OTHER = "other"
NEW = "new"
LONGEST_REASON = 200
LONGEST_CHOICE = 120


def instants_of(location: Location, day: date, at: dt.time) -> list[datetime]:
    """Return the instants at which a location's wall clock shows a time of a day: usually one; none
    in the hour that is skipped, two in the hour that comes twice."""
    minute = at.hour * 60 + at.minute
    stretches = wall_minutes(location.time_zone, day, minute, minute + 1)
    return [instant_of(start) for start, _end in stretches]


class WhenForm(forms.Form):
    """A start: one of those offered (`at`, "2026-11-24T15:00Z~3"), or a day and a time typed.

    Valid, it gives `starts_at` and `practitioner` (an id, None for whoever is free). `twice` holds
    both instants where the time typed comes twice.
    """

    at = forms.CharField(
        max_length=LONGEST_CHOICE,
        required=False,
        error_messages={"max_length": _("Please choose one of the times shown.")},
    )
    day = forms.DateField(
        label=_("Day"),
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("That is no day of the calendar. Example: 2026-11-24.")},
    )
    time = forms.TimeField(
        label=_("Time"),
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        error_messages={"invalid": _("That is no time of day. Example: 14:05.")},
    )
    practitioner = forms.CharField(required=False, max_length=20)
    tell = forms.BooleanField(label=_("Tell the client"), required=False)
    because = forms.CharField(required=False, max_length=LONGEST_REASON)
    override = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=LONGEST_REASON,
        error_messages={
            "max_length": _("This reason is too long: at most %(limit_value)d characters.")
        },
    )

    def __init__(self, data: Any, *, location: Location, people: Sequence[int]) -> None:
        super().__init__(data)
        self.location, self.people = location, set(people)
        self.starts_at: datetime | None = None
        self.who: int | None = None
        self.twice: list[datetime] = []

    def clean_override(self) -> str | None:
        return clean_text(self.cleaned_data["override"]) or None

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        typed["override"] = clean_text(typed.get("because", "")) or typed.get("override")
        chosen = typed.get("at") or OTHER
        if chosen != OTHER:
            choice = read_choice(chosen)
            if choice is None:
                self.add_error("at", _("Please choose one of the times shown."))
                return typed
            self.starts_at, self.who = choice.starts_at, self._person(choice.practitioner)
        elif "day" in typed and "time" in typed:
            self.who = self._person(typed.get("practitioner", ""))
            self._read_wall(typed["day"], typed["time"])
        return typed

    def _person(self, text: str) -> int | None:
        key = int(text) if text.isascii() and text.isdecimal() else None
        return key if key in self.people else None

    def _read_wall(self, day: date | None, at: dt.time | None) -> None:
        if day is None or at is None:
            missing = "day" if day is None else "time"
            self.add_error(missing, _("Please choose a time, or give a day and a time."))
            return
        found = instants_of(self.location, day, at)
        if not found:
            self.add_error("time", _("The clock skips that time on this day. Please give another."))
        elif len(found) > 1:
            self.twice = found
            self.add_error("time", _("That time comes twice on this day. Please choose which."))
        else:
            self.starts_at = found[0]


class DeskBookForm(WhenForm):
    """Who comes, for what and when. `client` is a client's uid, or "new" with a name."""

    key = forms.UUIDField(error_messages={"required": _("Please send the form again.")})
    treatment = forms.CharField(
        max_length=60, error_messages={"required": _("Please choose a session.")}
    )
    client = forms.CharField(
        max_length=40,
        error_messages={"required": _("Find the client, or type the name of a new one.")},
    )
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=LONGEST_NAME,
        error_messages={
            "max_length": _("This name is too long for us: at most %(limit_value)d characters.")
        },
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=LONGEST_EMAIL,
        error_messages={
            "invalid": _("This does not look like an e-mail address. Example: sam@example.com.")
        },
    )
    phone = forms.CharField(label=_("Mobile"), required=False, max_length=LONGEST_PHONE)

    def clean_client(self) -> UUID | None:
        """Return the uid of a client we have; None for a new one."""
        text: str = self.cleaned_data["client"]
        if text == NEW:
            return None
        try:
            return UUID(text)
        except ValueError:
            raise forms.ValidationError(_("Please choose one of the clients found.")) from None

    def clean_phone(self) -> str:
        try:
            return phone_key(clean_text(self.cleaned_data["phone"]), self.location.country)
        except PhoneInvalid:
            raise forms.ValidationError(
                _("This is no phone number we can call. Leave it empty if there is none.")
            ) from None

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if "client" in typed and typed["client"] is None and "name" in typed:
            typed["name"] = clean_text(typed["name"])
            if not any(character.isalnum() for character in typed["name"]):
                self.add_error("name", _("Please type the client's name."))
        return typed

    @property
    def contact(self) -> Contact:
        """The contact of somebody new. They have agreed to nothing yet."""
        typed = self.cleaned_data
        return Contact(name=typed["name"], email=email_key(typed["email"]), phone=typed["phone"])


class CancelForm(forms.Form):
    """Whether the client is told, and why it is cancelled this late."""

    tell = forms.BooleanField(required=False)
    because = forms.CharField(required=False, max_length=LONGEST_REASON)
    override = forms.CharField(required=False, max_length=LONGEST_REASON)

    def clean_override(self) -> str | None:
        typed = self.cleaned_data
        return clean_text(typed.get("because", "")) or clean_text(typed["override"]) or None
