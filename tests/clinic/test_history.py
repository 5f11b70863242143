"""The history the database keeps of clinical rows: nothing escapes it, nothing in it can change."""

# ruff: noqa: S608 - statements are made of names of our own tables

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.models import Client, ClientKey, Screening
from clients.sealing import SealedField, unseal
from clinic import history, seals
from clinic.models import AuditEntry, HistoryEntry, HistoryText, Seal
from tests.bookings.world import NOW, REVIEW, cancel, raw_table, world
from tests.factories import bookings
from tests.harness.databases import Database

# About clients, but nothing that was said or found of anybody's health: what is sent, links, what
# may be one person twice, and how to take back a slip of today.
NOT_CLINICAL = {
    "bookings_bookingchange",
    "bookings_importedkey",
    "bookings_importrow",
    "bookings_requestkey",
    "clients_consentlink",
    "clients_contactfailure",
    "clients_conversation",
    "clients_duplicateproposal",
    "clients_intakerequest",
    "clients_message",
    "clients_textmessage",
}
# Columns of a client that say nothing of who they are.
PLAIN = {"id", "uid", "status", "language", "time_zone", "created_at", "merged_into_id"}


def execute(statement: str, values: Any = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def of(client: Client) -> list[HistoryEntry]:
    rows = HistoryEntry.objects.select_related("text").filter(client_id=client.pk)
    return list(rows.order_by("pk"))


@pytest.mark.django_db
def test_a_change_by_hand_in_the_database_is_written_down_with_before_and_after() -> None:
    client = bookings.client(name="Ana Silva", email="ana@example.org")
    execute("UPDATE clients_client SET email = 'eve@example.org' WHERE id = %s", [client.pk])
    execute("DELETE FROM clients_client WHERE id = %s", [client.pk])
    made, changed, gone = of(client)
    assert (made.operation, changed.operation, gone.operation) == ("INSERT", "UPDATE", "DELETE")
    assert (made.text.after["name"], changed.row_id) == ("Ana Silva", client.pk)
    assert changed.text.before == {"email": "ana@example.org"}
    assert changed.text.after == {"email": "eve@example.org"}
    assert gone.text.before["email"] == "eve@example.org"
    assert changed.database_user == execute("SELECT session_user")[0][0]
    assert set(changed.before) == {"email"}, "a column that stayed was written down"


@pytest.mark.django_db
def test_a_name_stands_in_the_history_only_where_it_can_be_erased() -> None:
    bookings.client(name="Zinnia Quill", email="zinnia@example.org", phone="+14165550199")
    entries = raw_table("clinic_historyentry")
    for secret in ("Zinnia", "zinnia", "4165550199"):
        assert secret not in entries
    assert "Zinnia" in raw_table("clinic_historytext"), "the canary is not in the history at all"


@pytest.mark.django_db
def test_a_write_that_changes_nothing_leaves_no_entry() -> None:
    client = bookings.client()
    execute("UPDATE clients_client SET name = name WHERE id = %s", [client.pk])
    Client.objects.get(pk=client.pk).save()
    assert [entry.operation for entry in of(client)] == ["INSERT"]


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["Ana", 'Zoë "Z"', "王芳", "{}", "a:b", "O'Neil\\n"]),
        "email": st.sampled_from(["", "a@example.org", "b@example.org"]),
        "status": st.sampled_from(["PROVISIONAL", "ACTIVE"]),
        "language": st.sampled_from(["en-ca", "fr-ca"]),
    },
)


@pytest.mark.django_db
@given(walk=st.lists(FIELDS, max_size=6))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_going_back_along_the_history_gives_every_earlier_state(walk: list[dict[str, str]]) -> None:
    client = bookings.client()
    names = ("name", "email", "status", "language")
    states = [{name: getattr(client, name) for name in names}]
    for changes in walk:
        Client.objects.filter(pk=client.pk).update(**(changes or {"language": "en-ca"}))
        states.append(Client.objects.values(*names).get(pk=client.pk))
    state = dict(states[-1])
    seen = [dict(state)]
    for entry in reversed(of(client)[1:]):
        text = getattr(entry, "text", None)
        state |= entry.before | (text.before if text else {})
        seen.append(dict(state))
    distinct = [now for now, before in zip(states[1:], states, strict=False) if now != before]
    assert seen == [*reversed(distinct), states[0]]
    assert list(history.faults()) == []


@pytest.mark.django_db
def test_the_program_and_the_database_make_the_same_digest() -> None:
    salt = UUID("6f0c5c8e-3d6e-4f36-9b5e-0d4b8a3cf001")
    for value in ("Zoë", "", 'a"b\\c', "王芳", None):
        [(theirs,)] = execute(
            "SELECT clinic_salted(%s, 'name', to_jsonb(%s::text))", [str(salt), value]
        )
        assert history.digest(salt, "name", value) == theirs


@pytest.mark.django_db
def test_a_sealed_answer_that_was_overwritten_can_still_be_opened_with_the_clients_key() -> None:
    client = bookings.client()
    ClientKey.objects.of(client, now=NOW)
    screening = world_screening()
    first = screening.answers
    screening.answers = {"bq_age": "other"}
    screening.save()
    entry = HistoryEntry.objects.filter(table_name="clients_screening", operation="UPDATE").get()
    assert entry.after["answers"].startswith("sha256:")
    sealed = bytes.fromhex(entry.before["answers"].removeprefix("\\x"))
    key = screening.client.key.data_key()
    place = f"clients.screening.answers:{screening.uid}"
    assert json.loads(unseal(key, sealed, place=place)) == first


def world_screening() -> Screening:
    booking = world().book(answers=REVIEW)
    assert booking.screening is not None
    return booking.screening


@pytest.mark.django_db
def test_a_clients_key_is_never_copied_into_the_history() -> None:
    screening = world_screening()
    wrapped = bytes(screening.client.key.wrapped or b"").hex()
    screening.client.key.rewrap()
    screening.client.key.destroy(now=NOW)
    assert len(wrapped) > 80
    entries = raw_table("clinic_historyentry")
    assert wrapped not in entries
    assert '"inherited"' not in entries
    marks = HistoryEntry.objects.filter(table_name="clients_clientkey").order_by("pk")
    assert "destroyed_at" in marks.last().after  # type: ignore[union-attr]


@pytest.mark.parametrize("how", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("model", [HistoryEntry, HistoryText])
@pytest.mark.django_db
def test_the_database_refuses_to_change_or_empty_the_history(model: Any, how: str) -> None:
    bookings.client()
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    table = model._meta.db_table
    with pytest.raises(DatabaseError, match="is only added to"), transaction.atomic():
        execute(how.format(table, "client_id", "client_id"))


@pytest.mark.django_db
def test_no_table_with_history_can_be_emptied() -> None:
    kept = tracked()
    assert {"clients_client", "clients_screening", "bookings_booking"} <= kept
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in sorted(kept):
        with pytest.raises(DatabaseError, match="is only added to"), transaction.atomic():
            execute(f"TRUNCATE {table} CASCADE")


def tracked() -> set[str]:
    """Return the tables whose every change the database writes down."""
    return {
        table
        for (table,) in execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger "
            "WHERE tgname = 'history_update' AND tgenabled = 'O'"
        )
    }


def unchanging() -> set[str]:
    """Return the tables whose rows the database lets nobody change."""
    return {
        table
        for (table,) in execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger "
            # Bits: for each row, before, on delete, on update.
            "WHERE NOT tgisinternal AND tgtype & 27 = 27 AND tgenabled = 'O' AND tgqual IS NULL"
        )
    }


@pytest.mark.django_db
def test_every_table_about_clients_keeps_its_history_or_never_changes() -> None:
    about = {
        model._meta.db_table
        for model in apps.get_models()
        if any(
            isinstance(field, SealedField) or field.related_model is Client
            for field in model._meta.concrete_fields
        )
    }
    assert len(about) > 5
    missing = about - tracked() - unchanging() - NOT_CLINICAL
    assert not missing, f"add clinic_keep_history to a migration for {sorted(missing)}"


@pytest.mark.django_db
def test_every_sealed_column_is_known_to_the_trigger_of_its_table() -> None:
    """Or else its text would be written down twice."""
    for model in apps.get_models():
        names = {f.column for f in model._meta.concrete_fields if isinstance(f, SealedField)}
        if not names or model._meta.db_table not in tracked():
            continue
        [(arguments,)] = execute(
            "SELECT encode(tgargs, 'escape') FROM pg_trigger "
            "WHERE tgname = 'history_update' AND tgrelid = %s::regclass",
            [model._meta.db_table],
        )
        known = set(arguments.split("\\000")[3].strip("{}").split(","))
        assert names == known, model


@pytest.mark.django_db
def test_every_column_that_names_a_client_can_be_erased_from_the_history() -> None:
    [(arguments,)] = execute(
        "SELECT encode(tgargs, 'escape') FROM pg_trigger "
        "WHERE tgname = 'history_update' AND tgrelid = 'clients_client'::regclass"
    )
    personal, hidden = (set(arguments.split("\\000")[n].strip("{}").split(",")) for n in (1, 2))
    columns = {field.column for field in Client._meta.concrete_fields}
    assert columns == PLAIN | personal | hidden


def test_who_made_a_write_stands_in_the_log_book_and_what_was_made_by_hand_is_counted(
    fresh_db: Database,
) -> None:
    booking = world().book()
    cancel(booking)
    execute("UPDATE bookings_booking SET outcome = 'REFUSED' WHERE id = %s", [booking.pk])
    entries = list(HistoryEntry.objects.filter(table_name="bookings_booking").order_by("pk"))
    beside = history.who(entries)
    verbs = [beside[entry.pk].verb if entry.pk in beside else "" for entry in entries]
    assert verbs == ["booking.booked", "booking.cancelled", ""]
    assert seals.verify().unexplained == 1
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "1 writes to clinical rows have no entry" in out.getvalue()


def test_a_text_of_the_history_that_was_changed_or_removed_is_found(fresh_db: Database) -> None:
    first, second = bookings.client(name="Ana Silva"), bookings.client(name="Bea Wu")
    assert seals.verify().breaks == []
    execute("ALTER TABLE clinic_historytext DISABLE TRIGGER USER")
    execute(
        """UPDATE clinic_historytext SET after = after || '{"name": "Eve"}' WHERE client_id = %s""",
        [first.pk],
    )
    execute("DELETE FROM clinic_historytext WHERE client_id = %s", [second.pk])
    words = " ".join(seals.verify().breaks)
    assert "was changed" in words
    assert "is gone, though nobody was erased" in words


def test_the_chain_made_before_there_was_a_history_still_holds(fresh_db: Database) -> None:
    early = Seal(number=1, at=NOW, previous=seals.BEFORE_THE_FIRST, from_tx=0, format=1)
    [(early.until_tx,)] = execute("SELECT pg_current_xact_id()::text::bigint")
    rows = execute(f"SELECT {seals._AUDIT} FROM clinic_auditentry ORDER BY tx, id")
    contents = hashlib.sha256()
    for (text,) in rows:
        seals._take(contents, text)
    for name in ("audit", "access"):
        setattr(early, f"{name}_above", 0)
        setattr(early, f"{name}_rows", len(rows) if name == "audit" else 0)
    early.audit_last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    early.access_last = 0
    early.contents = contents.hexdigest()
    early.digest = seals._digest(early)
    early.save(force_insert=True)
    bookings.client()
    made = seals.make(now=NOW + timedelta(seconds=15))
    assert (made.format, made.history_rows) == (2, 1)  # type: ignore[union-attr]
    assert seals.verify().breaks == []
    execute("ALTER TABLE clinic_seal DISABLE TRIGGER USER")
    execute("UPDATE clinic_seal SET format = 1 WHERE number = 2")
    assert seals.verify().breaks, "a seal that leaves the history out was taken for an old one"
