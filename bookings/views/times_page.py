"""The page on which a time is chosen: days with what they have left, and one day's times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.availability import Opening
from bookings.forms.choosing import ANYONE, Choice
from bookings.queries import calendar
from bookings.queries.catalogue import Offering
from bookings.queries.offered import closures
from bookings.views import wording
from clients.contact import phone_words
from clinic.models import Location, Practitioner
from clinic.opening import day_bounds, days, instant_of, minute_of

STRIP_DAYS = 14
NOON, EVENING = 12, 17
MOST_CLOSEST = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """A start to choose: the value of its radio, its words, and what the foot says of it."""

    value: str
    words: str
    span: str
    who: str = ""
    chosen: bool = False
    day: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Morning, afternoon or evening, with its times."""

    name: str
    icon: str
    slots: list[Slot]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the strip. `note` is how many times it has left, or why it has none."""

    on: date
    weekday: str
    month: str
    note: str
    href: str
    is_off: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the times are for. `attempt` and `booking` (its key) don't stand in their own way.

    `path` is the page's own address, to which days link; `keep` are its other query values.
    """

    now: datetime
    offering: Offering
    location: Location
    practitioners: Sequence[Practitioner]
    practitioner: Practitioner | None
    path: str
    keep: dict[str, str] = field(default_factory=dict)
    attempt: UUID | None = None
    booking: int | None = None
    by_name: bool = False

    def href(self, **values: str) -> str:
        return f"{self.path}?{urlencode({**self.keep, **values})}"


@dataclass(slots=True)
class TimesPage:
    """Everything the template shows."""

    wanted: Wanted
    day: date
    day_words: str
    zone_words: str
    zone: str
    days: list[Day]
    parts: list[Part]
    closest: list[Slot]
    next_href: str
    next_words: str
    earlier_href: str
    later_href: str
    empty_title: str = ""
    empty_words: str = ""
    notice: str | Promise = ""
    error: str | Promise = ""

    @property
    def session(self) -> str:
        return self.wanted.offering.name

    @property
    def minutes(self) -> str:
        return wording.minutes(self.wanted.offering.minutes)

    @property
    def price(self) -> str:
        return wording.money(self.wanted.offering.price, self.wanted.offering.currency)

    @property
    def who(self) -> str:
        chosen = self.wanted.practitioner
        return chosen.name if chosen else _("anyone")


def times_page(
    wanted: Wanted,
    *,
    day: date | None = None,
    chosen: Choice | None = None,
    notice: str | Promise = "",
    error: str | Promise = "",
) -> TimesPage:
    """Return the page for a day (three queries, however many days and practitioners; seven for a
    day without times).

    day: None for the first one that has a time. chosen: the time whose radio is set.
    """
    zone, today = wanted.location.zone, wanted.now.astimezone(wanted.location.zone).date()
    last = wanted.offering.policy.last_day(wanted.now, zone)
    if day is not None and not today <= day <= last:
        notice = notice or _outside(day, today, last)
        day = last if day > last else None
    found = _found(wanted, day, today, last)
    day = day or found.first_day or today
    start, end = _strip(day, today, last)
    page = TimesPage(
        wanted=wanted,
        day=day,
        day_words=wording.day(day),
        zone_words=wording.zone_words(zone, instant_of(day_bounds(zone.key, day)[1] - 1)),
        zone=zone.key,
        days=found.strip(start, end, day),
        parts=found.parts(day, chosen),
        closest=[],
        next_href=found.next_href,
        next_words=found.next_words,
        earlier_href=_week(wanted, start - timedelta(days=STRIP_DAYS)) if start > today else "",
        later_href=_week(wanted, end + timedelta(days=1)) if end < last else "",
        notice=notice,
        error=error,
    )
    if not page.parts:
        page.closest = found.closest(day)
        page.empty_title, page.empty_words = found.why_empty(day)
    return page


def _found(wanted: Wanted, day: date | None, today: date, last: date) -> _Found:
    """Return the times up to the end of the strip that a day stands in; what lies beyond is read
    only where that day, or the strip, has none."""
    _start, end = _strip(day or today, today, last)
    found = _Found(wanted, today, end)
    return found if end == last or found.has_times(day) else _Found(wanted, today, last)


def _strip(day: date, today: date, last: date) -> tuple[date, date]:
    """Return the first and last day of the strip a day stands in."""
    start = today + timedelta(days=(day - today).days // STRIP_DAYS * STRIP_DAYS)
    return start, min(start + timedelta(days=STRIP_DAYS - 1), last)


def _outside(asked: date, today: date, last: date) -> str:
    """Return what to say to somebody who asked for a day before today or past the horizon."""
    if asked < today:
        return _("That day has passed. Here is what is free from today on.")
    return _("You can book until %(day)s. Here is what is free up to then.") % {
        "day": wording.day(last)
    }


def _week(wanted: Wanted, first: date) -> str:
    return wanted.href(day=first.isoformat())


# Openings and hours begin and end at the same few minutes for everybody, and for who asks next.
@lru_cache(maxsize=20_000)
def _date(minute: int, zone: ZoneInfo) -> date:
    return instant_of(minute).astimezone(zone).date()


class _Found:
    """What one read of the calendar says of some local days, sorted by day."""

    def __init__(self, wanted: Wanted, today: date, last: date) -> None:
        self.wanted, self._words = wanted, dict[date, str]()
        self.zone = wanted.location.zone
        self.names = {one.pk: one for one in wanted.practitioners}
        self.read = calendar.read(
            now=wanted.now,
            offering=wanted.offering,
            location=wanted.location,
            first=today,
            last=last,
            attempt=wanted.attempt,
            except_booking=wanted.booking,
        )
        everyone = self.read.openings(
            wanted.offering, -(-int(wanted.offering.policy.earliest(wanted.now).timestamp()) // 60)
        )
        self.everyone = [opening for opening in everyone if opening.practitioner in self.names]
        only = wanted.practitioner.pk if wanted.practitioner else None
        self.own = [one for one in self.everyone if only in (None, one.practitioner)]
        firsts: dict[int, Opening] = {}
        for opening in self.own:
            firsts.setdefault(opening.minute, opening)
        self.by_day: dict[date, dict[int, Opening]] = {}
        for minute, opening in firsts.items():
            self.by_day.setdefault(self._date(minute), {})[minute] = opening
        self.open_days = {
            on
            for who, diary in self.read.diaries.items()
            if who in self.names and only in (None, who)
            for start, end in diary.open_
            for on in days(self._date(start), self._date(end - 1))
        }

    def has_times(self, on: date | None) -> bool:
        """Whether that day has a time; or, without a day, any."""
        return bool(self.by_day if on is None else self.by_day.get(on))

    def _date(self, minute: int) -> date:
        return _date(minute, self.zone)

    @property
    def first_day(self) -> date | None:
        return min(self.by_day, default=None)

    @property
    def next_href(self) -> str:
        return self._linked(self.own[0]).href if self.own else ""

    @property
    def next_words(self) -> str:
        return wording.moment(instant_of(self.own[0].minute), self.zone) if self.own else ""

    def strip(self, start: date, end: date, current: date) -> list[Day]:
        # Two weeks touch two months at most.
        months = {on.month: wording.day(on).split(" ")[-1] for on in (start, end)}
        return [
            Day(
                on=on,
                weekday=self._day_words(on).split(" ")[0],
                month=months[on.month],
                note=self._note(on),
                href=self.wanted.href(day=on.isoformat()),
                is_off=on not in self.by_day,
                is_current=on == current,
            )
            for on in days(start, end)
        ]

    def _note(self, on: date) -> str:
        count = len(self.by_day.get(on, ()))
        if count:
            return ngettext("%(count)d time", "%(count)d times", count) % {"count": count}
        if on not in self.open_days:
            return _("Closed") if self.wanted.practitioner is None else _("Off")
        return _("Too soon") if self._too_soon(on) else _("Full")

    def _too_soon(self, on: date) -> bool:
        earliest = minute_of(self.wanted.offering.policy.earliest(self.wanted.now))
        ends = [
            end
            for diary in self.read.diaries.values()
            for start, end in diary.open_
            if self._date(start) == on
        ]
        return max(ends, default=0) - self.wanted.offering.minutes < earliest

    def parts(self, on: date, chosen: Choice | None) -> list[Part]:
        named = [
            (_("Morning"), "sunrise", 0, NOON),
            (_("Afternoon"), "sun", NOON, EVENING),
            (_("Evening"), "moon", EVENING, 24),
        ]
        slots = [
            (instant_of(one.minute).astimezone(self.zone).hour, self._slot(one, chosen=chosen))
            for one in self.by_day.get(on, {}).values()
        ]
        parts = [
            Part(name, icon, [slot for hour, slot in slots if first <= hour < until])
            for name, icon, first, until in named
        ]
        return [part for part in parts if part.slots]

    def _slot(self, one: Opening, *, chosen: Choice | None = None, value: bool = True) -> Slot:
        starts_at = instant_of(one.minute)
        ends_at = starts_at + timedelta(minutes=self.wanted.offering.minutes)
        exact = self.wanted.practitioner is not None or self.wanted.by_name or not value
        who = self.names[one.practitioner]
        choice = Choice(starts_at, who.slug if exact else ANYONE)
        return Slot(
            value=str(choice),
            words=wording.clock(starts_at, self.zone),
            span=wording.span(starts_at, ends_at, self.zone),
            who=who.name,
            chosen=chosen is not None and chosen.starts_at == starts_at,
            day=self._day_words(self._date(one.minute)),
        )

    def _day_words(self, on: date) -> str:
        if on not in self._words:
            self._words[on] = wording.day_short(on)
        return self._words[on]

    def _linked(self, one: Opening) -> Slot:
        """Return a time with the address at which it is chosen, with whoever has it."""
        slot = self._slot(one, value=False)
        asked = {"day": self._date(one.minute).isoformat(), "at": slot.value}
        if self.wanted.practitioner and one.practitioner != self.wanted.practitioner.pk:
            asked["practitioner"] = self.names[one.practitioner].slug
        return replace(slot, href=self.wanted.href(**asked))

    def closest(self, on: date) -> list[Slot]:
        """Return up to three times near a day without any: the last before it and the first after
        it, and on the day itself with somebody else."""
        start, end = day_bounds(self.zone.key, on)
        before = [one for one in self.own if one.minute < start][-1:]
        after = [one for one in self.own if one.minute >= end]
        others = [one for one in self.everyone if start <= one.minute < end][:1]
        later = [one for one in after if self._date(one.minute) != self._date(after[0].minute)]
        picked = (before + others + after[:1] + later[:1])[:MOST_CLOSEST]
        return [self._linked(one) for one in sorted(picked)]

    def why_empty(self, on: date) -> tuple[str, str]:
        """Return a title and a sentence for a day that has no time."""
        day = wording.day(on)
        reasons = [one.reason for one in closures(self.wanted.location, on, on)]
        if reasons:
            reason = next((text for text in reasons if text), "")
            return _("We are closed on %(day)s") % {"day": day}, reason
        who = self.wanted.practitioner
        if on not in self.open_days:
            if who is None:
                return _("We are closed on %(day)s") % {"day": day}, ""
            return _("%(name)s is not in on %(day)s") % {"name": who.name, "day": day}, ""
        if self._too_soon(on):
            phone = phone_words(self.wanted.location.phone)
            return _("%(day)s is too soon to book online") % {"day": day}, _(
                "Please call us on %(phone)s, or choose a later day."
            ) % {"phone": phone}
        title = _("%(day)s is full") % {"day": day}
        if who is None:
            return title, _("There are no free times left that day.")
        return title, _("%(name)s has no free times left that day.") % {"name": who.name}
