"""Writing many rows at once: COPY into tables whose indexes and constraints are built afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from django.apps import apps
from django.db import connection, models

# What Django makes of a field. Conditions do not come out of the catalogue letter by letter as they
# went in, so constraints and indexes with a name of their own are made again by Django.
_OF_FIELDS = """
SELECT 'ALTER TABLE {table} DROP CONSTRAINT ' || quote_ident(conname),
       'ALTER TABLE {table} ADD CONSTRAINT ' || quote_ident(conname) || ' '
       || pg_get_constraintdef(oid)
  FROM pg_constraint
 WHERE conrelid = '{table}'::regclass AND contype IN ('f', 'u') AND NOT conname = ANY(%(named)s)
UNION ALL
SELECT 'DROP INDEX ' || quote_ident(c.relname), pg_get_indexdef(c.oid)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid = '{table}'::regclass AND NOT c.relname = ANY(%(named)s)
   AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = c.oid AND conrelid = i.indrelid)
"""


@contextmanager
def without_indexes(tables: Sequence[type[models.Model]]) -> Iterator[None]:
    """Drop the tables' indexes, foreign keys, unique and exclusion constraints, and make them
    again, as they were, at the end of the block.

    Building an index once is several times faster than keeping it up to date row by row. Must run
    in a transaction, so that nobody ever sees the tables without. Raises IntegrityError when the
    rows written meanwhile break a constraint.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Constraints are only taken away inside a transaction.")
    back: list[str] = []
    with connection.cursor() as cursor, connection.schema_editor() as editor:
        # What is deferred would stand in the way of changing the tables.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for model in tables:
            named = [each.name for each in (*_constraints(model), *model._meta.indexes)]
            cursor.execute(_OF_FIELDS.format(table=model._meta.db_table), {"named": named})
            for drop, add in cursor.fetchall():
                cursor.execute(drop)
                back.append(add)
            for constraint in _constraints(model):
                editor.remove_constraint(model, constraint)
            for index in model._meta.indexes:
                editor.remove_index(model, index)
    yield
    with connection.cursor() as cursor, connection.schema_editor() as editor:
        for statement in back:
            cursor.execute(statement)
        for model in tables:
            for constraint in _constraints(model):
                editor.add_constraint(model, constraint)
            for index in model._meta.indexes:
                editor.add_index(model, index)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def without_history(tables: Sequence[type[models.Model]]) -> Iterator[None]:
    """Let the database not write down that these tables' rows were made: they are of nobody."""
    with connection.cursor() as cursor:
        for model in tables:
            cursor.execute(f'ALTER TABLE "{model._meta.db_table}" DISABLE TRIGGER history_insert')
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model in tables:
            cursor.execute(f'ALTER TABLE "{model._meta.db_table}" ENABLE TRIGGER history_insert')
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _constraints(model: type[models.Model]) -> list[models.BaseConstraint]:
    """Return the constraints that are indexes; a check costs little and stays."""
    return [
        each for each in model._meta.constraints if not isinstance(each, models.CheckConstraint)
    ]


class _Lines:
    """A file for COPY whose lines are made while Postgres takes them in."""

    def __init__(self, lines: Iterable[str], written: Callable[[int], object]) -> None:
        self.lines = iter(lines)
        self.written = written

    def read(self, _size: int) -> str:
        batch = list(islice(self.lines, 500))
        self.written(len(batch))
        return "".join(batch)


def copy(
    model: type[models.Model],
    columns: Sequence[str],
    lines: Iterable[str],
    *,
    written: Callable[[int], object] = lambda rows: None,
) -> None:
    """Write rows in Postgres's text format, one line a row, tabs between the columns."""
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f'COPY "{model._meta.db_table}" ({", ".join(columns)}) FROM STDIN',
            _Lines(lines, written),
        )


def text(value: object) -> str:
    """Return a value as COPY wants it; None is NULL."""
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    return (
        str(value)
        .replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r")
    )


def row(*values: object) -> str:
    return "\t".join(map(text, values)) + "\n"


def count_on(model: type[models.Model], last: int) -> None:
    """Let the ids of a table go on after `last`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), greatest(%s, "
            "nextval(pg_get_serial_sequence(%s, 'id'))))",
            [model._meta.db_table, max(last, 1), model._meta.db_table],
        )


def vacuum() -> None:
    """Let Postgres know what it holds, so that it plans well and reads the covering indexes alone.
    Must run outside a transaction."""
    tables = ", ".join(f'"{model._meta.db_table}"' for model in apps.get_models(True))
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {tables}")
