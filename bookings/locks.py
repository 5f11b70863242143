"""Every lock a booking takes, in the one order that can't deadlock (docs/decisions/0001).

The advisory lock is the queue; the exclusion constraint is the proof.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from django.db import connection

TIMEOUT_MS = 3000

PEOPLE = 0
PRACTITIONER = 1
ROOM = 2


def take(
    *,
    people: Iterable[str] = (),
    practitioners: Iterable[int] = (),
    rooms: Iterable[int] = (),
) -> None:
    """Take transaction-long locks: people (any text naming who books) first, then practitioners,
    then rooms, each ascending. Waits at most three seconds.

    Raises django.db.OperationalError (55P03) when the wait was too long. A later call in the same
    transaction may only ask for classes that stand further back.
    """
    sql = statement(people=people, practitioners=practitioners, rooms=rooms)
    if sql:
        with connection.cursor() as cursor:
            cursor.execute(sql)


def statement(
    *,
    people: Iterable[str] = (),
    practitioners: Iterable[int] = (),
    rooms: Iterable[int] = (),
) -> str:
    """Return the statement that `take` runs, to be run together with the next one; "" for none."""
    wanted = [
        *((PEOPLE, key) for key in sorted({_int4(name) for name in people})),
        *((PRACTITIONER, key) for key in sorted(set(practitioners))),
        *((ROOM, key) for key in sorted(set(rooms))),
    ]
    if not wanted:
        return ""
    calls = ", ".join(f"pg_advisory_xact_lock({kind}, {key})" for kind, key in wanted)
    # One statement; the functions of a select list run from left to right.
    return f"SELECT set_config('lock_timeout', '{TIMEOUT_MS}', true), {calls}"


def limit_wait() -> None:
    """Let nothing in this transaction wait for a lock longer than three seconds: for what locks a
    row before anything else. `take` does so by itself."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {TIMEOUT_MS}")


def _int4(name: str) -> int:
    """Return a number for a text; two texts with the same one only wait for each other."""
    return zlib.crc32(name.encode(errors="surrogatepass")) - 2**31
