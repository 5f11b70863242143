"""Planners that run at once, as when beat was started twice: each message and task comes once."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from bookings.actions import recalling
from bookings.models import StaffTask
from clients.models import Client, Message
from tests.bookings.test_recalling import NOW, in_series
from tests.harness.databases import Database
from tests.race.crowd import Crowd, at_once


def plan_at_once(clients: int, planners: int) -> Crowd:
    """Let several plan the same clients, of whom each calls for a message and two tasks."""
    whose = [in_series()[0].pk for _ in range(clients)]
    return at_once([partial(recalling.plan_clients, whose, now=NOW)] * planners)


def test_each_message_and_task_comes_once_and_nobody_fails(fresh_db: Database) -> None:
    crowd = plan_at_once(6, 6)
    assert crowd.losers == []
    assert (Message.objects.count(), StaffTask.objects.count()) == (6, 12)


def test_canary_without_turns_they_meet_in_the_database(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def all_at_once(clients: Collection[int]) -> QuerySet[Client]:
        return Client.objects.filter(pk__in=clients)

    monkeypatch.setattr(recalling, "_in_turn", all_at_once)
    crowd = plan_at_once(6, 6)
    assert any(isinstance(loser, IntegrityError) for loser in crowd.losers)
    assert Message.objects.count() == 6, "the constraint is the proof"
