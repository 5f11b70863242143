"""Messages that did not go as they should, for the desk to see to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from clients.models import ChannelState, Message

Status = Message.Status

# What the sweep finds every quarter of a minute and a worker takes back after two: later is stuck.
STUCK_AFTER = timedelta(minutes=10)
SHOWN_FOR = timedelta(days=30)
MOST = 100


@dataclass(frozen=True, slots=True)
class Trouble:
    """Messages by what is wrong with them, the newest first. `failed` could not be sent, `late` came
    too late, `kept` were not sent on purpose, `stuck` are due and still there, the oldest first;
    `away` are the channels that nobody uses now."""

    failed: list[Message]
    late: list[Message]
    kept: list[Message]
    stuck: list[Message]
    away: list[ChannelState]

    @property
    def is_none(self) -> bool:
        return not (self.failed or self.late or self.kept or self.stuck or self.away)


def trouble(*, now: datetime) -> Trouble:
    """Return what waits for somebody (five queries)."""
    return Trouble(
        failed=list(_ended(Status.FAILED, now)),
        late=list(_ended(Status.EXPIRED, now)),
        kept=list(_ended(Status.SUPPRESSED, now)),
        stuck=list(_stuck(now)[:MOST]),
        away=list(ChannelState.objects.filter(open_until__gt=now).order_by("channel")),
    )


def count(*, now: datetime) -> int:
    """Return how many messages wait for somebody (two queries)."""
    ended = Message.objects.filter(
        status__in=(Status.FAILED, Status.EXPIRED, Status.SUPPRESSED),
        cleared_at__isnull=True,
        due_at__gte=now - SHOWN_FOR,
    )
    return ended.count() + _stuck(now).count()


def troubled_by_uid(uid: UUID) -> Message | None:
    """Return a message that ended without being sent, if nobody has seen to it, or still
    waits (one query)."""
    ended = Q(status__in=(Status.FAILED, Status.EXPIRED, Status.SUPPRESSED))
    return (
        Message.objects.select_related("client")
        .filter(ended | Q(status=Status.PLANNED), uid=uid, cleared_at__isnull=True)
        .first()
    )


def _ended(status: str, now: datetime) -> QuerySet[Message]:
    return (
        Message.objects.select_related("client")
        .filter(status=status, cleared_at__isnull=True, due_at__gte=now - SHOWN_FOR)
        .order_by("-due_at", "-pk")[:MOST]
    )


def _stuck(now: datetime) -> QuerySet[Message]:
    """Return what is due for long, or was claimed long ago; a back-off moves what is due."""
    planned = Q(status=Status.PLANNED, due_at__lte=now - STUCK_AFTER)
    claimed = Q(status=Status.SENDING, claimed_at__lte=now - STUCK_AFTER)
    return (
        Message.objects.select_related("client")
        .filter(planned | claimed)
        .annotate(since=Coalesce(F("claimed_at"), F("due_at")))
        .order_by("due_at", "pk")
    )
