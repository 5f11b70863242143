"""What staff read of a booking: icon, word and shape of its facts, and times on a 24-hour clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import lifecycle
from bookings.views import wording
from clients.rules import Outcome

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Mark:
    """A fact as icon, word and shape: `tone` is a class of desk.css, `icon` one of
    _icons.html. `short`: the word where it stands beside its own heading."""

    word: Words
    icon: str
    tone: str
    short: Words = ""


STATUS = {
    lifecycle.REQUESTED: Mark(gettext_lazy("Awaiting review"), "hourglass", "gold"),
    lifecycle.BOOKED: Mark(gettext_lazy("Booked"), "circle-dashed", "slate"),
    lifecycle.CONFIRMED: Mark(gettext_lazy("Confirmed"), "circle-check", "jade"),
    lifecycle.ARRIVED: Mark(gettext_lazy("Arrived"), "door-open", "gold"),
    lifecycle.IN_SESSION: Mark(gettext_lazy("In session"), "play", "solid"),
    lifecycle.DONE: Mark(gettext_lazy("Done"), "check-check", "plain"),
    lifecycle.DECLINED: Mark(gettext_lazy("Declined"), "calendar-x", "plain"),
    lifecycle.CANCELLED: Mark(gettext_lazy("Cancelled"), "calendar-x", "plain"),
    lifecycle.NO_SHOW: Mark(gettext_lazy("No-show"), "user-x", "rose"),
}

# The desk reads the outcome of the safety questions, never an answer.
SAFETY = {
    Outcome.FINE: Mark(gettext_lazy("Safety: fine"), "shield-check", "jade", gettext_lazy("fine")),
    Outcome.FLAG: Mark(
        gettext_lazy("Safety: take care"), "triangle-alert", "gold", gettext_lazy("take care")
    ),
    Outcome.NOT_ASKED: Mark(
        gettext_lazy("Safety: not asked yet"),
        "clipboard-list",
        "slate",
        gettext_lazy("not asked yet"),
    ),
    Outcome.REVIEW: Mark(
        gettext_lazy("Safety: review"), "triangle-alert", "rose", gettext_lazy("review")
    ),
    Outcome.NOT_BEFORE: Mark(
        gettext_lazy("Safety: too early"), "triangle-alert", "rose", gettext_lazy("too early")
    ),
    Outcome.REFUSED: Mark(
        gettext_lazy("Safety: not online"), "triangle-alert", "rose", gettext_lazy("talk first")
    ),
}


def clock(at: datetime, zone: ZoneInfo) -> str:
    """Return "14:30"; in an hour that comes twice also which of the two, "01:15 EDT"."""
    local = at.astimezone(zone)
    return f"{local:%H:%M} {local.tzname()}" if wording.comes_twice(local) else f"{local:%H:%M}"


def span(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """Return "14:30 to 15:20"."""
    return _("%(start)s to %(end)s") % {
        "start": clock(starts_at, zone),
        "end": clock(ends_at, zone),
    }


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return "Tue 24 Nov, 14:30"."""
    return _("%(day)s, %(time)s") % {
        "day": wording.day_short(at.astimezone(zone).date()),
        "time": clock(at, zone),
    }
