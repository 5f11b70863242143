"""Which worker sends which message: claimed in batches, committed as such, put back where one died."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from clients.models import Message

Status = Message.Status

# A claim older than STALE is of a worker that died. A worker that still lives has stopped long
# before: it starts no message later than LEASE after its claim, and no single one takes a minute.
STALE = timedelta(seconds=90)
LEASE = 45.0


def claim_due(
    *,
    now: datetime,
    limit: int,
    only: Sequence[int] | None = None,
    away: Collection[str] = (),
    urgent: bool = False,
) -> list[Message]:
    """Return messages that are due and now the caller's to deliver, committed as such: the most
    urgent first, then the longest due.

    Nobody waits and nobody gets the same one: what another worker is claiming is passed over. away:
    channels whose messages are left in the queue. urgent: only what answers somebody.
    """
    due = Message.objects.filter(status=Status.PLANNED, due_at__lte=now, expires_at__gt=now)
    if only is not None:
        due = due.filter(pk__in=only)
    if away:
        due = due.exclude(channel__in=away)
    if urgent:
        due = due.filter(urgency=Message.Urgency.NOW)
    if not limit:
        return []
    with transaction.atomic():
        claimed = list(
            due.select_for_update(skip_locked=True, of=("self",)).order_by(
                "urgency", "due_at", "pk"
            )[:limit]
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

    Whether such a message left is unknown, so it may arrive twice, with the same reference.
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
