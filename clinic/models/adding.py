"""Adding rows on the paths where every millisecond is somebody waiting with the locks held."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count, islice
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.base import ModelState

from clinic.prepared import Prepared

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

    database: BaseDatabaseWrapper
    ids: dict[type[models.Model], list[int]]
    statements: list[Prepared] = field(default_factory=list)
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


@lru_cache(maxsize=64)
def _prepared(sql: str) -> Prepared:
    """Return a statement that adds rows as one that is planned once."""
    numbers = count()
    return Prepared(re.sub("%s", lambda _: f"%(v{next(numbers)})s", sql))


def _is_plain(field: models.Field[Any, Any]) -> bool:
    stamped = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return type(field) in _PLAIN and not stamped


def made(model: type[Row], **values: Any) -> Row:
    """Return a new row, not added, as `model(**values)` does, for a quarter of what that costs: it
    asks every field about every row. No signal is sent, and there are no other names for a field."""
    row = model.__new__(model)
    row._state = ModelState()
    state = vars(row)
    for name, default, is_made in _defaults(model):
        if name in values:
            state[name] = values.pop(name)
        else:
            state[name] = default() if is_made else default
    for name, value in values.items():  # rows that it points to
        if not model._meta.get_field(name).is_relation:
            raise TypeError(f"{model.__name__} takes no {name}.")
        setattr(row, name, value)
    return row


@lru_cache(maxsize=64)
def _defaults(model: type[models.Model]) -> tuple[tuple[str, Any, bool], ...]:
    """Return the attribute of each field with its default, and whether that is made for each row."""
    found: list[tuple[str, Any, bool]] = []
    for each in model._meta.concrete_fields:
        if not each.generated:
            is_made = each.has_default() and callable(each.default)
            found.append((each.attname, each.default if is_made else each.get_default(), is_made))
    return tuple(found)


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
    # Looked up once, not for every value.
    database = gathering.database if gathering else connections[DEFAULT_DB_ALIAS]
    values = [
        getattr(row, field.attname)
        if plain
        else field.get_db_prep_save(field.pre_save(row, True), database)
        for row in rows
        for field, plain in statement.fields
    ]
    if gathering is not None:
        gathering.statements.append(_prepared(statement.sql))
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
    database = connections[DEFAULT_DB_ALIAS]
    gathering = _Gathering(database, _next_ids(reserve))
    token = _gathering.set(gathering)
    try:
        yield
    finally:
        _gathering.reset(token)
    if gathering.statements:
        with database.cursor() as cursor:
            for statement in gathering.statements:
                statement.prepare(database.connection)
            whole = ";\n".join(statement.execute for statement in gathering.statements)
            cursor.execute(whole, gathering.values)


def _next_ids(reserve: Mapping[type[models.Model], int]) -> dict[type[models.Model], list[int]]:
    """Return new ids of each model, the least last."""
    [row] = _next(tuple((_sequence(model), count) for model, count in reserve.items())).rows({})
    left = iter(row)
    return {model: list(islice(left, count))[::-1] for model, count in reserve.items()}


@lru_cache(maxsize=16)
def _next(wanted: tuple[tuple[str, int], ...]) -> Prepared:
    calls = [f"nextval('{name}')" for name, count in wanted for _ in range(count)]
    return Prepared(f"SELECT {', '.join(calls)}")


@lru_cache(maxsize=64)
def _sequence(model: type[models.Model]) -> str:
    """Return the sequence of a model's ids; its name is looked up once (one query)."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, model._meta.pk.column]
        )
        return str(cursor.fetchone()[0])


def add(row: Row) -> Row:
    """Add one new row and return it; like `save(force_insert=True)`."""
    add_all([row])
    return row
