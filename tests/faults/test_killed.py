"""A worker that is killed, or loses Postgres, at any step between claim and commit, and Redis wiped
each time: every message arrives, and twice only where that fell between the provider's answer and
the commit."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection, connections

from clients import notices, outbox
from clients.models import Message
from clients.outbox import Described, Notice, Way
from clinic.celery import app
from tests.factories import bookings, clinic
from tests.factories.clients import message
from tests.harness.databases import Database
from tests.harness.provider import Provider
from tests.harness.queue import OwnRedis, broker

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
MESSAGES = 3
LEAST_KILLS = 20


@pytest.fixture(autouse=True)
def _said(monkeypatch: pytest.MonkeyPatch) -> None:
    def describe(messages: Sequence[Message], now: datetime) -> Mapping[int, Described]:
        notice = Notice((Way("EMAIL", "ana@example.org"),), {"clinic": "Jade"}, "told", "Jade")
        return {each.pk: notice for each in messages}

    monkeypatch.setitem(
        notices._registry, "thing", notices._Registered(describe, frozenset({"CONFIRMATION"}))
    )


def kill_myself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Doomed:
    """Meets its end at the nth step: before or after a statement or a commit."""

    def __init__(self, nth: int, end: Callable[[], object] = kill_myself) -> None:
        self.nth, self.steps, self.end = nth, 0, end

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.nth:
            self.end()

    def statement(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.step()
        result = execute(*arguments)
        self.step()
        return result

    def work(self, now: datetime) -> None:
        with connection.execute_wrapper(self.statement):
            commit = connection._commit

            def doomed_commit() -> None:
                self.step()
                commit()
                self.step()

            connection._commit = doomed_commit  # type: ignore[method-assign]
            try:
                outbox.send_due(clock=lambda: now)
            finally:
                connection._commit = commit  # type: ignore[method-assign]


def die_at(nth: int, now: datetime) -> bool:
    """Run a worker that dies at its nth step; return whether it got so far."""
    connections.close_all()
    child = multiprocessing.get_context("fork").Process(target=Doomed(nth).work, args=(now,))
    child.start()
    child.join(30)
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0


def lose_postgres_at(nth: int, now: datetime, fresh_db: Database) -> bool:
    """Run a worker whose connection the server ends at its nth step, as a restart does; return
    whether it got so far."""
    connection.close()
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid

    def restart() -> None:
        with fresh_db.connect() as other, other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [backend])
            assert cursor.fetchone() == (True,)
        other.close()

    worker = Doomed(nth, restart)
    try:
        worker.work(now)
    except (OperationalError, InterfaceError):
        pass
    finally:
        connection.close()  # as Celery does after each task
    return worker.steps >= nth


@pytest.mark.parametrize("lost", ["the worker", "Postgres"])
def test_a_worker_lost_at_any_step_loses_no_message_and_repeats_only_the_one_it_was_at(
    fresh_db: Database, provider: Provider, own_redis: OwnRedis, lost: str
) -> None:
    clinic.location()
    person = bookings.client()
    now, kills, repeated = NOW, 0, 0
    with broker(own_redis.url):
        while True:
            for number in range(MESSAGES):
                message(
                    due_at=now,
                    client=person,
                    staff_email="",
                    transactional=number > 0,
                    expires_at=now + timedelta(days=30),
                )
            provider.taken.clear()
            killed = (
                die_at(kills + 1, now)
                if lost == "the worker"
                else lose_postgres_at(kills + 1, now, fresh_db)
            )
            own_redis.wipe()
            uncertain = {
                str(uid)
                for uid in Message.objects.filter(status="SENDING").values_list("uid", flat=True)
            } & set(provider.keys())
            left = Message.objects.exclude(status="SENT").count()
            assert left <= MESSAGES
            assert len(uncertain) <= 1
            outbox.send_due(clock=lambda at=now: at + outbox.STALE)  # type: ignore[misc]
            counts = Counter(provider.keys())
            sent = Message.objects.filter(due_at__gte=now, status="SENT").values_list(
                "uid", flat=True
            )
            assert len(sent) == MESSAGES
            assert counts == {str(uid): 1 + (str(uid) in uncertain) for uid in sent}
            repeated += len(uncertain)
            if not killed:
                break
            kills += 1
            now += timedelta(days=8)
    assert kills >= LEAST_KILLS
    assert repeated >= MESSAGES, "between an answer and its commit lies a step of each message"


def test_after_a_workers_death_its_messages_leave_within_two_minutes() -> None:
    tick = app.conf.beat_schedule["send-due-messages"]["schedule"]
    assert outbox.STALE.total_seconds() + tick < 120
    assert outbox.STALE.total_seconds() > outbox.LEASE + 30, "no living worker is taken for dead"
