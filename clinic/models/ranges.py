"""Range expressions for exclusion constraints.

Ranges alone carry the constraints: a whole number as the range that holds only itself compares
for equality with `&&`, so no Postgres extension (btree_gist) is needed.
"""

from __future__ import annotations

from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField
from django.db.models import Func, Value


def one_number(column: str) -> Func:
    """Return the range [column, column]. A NULL would be unbounded and conflict with everything."""
    return Func(
        column, column, Value("[]"), function="int8range", output_field=BigIntegerRangeField()
    )


def stretch(starts_at: str, ends_at: str) -> Func:
    """Return the half-open range of instants [starts_at, ends_at)."""
    return Func(
        starts_at,
        ends_at,
        Value("[)"),
        function="tstzrange",
        output_field=DateTimeRangeField(),
    )
