"""Adding rows on the paths where every millisecond is somebody waiting with the locks held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class _Gathering:
    """What `gathered` holds back: statements with their values, and ids to give meanwhile."""

    ids: dict[type[models.Model], list[int]]
    statements: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)


_gathering: ContextVar[_Gathering | None] = ContextVar("gathering", default=None)


@lru_cache(maxsize=64)
def _insert(model: type[models.Model], rows: int, with_key: bool) -> _Statement:
    fields = tuple(
        field
        for field in model._meta.local_concrete_fields
        if (with_key or field != model._meta.auto_field) and not field.generated
    )
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * rows)
    # Names of our own models, no text from outside.
    sql = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES {values}'  # noqa: S608
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
    model, gathering = type(rows[0]), _gathering.get()
    reserved = gathering.ids.get(model) if gathering else None
    if reserved:
        for row in rows:
            row.pk = reserved.pop()
    statement = _insert(model, len(rows), with_key=bool(reserved is not None))
    database = connections[DEFAULT_DB_ALIAS]  # looked up once, not for every value
    values = [
        getattr(row, field.attname)
        if plain
        else field.get_db_prep_save(field.pre_save(row, True), database)
        for row in rows
        for field, plain in statement.fields
    ]
    if gathering is not None:
        gathering.statements.append(statement.sql)
        gathering.values += values
    else:
        with database.cursor() as cursor:
            cursor.execute(f'{statement.sql} RETURNING "{model._meta.pk.column}"', values)
            for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = key
    for row in rows:
        row._state.adding = False
        row._state.db = database.alias


@contextmanager
def gathered(reserve: Mapping[type[models.Model], int]) -> Iterator[None]:
    """Send all rows added in the block at its end, in their order, in one round trip.

    reserve: how many rows of a model need their id before that. Rows of other models have none
    afterwards. Reads in the block don't find what it adds; foreign keys are checked on commit. A
    block that raises sends nothing.
    """
    wanted = [model for model, count in reserve.items() for _ in range(count)]
    database = connections[DEFAULT_DB_ALIAS]
    gathering = _Gathering({model: [] for model in reserve})
    with database.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(_next_id(model) for model in wanted)}")
        for model, key in zip(reversed(wanted), reversed(cursor.fetchone()), strict=True):
            gathering.ids[model].append(key)
    token = _gathering.set(gathering)
    try:
        yield
    finally:
        _gathering.reset(token)
    if gathering.statements:
        with database.cursor() as cursor:
            cursor.execute(";\n".join(gathering.statements), gathering.values)


@lru_cache(maxsize=64)
def _next_id(model: type[models.Model]) -> str:
    return f"nextval(pg_get_serial_sequence('{model._meta.db_table}', '{model._meta.pk.column}'))"


def add(row: Row) -> Row:
    """Add one new row and return it; like `save(force_insert=True)`."""
    add_all([row])
    return row
