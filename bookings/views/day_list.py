"""A day in the words and marks of the desk's list: 24-hour clock, the location's own zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings import lifecycle
from bookings.models import Booking
from bookings.queries.day import Day
from bookings.views import wording
from clients.rules import Outcome
from clinic.models import Closure, Location, Practitioner, TimeOff, WorkingHours
from clinic.opening import day_bounds, instant_of

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Mark:
    """A fact as icon, word and shape: `tone` is a class of staff.css, `icon` one of _icons.html."""

    word: Words
    icon: str
    tone: str


STATUS = {
    lifecycle.REQUESTED: Mark(gettext_lazy("Awaiting review"), "hourglass", "gold"),
    lifecycle.BOOKED: Mark(gettext_lazy("Booked"), "circle-dashed", "slate"),
    lifecycle.CONFIRMED: Mark(gettext_lazy("Confirmed"), "circle-check", "jade"),
    lifecycle.ARRIVED: Mark(gettext_lazy("Arrived"), "door-open", "gold"),
    lifecycle.IN_SESSION: Mark(gettext_lazy("In session"), "play", "solid"),
    lifecycle.DONE: Mark(gettext_lazy("Done"), "check-check", "plain"),
    lifecycle.DECLINED: Mark(gettext_lazy("Declined"), "calendar-x", "plain"),
    lifecycle.CANCELLED: Mark(gettext_lazy("Cancelled"), "calendar-x", "plain"),
    lifecycle.NO_SHOW: Mark(gettext_lazy("Did not come"), "user-x", "rose"),
}

# The desk reads the outcome of the safety questions, never an answer.
SAFETY = {
    Outcome.FINE: Mark(gettext_lazy("Safety: fine"), "shield-check", "jade"),
    Outcome.FLAG: Mark(gettext_lazy("Safety: take care"), "triangle-alert", "gold"),
    Outcome.NOT_ASKED: Mark(gettext_lazy("Safety: not asked yet"), "clipboard-list", "slate"),
    Outcome.REVIEW: Mark(gettext_lazy("Safety: review"), "triangle-alert", "rose"),
    Outcome.NOT_BEFORE: Mark(gettext_lazy("Safety: too early"), "triangle-alert", "rose"),
    Outcome.REFUSED: Mark(gettext_lazy("Safety: not online"), "triangle-alert", "rose"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One booking as the list shows it."""

    booking: Booking
    starts: str
    ends: str
    status: Mark
    safety: Mark
    is_off: bool
    is_next: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody's day: name and hours as written."""

    name: str
    hours: str


def words(found: Day, shown: date, location: Location, now: datetime) -> dict[str, Any]:
    """Return what the list's template shows of a day."""
    return {
        "title": wording.day(shown),
        "count": count(found.bookings),
        "rows": rows(found.bookings, now, location.zone),
        "now": clock(now, location.zone) if shown == now.astimezone(location.zone).date() else "",
        "closure": closure_words(found.closures, location),
        "shifts": [] if found.closures else shifts(found.hours),
        "away": [] if found.closures else away(found.away, location, shown),
        "empty": empty_words(found, shown, location),
    }


def clock(at: datetime, zone: ZoneInfo) -> str:
    """Return "14:30"; in an hour that comes twice also which of the two, "01:15 EDT"."""
    local = at.astimezone(zone)
    return f"{local:%H:%M} {local.tzname()}" if wording.comes_twice(local) else f"{local:%H:%M}"


def rows(bookings: list[Booking], now: datetime, zone: ZoneInfo) -> list[Row]:
    """Return the rows of the list. The first that has not ended yet is the next one."""
    off = set(lifecycle.DEAD)
    coming = next((b.pk for b in bookings if b.ends_at > now and b.status not in off), None)
    return [
        Row(
            booking=booking,
            starts=clock(booking.starts_at, zone),
            ends=clock(booking.ends_at, zone),
            status=STATUS[booking.status],
            safety=SAFETY[Outcome(booking.outcome)],
            is_off=booking.status in off,
            is_next=booking.pk == coming,
        )
        for booking in bookings
    ]


def count(bookings: list[Booking]) -> str:
    live = sum(booking.status not in lifecycle.DEAD for booking in bookings)
    return ngettext("%(count)d session", "%(count)d sessions", live) % {"count": live}


def closure_words(closures: list[Closure], location: Location) -> str:
    """Return why the day is shut, or "" when it is not."""
    if not closures:
        return ""
    reason = next((closure.reason for closure in closures if closure.reason), "")
    if reason:
        return _("%(location)s is closed: %(reason)s.") % {
            "location": location.name,
            "reason": reason.rstrip("."),
        }
    return _("%(location)s is closed.") % {"location": location.name}


def empty_words(found: Day, shown: date, location: Location) -> str:
    """Return what an empty list says: what is so, and why."""
    said = {"day": wording.day(shown), "location": location.name}
    if found.closures:
        return _("No sessions on %(day)s.") % said
    if not found.hours:
        return _("No sessions on %(day)s. Nobody works at %(location)s that day.") % said
    return _("Nothing is booked at %(location)s on %(day)s yet.") % said


def shifts(hours: list[WorkingHours]) -> list[Shift]:
    """Return who works, each with their stretches of the day: "09:00 to 12:30, 13:00 to 17:00"."""
    stretches: dict[Practitioner, list[str]] = {}
    for row in hours:
        stretches.setdefault(row.practitioner, []).append(
            _("%(start)s to %(end)s")
            % {"start": _wall(row.starts_minute), "end": _wall(row.ends_minute)}
        )
    return [Shift(who.name, ", ".join(parts)) for who, parts in stretches.items()]


def away(time_off: list[TimeOff], location: Location, shown: date) -> list[Shift]:
    """Return who of them is away, and when on that day."""
    start, end = (instant_of(minute) for minute in day_bounds(location.time_zone, shown))
    return [
        Shift(
            row.practitioner.name,
            _("all day")
            if row.starts_at <= start and row.ends_at >= end
            else _("%(start)s to %(end)s")
            % {
                "start": clock(max(row.starts_at, start), location.zone),
                "end": "24:00" if row.ends_at >= end else clock(row.ends_at, location.zone),
            },
        )
        for row in time_off
    ]


def _wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
