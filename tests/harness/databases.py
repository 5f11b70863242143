"""Databases cloned from one template: nothing is ever flushed, since the log book refuses it."""

from __future__ import annotations

import fcntl
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from tests.harness import servers

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """A database of the run's Postgres."""

    name: str

    @property
    def url(self) -> str:
        return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{self.name}"))

    def connect(self) -> Any:
        """Return a raw psycopg2 connection of the caller's own; close it."""
        return psycopg2.connect(self.url)


def _execute(*statements: str) -> None:
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        connection.close()


def _prefix() -> str:
    return servers.run_directory().name.replace("-", "_").lower()


def create(name: str, *, template: str | None = None) -> Database:
    _execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    return Database(name)


def drop(database: Database) -> None:
    """Drop it, whoever is still connected."""
    _execute(f'DROP DATABASE IF EXISTS "{database.name}" WITH (FORCE)')


def template() -> str:
    """Return the name of the run's template (migrated, with defaults), building it first if need be."""
    name = f"{_prefix()}_template"
    done = servers.run_directory() / "template.done"
    failed = servers.run_directory() / "template.failed"
    with (servers.run_directory() / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if failed.exists():
            pytest.fail(f"The template database could not be built: {failed.read_text()}")
        if not done.exists():
            try:
                _build(name)
            except Exception as problem:
                failed.write_text(f"{type(problem).__name__}: {problem}")
                raise
            done.touch()
    return name


def _build(name: str) -> None:
    from django.core.management import call_command

    with pointed_at(create(name)):
        call_command("prepare", verbosity=0)
    # Nobody may be connected to a template that is being copied, autovacuum neither.
    _execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')


def clone() -> Database:
    """Return a fresh copy of the template."""
    return create(f"{_prefix()}_{_worker()}_{next(_numbers)}", template=template())


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


def shown() -> Database:
    """Return the database that this process's web server shows: a fresh one for each test, always
    of the same name."""
    return Database(f"{_prefix()}_{_worker()}_shown")


@contextmanager
def pointed_at(database: Database) -> Iterator[None]:
    """Let Django's connections, those of new threads too, lead to that database."""
    from django.db import connections

    settings = connections["default"].settings_dict
    before = settings["NAME"]
    connections.close_all()
    settings["NAME"] = database.name
    try:
        yield
    finally:
        connections.close_all()
        settings["NAME"] = before


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """The database of ordinary tests: a clone of the template for each worker."""
    with django_db_blocker.unblock():
        database = clone()
        with pointed_at(database):
            yield
        drop(database)


@pytest.fixture
def fresh_db(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[Database]:
    """A database of the test's own in which commits are real: for races, faults and browsers."""
    if request.node.get_closest_marker("django_db") or "db" in request.fixturenames:
        pytest.fail("fresh_db stands alone: take the django_db mark or the db fixture away.")
    with django_db_blocker.unblock():
        if "site" in request.fixturenames:
            database = create(shown().name, template=template())
        else:
            database = clone()
        with pointed_at(database):
            yield database
        drop(database)
