"""Whether the clinic is ready for people: the house's parts, and the messages that are due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Min

from clients.models import Message
from clinic import readiness
from clinic.readiness import DatabaseAway, Part

MESSAGE_LATE = timedelta(minutes=5)


def messages(*, now: datetime) -> Part:
    """Tell whether what was due to be said has been said. Raises DatabaseAway."""
    waiting = Message.objects.filter(
        status__in=[Message.Status.PLANNED, Message.Status.SENDING], due_at__lte=now
    )
    with readiness.asking_the_database():
        oldest = waiting.aggregate(oldest=Min("due_at"))["oldest"]
    if oldest is not None and now - oldest > MESSAGE_LATE:
        minutes = int((now - oldest).total_seconds() // 60)
        return Part("messages", f"The oldest one that is due waits for {minutes} minutes.")
    return Part("messages")


def parts(*, now: datetime) -> list[Part]:
    """Return the state of everything the clinic needs."""
    found = [readiness.database(), readiness.queue(), readiness.media()]
    asked: dict[str, Callable[[], Part]] = {
        "migrations": readiness.migrations,
        "beat": partial(readiness.beat, now=now),
        "messages": partial(messages, now=now),
        "backup": partial(readiness.backup, now=now),
    }
    away = not found[0].ok
    for name, ask in asked.items():
        try:
            part = Part(name, readiness.NO_DATABASE) if away else ask()
        except DatabaseAway:
            part = Part(name, "The database does not answer this as it should.")
        found.append(part)
    return found
