"""What a client should hear and staff should do between visits, worked out once more in the plainest
way: a life, a list of moments at which somebody looks, and for each thing whether it goes then. Shares
no code with the planner; the numbers are those of the default policy, written down again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Toronto")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SESSIONS, GAP_DAYS = 3, 10
LONG = timedelta(minutes=50)


class Rule(NamedTuple):
    """After how many days it is due, until when it is of use, and whether it may be late."""

    days: int
    until: int
    may_be_late: bool
    is_task: bool = False


RULES = {
    "REBOOK": Rule(3, 7, True),
    "REBOOK_CALL": Rule(7, 60, True, True),
    "OVERDUE": Rule(0, 90, True, True),
    "OUTCOME": Rule(14, 28, True),
    "MAINTENANCE": Rule(21, 28, False),
    "LAPSED": Rule(90, 104, False),
    "LAPSED_LAST": Rule(180, 194, False),
}
ADVERTISED = {"REBOOK", "MAINTENANCE", "LAPSED", "LAPSED_LAST"}


@dataclass
class Life:
    """How it stands with a client: when they came and will come, their plan, what they said.
    `sessions`: of the plan, None for one with no end. `of_plan`: which of `done` count for it, where
    that is not all. `took`: how long what was not of the usual length is."""

    plan: str = "ACTIVE"
    done: list[datetime] = field(default_factory=list)
    coming: list[datetime] = field(default_factory=list)
    said: bool | None = None
    hurts: bool = False
    sessions: int | None = SESSIONS
    of_plan: list[datetime] | None = None
    took: Mapping[datetime, timedelta] = field(default_factory=dict)

    @property
    def had(self) -> list[datetime]:
        return self.done if self.of_plan is None else self.of_plan

    @property
    def is_running(self) -> bool:
        return self.plan == "ACTIVE" and not self._is_through

    def end(self, start: datetime) -> datetime:
        return start + self.took.get(start, LONG)

    def is_booked(self, at: datetime) -> bool:
        return any(self.end(start) > at for start in self.coming)

    @property
    def has_had_all(self) -> bool:
        if self.plan == "STOPPED" or self.sessions is None:
            return False
        return self.plan == "COMPLETED" or self._is_through

    @property
    def _is_through(self) -> bool:
        return self.sessions is not None and len(self.had) >= self.sessions


def is_night(at: datetime) -> bool:
    return not time(8) <= at.astimezone(ZONE).time() < time(21)


@cache
def morning(at: datetime) -> datetime:
    while is_night(at):
        at += timedelta(minutes=1)
    return at


def called_for(life: Life, at: datetime) -> dict[tuple[str, datetime], datetime]:
    """Return what a life calls for: kind and due moment, each with the moment it is no use after."""
    found: dict[tuple[str, datetime], datetime] = {}

    def want(kind: str, since: datetime, more: int = 0) -> None:
        rule = RULES[kind]
        due = since + (rule.days + more) * DAY
        due = due if rule.is_task else morning(due)
        found[kind, due] = since + (rule.until + more) * DAY

    if not life.done or life.hurts:
        return found
    booked, over = life.is_booked(at), life.end(life.done[-1])
    last = life.had[-1] if life.had else None
    if last is not None and life.is_running and not booked:
        want("REBOOK", over)
        want("REBOOK_CALL", over)
        day = last.astimezone(ZONE).date() + timedelta(days=GAP_DAYS + 1)
        want("OVERDUE", datetime.combine(day, time(0), ZONE))
    if not booked and life.plan != "PAUSED":
        want("LAPSED", over)
        want("LAPSED_LAST", over)
    if last is not None and life.has_had_all:
        want("OUTCOME", last)
        if not booked and life.plan != "PAUSED":
            for nth in range(5):
                want("MAINTENANCE", last, 30 * nth)
    if life.said is False:
        for kind, due in list(found):
            if kind in ADVERTISED:
                del found[kind, due]
    return found


Gone = set[tuple[str, datetime, datetime]]
"""Kind, the moment it was due, the moment it went: to the client, or into the list of tasks."""


class Clerk:
    """Looks at a life now and then, and does by hand what is to be done."""

    def __init__(self) -> None:
        self.gone: Gone = set()
        self._noted: set[tuple[str, datetime]] = set()
        self._over: set[tuple[str, datetime]] = set()

    def look(self, life: Life, at: datetime) -> None:
        now = called_for(life, at)
        self._noted &= now.keys()
        for (kind, due), until in now.items():
            rule, one = RULES[kind], (kind, due)
            if one in self._over or at < due - 14 * DAY:
                continue
            if at <= due or (rule.may_be_late and (at if rule.is_task else morning(at)) < until):
                self._noted.add(one)
            if one not in self._noted or at < due:
                continue
            if at >= until and not rule.is_task:
                self._over.add(one)
            elif rule.is_task or not is_night(at):
                self._over.add(one)
                self.gone.add((kind, due, at))
