"""Planners that run at once, as when beat was started twice: each message and task comes once."""

from __future__ import annotations

import threading
from collections.abc import Collection

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from bookings.actions import recalling
from bookings.models import StaffTask
from clients.models import Client, Message
from tests.bookings.test_recalling import NOW, in_series
from tests.harness.databases import Database
from tests.race.crowd import Crowd, at_once, wait_until_waiting


def plan_at_once(database: Database, clients: int, planners: int) -> Crowd:
    """Let several plan the same clients, of whom each calls for a message and two tasks. The first
    has written all of it, and commits when all the others have come to wait for that."""
    whose = [in_series()[0].pk for _ in range(clients)]
    written = threading.Event()

    def first() -> None:
        with transaction.atomic():
            recalling.plan_clients(whose, now=NOW)
            written.set()
            wait_until_waiting(database, planners - 1)

    def later() -> None:
        assert written.wait(timeout=30)
        recalling.plan_clients(whose, now=NOW)

    return at_once([first, *[later] * (planners - 1)])


def test_each_message_and_task_comes_once_and_nobody_fails(fresh_db: Database) -> None:
    crowd = plan_at_once(fresh_db, 6, 6)
    assert crowd.losers == []
    assert (Message.objects.count(), StaffTask.objects.count()) == (6, 12)


def all_at_once(clients: Collection[int]) -> QuerySet[Client]:
    """Return clients as nobody would who takes turns."""
    return Client.objects.filter(pk__in=clients)


def test_canary_without_turns_they_meet_in_the_database(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalling, "_in_turn", all_at_once)
    crowd = plan_at_once(fresh_db, 6, 6)
    assert any(isinstance(loser, IntegrityError) for loser in crowd.losers)
    assert Message.objects.count() == 6, "the constraint is the proof"


def plan_all_while_one_is_being_planned(database: Database, clients: int) -> None:
    """Plan a whole batch while somebody else, who took no turn, has written what one of them calls
    for, and commits once the batch has come to wait for that."""
    whose = [in_series()[0].pk for _ in range(clients)]
    planned, waited_for = threading.Event(), threading.Event()

    def first() -> None:
        try:
            with transaction.atomic():
                recalling.plan_clients([whose[1]], now=NOW)
                planned.set()
                wait_until_waiting(database)
        finally:
            waited_for.set()
            connection.close()

    thread = threading.Thread(target=first, daemon=True)
    thread.start()
    assert planned.wait(timeout=60)
    recalling.plan_all(now=NOW)
    thread.join(timeout=60)
    assert waited_for.is_set()


def test_whoever_meets_another_planner_drops_nobody_else_of_the_batch(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalling, "_in_turn", all_at_once)
    plan_all_while_one_is_being_planned(fresh_db, 5)
    assert (Message.objects.count(), StaffTask.objects.count()) == (5, 10)


def test_canary_a_batch_that_is_not_taken_apart_is_lost_whole(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalling, "_in_turn", all_at_once)
    monkeypatch.setattr(recalling, "_plan_apart", recalling.plan_clients)
    with pytest.raises(IntegrityError):
        plan_all_while_one_is_being_planned(fresh_db, 5)
    assert Message.objects.count() == 1
