"""Where a client stands in a treatment plan, from what happened; nothing is counted up anywhere. Pure.

Days are local dates: three days after a visit is three days on the calendar, whatever the clock did
in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

WEEK_DAYS = 7


class Gap(StrEnum):
    """Why a start does not fit a plan. It can be booked all the same."""

    TOO_EARLY = "TOO_EARLY"
    TOO_LATE = "TOO_LATE"
    AFTER_EVENT = "AFTER_EVENT"


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was agreed: how many sessions (None: with no end), how often, how far apart at least and
    at most, and after which the plan is reviewed.

    One of `per_week` and `every_days` is set. `event_on` is a day the client wants to look well on,
    `before_event` how many days before it the last session is, at least and at most.
    """

    sessions: int | None
    min_gap_days: int
    max_gap_days: int | None = None
    per_week: int | None = None
    every_days: int | None = None
    reviews_at: tuple[int, ...] = ()
    reviews_every: int | None = None
    event_on: date | None = None
    before_event: tuple[int, int] | None = None

    @property
    def cadence_days(self) -> int:
        """How many days lie between two sessions, by the cadence."""
        if self.every_days:
            return self.every_days
        return round(WEEK_DAYS / (self.per_week or 1))

    @property
    def last_day(self) -> date | None:
        """The last day on which a session still leaves time before the event."""
        if self.event_on is None:
            return None
        return self.event_on - timedelta(days=self.before_event[0] if self.before_event else 0)

    @property
    def final_from(self) -> date | None:
        """The first day on which the last session is near enough to the event."""
        if self.event_on is None or self.before_event is None:
            return None
        return self.event_on - timedelta(days=self.before_event[1])

    def is_review(self, number: int) -> bool:
        """Return whether the plan is reviewed at the session of this number."""
        if number in self.reviews_at:
            return True
        return bool(self.reviews_every and number > 0 and number % self.reviews_every == 0)


@dataclass(frozen=True, slots=True)
class Window:
    """When the next session is due: not before `earliest`, best on `target`, at the latest on
    `latest`. None: nothing speaks for or against a day."""

    earliest: date | None = None
    target: date | None = None
    latest: date | None = None


@dataclass(frozen=True)
class Position:
    """A plan against what happened (`done`) and what is booked (`coming`), both in order.

    The numbers of sessions follow from it and from nothing else.
    """

    numbers: Numbers
    done: tuple[datetime, ...]
    coming: tuple[datetime, ...]
    today: date
    zone: ZoneInfo

    @property
    def count(self) -> int:
        """How many sessions have been had."""
        return len(self.done)

    @property
    def next_number(self) -> int:
        """The number of the session that is had next."""
        return len(self.done) + 1

    @property
    def to_book(self) -> int | None:
        """The number of the session that is booked next; None where all are."""
        number = len(self.done) + len(self.coming) + 1
        return None if self.numbers.sessions and number > self.numbers.sessions else number

    @property
    def left(self) -> int | None:
        """How many sessions are left to be had; None for a plan without an end."""
        if self.numbers.sessions is None:
            return None
        return max(0, self.numbers.sessions - len(self.done))

    @property
    def is_complete(self) -> bool:
        return self.left == 0

    @property
    def last(self) -> datetime | None:
        """The last visit that happened."""
        return self.done[-1] if self.done else None

    @cached_property
    def window(self) -> Window | None:
        """When the session that is booked next is due: after the last that was had or is booked.
        None where all are booked."""
        number = self.to_book
        if number is None:
            return None
        visits = self._visits
        return self._window(number, self._day(visits[-1]) if visits else None)

    def _window(self, number: int, last: date | None) -> Window:
        numbers = self.numbers
        earliest = target = latest = None
        if last is not None:
            earliest = last + timedelta(days=numbers.min_gap_days)
            target = max(earliest, last + timedelta(days=numbers.cadence_days))
            if numbers.max_gap_days is not None:
                latest = last + timedelta(days=numbers.max_gap_days)
                target = min(target, latest)
        return self._before_event(number, Window(earliest, target, latest))

    def _before_event(self, number: int, found: Window) -> Window:
        """Return the window with room before the event for this session and those after it."""
        numbers = self.numbers
        if numbers.last_day is None:
            return found
        after = max(0, (numbers.sessions or number) - number)
        by = numbers.last_day - timedelta(days=after * numbers.min_gap_days)
        earliest, target, latest = found.earliest, found.target, found.latest
        if after == 0 and numbers.final_from is not None:
            earliest = max(earliest or numbers.final_from, numbers.final_from)
            target = max(target or earliest, earliest)
            latest = None  # the last one waits for the event, however long that is
        latest = min(latest, by) if latest else by
        # Where the event comes too soon for the gap, the gap counts: skin needs its rest.
        latest = max(latest, earliest) if earliest else latest
        return Window(earliest, min(target, latest) if target else None, latest)

    @property
    def is_overdue(self) -> bool:
        """Whether the next session should have been by now, and none is booked."""
        if self.coming or self.is_complete or self.window is None or self.window.latest is None:
            return False
        return self.window.latest < self.today

    @property
    def review_now(self) -> bool:
        """Whether the last session was one after which the plan is reviewed."""
        return self.numbers.is_review(len(self.done))

    @property
    def review_next(self) -> bool:
        """Whether the plan is reviewed at the session that is had next."""
        return not self.is_complete and self.numbers.is_review(self.next_number)

    def number_at(self, start: datetime) -> int:
        """Return which session of the plan a visit at `start` is."""
        return 1 + sum(visit < start for visit in self._visits)

    def without(self, start: datetime) -> Position:
        """Return the position as if what is booked at `start` were not: for moving it."""
        coming = list(self.coming)
        if start in coming:
            coming.remove(start)
        return Position(self.numbers, self.done, tuple(coming), self.today, self.zone)

    def gap_warning(self, start: datetime) -> Gap | None:
        """Return why a new visit at `start` does not fit the plan; None where it does."""
        day = self._day(start)
        if self.numbers.last_day is not None and day > self.numbers.last_day:
            return Gap.AFTER_EVENT
        before = [self._day(visit) for visit in self._visits if visit <= start]
        after = [self._day(visit) for visit in self._visits if visit > start]
        least = timedelta(days=self.numbers.min_gap_days)
        if before and day - before[-1] < least:
            return Gap.TOO_EARLY
        if after and after[0] - day < least:
            return Gap.TOO_EARLY
        most = self.numbers.max_gap_days
        if before and most is not None and day - before[-1] > timedelta(days=most):
            window = self._window(len(before) + 1, before[-1])
            return None if window.latest and day <= window.latest else Gap.TOO_LATE
        return None

    @cached_property
    def _visits(self) -> list[datetime]:
        return sorted([*self.done, *self.coming])

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def position(
    numbers: Numbers,
    *,
    done: Iterable[datetime],
    coming: Iterable[datetime] = (),
    today: date,
    zone: ZoneInfo,
) -> Position:
    """Return where a client stands.

    done: the starts of the visits that happened and count for the plan, in any order. coming: of
    those that are booked. today: the local date in `zone`.
    """
    return Position(numbers, tuple(sorted(done)), tuple(sorted(coming)), today, zone)
