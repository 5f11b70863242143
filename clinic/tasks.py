"""What the clock does to what belongs to no app. Each task may run twice or late."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from clinic import limits


@shared_task(name="clinic.tasks.forget_rate_counts", ignore_result=True)
def forget_rate_counts(**_from_newer_callers: Any) -> int:
    """Forget the counters of rate limits whose window is over; return how many."""
    return limits.forget(now=timezone.now())
