"""What it means that a constraint of the database was met: somebody was faster, it was done already,
or which field of a form is wrong."""

from __future__ import annotations

from django.db import DatabaseError, IntegrityError, OperationalError
from django.utils.translation import gettext_lazy as _

from clinic.errors import Constraints, constraint_of

LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK_DETECTED = "40P01"
SLOT_CONSTRAINTS = {"booking_practitioner_free", "booking_room_free"}
TWICE_CONSTRAINTS = {
    "booking_one_an_attempt",
    "booking_one_hold_an_attempt",
    "bookings_requestkey_digest_key",
}
SCHEDULE_CONSTRAINTS: Constraints = {
    "schedule_within_a_year": ("amount", _("At most a year before or after.")),
    "schedule_of_use_after": ("until", _("It must be of use for a while after it goes.")),
    "schedule_has_a_way": ("first", _("Choose by which way it goes.")),
    "schedule_repeats_by_days": (
        "repeat",
        _("It can be repeated after a day at the earliest, at most 24 times."),
    ),
    "schedule_tidings_stay_on": (
        "is_on",
        _("People would come in vain: what tells how a booking stands is always sent."),
    ),
    "schedule_clients_sleep": ("night", _("Clients are not written to in the quiet hours.")),
    "schedule_what_must_go_is_care": (
        "purpose",
        _("A visit can't do without it: it goes whatever the client said of advertising."),
    ),
    "schedule_staff_do_it": ("audience", _("This is for staff to do, not to be written.")),
}

# What no constraint knows of a schedule, for one row says nothing of what it was.
NOT_FOR_THIS_KIND = ("moment", _("This kind of message can't go like that."))
IS_IT_ADVERTISING = (
    "not_advertising",
    _("Tick this if it is so. If it invites people to book or buy, it is advertising."),
)


def is_lost_race(error: DatabaseError) -> bool:
    """Return whether the error means that somebody else took the time first."""
    if isinstance(error, IntegrityError):
        return constraint_of(error) in SLOT_CONSTRAINTS
    code = getattr(error.__cause__, "pgcode", None)
    return isinstance(error, OperationalError) and code in {LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED}


def is_twice(error: DatabaseError) -> bool:
    """Return whether the error means that the same request was already carried out."""
    return isinstance(error, IntegrityError) and constraint_of(error) in TWICE_CONSTRAINTS
