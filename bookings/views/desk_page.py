"""The desk's page: a day of a location and, beside it, a panel.

Every address of the desk gives the whole page; a script that asks for the panel alone (header
`X-Fragment: panel`) gets just that, with the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.forms.desk import FIRST_DAY, LAST_DAY
from bookings.models import Booking
from bookings.queries import catalogue
from bookings.queries.desk_day import Card, DeskDay, desk_day
from bookings.queries.waiting import waiting
from bookings.views import wording
from bookings.views.desk_grid import book_href, grid, sessions
from bookings.views.marks import moment
from clinic.models import Location
from clinic.opening import day_bounds, instant_of, pieces

FRAGMENT = "X-Fragment"
PANEL = "panel"

# What was done a moment ago, by its word in the address.
TOLD: Mapping[str, Promise] = {
    "booked": gettext_lazy("%(name)s is booked for %(when)s."),
    "moved": gettext_lazy("%(name)s is moved to %(when)s."),
    "cancelled": gettext_lazy("The booking of %(name)s is cancelled."),
    "confirmed": gettext_lazy("%(name)s is confirmed."),
    "arrived": gettext_lazy("%(name)s has arrived."),
    "started": gettext_lazy("The session of %(name)s has begun."),
    "done": gettext_lazy("The session of %(name)s is done."),
    "no-show": gettext_lazy("%(name)s did not come."),
    "undone": gettext_lazy("Taken back. %(name)s: %(when)s."),
}


@dataclass(slots=True)
class DeskPage:
    """A day that is shown. `chosen`: the booking whose panel stands beside it, if any. `found`: the
    day, where it has been read already."""

    request: HttpRequest
    location: Location
    day: date
    now: datetime
    locations: list[Location] = field(default_factory=list)
    chosen: Booking | None = None
    problems: list[str] = field(default_factory=list)
    find_text: str = ""
    found: DeskDay | None = None

    def answer(
        self,
        panel: str = "",
        context: Mapping[str, Any] | None = None,
        *,
        title: str | Promise = "",
        status: int = 200,
    ) -> HttpResponse:
        """Return the page with a panel (a template and its context), or the panel alone."""
        said = {
            "location": self.location,
            "day_href": self.href(self.day),
            "panel_title": title,
            **(context or {}),
        }
        if panel and self.request.headers.get(FRAGMENT) == PANEL:
            response = render(self.request, panel, said, status=status)
        else:
            said = {**self.day_context(), **said, "panel": panel}
            response = render(self.request, "bookings/desk/day.html", said, status=status)
        response["Vary"] = ", ".join(filter(None, [response.get("Vary", ""), FRAGMENT]))
        return response

    def href(self, day: date) -> str:
        asked = {"day": day.isoformat(), "location": self.location.slug}
        return f"{reverse('day')}?{urlencode(asked)}"

    def day_context(self) -> dict[str, Any]:
        """Return what the day's template shows (six queries at most, however much is booked)."""
        found = self.found or desk_day(self.location, self.day, now=self.now)
        return {
            **self._which_day(),
            "problems": self.problems,
            "locations": self.locations or catalogue.locations(),
            "count": sessions(sum(len(column.cards) for column in found.columns)),
            "closure": self._closure(found),
            "grid": grid(
                found, self.location, now=self.now, chosen=self.chosen.uid if self.chosen else None
            ),
            "empty": _("No sessions on %(day)s.") % {"day": wording.day(self.day)},
            "book_href": book_href(self.location.slug, day=self.day.isoformat()),
            "find_text": self.find_text,
            "waiting_href": self._waiting_href(),
            "waiting": waiting(self.location, now=self.now),
            **self._told(found),
        }

    def _which_day(self) -> dict[str, Any]:
        """Return which day it is, on what clock, and the ways to the days beside it."""
        before, after = self.day - timedelta(days=1), self.day + timedelta(days=1)
        start, end = day_bounds(self.location.time_zone, self.day)
        return {
            "title": wording.day(self.day),
            "day": self.day,
            "today": self.now.astimezone(self.location.zone).date(),
            "before": self.href(before) if self.day > FIRST_DAY else "",
            "after": self.href(after) if self.day < LAST_DAY else "",
            "today_href": f"{reverse('day')}?{urlencode({'location': self.location.slug})}",
            "zone": wording.zone_words(self.location.zone, instant_of((start + end) // 2)),
            "clock_changes": self._clock_changes(end - start),
        }

    def _waiting_href(self) -> str:
        asked = {"day": self.day.isoformat(), "location": self.location.slug}
        return f"{reverse('desk-waiting')}?{urlencode(asked)}"

    def _closure(self, found: DeskDay) -> str:
        if not found.closures:
            return ""
        said = {"location": self.location.name}
        reason = next((text for text in found.closures if text), "").rstrip(".")
        if not reason:
            return _("%(location)s is closed.") % said
        return _("%(location)s is closed: %(reason)s.") % {**said, "reason": reason}

    def _clock_changes(self, minutes: int) -> str:
        if len(pieces(self.location.time_zone, self.day)) < 2:
            return ""
        return _("The clock changes on this day: it has %(hours)s hours.") % {
            "hours": f"{minutes / 60:g}"
        }

    def _told(self, found: DeskDay) -> dict[str, Any]:
        """Return what to say of the change the address speaks of, and how to take it back."""
        words = TOLD.get(self.request.GET.get("did", ""))
        if self.chosen is None or words is None:
            return {}
        card = card_of(found, self.chosen.uid)
        said = {
            "name": self.chosen.client.name if self.chosen.client else "",
            "when": moment(self.chosen.starts_at, self.location.zone),
        }
        undo = undo_href(card)
        return {
            "told": words % said,
            "undo": undo,
            "undo_change": card.undo if card and undo else "",
        }


def card_of(found: DeskDay, uid: UUID) -> Card | None:
    """Return a booking's card of a day."""
    for column in found.columns:
        for card in (*column.cards, *column.off):
            if card.booking.uid == uid:
                return card
    return None


def undo_href(card: Card | None) -> str:
    """Return where the last change of a booking is taken back; "" where it can't be any more."""
    if card is None or card.undo is None:
        return ""
    return reverse("desk-undo", args=[card.booking.uid])


def day_of(booking: Booking) -> date:
    return booking.starts_at.astimezone(booking.room.location.zone).date()
