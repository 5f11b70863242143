"""Statements that a connection plans once: for the reads that somebody waits for with locks held,
where planning costs more than reading."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

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
        self._name = f"jade_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        self._prepare = f"PREPARE {self._name} AS {text}"
        places = ", ".join(["%s"] * len(self.names))
        self.execute = f"EXECUTE {self._name}({places})" if places else f"EXECUTE {self._name}"

    def rows(self, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it with these parameters and return all rows (one query)."""
        with connection.cursor() as cursor:
            self._ensure_prepared()
            cursor.execute(self.execute, [parameters[name] for name in self.names])
            return cursor.fetchall() if cursor.description else []

    def _ensure_prepared(self) -> None:
        driver = connection.connection
        known = _prepared.setdefault(driver, set())
        if self._name not in known:
            # Past Django's cursor, like what Django itself says to a new connection. What is
            # prepared outlives a transaction, one that is rolled back too.
            with driver.cursor() as cursor:
                cursor.execute(self._prepare)
            known.add(self._name)
