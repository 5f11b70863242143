"""The outbox: what is to be said stands in the database before it is said.

Planned in the transaction of what it is about (`queue`, `withdraw`), claimed in batches
(`claim_due`), checked again against the facts and sent outside any transaction (`deliver`). The
outbox knows no booking: who plans messages registers how to describe them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction
from django.db.models import F, QuerySet

from clients import nudge
from clients.channels import CHANNELS
from clients.channels.base import Channel, Invite, Letter, NotSent
from clients.models import Message
from clients.wording import Edited, edited_words, words
from clinic.models.adding import add_all

log = logging.getLogger(__name__)

Status = Message.Status

BATCH = 50
SWEEP = 2000
# A claim older than STALE is of a worker that died. A worker that still lives has stopped long
# before: it starts no message later than LEASE after its claim, and no single one takes a minute.
STALE = timedelta(seconds=120)
LEASE = 45.0
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(minutes=30)
MOST_TRIES = 100
REASON = 60


@dataclass(frozen=True, slots=True)
class Notice:
    """What a message says and to whom, as the facts are now.

    `context` holds only names of `wording.ALLOWED`. `carries` is what is kept on the row once sent.
    """

    channel: str
    to: str
    context: Mapping[str, str | bool]
    carries: str
    sender_name: str
    language: str = "en-ca"
    reply_to: str = ""
    invite: Invite | None = None


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


# Planning


def queue(messages: Sequence[Message], *, now: datetime) -> None:
    """Add messages in the caller's transaction (one statement); those due go out on its commit.

    Raises IntegrityError where one that is not withdrawn has the same `dedupe_key`.
    """
    add_all(messages)
    nudge.after_commit(
        [each.pk for each in messages if each.status == Status.PLANNED and each.due_at <= now]
    )


def withdraw(ids: Sequence[int], *, reason: str) -> int:
    """Take back planned messages in the caller's transaction; return how many were still planned."""
    return Message.objects.filter(pk__in=ids, status=Status.PLANNED).update(
        status=Status.WITHDRAWN, reason=reason
    )


# Sending


def send_due(*, clock: Callable[[], datetime], limit: int = SWEEP) -> int:
    """Send what is due, the longest due first, after what a dead worker left in flight was put
    back and what came too late was marked so; return how many messages were handled.

    clock: tells the time. While there is more than one batch to do, another worker is asked to
    join in.
    """
    requeue_stale(now=clock())
    expire(now=clock())
    handled = 0
    with _Post() as post:
        while handled < limit:
            size = min(BATCH, limit - handled)
            batch = claim_due(now=clock(), limit=size)
            if not handled and len(batch) == BATCH:
                nudge.send("clients.tasks.send_due_messages")
            deliver(batch, now=clock(), post=post)
            handled += len(batch)
            if len(batch) < size:
                break
    return handled


def send_now(ids: Sequence[int], *, clock: Callable[[], datetime]) -> int:
    """Send these messages if they are due and nobody else has them; return how many were handled.

    What else is due goes in the same batch: in a rush, most later calls find theirs sent already.
    """
    batch = claim_due(now=clock(), limit=BATCH, only=ids)
    if batch:
        batch += claim_due(now=clock(), limit=BATCH - len(batch))
        deliver(batch, now=clock())
    return len(batch)


def claim_due(*, now: datetime, limit: int, only: Sequence[int] | None = None) -> list[Message]:
    """Return messages that are due and now the caller's to deliver, committed as such.

    Nobody waits and nobody gets the same one: what another worker is claiming is passed over.
    """
    due = Message.objects.filter(status=Status.PLANNED, due_at__lte=now, expires_at__gt=now)
    if only is not None:
        due = due.filter(pk__in=only)
    if not limit:
        return []
    with transaction.atomic():
        claimed = list(
            due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk")[:limit]
        )
        if claimed:
            Message.objects.filter(pk__in=[each.pk for each in claimed]).update(
                status=Status.SENDING, claimed_at=now, tries=F("tries") + 1
            )
    for each in claimed:
        each.status, each.claimed_at, each.tries = Status.SENDING, now, each.tries + 1
    return claimed


def requeue_stale(*, now: datetime) -> int:
    """Put back what was claimed by a worker that died; return how many.

    Whether such a message left is unknown, so it may arrive twice, with the same Message-ID.
    """
    stale = Message.objects.filter(status=Status.SENDING, claimed_at__lte=now - STALE)
    return _settle(stale, Status.PLANNED, "The worker that was sending it died.")


def expire(*, now: datetime) -> int:
    """Mark what was not sent in time for it to be of use; return how many."""
    late = Message.objects.filter(status=Status.PLANNED, due_at__lte=now, expires_at__lte=now)
    return _settle(late, Status.EXPIRED, "It was too late for it.")


def _settle(rows: QuerySet[Message], status: str, reason: str) -> int:
    """Give rows a status, passing over those that somebody else is writing."""
    with transaction.atomic():
        free = rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
        found = list(free.values_list("pk", flat=True))
        if not found:
            return 0
        return Message.objects.filter(pk__in=found).update(status=status, reason=reason)


class _Post:
    """The open channels of one worker, and those that turned out to be away."""

    def __init__(self) -> None:
        self._open: dict[str, Channel] = {}
        self.away: dict[str, NotSent] = {}

    def __enter__(self) -> _Post:
        return self

    def __exit__(self, *_error: object) -> None:
        for channel in self._open.values():
            channel.close()

    def channel(self, name: str) -> Channel:
        if name not in self._open:
            self._open[name] = CHANNELS[name]()
        return self._open[name]


def deliver(messages: Sequence[Message], *, now: datetime, post: _Post | None = None) -> None:
    """Send claimed messages and write down what became of each, right after it.

    Call it outside any transaction. Never raises for one message's sake.
    """
    if post is None:
        with _Post() as own:
            deliver(messages, now=now, post=own)
        return
    began = time.monotonic()
    described = _described(messages, now)
    edited = edited_words()
    for message in messages:
        if time.monotonic() - began > LEASE:
            # Another worker may take it for stale soon: give it back untried.
            _write(message, status=Status.PLANNED, tries=message.tries - 1)
            continue
        match described.get(message.pk):
            case Notice() as notice if notice.channel in post.away:
                _not_sent(message, post.away[notice.channel], now)
            case Notice() as notice:
                try:
                    post.channel(notice.channel).send(_letter(message, notice, now, edited))
                except NotSent as problem:
                    _not_sent(message, problem, now)
                    if problem.everything:
                        post.away[notice.channel] = problem
                except Exception:
                    log.exception("Message %s could not be written", message.uid)
                    _not_sent(message, NotSent("It could not be written."), now)
                else:
                    _write(
                        message,
                        status=Status.SENT,
                        sent_at=now,
                        channel=notice.channel,
                        carries=notice.carries,
                        reason="",
                    )
            case Postponed(until=until) if until < message.expires_at:
                _write(message, status=Status.PLANNED, due_at=until, tries=message.tries - 1)
            case Postponed():
                _write(message, status=Status.EXPIRED, reason="Quiet hours last until it is late.")
            case Suppressed(reason=reason):
                _write(message, status=Status.SUPPRESSED, reason=reason)
            case Withdrawn(reason=reason):
                _write(message, status=Status.WITHDRAWN, reason=reason)
            case None:
                _not_sent(message, NotSent("It could not be described."), now)


def _described(messages: Sequence[Message], now: datetime) -> dict[int, Described]:
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


def _letter(message: Message, notice: Notice, now: datetime, edited: Edited) -> Letter:
    said = words(message.kind, notice.context, language=notice.language, edited=edited)
    return Letter(
        reference=str(message.uid),
        to=notice.to,
        sender_name=notice.sender_name,
        reply_to=notice.reply_to,
        subject=said.subject,
        text=said.text,
        html=said.html,
        short=said.short,
        written_at=now,
        invite=notice.invite,
    )


def _not_sent(message: Message, problem: NotSent, now: datetime) -> None:
    """Try again later, each time after twice as long, unless that can't help."""
    if problem.permanent or message.tries >= MOST_TRIES:
        _write(message, status=Status.FAILED, reason=problem.reason)
        return
    wait = min(FIRST_RETRY * 2 ** min(message.tries - 1, 10), LONGEST_RETRY)
    _write(message, status=Status.PLANNED, due_at=now + wait, reason=problem.reason)


def _write(message: Message, **columns: object) -> None:
    """Write what became of a claimed message, unless the claim has passed to somebody else."""
    if isinstance(reason := columns.get("reason"), str):
        columns["reason"] = reason[:REASON]
    written = Message.objects.filter(
        pk=message.pk, status=Status.SENDING, claimed_at=message.claimed_at
    ).update(**columns)
    if not written:
        log.warning("Message %s was no longer ours when it was done", message.uid)
