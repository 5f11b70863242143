"""Reading the history of clinical rows: whether it is whole, and who made each write.

A write carries no name: the log book's entry of the same transaction has it, so that a booking
pays nothing for it. A write without one was made past the program, by hand or by a program that
is not ours, and is told as what it is.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from clinic.models import AuditEntry, HistoryEntry, Seal

CHUNK = 2000
SALTED = "salted:"
NO_END = 2**63 - 1

_TEXTS = """
SELECT e.id, e.before, e.after, t.salt, t.before, t.after
  FROM clinic_historyentry e LEFT JOIN clinic_historytext t ON t.entry_id = e.id
 WHERE t.entry_id IS NOT NULL
    OR (e.before::text LIKE '%%"salted:%%' OR e.after::text LIKE '%%"salted:%%')
       AND NOT EXISTS (
           SELECT 1 FROM clinic_historyentry gone
            WHERE gone.client_id = e.client_id AND gone.table_name = 'clients_clientkey'
              AND gone.after ->> 'destroyed_at' IS NOT NULL)
 ORDER BY e.id
"""
_UNEXPLAINED = """
SELECT count(*) FROM clinic_historyentry e
 WHERE NOT EXISTS (SELECT 1 FROM clinic_auditentry a WHERE a.tx = e.tx)
"""


def digest(salt: UUID, name: str, value: object) -> str:
    """Return what stands in an entry for a text: as the database's `clinic_salted` makes it."""
    text = f"{salt}:{name}:{'' if value is None else value}"
    return SALTED + hashlib.sha256(text.encode()).hexdigest()


def faults() -> Iterator[str]:
    """Yield a sentence for each entry whose texts are not what it was written with.

    The texts of an erased client are gone on purpose and no fault.
    """
    for entry, before, after, salt, text_before, text_after in _fetched(_TEXTS):
        if salt is None:
            yield f"The text of history entry {entry} is gone, though nobody was erased."
        elif not (_fits(before, text_before, salt) and _fits(after, text_after, salt)):
            yield f"The text of history entry {entry} was changed."


def _fits(digests: dict[str, Any], texts: dict[str, Any], salt: UUID) -> bool:
    named = {name for name, value in digests.items() if str(value).startswith(SALTED)}
    return named == set(texts) and all(
        digests[name] == digest(salt, name, value) for name, value in texts.items()
    )


def unexplained() -> int:
    """Return how many writes have no entry of the log book in their transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_UNEXPLAINED)
        return int(cursor.fetchone()[0])


def who(entries: Sequence[HistoryEntry]) -> dict[int, AuditEntry]:
    """Return the log book's entry beside each history entry, by its id; none for one that was made
    past the program (three queries)."""
    numbers = _transactions("clinic_historyentry", [entry.pk for entry in entries])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, tx FROM clinic_auditentry WHERE tx = ANY(%s) ORDER BY id",
            [sorted(set(numbers.values()))],
        )
        beside: dict[int, list[int]] = defaultdict(list)
        for key, tx in cursor.fetchall():
            beside[tx].append(key)
    ends = list(
        Seal.objects.filter(until_tx=NO_END)
        .order_by("number")
        .values_list("audit_last", "history_last")
    )
    found: dict[int, int] = {}
    for entry in entries:
        # A server whose numbers began anew may have given the same number twice.
        era = sum(entry.pk > last for _, last in ends)
        for key in beside[numbers[entry.pk]]:
            if sum(key > last for last, _ in ends) == era:
                found.setdefault(entry.pk, key)
    audits = AuditEntry.objects.select_related("actor").in_bulk(set(found.values()))
    return {entry: audits[key] for entry, key in found.items()}


def _transactions(table: str, keys: Sequence[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        # A name of our own table.
        cursor.execute(f"SELECT id, tx FROM {table} WHERE id = ANY(%s)", [list(keys)])  # noqa: S608
        return dict(cursor.fetchall())


def _fetched(statement: str) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, ())
        while chunk := cursor.fetchmany(CHUNK):
            for row in chunk:
                yield tuple(
                    json.loads(value) if isinstance(value, str) and value[:1] == "{" else value
                    for value in row
                )
