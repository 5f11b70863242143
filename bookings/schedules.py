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

DEFAULTS = Path(__file__).parent / "data" / "schedules.json"


class Audience(StrEnum):
    """Who gets it: the client, a member of staff by mail, or staff as a task in their list."""

    CLIENT = "CLIENT"
    STAFF = "STAFF"
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
    purpose: str = "CARE"
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
