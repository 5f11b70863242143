"""Noting when what must happen again and again last did."""

from __future__ import annotations

from datetime import datetime

from clinic.models import Heartbeat

MOST = 300


def done(name: str, *, now: datetime) -> None:
    """Note a success. `name` is of Heartbeat.Name."""
    Heartbeat.objects.update_or_create(
        name=name, defaults={"tried_at": now, "done_at": now, "why": ""}
    )


def failed(name: str, *, now: datetime, why: str) -> None:
    """Note a failure; `why` is a sentence. The last success stays known."""
    Heartbeat.objects.update_or_create(name=name, defaults={"tried_at": now, "why": why[:MOST]})
