"""How messages do, in numbers: how late they leave, what waits, what failed and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Min, Q

from clients.models import ChannelState, Message

Status = Message.Status

AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)
QUANTILES = (0.5, 0.95, 1.0)
MOST_REASONS = 50

# From the moment a message was due, after its last try where there were several, to when it left.
_DELAYS = """
SELECT count(*), percentile_cont(%s::float8[]) WITHIN GROUP (
    ORDER BY GREATEST(0, EXTRACT(EPOCH FROM sent_at - due_at)))
  FROM clients_message WHERE status = 'SENT' AND sent_at > %s AND sent_at <= %s
"""


@dataclass(frozen=True, slots=True)
class Numbers:
    """`delays`: seconds from due to sent of those sent in the last hour, by quantile; empty where none
    were. `backlog`: due and not sent, by (urgency, channel). `oldest`: for how many seconds the oldest
    of them is due. `ahead`: planned for later. `ended`: not sent in the last day, by (status, reason).
    `away`: channels that nobody uses now."""

    sent: int
    delays: Mapping[float, float]
    backlog: Mapping[tuple[int, str], int]
    oldest: float
    ahead: int
    ended: Mapping[tuple[str, str], int]
    away: frozenset[str]

    @property
    def due(self) -> int:
        return sum(self.backlog.values())


def numbers(*, now: datetime) -> Numbers:
    """Return how messages do at `now` (six queries, all of them by an index)."""
    sent, delays = _delays(now)
    waits = Message.objects.filter(Q(status=Status.PLANNED) | Q(status=Status.SENDING))
    due = waits.filter(due_at__lte=now)
    oldest = due.aggregate(oldest=Min("due_at"))["oldest"]
    backlog = due.values_list("urgency", "channel").annotate(count=Count("pk")).order_by()
    ended = (
        Message.objects.filter(
            status__in=(Status.FAILED, Status.EXPIRED, Status.SUPPRESSED),
            due_at__gt=now - A_DAY,
            due_at__lte=now,
        )
        .values_list("status", "reason")
        .annotate(count=Count("pk"))
        .order_by("-count", "status", "reason")[:MOST_REASONS]
    )
    return Numbers(
        sent=sent,
        delays=delays,
        backlog={(urgency, channel): count for urgency, channel, count in backlog},
        oldest=(now - oldest).total_seconds() if oldest else 0.0,
        ahead=Message.objects.filter(status=Status.PLANNED, due_at__gt=now).count(),
        ended={(status, reason): count for status, reason, count in ended},
        away=frozenset(
            ChannelState.objects.filter(open_until__gt=now).values_list("channel", flat=True)
        ),
    )


def _delays(now: datetime) -> tuple[int, dict[float, float]]:
    with connection.cursor() as cursor:
        cursor.execute(_DELAYS, [list(QUANTILES), now - AN_HOUR, now])
        [(count, found)] = cursor.fetchall()
    return count, dict(zip(QUANTILES, found, strict=True)) if count else {}
