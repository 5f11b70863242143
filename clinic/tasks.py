"""What the clock does to what belongs to no app. Each task may run twice or late."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from clinic import heartbeats, limits, seals
from clinic.logins import handed, links, pins, proofs, sessions
from clinic.models import Heartbeat


@shared_task(name="clinic.tasks.forget_rate_counts", ignore_result=True)
def forget_rate_counts(**_from_newer_callers: Any) -> int:
    """Forget the counters of rate limits whose window is over; return how many."""
    return limits.forget(now=timezone.now())


@shared_task(name="clinic.tasks.forget_logins", ignore_result=True)
def forget_logins(**_from_newer_callers: Any) -> int:
    """Forget sessions, login links, proofs, passes for a PIN and devices handed over that are over;
    return how many."""
    now = timezone.now()
    return (
        sessions.forget(now=now)
        + links.forget(now=now)
        + proofs.forget(now=now)
        + pins.forget(now=now)
        + handed.forget(now=now)
    )


@shared_task(name="clinic.tasks.tick", ignore_result=True)
def tick(**_from_newer_callers: Any) -> None:
    """Note that the clock ticks and that a worker carries its ticks out."""
    heartbeats.done(Heartbeat.Name.BEAT, now=timezone.now())


@shared_task(name="clinic.tasks.seal_logs", ignore_result=True)
def seal_logs(**_from_newer_callers: Any) -> int | None:
    """Seal what was added to the logs; return the number of the last seal made, if any."""
    seal = seals.make(now=timezone.now())
    return seal.number if seal else None
