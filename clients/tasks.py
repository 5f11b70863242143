"""What the worker does about messages. Tasks carry ids; what is due stands in the database."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from clients import outbox, sealing
from clinic.backup import nightly


@shared_task(name="clients.tasks.send_due_messages", ignore_result=True)
def send_due_messages(limit: int = outbox.SWEEP, **_from_newer_callers: Any) -> int:
    """Send what is due, at most `limit` messages; return how many were handled."""
    return outbox.send_due(clock=timezone.now, limit=limit)


@shared_task(name="clients.tasks.send_urgent_messages", ignore_result=True)
def send_urgent_messages(**_from_newer_callers: Any) -> int:
    """Send what is due and answers somebody; return how many messages were handled."""
    return outbox.send_due(clock=timezone.now, urgent=True)


@shared_task(name="clients.tasks.send_messages", ignore_result=True)
def send_messages(ids: list[int], **_from_newer_callers: Any) -> int:
    """Send these messages if they are due; return how many were handled."""
    return outbox.send_now(ids, clock=timezone.now)


@shared_task(name="clients.tasks.back_up", ignore_result=True)
def back_up(**_from_newer_callers: Any) -> str | None:
    """Make the scheduled backup if it is due; return the file's name."""
    made = nightly.run(clock=timezone.now, master_keys=list(sealing.master_keys()))
    return made.name if made else None
