"""What a message says and to whom, by the facts of the moment. Who plans messages registers here how
to describe them: the outbox knows no booking."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from clients.channels.base import Invite, Way
from clients.models import Message
from clients.wording import Words

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a message says and to whom, as the facts are now.

    `ways` are tried in order, the next where one fails for good. `context` holds only names of
    `wording.ALLOWED`. `carries` is what is kept on the row once sent. `invite` goes by e-mail;
    `unsubscribe` is where one click ends such e-mail. `said`: the words themselves, where a person
    wrote them.
    """

    ways: Sequence[Way]
    context: Mapping[str, str | bool]
    carries: str
    sender_name: str
    language: str = "en-ca"
    reply_to: str = ""
    invite: Invite | None = None
    unsubscribe: str = ""
    said: Words | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The facts have changed: there is nothing to say any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Suppressed:
    """There is something to say and no way to say it: the desk sees why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not now, since it is night there; at `until`."""

    until: datetime


Described = Notice | Withdrawn | Suppressed | Postponed


class Describe(Protocol):
    """Describes messages of one `about` kind, by primary key, as the facts are at `now`.

    Makes a fixed number of queries. A message it leaves out is withdrawn.
    """

    def __call__(self, messages: Sequence[Message], now: datetime) -> Mapping[int, Described]: ...


@dataclass(frozen=True, slots=True)
class _Registered:
    describe: Describe
    kinds: frozenset[str]


_registry: dict[str, _Registered] = {}


def register(about: str, *, kinds: Iterable[str], describe: Describe) -> None:
    """Say who describes messages about a kind of thing, and which kinds of message there are."""
    _registry[about] = _Registered(describe, frozenset(kinds))


def registered() -> dict[str, frozenset[str]]:
    """Return the kinds of message by what they can be about."""
    return {about: entry.kinds for about, entry in _registry.items()}


def describe(messages: Sequence[Message], now: datetime) -> dict[int, Described]:
    """Return what each message says now, by primary key; those nobody can describe are left out."""
    groups: dict[str, list[Message]] = {}
    for message in messages:
        groups.setdefault(message.about.partition(":")[0], []).append(message)
    described: dict[int, Described] = {}
    for about, group in groups.items():
        entry = _registry.get(about)
        if entry is None:
            log.error("Nobody describes messages about %r", about)
            continue
        gone = Withdrawn("What it was about is gone.")
        try:
            found = entry.describe(group, now)
        except Exception:
            log.exception("Messages about %r could not be described", about)
            continue
        described |= {message.pk: found.get(message.pk, gone) for message in group}
    return described
