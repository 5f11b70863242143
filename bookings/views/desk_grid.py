"""A day as a grid of real minutes: a column for each practitioner, everything in its place.

Places are minutes below the top of the grid, counted on the clock that never changes (UTC), so a
day of 23 or 25 hours is as long as it is; the labels are the wall clock's. The classes that carry
the places are those of static/css/positions.css.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import lifecycle
from bookings.models import Booking
from bookings.queries.desk_day import Card as DeskCard
from bookings.queries.desk_day import Column as DeskColumn
from bookings.queries.desk_day import DeskDay, Part, Stretch
from bookings.views import wording
from bookings.views.marks import SAFETY, STATUS, Mark, clock
from clients.rules import Outcome
from clinic.intervals import Interval, chop, subtract, union
from clinic.models import Location
from clinic.opening import instant_of, minute_of

HOUR = 60
SHORTEST_FREE = 30
LATE_AFTER = 5
STEP = 5
NOON = 12 * HOUR
MOST_ROOMS = 2
CONSULTATION = "CONSULTATION"
OFF_GRID = (lifecycle.CANCELLED, lifecycle.DECLINED)
TONES = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: minutes below the top, and how many it is long."""

    start: int
    length: int

    @property
    def classes(self) -> str:
        return f"{self.at} d-h{self.length // HOUR} d-m{self.length % HOUR}"

    @property
    def at(self) -> str:
        return f"s-h{self.start // HOUR} s-m{self.start % HOUR}"


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the session: its kind, its minutes, and whether it is over or under way."""

    kind: str
    minutes: int
    is_on: bool

    @property
    def classes(self) -> str:
        return f"p-{self.kind} m{self.minutes}{' on' if self.is_on else ''}"


@dataclass(frozen=True, slots=True)
class Card:
    """A booking on the grid. `safety` is the outcome's mark, None where there is nothing to know."""

    booking: Booking
    place: Place
    turnover: Place | None
    time: str
    status: Mark
    safety: Mark | None
    phases: tuple[Phase, ...]
    overdue: str
    lane: str
    href: str
    is_chosen: bool

    @property
    def kind(self) -> str:
        return self.booking.status.lower().replace("_", "")


@dataclass(frozen=True, slots=True)
class Shut:
    """A stretch in which somebody is not there, and why. `is_away`: time off."""

    place: Place
    words: str
    time: str
    is_away: bool


@dataclass(frozen=True, slots=True)
class Free:
    """A stretch in which a session could be booked. `is_first`: the first piece of what is free in
    one go, whose `whole` is the time of all of it."""

    place: Place
    time: str
    whole: str
    href: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a column, whichever it is."""

    start: int
    card: Card | None = None
    shut: Shut | None = None
    free: Free | None = None


@dataclass(slots=True)
class Column:
    """A practitioner's day."""

    practitioner: int
    name: str
    initials: str
    tone: int
    line: str
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HourLine:
    """A full hour of the wall clock: "09:00", and in a doubled hour also which."""

    place: Place
    label: str


@dataclass(slots=True)
class Grid:
    """Everything the template draws. `now` stands in it only on the day that is today."""

    place: Place
    hours: list[HourLine]
    columns: list[Column]
    now: Place | None
    now_words: str
    called_off: list[Card]

    @property
    def is_empty(self) -> bool:
        return not self.columns


def grid(found: DeskDay, location: Location, *, now: datetime, chosen: UUID | None = None) -> Grid:
    """Return a local day of a location as a grid; `chosen` is the booking that stands open."""
    return _Drawing(found, location, now, chosen).grid()


class _Drawing:
    def __init__(
        self, found: DeskDay, location: Location, now: datetime, chosen: UUID | None
    ) -> None:
        self.found, self.location, self.zone = found, location, location.zone
        self.now, self.chosen = now, chosen
        self.top, self.bottom = self._span()

    def grid(self) -> Grid:
        minute = minute_of(self.now)
        is_today = self.found.starts_at <= self.now < self.found.ends_at
        shows_now = is_today and self.top <= minute < self.bottom
        called_off = [one for column in self.found.columns for one in column.off]
        return Grid(
            place=Place(0, self.bottom - self.top),
            hours=self._lines(),
            columns=[self._column(*each) for each in enumerate(self.found.columns)],
            now=Place(minute - self.top, 0) if shows_now else None,
            now_words=clock(self.now, self.zone) if shows_now else "",
            called_off=[self._card(one) for one in called_off if one.booking.status in OFF_GRID],
        )

    def _span(self) -> Interval:
        """Return the stretch drawn: everybody's hours and bookings, widened to full hours."""
        stretches = [one for column in self.found.columns for one in _drawn(column)]
        if not stretches:
            noon = minute_of(self.found.starts_at) + NOON
            stretches = [(noon - 3 * HOUR, noon + 5 * HOUR)]
        top = min(start for start, _end in stretches)
        bottom = max(end for _start, end in stretches)
        while not self._is_full_hour(top):
            top -= 1
        while not self._is_full_hour(bottom):
            bottom += 1
        return top, bottom

    def _is_full_hour(self, minute: int) -> bool:
        return instant_of(minute).astimezone(self.zone).minute == 0

    def _lines(self) -> list[HourLine]:
        return [
            HourLine(Place(minute - self.top, 0), clock(instant_of(minute), self.zone))
            for minute in range(self.top, self.bottom)
            if self._is_full_hour(minute)
        ]

    def _place(self, start: int, end: int) -> Place:
        start, end = max(start, self.top), min(end, self.bottom)
        return Place(start - self.top, max(0, end - start))

    def _words(self, start: int, end: int) -> str:
        return _("%(start)s to %(end)s") % {
            "start": clock(instant_of(start), self.zone),
            "end": clock(instant_of(end), self.zone),
        }

    def _column(self, number: int, column: DeskColumn) -> Column:
        cards = self._cards(column)
        entries = [Entry(card.place.start, card=card) for card in cards]
        entries += [Entry(one.place.start, shut=one) for one in self._shut(column)]
        entries += [Entry(one.place.start, free=one) for one in self._free(column)]
        return Column(
            practitioner=column.practitioner,
            name=column.name,
            initials=wording.initials(column.name),
            tone=number % TONES,
            line=_line([card.booking for card in column.cards]),
            entries=sorted(entries, key=lambda entry: (entry.start, entry.card is None)),
        )

    def _cards(self, column: DeskColumn) -> list[Card]:
        """Return a column's cards. Who did not come stands beside whoever took their time."""
        absent = [one for one in column.off if one.booking.status not in OFF_GRID]
        found = []
        for one in column.cards:
            shared = any(_meet(one.booking, other.booking) for other in absent)
            found.append(self._card(one, "lane-a" if shared else ""))
        for one in absent:
            shared = any(_meet(one.booking, other.booking) for other in column.cards)
            found.append(self._card(one, "lane-b" if shared else ""))
        return found

    def _card(self, found: DeskCard, lane: str = "") -> Card:
        one = found.booking
        start, end = minute_of(one.starts_at), minute_of(one.ends_at)
        until = minute_of(one.practitioner_until)
        outcome = Outcome(one.outcome)
        keeps = until > end and one.status in lifecycle.LIVE
        return Card(
            booking=one,
            place=self._place(start, end),
            turnover=self._place(end, until) if keeps else None,
            time=self._words(start, end),
            status=STATUS[one.status],
            safety=None if outcome is Outcome.FINE else SAFETY[outcome],
            phases=phases_of(found.parts, one, self.now),
            overdue=overdue(one, self.now),
            lane=lane,
            href=reverse("desk-booking", args=[one.uid]),
            is_chosen=one.uid == self.chosen,
        )

    def _shut(self, column: DeskColumn) -> Iterable[Shut]:
        """Return why somebody is not there: before and after work, breaks, time off, closures."""
        if self.found.closures:
            words = next((reason for reason in self.found.closures if reason), "")
            yield self._closed(self.top, self.bottom, words or _("Closed"))
            return
        open_, away = _minutes_of(column.open_), _minutes_of(column.away)
        for start, end in subtract([(self.top, self.bottom)], union([*open_, *away])):
            yield self._closed(start, end, self._why(start, end))
        for start, end in chop(away, self.top, self.bottom):
            yield self._closed(start, end, _("Away"), is_away=True)

    def _why(self, start: int, end: int) -> str:
        if start == self.top and end == self.bottom:
            return _("Off")
        if start == self.top:
            return _("Starts %(time)s") % {"time": clock(instant_of(end), self.zone)}
        if end == self.bottom:
            return _("Ends %(time)s") % {"time": clock(instant_of(start), self.zone)}
        return _("Break")

    def _closed(self, start: int, end: int, words: str, *, is_away: bool = False) -> Shut:
        return Shut(self._place(start, end), words, self._words(start, end), is_away)

    def _free(self, column: DeskColumn) -> Iterable[Free]:
        """Return what is free from now on, cut at full hours, so that a click means a time."""
        if self.found.closures:
            return
        busy = union(_taken(one.booking) for one in column.cards)
        minute = minute_of(self.now)
        for begins, end in subtract(_minutes_of(column.open_), busy):
            start = max(begins, minute + -minute % STEP)
            if end - start < SHORTEST_FREE:
                continue
            inside = range(start + SHORTEST_FREE, end - SHORTEST_FREE + 1)
            cuts = [cut for cut in inside if self._is_full_hour(cut)]
            for first, last in zip([start, *cuts], [*cuts, end], strict=True):
                yield Free(
                    place=self._place(first, last),
                    time=clock(instant_of(first), self.zone),
                    whole=self._words(start, end),
                    href=book_href(
                        self.location.slug,
                        practitioner=column.practitioner,
                        start=instant_of(first),
                    ),
                    is_first=first == start,
                )


def _minutes_of(stretches: Iterable[Stretch]) -> list[Interval]:
    return union((minute_of(start), minute_of(end)) for start, end in stretches)


def _drawn(column: DeskColumn) -> list[Interval]:
    shown = [one.booking for one in (*column.cards, *column.off)]
    taken = [_taken(one) for one in shown if one.status not in OFF_GRID]
    return [*_minutes_of(column.open_), *taken]


def _meet(one: Booking, other: Booking) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def sessions(count: int) -> str:
    return ngettext("%(count)d session", "%(count)d sessions", count) % {"count": count}


def _taken(one: Booking) -> Interval:
    return minute_of(one.starts_at), minute_of(one.practitioner_until)


def _line(own: Sequence[Booking]) -> str:
    """Return what stands under a name: the rooms of the day and how many sessions."""
    rooms = sorted({one.room.name for one in own})
    count = sessions(len(own))
    return ", ".join([*rooms, count]) if 0 < len(rooms) <= MOST_ROOMS else count


def phases_of(parts: Sequence[Part], one: Booking, now: datetime) -> tuple[Phase, ...]:
    """Return the session's parts with their minutes; in session, those begun are on."""
    begun = one.status == lifecycle.IN_SESSION
    return tuple(
        Phase(
            kind=part.kind or CONSULTATION,
            minutes=max(1, int((part.ends_at - part.starts_at).total_seconds()) // 60),
            is_on=begun and part.starts_at <= now,
        )
        for part in parts
    )


def overdue(one: Booking, now: datetime) -> str:
    """Return "2 min over" of a session that should have ended, "10 min late" of somebody who should
    be here, else ""."""
    if one.status == lifecycle.IN_SESSION and now > one.ends_at:
        return _("%(minutes)s over") % {"minutes": _minutes(now - one.ends_at)}
    late = (now - one.starts_at).total_seconds() / 60
    if one.status in lifecycle.COMING and late >= LATE_AFTER and now < one.ends_at:
        return _("%(minutes)s late") % {"minutes": _minutes(now - one.starts_at)}
    return ""


def _minutes(gone: timedelta) -> str:
    return wording.minutes(int(gone.total_seconds()) // 60)


def book_href(
    location: str, *, practitioner: int | None = None, start: datetime | None = None, **also: str
) -> str:
    """Return the address of the booking panel, for a practitioner (an id) and a start."""
    asked = {"location": location, **also}
    if practitioner:
        asked["practitioner"] = str(practitioner)
    if start:
        asked["start"] = f"{start:%Y-%m-%dT%H:%MZ}"
    return f"{reverse('desk-book')}?{urlencode(asked)}"
