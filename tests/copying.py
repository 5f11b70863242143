"""Rows that go past the code, in plain SQL, to ask what the database itself refuses."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, models, transaction

from clinic.errors import constraint_of

# A constraint: the table, what makes a second row of it good, what makes that one bad.
Case = tuple[type[models.Model], dict[str, object], dict[str, object]]


def copy(row: models.Model, **changes: object) -> object:
    """Insert a copy of a row with changes, in one plain INSERT; return its key."""
    table, key = row._meta.db_table, row._meta.pk.column
    fresh: dict[str, object] = {}
    if any(field.column == "uid" for field in row._meta.concrete_fields):
        fresh["uid"] = str(uuid.uuid4())
    columns = [f'"{f.column}"' for f in row._meta.local_concrete_fields if not f.generated]
    with connection.cursor() as cursor:
        if key == "id":
            cursor.execute(f"SELECT coalesce(max(id), 0) + 1000 FROM {table}")  # noqa: S608
            fresh["id"] = cursor.fetchone()[0]
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns)} FROM"  # noqa: S608
            f" (SELECT (jsonb_populate_record(r, %s::jsonb)).* FROM {table} r"
            f" WHERE {key} = %s) changed RETURNING {key}",
            [json.dumps(fresh | changes), row.pk],
        )
        return cursor.fetchone()[0]


def refused(act: Callable[[], object]) -> str:
    """Return the name of the constraint that refuses it."""
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        act()
    return constraint_of(told.value)
