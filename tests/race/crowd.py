"""Many people at once: real threads, each with a database connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection

from bookings import locks
from tests.harness.databases import Database


@dataclass
class Crowd:
    """What became of each: `results` in the order of the jobs (None where it failed), `refusals`
    beside them (None where it worked), and how long the slowest took."""

    results: list[Any]
    refusals: list[Exception | None]
    slowest: float

    @property
    def winners(self) -> list[Any]:
        return [
            result
            for result, refusal in zip(self.results, self.refusals, strict=True)
            if refusal is None
        ]

    @property
    def losers(self) -> list[Exception]:
        return [refusal for refusal in self.refusals if refusal is not None]

    def only_lose_by(self, *kinds: type[Exception]) -> None:
        """Fail unless everybody who lost was told so in one of these ways, and no other."""
        others = [loser for loser in self.losers if type(loser) not in kinds]
        assert not others, f"{len(others)} of {len(self.refusals)} failed otherwise: {others[:3]!r}"


def at_once(jobs: Sequence[Callable[[], Any]]) -> Crowd:
    """Run all jobs at one moment; return when all are done. Nobody waits for more than a minute."""
    results: list[Any] = [None] * len(jobs)
    refusals: list[Exception | None] = [None] * len(jobs)
    took = [0.0] * len(jobs)
    start = threading.Barrier(len(jobs))

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=60)
            began = time.monotonic()
            try:
                results[number] = jobs[number]()
            finally:
                took[number] = time.monotonic() - began
        except Exception as refusal:
            refusals[number] = refusal
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=[number], daemon=True) for number in range(len(jobs))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "somebody is still waiting"
    return Crowd(results, refusals, max(took, default=0.0))


def deadlocks(database: Database) -> int:
    """Return how many deadlocks the database has had to break, once every worker has reported."""
    with _raw(database) as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def wait_until_waiting(database: Database, sessions: int = 1) -> None:
    """Return once so many sessions of the database wait for a lock."""
    pause = threading.Event()
    deadline = time.monotonic() + 20
    with _raw(database) as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= sessions:
                return
            pause.wait(0.01)
    raise AssertionError("nobody came to wait for a lock")


@contextmanager
def _raw(database: Database) -> Iterator[Any]:
    session = database.connect()
    try:
        session.autocommit = True
        with session.cursor() as cursor:
            yield cursor
    finally:
        session.close()


def take_the_guards_away(monkeypatch: pytest.MonkeyPatch, *constraints: str) -> None:
    """Drop constraints of bookings (the two exclusions if none is named) and let every lock be
    taken without waiting: what the canaries run without. For a database of the test's own."""
    for constraint in constraints or ("booking_practitioner_free", "booking_room_free"):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE bookings_booking DROP CONSTRAINT {constraint}")
    take_the_locks_away(monkeypatch)


def take_the_locks_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "statement", lambda **_keys: "")


def unique_index_away(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {name}")
