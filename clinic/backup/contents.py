"""What is in a database, in numbers: rows and a checksum of each table."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

# What a row looks like as text must not depend on the session.
_PLAIN = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'postgres';"
    "SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL xmloption = 'content'"
)
_CHECKSUM = "COALESCE(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint), 0)::text"
_TABLES = """
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = ANY(%s) AND n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
ORDER BY 1
"""


class Table(NamedTuple):
    rows: int
    checksum: str


def tables() -> dict[str, Table]:
    """Return rows and checksum by table, as the caller's transaction sees them.

    The checksum does not depend on the rows' order.
    """
    found: dict[str, Table] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN)
        cursor.execute(_TABLES, [["r", "p"]])
        for (name,) in cursor.fetchall():
            # The name comes quoted from the catalogue.
            cursor.execute(f"SELECT count(*), {_CHECKSUM} FROM {name} t")  # noqa: S608
            found[name] = Table(*cursor.fetchone())
    return found


def is_empty() -> bool:
    """Whether the database holds no table, view or sequence of anybody's."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [["r", "p", "v", "m", "S", "f"]])
        return cursor.fetchone() is None
