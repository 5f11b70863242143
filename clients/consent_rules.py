"""Whether a consent holds at a moment, and if not, why it has to be asked for again. Pure.

One consent covers a course of treatment; it is asked for again when its text has changed in
substance, when it has become too old, and when something has come up that it did not speak of:
a new plan, risk or technique, or a client who now decides for themselves.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a document is about. Being written to is agreed to elsewhere (`ContactConsent`)."""

    TREATMENT = "TREATMENT"
    PHOTO = "PHOTO"


class Layer(StrEnum):
    """What photos may be used for. Each is a yes or a no of its own."""

    RECORD = "RECORD"
    TEACHING = "TEACHING"
    PUBLICATION = "PUBLICATION"


class Method(StrEnum):
    DRAWN = "DRAWN"
    TYPED = "TYPED"


class Relation(StrEnum):
    """Whom somebody signs as."""

    SELF = "SELF"
    PARENT = "PARENT"
    GUARDIAN = "GUARDIAN"
    DECIDES_FOR = "DECIDES_FOR"


class Place(StrEnum):
    """Where it was signed: by the client's own link, or on the clinic's tablet."""

    LINK = "LINK"
    TABLET = "TABLET"


class Reason(StrEnum):
    """Why a consent does not hold."""

    NEVER_GIVEN = "NEVER_GIVEN"
    WITHDRAWN = "WITHDRAWN"
    TOO_OLD = "TOO_OLD"
    TEXT_CHANGED = "TEXT_CHANGED"
    NEW_PLAN = "NEW_PLAN"
    NEW_RISK = "NEW_RISK"
    NEW_TECHNIQUE = "NEW_TECHNIQUE"
    CAPACITY_CHANGED = "CAPACITY_CHANGED"


EVENTS = frozenset(
    {Reason.NEW_PLAN, Reason.NEW_RISK, Reason.NEW_TECHNIQUE, Reason.CAPACITY_CHANGED}
)
# A photo shows what it shows, whatever is planned; who decides about it may change.
EVENTS_OF = {Kind.TREATMENT: EVENTS, Kind.PHOTO: frozenset({Reason.CAPACITY_CHANGED})}
# A photo is nobody's duty: only the treatment waits for its consent.
NEEDED = frozenset({Kind.TREATMENT})


@dataclass(frozen=True, slots=True)
class Version:
    """A published version of a document. `asks_again`: it differs in substance from the one
    before, so that what was signed before it is asked for again."""

    number: int
    published_at: datetime
    asks_again: bool


@dataclass(frozen=True, slots=True)
class Given:
    """A consent that was signed: to which version, when, for how many months it holds (None: until
    it is withdrawn), when it was withdrawn, and which of its choices were a yes."""

    version: int
    at: datetime
    months: int | None = None
    withdrawn_at: datetime | None = None
    yes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Event:
    """Something a consent signed before `at` did not speak of. `reason` is one of `EVENTS`."""

    reason: Reason
    at: datetime

    def __post_init__(self) -> None:
        if self.reason not in EVENTS:
            raise ValueError(f"{self.reason} is found out, not told.")


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with one kind of consent. It holds where there is no reason against it.

    `newest` is the one that was signed last, `until` when it becomes too old.
    """

    newest: Given | None
    reasons: tuple[Reason, ...] = ()
    until: datetime | None = None
    yes: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        if self.newest is not None and not self.reasons:
            object.__setattr__(self, "yes", self.newest.yes)

    @property
    def holds(self) -> bool:
        return not self.reasons


def judge(
    given: Iterable[Given],
    *,
    versions: Sequence[Version],
    at: datetime,
    events: Iterable[Event] = (),
) -> Standing:
    """Return how it stands at a moment.

    given: what was signed of one kind. versions: those of the newest one's language. Only the
    newest counts: what was said last replaces what was said before, and withdrawing it brings
    nothing older back. What is signed, published or told after `at` is not looked at.
    """
    signed = [one for one in given if one.at <= at]
    if not signed:
        return Standing(None, (Reason.NEVER_GIVEN,))
    newest = max(signed, key=lambda one: one.at)
    if newest.withdrawn_at is not None and newest.withdrawn_at <= at:
        return Standing(newest, (Reason.WITHDRAWN,))
    until = months_after(newest.at, newest.months) if newest.months else None
    reasons: list[Reason] = []
    if until is not None and until <= at:
        reasons.append(Reason.TOO_OLD)
    if any(
        one.asks_again and one.number > newest.version and one.published_at <= at
        for one in versions
    ):
        reasons.append(Reason.TEXT_CHANGED)
    told = {one.reason for one in events if newest.at < one.at <= at}
    reasons.extend(sorted(told, key=list(Reason).index))
    return Standing(newest, tuple(reasons), until)


def months_after(at: datetime, months: int) -> datetime:
    """Return the same day so many months on; the last of the month where there is no such day."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)
