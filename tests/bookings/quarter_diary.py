"""The diary of a quarter, in which is written what happened, and the world outside: providers that come
and go, and workers that die there. The channels are plug-ins."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, NamedTuple

from clients.channels.base import Channel, Letter, NotSent, Receipt
from clients.models import Client
from treatments.models import Plan

LIVE = ("BOOKED", "CONFIRMED")
USUAL = timedelta(minutes=50)


class Died(BaseException):
    """The worker is gone, in the middle of what it did."""


# The diary


class Stand(NamedTuple):
    at: datetime
    status: str
    starts_at: datetime


@dataclass
class Visit:
    """A booking as somebody noted it down: how it stood from when on. `asks`: whether nobody has
    answered its safety questions, from when on. `told`: what staff said themselves."""

    uid: str
    stands: list[Stand]
    asks: list[tuple[datetime, bool]]
    told: bool = False
    reported: bool = False
    long: timedelta = USUAL

    def at(self, moment: datetime) -> Stand | None:
        found = bisect_right([stand.at for stand in self.stands], moment)
        return self.stands[found - 1] if found else None

    @property
    def status(self) -> str:
        return self.stands[-1].status

    @property
    def starts_at(self) -> datetime:
        return self.stands[-1].starts_at


@dataclass
class Series:
    """A plan: how many sessions (None: with no end), of which visits, in which state from when on."""

    plan: Plan
    sessions: int | None
    since: datetime
    states: list[tuple[datetime, str]]
    until: datetime | None = None

    @property
    def state(self) -> str:
        return self.states[-1][1]

    def counts(self, start: datetime) -> bool:
        return self.since <= start and (self.until is None or start < self.until)


@dataclass
class Person:
    """A client, as somebody noted down what they said and what became of them. `shares`: an address
    of theirs is somebody else's too."""

    row: Client
    bounces: bool = False
    shares: bool = False
    visits: list[Visit] = field(default_factory=list)
    said: dict[tuple[str, str], list[tuple[datetime, bool]]] = field(default_factory=dict)
    hurts: list[tuple[datetime, bool]] = field(default_factory=list)
    stops: list[datetime] = field(default_factory=list)
    cleared: list[datetime] = field(default_factory=list)
    series: Series | None = None

    def says(self, channel: str, purpose: str, at: datetime) -> bool | None:
        said: bool | None = latest(self.said.get((channel, purpose), []), at)
        return said


def latest(rows: Sequence[tuple[datetime, Any]], at: datetime) -> Any:
    """Return what was noted last by a moment; None for nothing."""
    found = bisect_right([when for when, _what in rows], at)
    return rows[found - 1][1] if found else None


class Look(NamedTuple):
    """When the workers looked, whether the planner did, the channels that were up, and when the last
    worker was done: some die and are followed by others."""

    at: datetime
    planned: bool
    up: frozenset[str]
    until: datetime


class Arrived(NamedTuple):
    """A letter that a provider took: in which look, by which way, under which name."""

    look: datetime
    channel: str
    to: str
    reference: str


# The channels


class World:
    """What is outside: which providers are up, and who is about to die."""

    def __init__(self) -> None:
        self.up = frozenset({"EMAIL", "SMS"})
        self.look = datetime.max.replace(tzinfo=UTC)
        self.arrived: list[Arrived] = []
        self.dead: set[str] = set()
        self.dies: str = ""
        self.after = 0
        self.uncertain: list[str] = []
        self.deaths = 0

    def take(self, channel: str, letter: Letter) -> Receipt:
        if channel not in self.up:
            raise NotSent("It does not answer.", everything=True)
        if letter.to in self.dead:
            raise NotSent("The address was refused (550).", address=True)
        self._perhaps_die("before")
        self.arrived.append(Arrived(self.look, channel, letter.to, letter.reference))
        if self.dies == "after" and not self.after:
            self.uncertain.append(letter.reference)
        self._perhaps_die("after")
        self.after = max(0, self.after - 1)
        return Receipt("here", letter.reference)

    def _perhaps_die(self, when: str) -> None:
        if self.dies == when and not self.after:
            self.dies, self.deaths = "", self.deaths + 1
            raise Died


def channels(outside: World) -> dict[str, type[Channel]]:
    """Return the ways into a world, as plug-ins."""

    class Email(Channel):
        name: ClassVar[str] = "EMAIL"

        def send(self, letter: Letter) -> Receipt:
            return outside.take("EMAIL", letter)

    class Sms(Channel):
        name: ClassVar[str] = "SMS"

        def send(self, letter: Letter) -> Receipt:
            return outside.take("SMS", letter)

    return {"EMAIL": Email, "SMS": Sms}
