"""The clinic, its locations and its rooms, as the owner writes them."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import (
    DayTime,
    HoursAsMinutes,
    Text,
    Whole,
    group,
    layout,
    minute_of,
    phone,
    time_of,
)
from clients.contact import clean_text
from clinic.models import Clinic, Location, Room

GRIDS = [(minutes, _("%d minutes") % minutes) for minutes in (5, 10, 15, 20, 30, 60)]
MONTH = 30 * 24
WEEK = 7 * 24


class ClinicForm(forms.Form):
    """The clinic's row; a valid form gives its `changes`."""

    name = Text(_("Name of the clinic"), 80)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("Answers to the clinic's messages go there."),
        error_messages={"invalid": _("This is no e-mail address. Example: hello@example.org.")},
    )
    notice_minutes = HoursAsMinutes(
        _("Shortest notice, hours"), MONTH, help_text=_("Online, nothing sooner can be booked.")
    )
    horizon_days = Whole(
        _("Bookable ahead, days"), 1, 730, help_text=_("Counted from today, the last one included.")
    )
    grid_minutes = forms.TypedChoiceField(
        label=_("A session can start every"), coerce=int, choices=GRIDS
    )
    window_minutes = HoursAsMinutes(
        _("Free to move or cancel until, hours before"),
        MONTH,
        help_text=_("Later than that, clients call. Bookings keep what they were promised."),
    )
    hold_minutes = Whole(_("A time is kept while the form is filled, minutes"), 1, 60)
    offers_first_visits = forms.BooleanField(
        label=_("First visits have a treatment of their own"), required=False
    )
    review_minutes = HoursAsMinutes(_("The practitioner answers a request within, hours"), WEEK)
    review_before_minutes = HoursAsMinutes(_("And at the latest, hours before the start"), WEEK)
    treating_months = Whole(
        _("A record stays open to whoever treated the client, months"),
        1,
        120,
        help_text=_("After their last visit. Later it is opened with a reason."),
    )
    opening_minutes = Whole(_("A record opened with a reason stays open, minutes"), 5, 24 * 60)
    quiet_from = DayTime(_("No messages from"))
    quiet_until = DayTime(_("Until"), help_text=_("Confirmations are sent at any hour."))

    def __init__(self, data: Any = None, *, clinic: Clinic) -> None:
        initial = {
            name: getattr(clinic, name)
            for name in self.base_fields
            if not name.startswith("quiet_")
        }
        initial["quiet_from"] = time_of(clinic.quiet_from_minute)
        initial["quiet_until"] = time_of(clinic.quiet_until_minute)
        super().__init__(data, initial=initial)
        self.helper = layout(
            group(_("Name and contact"), "name", ("phone", "email")),
            group(
                _("What can be booked online"),
                ("notice_minutes", "horizon_days"),
                ("grid_minutes", "hold_minutes"),
                "window_minutes",
                "offers_first_visits",
            ),
            group(
                _("When a request waits for the practitioner"),
                ("review_minutes", "review_before_minutes"),
            ),
            group(_("Quiet hours"), ("quiet_from", "quiet_until")),
            group(_("Who may read a record"), ("treating_months", "opening_minutes")),
        )

    def clean_phone(self) -> str:
        return phone(clean_text(self.cleaned_data["phone"]), "CA")

    @property
    def changes(self) -> dict[str, object]:
        typed = dict(self.cleaned_data)
        typed["quiet_from_minute"] = minute_of(typed.pop("quiet_from"))
        typed["quiet_until_minute"] = minute_of(typed.pop("quiet_until"))
        return typed


CONTINENTS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic"}
    | {"Australia", "Europe", "Indian", "Pacific"}
)


@cache
def zones(kept: str = "") -> list[tuple[str, str]]:
    """Return the time zones that are named after a city, to choose from, and `kept`, which was chosen
    before. Names of countries are old ones for the same, and those of Etc count the other way
    round: Etc/GMT+5 is behind Greenwich."""
    return [
        (name, name.replace("_", " "))
        for name in sorted(zoneinfo.available_timezones())
        if ("/" in name and name.partition("/")[0] in CONTINENTS) or name == kept
    ]


class LocationForm(forms.Form):
    """A location; a valid form gives its `values`."""

    name = Text(_("Name"), 80)
    address = Text(_("Address"), 200)
    directions = Text(
        _("How to get in"), 200, required=False, help_text=_("Stands in the confirmation.")
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        error_messages={"required": _("Clients need a number to call.")},
    )
    country = Text(_("Country, two letters"), 2, help_text=_("CA for Canada"))
    time_zone = forms.ChoiceField(label=_("Time zone"))
    currency = Text(_("Currency, three letters"), 3, help_text=_("CAD for Canadian dollars"))
    sender_name = Text(
        _("Name that messages come from"),
        60,
        required=False,
        help_text=_("Neutral, for it may be read over a shoulder. Empty: the clinic's name."),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False)

    def __init__(self, data: Any = None, *, location: Location | None = None) -> None:
        initial: dict[str, object] = {
            "country": "CA",
            "currency": "CAD",
            "time_zone": "America/Toronto",
            "is_active": True,
        }
        if location is not None:
            initial = {name: getattr(location, name) for name in self.base_fields}
        super().__init__(data, initial=initial)
        self.fields["time_zone"].choices = zones(str(initial["time_zone"]))  # type: ignore[attr-defined]
        self.helper = layout(
            "name",
            "address",
            "directions",
            ("phone", "country"),
            ("time_zone", "currency"),
            "sender_name",
            *([] if location is None else ["is_active"]),
        )
        if location is None:
            del self.fields["is_active"]

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if "phone" in typed and "country" in typed:
            try:
                typed["phone"] = phone(clean_text(typed["phone"]), typed["country"])
            except forms.ValidationError as problem:
                self.add_error("phone", problem)
        return typed


class RoomForm(forms.Form):
    """A room's name, and whether it is used."""

    name = Text(_("Name"), 60, missing=_("A room needs a name, such as Willow or Room 1."))
    is_active = forms.BooleanField(label=_("In use"), required=False)

    def __init__(self, data: Any = None, *, room: Room | None = None) -> None:
        initial = {} if room is None else {"name": room.name, "is_active": room.is_active}
        super().__init__(data, initial=initial)
        if room is None:
            del self.fields["is_active"]
        self.helper = layout(*self.fields)
