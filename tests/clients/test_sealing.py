from __future__ import annotations

import base64
import pickle
import threading
import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models, transaction
from django.db.models import F, Value
from django.test.utils import CaptureQueriesContext, isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from clients import sealing
from clients.models import Client, ClientKey, Screening
from clients.sealing import (
    KeyDestroyed,
    KeyMissing,
    SealedFieldError,
    SealedJSON,
    SealedText,
    Unreadable,
)
from tests.factories.bookings import client
from tests.harness.databases import Database

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ANSWERS: dict[str, Any] = {"given": {"bq_review": {"items": {"epilepsy": None}}}, "note": "é 针"}
RESULTS: dict[str, Any] = {"rules": {"epilepsy": "REVIEW"}}


def owner(**fields: Any) -> Client:
    """A client with a key."""
    made = client(**fields)
    ClientKey.objects.create_for(made, now=NOW)
    return made


def kept(of: Client | None = None, **fields: Any) -> Screening:
    return Screening.objects.create(
        **{
            "client": of or owner(),
            "rule_set_id": 1,
            "source": "ONLINE",
            "assessed_for": date(2026, 12, 1),
            "answered_on": date(2026, 11, 24),
            "outcome": "REVIEW",
            "answers": ANSWERS,
            "results": RESULTS,
            "created_at": NOW,
            **fields,
        }
    )


def again(row: Screening) -> Screening:
    return Screening.objects.get(pk=row.pk)


def at_rest(row: Screening, column: str = "answers") -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers, results FROM clients_screening WHERE id = %s", [row.pk])
        found = cursor.fetchone()
    return bytes(found[0 if column == "answers" else 1])


def overwrite(row: Screening, answers: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clients_screening SET answers = %s WHERE id = %s", [answers, row.pk])


# The seal itself


@given(plain=st.binary(max_size=200), place=st.text(max_size=20))
def test_what_is_sealed_opens_at_its_place_and_nowhere_else(plain: bytes, place: str) -> None:
    key = sealing.new_data_key()
    sealed = sealing.seal(key, plain, place=place)
    assert sealing.unseal(key, sealed, place=place) == plain
    with pytest.raises(Unreadable):
        sealing.unseal(key, sealed, place=place + "!")
    with pytest.raises(Unreadable):
        sealing.unseal(sealing.new_data_key(), sealed, place=place)


@given(plain=st.binary(max_size=40), data=st.data())
def test_any_other_byte_anywhere_is_noticed(plain: bytes, data: st.DataObject) -> None:
    key = sealing.new_data_key()
    sealed = bytearray(sealing.seal(key, plain, place="here"))
    position = data.draw(st.integers(0, len(sealed) - 1))
    sealed[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        sealing.unseal(key, bytes(sealed), place="here")


@given(rubbish=st.binary(max_size=64))
def test_rubbish_is_unreadable_and_nothing_worse(rubbish: bytes) -> None:
    with pytest.raises(Unreadable):
        sealing.unseal(sealing.new_data_key(), rubbish, place="here")


def test_the_same_text_never_looks_the_same_twice() -> None:
    key = sealing.new_data_key()
    assert len({sealing.seal(key, b"epilepsy", place="here") for _ in range(100)}) == 100


# Rows


@pytest.mark.django_db
def test_the_database_holds_no_word_of_the_answers() -> None:
    row = kept()
    stored = at_rest(row) + at_rest(row, "results")
    for word in (b"epilepsy", b"bq_review", b"REVIEW", b"given", "针".encode()):
        assert word not in stored
    found = again(row)
    assert found.answers == ANSWERS
    assert found.results == RESULTS


@pytest.mark.django_db
def test_a_row_altered_in_any_byte_can_not_be_read() -> None:
    row = kept()
    stored = at_rest(row)
    for position in range(len(stored)):
        changed = bytearray(stored)
        changed[position] ^= 1
        overwrite(row, bytes(changed))
        with pytest.raises(Unreadable):
            _ = again(row).answers
    overwrite(row, stored)
    assert again(row).answers == ANSWERS


@pytest.mark.django_db
def test_one_clients_answers_can_not_be_passed_off_as_another_clients() -> None:
    mine, theirs = kept(), kept()
    overwrite(theirs, at_rest(mine))
    with pytest.raises(Unreadable):
        _ = again(theirs).answers


@pytest.mark.django_db
def test_answers_can_not_be_moved_to_another_visit_of_the_same_client() -> None:
    somebody = owner()
    first, second = kept(somebody), kept(somebody)
    overwrite(second, at_rest(first))
    with pytest.raises(Unreadable):
        _ = again(second).answers


@pytest.mark.django_db
def test_results_can_not_be_passed_off_as_answers() -> None:
    row = kept()
    overwrite(row, at_rest(row, "results"))
    with pytest.raises(Unreadable):
        _ = again(row).answers


@pytest.mark.django_db
def test_a_row_given_to_another_client_can_not_be_read_there() -> None:
    row, other = kept(), owner()
    Screening.objects.filter(pk=row.pk).update(client=other)
    with pytest.raises(Unreadable):
        _ = again(row).answers


@pytest.mark.django_db
def test_a_key_moved_with_the_row_to_another_client_does_not_open_it() -> None:
    row, other = kept(), owner()
    mine = ClientKey.objects.get(client=row.client)
    ClientKey.objects.filter(client=other).update(wrapped=bytes(mine.wrapped or b""))
    Screening.objects.filter(pk=row.pk).update(client=other)
    with pytest.raises(Unreadable):
        _ = again(row).answers


@pytest.mark.django_db
def test_a_change_inside_the_answers_is_kept_when_the_row_is_saved() -> None:
    row = again(kept())
    row.answers["note"] = "later"
    row.save()
    assert again(row).answers["note"] == "later"


@pytest.mark.django_db
def test_saving_a_row_nobody_opened_leaves_its_text_as_it_was() -> None:
    row = kept()
    before = at_rest(row)
    unopened = again(row)
    unopened.source = "DESK"
    unopened.save()
    assert at_rest(row) == before
    assert again(row).source == "DESK"


@pytest.mark.django_db
def test_saving_only_the_answers_saves_them() -> None:
    row = again(kept())
    row.answers = {"note": "new"}
    row.save(update_fields=["answers"])
    assert again(row).answers == {"note": "new"}


@pytest.mark.django_db
def test_answers_left_out_of_a_query_are_fetched_when_they_are_read() -> None:
    row = kept()
    assert Screening.objects.only("uid").get(pk=row.pk).answers == ANSWERS
    assert Screening.objects.defer("answers").get(pk=row.pk).answers == ANSWERS
    seen = again(row)
    Screening.objects.get(pk=row.pk).save()
    seen.refresh_from_db()
    assert seen.answers == ANSWERS


@pytest.mark.django_db
def test_many_rows_are_opened_without_a_query_for_each() -> None:
    somebody = owner()
    for _ in range(3):
        kept(somebody)
    with CaptureQueriesContext(connection) as queries:
        rows = Screening.objects.filter(client=somebody).select_related("client__key")
        assert [row.answers for row in rows] == [ANSWERS] * 3
    assert len(queries) == 1


@pytest.mark.django_db
def test_rows_made_in_one_go_are_sealed_too() -> None:
    somebody = owner()
    row = kept(somebody)
    row.pk, row.uid = None, uuid.uuid4()
    (made,) = Screening.objects.bulk_create([row])
    assert b"epilepsy" not in at_rest(made)
    assert again(made).answers == ANSWERS


@pytest.mark.django_db
def test_a_row_nobody_opened_shows_no_text_in_logs_caches_or_tracebacks() -> None:
    row = again(kept())
    held = row.__dict__["answers"]
    assert repr(held) == "<sealed>"
    assert "epilepsy" not in repr(vars(row))
    assert "epilepsy" not in f"{row!r} {row}"
    assert b"epilepsy" not in pickle.dumps(row)


# What would go round the seal is refused


@pytest.mark.django_db
@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(lambda rows: list(rows.values("answers")), id="values"),
        pytest.param(lambda rows: list(rows.values()), id="all values"),
        pytest.param(lambda rows: list(rows.values_list("id", "results")), id="values_list"),
        pytest.param(
            lambda rows: list(rows.values_list("answers", flat=True)), id="flat values_list"
        ),
        pytest.param(
            lambda rows: list(rows.annotate(copy=F("answers")).values("copy")),
            id="annotated values",
        ),
        pytest.param(lambda rows: list(rows.filter(answers={})), id="filter"),
        pytest.param(lambda rows: list(rows.exclude(answers__contains="x")), id="exclude"),
        pytest.param(lambda rows: list(rows.filter(pk__in=rows.values("answers"))), id="subquery"),
        pytest.param(lambda rows: rows.update(answers={"note": "x"}), id="update"),
        pytest.param(lambda rows: rows.update(answers=None), id="update to nothing"),
        pytest.param(lambda rows: rows.update(answers=F("results")), id="update to another field"),
        pytest.param(lambda rows: rows.update(answers=Value(b"x")), id="update to an expression"),
        pytest.param(lambda rows: rows.bulk_update(list(rows), ["answers"]), id="bulk_update"),
        pytest.param(
            lambda rows: list(Client.objects.values("screenings__answers")),
            id="values of a relation",
        ),
        pytest.param(
            lambda rows: str(rows.annotate(copy=F("answers"))[0].copy), id="annotation as text"
        ),
        pytest.param(
            lambda rows: bool(rows.annotate(copy=F("answers"))[0].copy), id="annotation as truth"
        ),
        pytest.param(
            lambda rows: rows.annotate(copy=F("answers"))[0].copy == b"", id="annotation compared"
        ),
        pytest.param(lambda rows: serializers.serialize("json", rows), id="fixture"),
        pytest.param(lambda rows: kept(answers="not an object"), id="other than an object"),
        pytest.param(lambda rows: kept(answers=None), id="nothing at all"),
    ],
)
def test_what_would_go_round_the_seal_is_refused(attempt: Any) -> None:
    row = kept()
    before = at_rest(row)
    with pytest.raises(SealedFieldError), transaction.atomic():
        attempt(Screening.objects.all())
    assert at_rest(row) == before


@pytest.mark.django_db
def test_the_desk_reads_the_outcome_without_any_key() -> None:
    kept(outcome="NOT_BEFORE", not_before=date(2026, 12, 24))
    found = Screening.objects.values("outcome", "not_before").get()
    assert found == {"outcome": "NOT_BEFORE", "not_before": date(2026, 12, 24)}
    assert Screening.objects.filter(outcome="NOT_BEFORE").exists()
    assert Screening.objects.count() == 1


@isolate_apps("clients")
def test_a_model_that_can_not_seal_is_told_at_start_up() -> None:
    class Loose(models.Model):
        note = SealedText()
        facts = SealedJSON()

        class Meta:
            app_label = "clients"

        def __str__(self) -> str:
            return "loose"

    told = [problem.msg for problem in Loose.check() if problem.id == "sealing.E1"]
    assert told == ["A sealed field needs uid.", "A sealed field needs client."] * 2
    assert not [p for p in Screening.check() if p.id == "sealing.E1"]


# Keys


@pytest.mark.django_db
def test_a_new_client_with_answers_costs_one_insert_for_the_key_and_one_for_the_answers() -> None:
    somebody = client()
    with CaptureQueriesContext(connection) as queries:
        ClientKey.objects.create_for(somebody, now=NOW)
        kept(somebody)
    assert [query["sql"].split(" (")[0] for query in queries.captured_queries] == [
        'INSERT INTO "clients_clientkey"',
        'INSERT INTO "clients_screening"',
    ]


@pytest.mark.django_db
def test_a_key_can_be_made_before_the_client_is_saved() -> None:
    somebody = Client(name="Ada", name_key="ada", created_at=NOW)
    key = ClientKey.made_for(somebody, now=NOW)
    somebody.save()
    key.save()
    assert again(kept(somebody)).answers == ANSWERS


@pytest.mark.django_db
def test_a_client_without_a_key_gets_one_and_keeps_it() -> None:
    somebody = client()
    made = ClientKey.objects.of(somebody, now=NOW)
    found = ClientKey.objects.of(Client.objects.get(pk=somebody.pk), now=NOW)
    assert found == made
    assert found.data_key() == made.data_key()


@pytest.mark.django_db
def test_text_of_a_client_without_a_key_is_not_kept_open() -> None:
    with pytest.raises(KeyMissing), transaction.atomic():
        kept(client())
    assert Screening.objects.count() == 0


def test_two_who_make_a_clients_key_at_once_end_with_the_same(fresh_db: Database) -> None:
    somebody, starts = client(), threading.Barrier(8)
    keys: list[bytes] = []

    def make() -> None:
        try:
            own = Client.objects.get(pk=somebody.pk)
            starts.wait(10)
            keys.append(ClientKey.objects.of(own, now=NOW).data_key())
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert ClientKey.objects.count() == 1


@pytest.mark.django_db
def test_an_erased_clients_answers_are_gone_and_the_reader_is_told_why() -> None:
    row, other = kept(), kept()
    ClientKey.objects.get(client=row.client).destroy(now=NOW)
    with pytest.raises(KeyDestroyed, match="destroyed"):
        _ = again(row).answers
    with pytest.raises(KeyDestroyed), transaction.atomic():
        kept(Client.objects.get(pk=row.client_id))
    with pytest.raises(KeyDestroyed):
        ClientKey.objects.of(Client.objects.get(pk=row.client_id), now=NOW).data_key()
    assert again(row).outcome == "REVIEW"
    assert again(other).answers == ANSWERS
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wrapped, destroyed_at FROM clients_clientkey WHERE client_id = %s",
            [row.client_id],
        )
        assert cursor.fetchone() == (None, NOW)


@pytest.mark.django_db
def test_a_new_master_key_rewraps_the_keys_and_leaves_the_text_alone(settings: Any) -> None:
    row = kept()
    before = at_rest(row)
    former, newer = settings.MASTER_KEY, base64.b64encode(b"n" * 32).decode()
    settings.MASTER_KEY = f"{newer}, {former}"
    assert again(row).answers == ANSWERS
    assert ClientKey.objects.get(client=row.client).key_id in sealing.master_keys()
    ClientKey.objects.get(client=row.client).rewrap()
    settings.MASTER_KEY = newer
    assert again(row).answers == ANSWERS
    assert at_rest(row) == before
    settings.MASTER_KEY = former
    with pytest.raises(KeyMissing, match="add the former one"):
        _ = again(row).answers


@pytest.mark.parametrize("wrong", ["", "short", base64.b64encode(b"x" * 31).decode(), "ü" * 44])
def test_a_master_key_that_is_none_is_said_plainly(settings: Any, wrong: str) -> None:
    settings.MASTER_KEY = wrong
    with pytest.raises(ImproperlyConfigured, match="32 bytes in base64"):
        sealing.master_keys()


@pytest.mark.django_db
def test_no_key_lies_open_in_the_database() -> None:
    somebody = owner()
    stored = ClientKey.objects.get(client=somebody)
    assert somebody.key.data_key() not in bytes(stored.wrapped or b"")
    assert all(key not in bytes(stored.wrapped or b"") for key in sealing.master_keys().values())
    assert repr(stored).count("key") == 1
