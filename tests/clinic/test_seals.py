"""The chain over the logs: whatever is done to a sealed row shows, and no row escapes."""

# ruff: noqa: S608 - statements are made of names of our own tables

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from clinic import seals
from clinic.audit import CLIENT, CLOCK, record, viewed
from clinic.models import AccessEntry, AuditEntry, HistoryEntry, Seal
from tests.factories import bookings
from tests.harness.databases import Database
from tests.harness.programs import eventually

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def write(number: int) -> None:
    with transaction.atomic():
        record(now=NOW, actor=CLOCK, verb="tried", about=f"thing:{number}", after={"n": number})
        viewed(now=NOW, actor=CLIENT, what="SCREENING_ANSWERS", about=f"booking:{number}")
        bookings.client()


def all_sealed() -> None:
    """Seal until nothing is left; another test's open transaction may hold it up for a while."""

    def done() -> bool:
        seals.make(now=NOW)
        return seals.verify().unsealed == 0

    eventually(done, within=60, what="every row sealed")


def execute(statement: str, values: Any = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


TABLES = {
    "clinic_auditentry": AuditEntry,
    "clinic_accessentry": AccessEntry,
    "clinic_historyentry": HistoryEntry,
    "clinic_seal": Seal,
}
LOGS = (AuditEntry, AccessEntry, HistoryEntry)
OTHER = {
    "uuid": "gen_random_uuid()",
    "timestamp with time zone": "{c} + interval '1 microsecond'",
    "bigint": "{c} + 100000",
    "integer": "{c} + 100000",
    "character varying": "'Z' || substr({c}, 2)",
    "jsonb": """'{{"n": 999}}'::jsonb""",
}


def columns(table: str) -> dict[str, str]:
    return dict(
        execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s",
            [table],
        )
    )


@pytest.mark.parametrize("table", TABLES)
def test_a_change_of_any_column_of_a_sealed_row_is_found(fresh_db: Database, table: str) -> None:
    for number in range(3):
        write(number)
        all_sealed()
    for name in TABLES:
        execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    # A foreign key or a check might refuse the change; that it is found must not depend on it.
    execute("ALTER TABLE clinic_seal DROP CONSTRAINT seal_forwards")
    execute("SET session_replication_role = replica")
    key = {"clinic_seal": "number"}.get(table, "id")
    [(row,)] = execute(f"SELECT {key} FROM {table} ORDER BY {key} OFFSET 1 LIMIT 1")
    assert seals.verify().breaks == []
    for column, kind in columns(table).items():
        [(before,)] = execute(f"SELECT {column}::text FROM {table} WHERE {key} = %s", [row])
        change = OTHER[kind].format(c=f"COALESCE({column}, 0)" if "int" in kind else column)
        [(now_key,)] = execute(
            f"UPDATE {table} SET {column} = {change} WHERE {key} = %s RETURNING {key}", [row]
        )
        assert seals.verify().breaks, f"a changed {column} of {table} was not found"
        execute(
            f"UPDATE {table} SET {column} = CAST(%s AS {kind}) WHERE {key} = %s",
            [before, now_key],
        )
        assert seals.verify().breaks == [], column


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_is_gone_from_the_middle_is_found(fresh_db: Database, table: str) -> None:
    for number in range(3):
        write(number)
        all_sealed()
    execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    execute("SET session_replication_role = replica")
    key = {"clinic_seal": "number"}.get(table, "id")
    execute(f"DELETE FROM {table} WHERE {key} = (SELECT {key} FROM {table} OFFSET 1 LIMIT 1)")
    assert seals.verify().breaks


def test_a_row_slipped_in_under_an_old_or_a_coming_number_is_found(fresh_db: Database) -> None:
    write(1)
    all_sealed()
    for number in ("1", "0", str(2**62)):
        [(key,)] = execute(
            "INSERT INTO clinic_accessentry "
            "(at, actor_label, what, about, whose, request_id, tx) "
            "VALUES (now(), 'x', 'X', 'x', '', '-', %s) RETURNING id",
            [number],
        )
        assert any(str(key) in each for each in seals.verify().breaks)


def test_a_chain_cut_off_at_its_end_is_found_by_the_head_kept_elsewhere(
    fresh_db: Database,
) -> None:
    write(1)
    all_sealed()
    write(2)
    all_sealed()
    number, head = seals.head()
    out = StringIO()
    call_command("verify_audit", head=True, stdout=out)
    assert out.getvalue().strip() == head
    call_command("verify_audit", expect=head, stdout=out)
    assert head in out.getvalue()
    execute("ALTER TABLE clinic_seal DISABLE TRIGGER USER")
    execute("DELETE FROM clinic_seal WHERE number = %s", [number])
    with pytest.raises(CommandError, match="no link of the chain"):
        call_command("verify_audit", expect=head)


def test_what_is_rolled_back_or_still_open_is_not_in_a_seal_and_comes_later(
    fresh_db: Database,
) -> None:
    all_sealed()
    before = seals.verify().rows
    with fresh_db.connect() as late, late.cursor() as cursor:
        cursor.execute(
            "INSERT INTO clinic_accessentry (at, actor_label, what, about, whose, request_id) "
            "VALUES (now(), 'late', 'X', 'x', '', '-') RETURNING id"
        )
        write(1)
        assert seals.make(now=NOW) is None, "a row above an open transaction was sealed"
        late.commit()
    late.close()
    all_sealed()
    verdict = seals.verify()
    assert (verdict.rows - before, verdict.breaks) == (4, [])


def test_rows_written_while_seals_are_made_all_stand_in_the_chain(fresh_db: Database) -> None:
    stop = threading.Event()
    problems: list[BaseException] = []

    def writer(number: int) -> None:
        try:
            for n in range(40):
                try:
                    with transaction.atomic():
                        write(number * 1000 + n)
                        if n % 7 == 0:
                            raise KeyError("rolled back")
                except KeyError:
                    pass
        except BaseException as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    def sealer() -> None:
        try:
            while not stop.is_set():
                seals.make(now=NOW)
        except BaseException as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=writer, args=(number,)) for number in range(4)]
    sealers = [threading.Thread(target=sealer) for _ in range(2)]
    for thread in (*writers, *sealers):
        thread.start()
    for thread in writers:
        thread.join(60)
    stop.set()
    for thread in sealers:
        thread.join(60)
    assert not problems
    all_sealed()
    verdict = seals.verify()
    written = sum(model.objects.count() for model in LOGS)
    assert written >= 3 * 4 * 34
    assert (verdict.rows, verdict.unsealed, verdict.breaks) == (written, 0, [])
    assert verdict.seals > 2


def test_two_sealers_at_once_make_one_chain(fresh_db: Database) -> None:
    write(1)
    with fresh_db.connect() as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", seals.LOCK)
        assert seals.make(now=NOW) is None
    other.close()
    assert not Seal.objects.exists(), "two sealers were at it at once"
    all_sealed()
    made = Seal.objects.count()
    assert seals.make(now=NOW) is None, "a seal without rows was made"
    assert Seal.objects.count() == made
    assert not seals.verify().breaks


def test_a_chain_goes_on_where_the_servers_numbers_begin_anew(fresh_db: Database) -> None:
    write(1)
    all_sealed()
    write(2)
    # As rows look that were brought from a server whose numbers stood higher than ours.
    for table in TABLES:
        execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table in ("clinic_auditentry", "clinic_accessentry", "clinic_historyentry"):
        execute(f"UPDATE {table} SET tx = tx + 1000000000")
    execute("DELETE FROM clinic_seal")
    first = Seal(number=1, at=NOW, previous=seals.BEFORE_THE_FIRST, from_tx=0)
    [(between,)] = execute("SELECT max(tx) FROM clinic_auditentry")
    for name, model in zip(("audit", "access", "history"), LOGS, strict=True):
        setattr(first, f"{name}_above", 0)
        covered = model.objects.extra(where=["tx < %s"], params=[between])
        setattr(first, f"{name}_last", covered.order_by("-id")[0].pk)
        setattr(first, f"{name}_rows", covered.count())
    first.until_tx = between
    first.contents = content_digest(between)
    first.digest = seals._digest(first)
    first.save(force_insert=True)
    with fresh_db.connect() as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")  # holds up what is written from now on
        write(3)
        assert seals.make(now=NOW + timedelta(seconds=15))
        verdict = seals.verify()
        assert verdict.unsealed
        assert not verdict.breaks, "what waits for its seal was taken for forged"
    other.close()
    all_sealed()
    verdict = seals.verify()
    written = sum(model.objects.count() for model in LOGS)
    assert written >= 6
    assert (verdict.rows, verdict.unsealed, verdict.breaks) == (written, 0, [])
    execute("UPDATE clinic_auditentry SET verb = 'other' WHERE about = 'thing:2'")
    assert seals.verify().breaks


def content_digest(below: int) -> str:
    import hashlib

    digest = hashlib.sha256()
    for _, table, every in seals._SOURCES:
        for (text,) in execute(f"SELECT {every} FROM {table} WHERE tx < %s ORDER BY tx", [below]):
            seals._take(digest, text)
    return digest.hexdigest()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "how", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_to_change_the_logs_and_the_seals(table: str, how: str) -> None:
    write(1)
    Seal.objects.create(
        number=1,
        at=NOW,
        **dict.fromkeys(("from_tx", "until_tx", "audit_above", "audit_last", "audit_rows"), 0),
        **dict.fromkeys(("access_above", "access_last", "access_rows"), 0),
    )
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="is only added to"), transaction.atomic():
        execute(how.format(table))
