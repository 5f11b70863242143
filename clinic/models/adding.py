"""Adding rows on the paths where every millisecond is somebody waiting with the locks held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models

Row = TypeVar("Row", bound=models.Model)


# What psycopg2 takes from a row of these as it is, so that Django need not look at each value.
_PLAIN = (
    models.BooleanField,
    models.CharField,
    models.DateField,
    models.DateTimeField,
    models.EmailField,
    models.ForeignKey,
    models.OneToOneField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.UUIDField,
)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement that adds rows, and the fields it takes of each, in order. A plain field's value
    goes in as it stands on the row."""

    sql: str
    fields: tuple[tuple[models.Field[Any, Any], bool], ...]


@lru_cache(maxsize=64)
def _insert(model: type[models.Model], rows: int) -> _Statement:
    fields = tuple(
        field
        for field in model._meta.local_concrete_fields
        if field != model._meta.auto_field and not field.generated
    )
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * rows)
    key = model._meta.pk.column
    table = model._meta.db_table
    # Names of our own models, no text from outside.
    sql = f'INSERT INTO "{table}" ({columns}) VALUES {values} RETURNING "{key}"'  # noqa: S608
    return _Statement(sql, tuple((field, _is_plain(field)) for field in fields))


def _is_plain(field: models.Field[Any, Any]) -> bool:
    stamped = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return type(field) in _PLAIN and not stamped


def add_all(rows: Sequence[Row]) -> None:
    """Add new rows of one model in one statement, and give them their ids.

    What `bulk_create` does, but the statement is not put together anew each time, which costs more
    than the database needs for it. No signal is sent, and values must be of their fields' types.
    """
    if not rows:
        return
    statement = _insert(type(rows[0]), len(rows))
    database = connections[DEFAULT_DB_ALIAS]  # looked up once, not for every value
    values = [
        getattr(row, field.attname)
        if plain
        else field.get_db_prep_save(field.pre_save(row, True), database)
        for row in rows
        for field, plain in statement.fields
    ]
    with database.cursor() as cursor:
        cursor.execute(statement.sql, values)
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key
            row._state.adding = False
            row._state.db = database.alias


def add(row: Row) -> Row:
    """Add one new row and return it; like `save(force_insert=True)`."""
    add_all([row])
    return row
