"""Claimed messages on their way: described anew, sent by the first way that takes them, written down.

A way that fails for good is given up and the next one tried; where none is left the message has
failed and the client is flagged. A channel that is away costs no message a try.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from clients import caps, reach
from clients.channels import base, open_channel
from clients.channels.base import Letter, NotSent, Receipt, Way
from clients.claiming import LEASE
from clients.gates import Clock, Gates
from clients.models import Channel, Message
from clients.notices import Described, Notice, Postponed, Suppressed, Withdrawn, describe
from clients.wording import Edited, Words, edited_words, words

log = logging.getLogger(__name__)

Status = Message.Status

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(minutes=30)
MOST_TRIES = 100
REASON = 60
NO_WAY = "No address that works is known."


class Post:
    """The open channels of one worker, and what it knows of them.

    clock tells the time; pause waits for so many seconds.
    """

    def __init__(self, clock: Clock, pause: Callable[[float], None] = time.sleep) -> None:
        self.clock, self.pause = clock, pause
        self.gates = Gates(clock)
        self.edited: Edited = {}
        self._open: dict[str, base.Channel] = {}

    def __enter__(self) -> Post:
        return self

    def __exit__(self, *_error: object) -> None:
        for channel in self._open.values():
            channel.close()

    def send(self, way: Way, letter: Letter) -> Receipt:
        """Hand a letter to a channel. Raises NotSent."""
        if way.channel not in self._open:
            self._open[way.channel] = open_channel(way.channel)
        receipt = self._open[way.channel].send(letter)
        self.gates.succeeded(way.channel)
        return receipt


def deliver(messages: Sequence[Message], *, post: Post) -> None:
    """Send claimed messages and write down what became of each, right after it.

    Call it outside any transaction. Never raises for one message's sake. Where a provider takes only
    so many a second, the others wait for their turn.
    """
    if not messages:
        return
    began = time.monotonic()
    now = post.clock()
    described = describe(messages, now)
    described |= _heeding_stop(messages, described)
    post.edited = edited_words()
    going = [each for each in messages if isinstance(described.get(each.pk), Notice)]
    described |= caps.held_back(going, now=now)
    dead = reach.dead_ways({each.client_id for each in going if each.client_id is not None})
    post.gates.refresh()
    waiting = deque(messages)
    in_vain = 0  # messages in a row for which there was no room
    while waiting:
        message = waiting.popleft()
        if time.monotonic() - began > LEASE:
            # Another worker may take it for stale soon: give it back untried.
            _give_back(message)
            continue
        match described.get(message.pk):
            case Notice() as notice:
                wait = _Sending(message, notice, dead, post).go()
                in_vain = in_vain + 1 if wait else 0
                if wait:
                    waiting.append(message)
                    if in_vain >= len(waiting):
                        post.pause(wait)
                        in_vain = 0
            case Postponed(until=until) if until < message.expires_at:
                _give_back(message, due_at=until)
            case Postponed():
                _write(message, status=Status.EXPIRED, reason="Quiet hours last until it is late.")
            case Suppressed(reason=reason):
                _write(message, status=Status.SUPPRESSED, reason=reason)
            case Withdrawn(reason=reason):
                _write(message, status=Status.WITHDRAWN, reason=reason)
            case None:
                _not_sent(message, NotSent("It could not be described."), now)


def _heeding_stop(
    messages: Sequence[Message], described: Mapping[int, Described]
) -> dict[int, Described]:
    """Return what changes since numbers have said STOP, by primary key (at most one query). What
    answers a text message says for itself whether it goes."""
    texted = {
        message.pk: notice
        for message in messages
        if isinstance(notice := described.get(message.pk), Notice)
        and not message.about.startswith("text:")
    }
    numbers = {
        way.to for each in texted.values() for way in each.ways if way.channel == Channel.SMS
    }
    stopped = reach.stopped(numbers)
    changed: dict[int, Described] = {}
    for pk, notice in texted.items():
        ways = [way for way in notice.ways if way.channel != Channel.SMS or way.to not in stopped]
        if len(ways) < len(notice.ways):
            changed[pk] = replace(notice, ways=ways) if ways else Suppressed(reach.STOPPED)
    return changed


class _Sending:
    """One message on its ways."""

    def __init__(
        self, message: Message, notice: Notice, dead: frozenset[tuple[int, str]], post: Post
    ) -> None:
        self.message, self.notice, self.post = message, notice, post
        self.ways = reach.left(message, notice.ways, dead)
        self.urgent = message.urgency == Message.Urgency.NOW
        self.last = message.reason if message.given_up else NO_WAY

    def go(self) -> float:
        """Send it by the first way that takes it; return 0 when that is settled, one way or other, or
        in how many seconds there is room for it."""
        said: Words | None = None
        for way in self.ways:
            until = self.post.gates.closed_until(way.channel)
            if until is not None:
                _give_back(self.message, due_at=min(until, self.message.expires_at))
                return 0.0
            wait = self.post.gates.room(way.channel, urgent=self.urgent)
            if wait:
                return wait
            try:
                said = said or self._words()
                receipt = self.post.send(way, self._letter(way, said))
            except NotSent as problem:
                if self._goes_on(way, problem):
                    continue
                return 0.0
            except Exception:
                log.exception("Message %s could not be written", self.message.uid)
                unwritten = NotSent("It could not be written.")
                _not_sent(self.message, unwritten, self.post.clock())
                return 0.0
            self._sent(way, receipt)
            return 0.0
        if _write(self.message, status=Status.FAILED, reason=self.last):
            reach.flag(self.message)
        return 0.0

    def _goes_on(self, way: Way, problem: NotSent) -> bool:
        """Write down that a way failed; return whether the next one may be tried."""
        now = self.post.clock()
        if problem.everything:
            self.post.gates.failed(way.channel, problem)
        if not problem.permanent:
            _not_sent(self.message, problem, now)
            return False
        over = "+".join(filter(None, [self.message.given_up, way.channel]))
        if not _write(self.message, given_up=over, reason=problem.reason):
            return False
        self.message.given_up, self.last = over, problem.reason
        reach.note(
            self.message,
            way.channel,
            reach.digest(way.channel, way.to),
            reason=problem.reason,
            dead=problem.address,
            now=now,
        )
        return True

    def _sent(self, way: Way, receipt: Receipt) -> None:
        _write(
            self.message,
            status=Status.SENT,
            sent_at=self.post.clock(),
            channel=way.channel,
            carries=self.notice.carries,
            provider=receipt.provider[:30],
            provider_id=receipt.provider_id,
            reason="",
            # What was told of another way, or of an earlier time, is not of this one.
            delivered_at=None,
            opened_at=None,
            bounced_at=None,
            complained_at=None,
        )

    def _words(self) -> Words:
        if self.notice.said is not None:
            return self.notice.said
        return words(
            self.message.kind,
            self.notice.context,
            language=self.notice.language,
            edited=self.post.edited,
        )

    def _letter(self, way: Way, said: Words) -> Letter:
        notice = self.notice
        return Letter(
            reference=str(self.message.uid),
            to=way.to,
            sender_name=notice.sender_name,
            reply_to=notice.reply_to,
            subject=said.subject,
            text=said.text,
            html=said.html,
            short=said.short,
            written_at=self.post.clock(),
            invite=notice.invite,
            unsubscribe=notice.unsubscribe,
        )


def _not_sent(message: Message, problem: NotSent, now: datetime) -> None:
    """Try again later, each time after twice as long, until it has been tried too often."""
    if message.tries >= MOST_TRIES:
        _write(message, status=Status.FAILED, reason=problem.reason)
        return
    wait = min(FIRST_RETRY * 2 ** min(message.tries - 1, 10), LONGEST_RETRY)
    _write(message, status=Status.PLANNED, due_at=now + wait, reason=problem.reason)


def _give_back(message: Message, **columns: object) -> None:
    """Put a message back that was not tried, as if it had not been claimed."""
    _write(message, status=Status.PLANNED, tries=message.tries - 1, **columns)


def _write(message: Message, **columns: object) -> bool:
    """Write what became of a claimed message, unless the claim has passed to somebody else; return
    whether it was still ours."""
    if isinstance(reason := columns.get("reason"), str):
        columns["reason"] = reason[:REASON]
    written = Message.objects.filter(
        pk=message.pk, status=Status.SENDING, claimed_at=message.claimed_at
    ).update(**columns)
    if not written:
        log.warning("Message %s was no longer ours when it was done", message.uid)
    return bool(written)
