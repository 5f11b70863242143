"""When each kind of message goes, by which way and what stops it: the data of it. Pure.

A clinic edits these rows (`models.Schedule`); what it begins with is `data/schedules.json`, made of
the default policy (`followups`, `messaging`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

CARE, MARKETING = "CARE", "MARKETING"
DEFAULTS = Path(__file__).parent / "data" / "schedules.json"


class Audience(StrEnum):
    """Who gets it: the client, the practitioner or the owners by mail, or staff as a task in their
    list."""

    CLIENT = "CLIENT"
    STAFF = "STAFF"
    OWNER = "OWNER"
    TASK = "TASK"


class Anchor(StrEnum):
    """The moment that a message is timed from."""

    NOW = "NOW"
    START = "START"
    END = "END"
    RESPOND_BY = "RESPOND_BY"
    LAST_VISIT = "LAST_VISIT"
    LATEST = "LATEST"
    REVIEW = "REVIEW"
    SERIES_END = "SERIES_END"
    FORM = "FORM"
    EVENT = "EVENT"
    DAY = "DAY"


class Late(StrEnum):
    """What becomes of a message that is found only when its moment has passed."""

    DROP = "DROP"
    SEND = "SEND"


class Night(StrEnum):
    """Where a message goes whose moment is in the quiet hours."""

    ANY_TIME = "ANY_TIME"
    EARLIER = "EARLIER"
    LATER = "LATER"


class Stop(StrEnum):
    """What stops a message. A no to being written to and a record that is closed stop any."""

    BOOKED = "BOOKED"
    PAUSED = "PAUSED"
    CLOSED = "CLOSED"
    EVENT_OPEN = "EVENT_OPEN"


@dataclass(frozen=True, slots=True)
class Schedule:
    """How one kind of message goes.

    `offset` is from the anchor, negative before it; `until` is from it too, and after that the
    message is of no use (None: its kind knows). `notice`: none for what was booked less ahead.
    `channels` are tried in order. `repeat`: again each time after so long, `times` in all.
    `implied_months`: marketing goes without a yes for so long after a visit, unless there was a no.
    """

    kind: str
    audience: str = Audience.CLIENT
    anchor: str = Anchor.NOW
    offset: timedelta = timedelta()
    until: timedelta | None = None
    late: str = Late.SEND
    night: str = Night.LATER
    notice: timedelta | None = None
    channels: tuple[str, ...] = ()
    purpose: str = CARE
    stops: frozenset[str] = frozenset()
    repeat: timedelta | None = None
    times: int = 1
    implied_months: int = 0
    is_on: bool = True

    def at(self, anchor: datetime, nth: int = 0) -> datetime:
        """Return when it goes that belongs to an anchor, for the nth time from 0."""
        return anchor + self.offset + (self.repeat or timedelta()) * nth

    def over(self, anchor: datetime, nth: int = 0) -> datetime:
        """Return from when on it is of no use; where the kind knows, the anchor itself."""
        return anchor + (self.until or timedelta()) + (self.repeat or timedelta()) * nth


Schedules = Mapping[str, Schedule]

# What tells how a booking stands can't be switched off: people would come in vain.
ALWAYS = frozenset({"CONFIRMATION", "REQUEST_RECEIVED", "MOVED", "CANCELLED", "DECLINED"})
# What a visit can't do without goes whatever the client said of advertising.
NEVER_MARKETING = ALWAYS | {"QUESTIONS", "ASKED_AGAIN", "REVIEW_WAITING"}
# What asks a client to come again is advertising, unless the owner knows of a reason why not.
INVITES = frozenset({"REBOOK", "OVERDUE", "MAINTENANCE", "LAPSED", "LAPSED_LAST"})


@dataclass(frozen=True, slots=True)
class Choices:
    """What an owner may choose of a kind. `moments`: the anchors its facts know, each with whether
    it can go before (-1) or after (1); one at least. `audiences`: whom its words or tasks are for."""

    moments: tuple[tuple[str, int], ...]
    audiences: tuple[str, ...] = (Audience.CLIENT,)
    purposes: tuple[str, ...] = (CARE, MARKETING)

    @property
    def is_before(self) -> bool:
        """Whether it can only go before something."""
        return all(side == BEFORE for _anchor, side in self.moments)

    def allow(self, one: Schedule) -> bool:
        """Return whether a schedule keeps to them."""
        sides = {side for anchor, side in self.moments if anchor == one.anchor}
        side = (one.offset > timedelta()) - (one.offset < timedelta())
        return (
            bool(sides)
            and (side == 0 or side in sides)
            and one.audience in self.audiences
            and one.purpose in self.purposes
        )


BEFORE, AFTER = -1, 1
_EITHER = (Audience.CLIENT, Audience.TASK)
_TASK = (Audience.TASK,)
_AT_ONCE = Choices(((Anchor.NOW, AFTER),), purposes=(CARE,))
_BEFORE_VISIT = Choices(((Anchor.START, BEFORE),))
_AFTER_VISIT = Choices(((Anchor.END, AFTER), (Anchor.START, AFTER)))
_NEXT = (
    (Anchor.LAST_VISIT, AFTER),
    (Anchor.LATEST, BEFORE),
    (Anchor.LATEST, AFTER),
)
_REPORTED = Choices(((Anchor.EVENT, AFTER),), _TASK, (CARE,))
_SERIES = ((Anchor.SERIES_END, AFTER), (Anchor.LAST_VISIT, AFTER))
_LAPSED = Choices(((Anchor.LAST_VISIT, AFTER),), _EITHER)

CHOICES: Mapping[str, Choices] = {
    **dict.fromkeys(("QUESTIONS", "ASKED_AGAIN", *sorted(ALWAYS)), _AT_ONCE),
    "REVIEW_WAITING": Choices(((Anchor.RESPOND_BY, BEFORE),), (Audience.STAFF,), (CARE,)),
    "PREPARATION": _BEFORE_VISIT,
    "REMINDER": _BEFORE_VISIT,
    "AFTERCARE": _AFTER_VISIT,
    "CHECK_IN": _AFTER_VISIT,
    # That something was reported is for those who treat, and goes by no mail.
    "ASK_AFTER": _REPORTED,
    "ASK_AFTER_AGAIN": _REPORTED,
    "REVIEW_DUE": Choices(((Anchor.REVIEW, BEFORE),), _TASK, (CARE,)),
    "REBOOK": Choices(_NEXT, _EITHER),
    "REBOOK_CALL": Choices(_NEXT, _TASK, (CARE,)),
    "OVERDUE": Choices((*_NEXT[1:], _NEXT[0]), _EITHER),
    "OUTCOME": Choices(_SERIES, _EITHER),
    "MAINTENANCE": Choices(_SERIES, _EITHER),
    "LAPSED": _LAPSED,
    "LAPSED_LAST": _LAPSED,
    "FORM_EXPIRING": Choices(((Anchor.FORM, AFTER),), _EITHER),
    "DIGEST": Choices(((Anchor.DAY, AFTER),), (Audience.OWNER,), (CARE,)),
}
TASKS_ONLY = frozenset(kind for kind, may in CHOICES.items() if may.audiences == _TASK)
ANYTHING = Choices(tuple((anchor, side) for anchor in Anchor for side in (BEFORE, AFTER)))


def choices_of(kind: str) -> Choices:
    """Return what may be chosen of a kind."""
    return CHOICES.get(kind, ANYTHING)


def needs_word(before: Schedule, after: Schedule) -> bool:
    """Return whether a change sends as care what was advertising or would be: that takes the owner's
    word that it isn't."""
    if after.audience != Audience.CLIENT or after.purpose != CARE:
        return False
    if before.audience == Audience.CLIENT:
        return before.purpose == MARKETING
    return after.kind in INVITES or before.purpose == MARKETING


def minutes(span: timedelta) -> int:
    return int(span.total_seconds()) // 60


def from_document(document: Mapping[str, Any]) -> Schedule:
    """Return a schedule from its document, whose spans are in minutes."""
    spans = {"offset", "until", "notice", "repeat"}
    values: dict[str, Any] = {
        name: timedelta(minutes=value) if name in spans else value
        for name, value in document.items()
    }
    values["channels"] = tuple(document.get("channels", ()))
    values["stops"] = frozenset(document.get("stops", ()))
    return Schedule(**values)


@cache
def defaults() -> Schedules:
    """Return what a clinic begins with, by kind, in the order of a client's life."""
    rows: Iterable[Mapping[str, Any]] = json.loads(DEFAULTS.read_text(encoding="utf-8"))[
        "schedules"
    ]
    return {row["kind"]: from_document(row) for row in rows}
