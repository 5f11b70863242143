"""Where the benchmarks run: servers, databases and processes of their own."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Scale:
    """How much is measured. The numbers of a tiny run mean nothing but that it runs."""

    sizes: tuple[int, ...] = (1_000, 100_000, 1_000_000)
    rounds: int = 7
    calls: int = 40
    at_once: int = 8
    bookings: int = 960  # a round
    racers: int = 50
    races: int = 20
    messages: int = 1_200  # a round
    planned: int = 10_000
    judged: bool = True


TINY = Scale(
    sizes=(500, 700), rounds=2, calls=2, at_once=2, bookings=8, racers=4, races=2, messages=30,
    planned=40, judged=False,
)  # fmt: skip


@dataclass
class Stage:
    """The servers, and the databases made on them so far."""

    scale: Scale
    say: Callable[[str], None]
    template: str = ""
    made: list[str] = field(default_factory=list)

    def url(self, name: str) -> str:
        return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))

    def database(self, what: str) -> str:
        """Return the name of a new database with tables and defaults, and point Django at it."""
        from django.core.management import call_command

        if not self.template:
            self.template = self._create("template")
            point_at(self.template)
            call_command("prepare", verbosity=0)
            point_at("")
        name = self._create(what, template=self.template)
        point_at(name)
        return name

    def _create(self, what: str, template: str | None = None) -> str:
        name = f"jade_bench_{os.getpid()}_{what}"
        self.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        self.made.append(name)
        return name

    def execute(self, statement: str) -> None:
        import psycopg2

        connection = psycopg2.connect(os.environ["DATABASE_URL"])
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def drop_all(self, *, keep: str = "") -> None:
        point_at("")
        for name in self.made:
            if name != keep:
                self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.made = [keep] if keep else []


def point_at(name: str) -> None:
    """Let Django's connections lead to a database; "" only closes them."""
    from django.db import connections

    connections.close_all()
    if name:
        connections["default"].settings_dict["NAME"] = name


@contextlib.contextmanager
def stage(scale: Scale, say: Callable[[str], None]) -> Iterator[Stage]:
    """Start what DATABASE_URL and REDIS_URL do not name, with the settings `make run` uses, and
    load Django. Everything is gone afterwards."""
    from clinic import embedded

    var = Path(tempfile.mkdtemp(prefix="jade-bench-"))
    var.chmod(0o755)
    os.environ["VAR_DIR"] = str(var)
    os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
    os.environ["LOG_LEVEL"] = "ERROR"
    started: list[embedded.Service] = []
    try:
        if not os.environ.get("DATABASE_URL"):
            say("Starting a Postgres of its own")
            started.append(embedded.start_postgres(var / "postgres"))
            os.environ["DATABASE_URL"] = started[-1].url
        if not os.environ.get("REDIS_URL"):
            started.append(embedded.start_redis(var / "redis"))
            os.environ["REDIS_URL"] = started[-1].url
        import django

        django.setup()
        it = Stage(scale, say)
        try:
            yield it
        finally:
            it.drop_all()
    finally:
        for service in reversed(started):
            service.stop()
        shutil.rmtree(var, ignore_errors=True)


def at_once(work: Callable[[int, Callable[[], None]], Any], numbers: Sequence[int]) -> list[Any]:
    """Run `work(number, ready)` in a process for each number; return the results in order.

    Each calls `ready()` when it is warm, and goes on when all are.
    """
    from django.db import connections

    connections.close_all()
    barrier = FORK.Barrier(len(numbers))
    answers: Any = FORK.SimpleQueue()

    def run(number: int) -> None:
        try:
            answers.put((number, work(number, lambda: barrier.wait(120)), None))
        except BaseException as problem:
            barrier.abort()
            answers.put((number, None, f"{type(problem).__name__}: {problem}"))
        finally:
            connections.close_all()

    processes = [FORK.Process(target=run, args=[number]) for number in numbers]
    for process in processes:
        process.start()
    found, problems = {}, []
    for _ in processes:
        number, result, problem = answers.get()
        found[number] = result
        if problem:
            problems.append(problem)
    for process in processes:
        process.join()
    if problems:
        raise RuntimeError("; ".join(sorted(set(problems))[:5]))
    return [found[number] for number in numbers]
