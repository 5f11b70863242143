"""The outbox: what is to be said stands in the database before it is said.

Planned in the transaction of what it is about (`queue`, `withdraw`), claimed in batches
(`claiming`), checked again against the facts (`notices`) and sent outside any transaction
(`delivering`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from clients import gates, nudge
from clients.channels.base import Invite, Way
from clients.claiming import LEASE, STALE, claim_due, expire, requeue_stale
from clients.delivering import MOST_TRIES, Post, deliver
from clients.models import Message
from clients.notices import (
    Described,
    Notice,
    Postponed,
    Suppressed,
    Withdrawn,
    register,
    registered,
)
from clinic.models.adding import add_all

__all__ = [
    "BATCH",
    "LEASE",
    "MOST_TRIES",
    "STALE",
    "SWEEP",
    "Described",
    "Invite",
    "Notice",
    "Post",
    "Postponed",
    "Suppressed",
    "Way",
    "Withdrawn",
    "claim_due",
    "deliver",
    "expire",
    "queue",
    "register",
    "registered",
    "requeue_stale",
    "send_due",
    "send_now",
    "withdraw",
]

Status = Message.Status

BATCH = 50
SWEEP = 2000


# Planning


def queue(messages: Sequence[Message], *, now: datetime) -> None:
    """Add messages in the caller's transaction (one statement); those that are due and answer
    somebody go out on its commit, the others with the next sweep.

    Raises IntegrityError where one that is not withdrawn has the same `dedupe_key`.
    """
    add_all(messages)
    nudge.after_commit(
        [
            each.pk
            for each in messages
            if each.status == Status.PLANNED
            and each.due_at <= now
            and each.urgency == Message.Urgency.NOW
        ]
    )


def withdraw(ids: Sequence[int], *, reason: str) -> int:
    """Take back planned messages in the caller's transaction; return how many were still planned."""
    return Message.objects.filter(pk__in=ids, status=Status.PLANNED).update(
        status=Status.WITHDRAWN, reason=reason
    )


# Sending


def send_due(
    *,
    clock: Callable[[], datetime],
    limit: int = SWEEP,
    urgent: bool = False,
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Send what is due, the most urgent first, after what a dead worker left in flight was put back
    and what came too late was marked so; return how many messages were handled.

    clock: tells the time. urgent: only what answers somebody, whatever else waits. While there is
    more than one batch to do, another worker is asked to join in.
    """
    requeue_stale(now=clock())
    expire(now=clock())
    handled = 0
    with Post(clock, pause) as post:
        while handled < limit:
            size = min(BATCH, limit - handled)
            now = clock()
            batch = claim_due(now=now, limit=size, away=gates.away(now=now), urgent=urgent)
            if not handled and len(batch) == BATCH and not urgent:
                nudge.send("clients.tasks.send_due_messages")
            deliver(batch, post=post)
            handled += len(batch)
            if len(batch) < size:
                break
    return handled


def send_now(
    ids: Sequence[int],
    *,
    clock: Callable[[], datetime],
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Send these messages if they are due and nobody else has them; return how many were handled.

    What else is due and as urgent goes in the same batch: in a rush, most later calls find theirs
    sent already.
    """
    now = clock()
    away = gates.away(now=now)
    batch = claim_due(now=now, limit=BATCH, only=ids, away=away)
    if batch:
        batch += claim_due(now=now, limit=BATCH - len(batch), away=away, urgent=True)
        with Post(clock, pause) as post:
            deliver(batch, post=post)
    return len(batch)
