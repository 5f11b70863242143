"""A chain over the logs that shows whether anything in them was changed: the log book, the access
log and the history of clinical rows.

Who writes to a log only inserts. Beside it, the clock makes seals: each holds a digest of the rows
added since the one before, and that one's digest. A seal takes the rows of the transactions below
`pg_snapshot_xmin`: all of these have ended, so no row can come among them later, and nobody waits
for a lock. What the chain can't show is that its end was cut off with the rows it covered;
therefore the head is written to where the database's administrator can't reach it
(`manage.py verify_audit --head`) and compared later (`--expect`).

A database that was copied to another server meets numbers of transactions that begin anew there.
The chain then closes with a seal over all rows brought along, and goes on above their ids.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import connection, transaction

from clinic import history
from clinic.models import Seal

BEFORE_THE_FIRST = "0" * 64
NO_END = 2**63 - 1
LOCK = (25, 0)  # of no other class of advisory locks: bookings use 1 and 2
MOST_BREAKS = 20
CHUNK = 2000

# Every column, in a form that no setting of a session changes. A column added later begins a new
# list for the seals made from then on.
_AUDIT = (
    "jsonb_build_array('audit', id, uid, (extract(epoch FROM at) * 1000000)::bigint, actor_id, "
    "actor_label, verb, about, request_id, before, after, tx)::text"
)
_ACCESS = (
    "jsonb_build_array('access', id, (extract(epoch FROM at) * 1000000)::bigint, actor_id, "
    "actor_label, what, about, whose, request_id, tx)::text"
)
_HISTORY = (
    "jsonb_build_array('history', id, (extract(epoch FROM at) * 1000000)::bigint, table_name, row_id, "
    "operation, client_id, before, after, database_user, tx)::text"
)
_SOURCES = (
    ("audit", "clinic_auditentry", _AUDIT),
    ("access", "clinic_accessentry", _ACCESS),
    ("history", "clinic_historyentry", _HISTORY),
)
_NAMES = tuple(name for name, _, _ in _SOURCES)
_NOT_IN_THE_FIRST_FORMAT = {"format", "history_above", "history_last", "history_rows"}

Row = tuple[int, int, str]  # tx, id, all columns as text


@dataclass(slots=True)
class Verdict:
    """What a walk along the chain found. `breaks` are sentences; none means that all holds.

    `unexplained` counts writes to clinical rows without an entry of the log book beside them: those
    made by hand, past the program.
    """

    seals: int = 0
    rows: int = 0
    unsealed: int = 0
    unexplained: int = 0
    head: str = BEFORE_THE_FIRST
    breaks: list[str] = field(default_factory=list)

    def broke(self, sentence: str) -> None:
        if len(self.breaks) < MOST_BREAKS:
            self.breaks.append(sentence)


def head() -> tuple[int, str]:
    """Return the number and the digest of the last seal; 0 and zeros before the first."""
    last = Seal.objects.order_by("-number").values_list("number", "digest").first()
    return last or (0, BEFORE_THE_FIRST)


def make(*, now: datetime) -> Seal | None:
    """Seal what was committed since the last seal; return the last seal made.

    None where there was nothing to seal, or another process is at it this moment.
    """
    with transaction.atomic():
        if not _value("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK):
            return None
        # After the lock: what the holder before us committed must be visible.
        last = Seal.objects.order_by("-number").first()
        ended = _value("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        made = None
        if last and last.until_tx != NO_END and ended < last.until_tx:
            last = made = _add(last, NO_END, now=now)
        return _add(last, ended, now=now) or made


def _add(last: Seal | None, until: int, *, now: datetime) -> Seal | None:
    """Add the seal after `last`; only one that closes a server's numbers may be without rows."""
    anew = last is not None and last.until_tx == NO_END
    if last is None:
        seal = Seal(number=1, previous=BEFORE_THE_FIRST, from_tx=0)
    else:
        seal = Seal(number=last.number + 1, previous=last.digest)
        seal.from_tx = 0 if anew else last.until_tx
    seal.at, seal.until_tx = now, until
    contents = hashlib.sha256()
    for name, table, columns in _SOURCES:
        highest, count = (getattr(last, f"{name}_last") if last else 0), 0
        above = getattr(last, f"{name}_{'last' if anew else 'above'}") if last else 0
        where = "id > %s AND tx >= %s AND tx < %s"
        for _, key, text in _rows(table, columns, where, (above, seal.from_tx, until)):
            _take(contents, text)
            highest, count = max(highest, key), count + 1
        setattr(seal, f"{name}_above", above)
        setattr(seal, f"{name}_last", highest)
        setattr(seal, f"{name}_rows", count)
    if until != NO_END and not any(getattr(seal, f"{name}_rows") for name in _NAMES):
        return None
    seal.contents = contents.hexdigest()
    seal.digest = _digest(seal)
    seal.save(force_insert=True)
    return seal


def verify(*, expect: str = "") -> Verdict:
    """Walk along the whole chain, and return what was found. Takes no lock and changes nothing.

    expect: a head that was written down earlier and must be a link of the chain.
    """
    verdict = Verdict()
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        seals = list(Seal.objects.order_by("number"))
        _check_links(seals, verdict)
        if expect and expect not in {BEFORE_THE_FIRST, *(seal.digest for seal in seals)}:
            verdict.broke(
                f"The head {expect} is no link of the chain: seals made until then are gone."
            )
        begun = _value("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        eras = _eras(seals)
        for number, era in enumerate(eras):
            following = eras[number + 1][0] if number + 1 < len(eras) else None
            _check_rows(era, following, begun, verdict)
        if not seals:
            for _, table, columns in _SOURCES:
                verdict.unsealed += sum(1 for _ in _rows(table, columns, "TRUE", ()))
        for sentence in history.faults():
            verdict.broke(sentence)
        verdict.unexplained = history.unexplained()
    return verdict


def _check_links(seals: Sequence[Seal], verdict: Verdict) -> None:
    verdict.seals = len(seals)
    previous: Seal | None = None
    for seal in seals:
        name = _name(seal)
        if seal.digest != _digest(seal):
            verdict.broke(f"{name} was changed itself: its digest is not that of its columns.")
        number, digest = (previous.number, previous.digest) if previous else (0, BEFORE_THE_FIRST)
        if seal.number != number + 1:
            verdict.broke(f"{name} follows number {number}: what was between is gone.")
        if seal.previous != digest:
            verdict.broke(f"{name} does not follow the seal before it.")
        if not _goes_on(previous, seal):
            verdict.broke(f"{name} does not begin where the one before it ends.")
        previous = seal
    if previous:
        verdict.head = previous.digest


def _goes_on(previous: Seal | None, seal: Seal) -> bool:
    begin = (seal.from_tx, *(getattr(seal, f"{name}_above") for name in _NAMES))
    if previous is None:
        return not any(begin)
    if seal.format < previous.format:
        return False
    anew = previous.until_tx == NO_END
    ends = (getattr(previous, f"{name}_{'last' if anew else 'above'}") for name in _NAMES)
    return begin == (0 if anew else previous.until_tx, *ends)


def _eras(seals: Sequence[Seal]) -> list[list[Seal]]:
    """Return the seals by the server whose transaction numbers they use."""
    eras: list[list[Seal]] = [[seals[0]]] if seals else []
    for before, seal in pairwise(seals):
        if before.until_tx == NO_END:
            eras.append([])
        eras[-1].append(seal)
    return eras


def _check_rows(era: Sequence[Seal], following: Seal | None, begun: int, verdict: Verdict) -> None:
    """Compare the rows of an era with its seals, in one pass over each log.

    begun: a number above all transactions that have begun so far; no honest row can have it.
    """
    digests = {seal.number: hashlib.sha256() for seal in era}
    counted = {seal.number: dict.fromkeys(_NAMES, 0) for seal in era}
    # The rows of a seal are those of all logs, one log after the other.
    for name, table, columns in _SOURCES:
        end = NO_END if following is None else getattr(following, f"{name}_above")
        bounds = (getattr(era[0], f"{name}_above"), end)
        rows = _rows(table, columns, "id > %s AND id <= %s", bounds)
        # After the numbers of a server were closed, what is written has smaller ones again.
        closed = era[-1].until_tx == NO_END
        beyond = getattr(era[-1], f"{name}_last") if closed else NO_END
        waiting = iter(era)
        seal = next(waiting, None)
        for tx, key, text in rows:
            while seal is not None and tx >= seal.until_tx:
                seal = next(waiting, None)
            if following is None and tx < begun and (seal is None or key > beyond):
                verdict.unsealed += 1
            elif seal is None or tx < seal.from_tx or key > getattr(seal, f"{name}_last"):
                verdict.broke(f"Row {key} of {table} stands in no seal: it was added afterwards.")
            else:
                _take(digests[seal.number], text)
                counted[seal.number][name] += 1
                verdict.rows += 1
    for seal in era:
        _check_contents(seal, counted[seal.number], digests[seal.number].hexdigest(), verdict)


def _check_contents(seal: Seal, counted: dict[str, int], digest: str, verdict: Verdict) -> None:
    for name, table, _ in _SOURCES:
        should = getattr(seal, f"{name}_rows")
        if counted[name] != should:
            verdict.broke(
                f"{_name(seal)} was made over {should} rows of {table} "
                f"and finds {counted[name]}: rows are gone or were added."
            )
    if digest != seal.contents:
        verdict.broke(
            f"{_name(seal)} does not fit the rows it covers: among the rows of transactions "
            f"{seal.from_tx} to {seal.until_tx} (ids up to {seal.audit_last} of the log book, "
            f"{seal.access_last} of the access log and {seal.history_last} of the history) "
            "something was changed."
        )


def _name(seal: Seal) -> str:
    return f"Seal {seal.number} of {seal.at:%Y-%m-%d %H:%M:%S}"


def _take(digest: Any, text: str) -> None:
    part = text.encode()
    digest.update(len(part).to_bytes(8, "big"))
    digest.update(part)


def _digest(seal: Seal) -> str:
    """Return the digest of a seal's columns. `at` counts in microseconds."""
    left_out = {"digest", "at"} | (_NOT_IN_THE_FIRST_FORMAT if seal.format == 1 else set())
    values = [
        getattr(seal, column.attname)
        for column in Seal._meta.concrete_fields
        if column.attname not in left_out
    ]
    at = round(seal.at.timestamp() * 1_000_000)
    return hashlib.sha256(json.dumps([*values, at]).encode()).hexdigest()


def _rows(table: str, columns: str, where: str, values: Sequence[int]) -> Iterator[Row]:
    """Yield rows by transaction and id, fetched little by little. `table` and the rest are ours."""
    statement = f"SELECT tx, id, {columns} FROM {table} WHERE {where} ORDER BY tx, id"  # noqa: S608
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        while chunk := cursor.fetchmany(CHUNK):
            yield from chunk


def _value(statement: str, values: Sequence[int] = ()) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]
