"""Statements that a connection plans once: for what somebody waits for with locks held, where
planning costs more than reading."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

Row = TypeVar("Row", bound=models.Model)
_NAMED = re.compile(r"%\((\w+)\)s")
_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


class Prepared:
    """A statement with parameters written %(name)s. Where their types can't be seen from where they
    stand, the statement says them by a cast. `sql` is what it was made of; `execute` is what a
    connection runs, with a value for each of `names`."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.names = tuple(dict.fromkeys(_NAMED.findall(sql)))
        text = _NAMED.sub(lambda found: f"${self.names.index(found[1]) + 1}", sql)
        verb = sql.split(None, 1)[0].lower()
        self._name = f"jade_{verb}_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        self._prepare = f"PREPARE {self._name} AS {text}"
        places = ", ".join(["%s"] * len(self.names))
        self.execute = f"EXECUTE {self._name}({places})" if places else f"EXECUTE {self._name}"

    def rows(self, parameters: Mapping[str, Any], *, after: str = "") -> list[tuple[Any, ...]]:
        """Run it with these parameters and return all rows (one query).

        after: a statement without parameters whose answer nobody needs, such as one that takes
        locks; it is run before this one, which sees what was committed meanwhile, in the same
        round trip.
        """
        database = connections[DEFAULT_DB_ALIAS]
        with database.cursor() as cursor:
            self.prepare(database.connection)
            sql = f"{after};\n{self.execute}" if after else self.execute
            cursor.execute(sql, [parameters[name] for name in self.names])
            return cursor.fetchall() if cursor.description else []

    def prepare(self, driver: Any) -> None:
        """Let a connection of the driver's know the statement, if it does not yet."""
        known = _prepared.setdefault(driver, set())
        if self._name not in known:
            # Past Django's cursor, like what Django itself says to a new connection. What is
            # prepared outlives a transaction, one that is rolled back too.
            with driver.cursor() as cursor:
                cursor.execute(self._prepare)
            known.add(self._name)


def columns(model: type[models.Model], alias: str) -> str:
    """Return what a prepared statement selects to get whole rows of a model."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def instance(model: type[Row], values: Sequence[Any]) -> Row:
    """Return the row of a model that has the values of its `columns`."""
    names = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(DEFAULT_DB_ALIAS, names, values)


def connect() -> None:
    """Let every connection made from now on keep the plan of what it prepares."""
    connection_created.connect(_keep_plans, dispatch_uid="keep_plans")


def _keep_plans(connection: BaseDatabaseWrapper, **_: object) -> None:
    # Left to itself Postgres plans a statement with an array anew each time: it takes any array for
    # one of ten, and ten practitioners for dearer than the one it is given.
    with connection.connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
