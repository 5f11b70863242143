"""Refusals: the expected ways of saying no. Each becomes a sentence for whoever asked.

Which constraint of the house's tables stands for which sentence is written down here too.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import DatabaseError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


class Refusal(Exception):
    """Something was asked that can't be done, and here is why.

    `code` is for programs, `sentence` for people, `field` the form field it belongs to ("" for
    the form as a whole). Nothing has been saved when one is raised.
    """

    code = "refused"
    field = ""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(self.code))
        self.sentence = sentence


class NotStored(Refusal):
    """A setting that won't do: too long, used already, out of its range. `field` says which."""

    code = "invalid"

    def __init__(self, field: str, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.field = field


Constraints = Mapping[str, tuple[str, Sentence]]
"""Constraint name to the form field it belongs to ("" for the whole form) and the sentence."""

_JUST_ADDED = _("This name has just been given to another. Please choose one that differs.")
CONSTRAINTS: Constraints = {
    "clinic_user_email_key": ("email", _("This e-mail address has a login already.")),
    "user_email_lower_case": ("email", _("Write the address in small letters.")),
    "user_role_known": ("role", _("Choose one of the roles shown.")),
    "clinic_practitioner_user_id_key": (
        "user",
        _("This login belongs to another practitioner already."),
    ),
    "clinic_practitioner_slug_key": ("name", _JUST_ADDED),
    "practitioner_pause_short": ("pause_minutes", _("A pause lasts at most 120 minutes.")),
    "clinic_location_slug_key": ("name", _JUST_ADDED),
    "location_country": ("country", _("Write the two capital letters of a country, such as CA.")),
    "location_currency": (
        "currency",
        _("Write the three capital letters of a currency, such as CAD."),
    ),
    "location_has_zone": ("time_zone", _("Choose the time zone the location lies in.")),
    "room_name_once_a_location": (
        "name",
        _("This location has a room of that name already. Please choose another name."),
    ),
    "hours_weekday_known": ("", _("A week has seven days, Monday to Sunday.")),
    "hours_within_day": ("", _("Working hours end after they begin, on the same day.")),
    "hours_valid_range": ("from_day", _("New hours must begin after the ones they replace.")),
    "hours_no_overlap": (
        "",
        _("Two stretches overlap: nobody can work in two places or twice at the same time."),
    ),
    "time_off_forwards": ("last_day", _("The time off ends before it begins.")),
    "closure_forwards": ("last_day", _("The last day lies before the first.")),
    "clinic_only_one": ("", _("There is one clinic, and it is there already.")),
    "clinic_grid_known": (
        "grid_minutes",
        _("Sessions can start every 5, 10, 15, 20, 30 or 60 minutes."),
    ),
    "clinic_horizon_range": ("horizon_days", _("Between 1 and 730 days ahead.")),
    "clinic_hold_range": ("hold_minutes", _("Between 1 and 60 minutes.")),
    "clinic_accent_is_a_colour": ("own", _("Write a colour as #1d6a55.")),
    "clinic_treating_range": ("treating_months", _("Between 1 and 120 months.")),
    "clinic_opening_range": ("opening_minutes", _("Between 5 minutes and a day (1440).")),
    "clinic_keep_range": ("keep_years", _("Between 1 and 50 years.")),
    "clinic_quiet_in_day": ("quiet_from", _("Quiet hours are times of the day.")),
}


def constraint_of(error: DatabaseError) -> str:
    """Return the name of the constraint a database error speaks of, or ""."""
    diag = getattr(error.__cause__, "diag", None)
    return getattr(diag, "constraint_name", None) or ""


def refusal_of(error: DatabaseError, known: Constraints = CONSTRAINTS) -> NotStored | None:
    """Return the refusal a constraint stands for; None where the error is no expected one."""
    name = constraint_of(error)
    return NotStored(*known[name]) if name in known else None
