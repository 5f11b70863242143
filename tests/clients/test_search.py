"""A client is found by whatever the desk happens to remember of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from clients import search
from clients.contact import name_key
from clients.models import Client

pytestmark = pytest.mark.django_db

MADE_AT = datetime(2026, 11, 1, 15, 0, tzinfo=UTC)
# With the apostrophe that word processors write.
GOSIA = "Małgorzata O\u2019Brien-Núñez"
PEOPLE = [
    (GOSIA, "gosia@example.org", "+14165550101"),
    ("Ana Silva", "ana.silva@mail.example.com", "+14165550102"),
    ("Anaïs Étienne", "", "+442079460958"),
    ("Juliana Castro", "jc_77@example.net", ""),
    ("Bo Vu", "", ""),
    ("Søren Ærøskøbing", "", ""),
    ("J.P. Doe", "", ""),
    ("Banana Smith", "", "+14165559999"),
]


@pytest.fixture
def people(db: None) -> None:
    for name, email, phone in PEOPLE:
        person(name, email=email, phone=phone)


def person(name: str, **fields: Any) -> Client:
    return Client.objects.create(name=name, name_key=name_key(name), created_at=MADE_AT, **fields)


def names(text: str, **options: Any) -> list[str]:
    return [client.name for client in search.find(text, **options)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("malg", GOSIA),
        ("MAŁGORZATA", GOSIA),
        ("obrien", GOSIA),
        ("o'brien", GOSIA),
        ("brien nun", GOSIA),
        ("nunez malgo", GOSIA),
        ("gorza", GOSIA),
        ("0101", GOSIA),
        ("416 555-0101", GOSIA),
        ("(416) 5550101", GOSIA),
        ("+1 416 555 0101", GOSIA),
        ("gosia@", GOSIA),
        ("GOSIA@Example.org", GOSIA),
        ("malg 0101", GOSIA),
        ("etienne", "Anaïs Étienne"),
        ("020 7946 0958", "Anaïs Étienne"),
        ("jc_77", "Juliana Castro"),
        ("bo", "Bo Vu"),
        ("vu", "Bo Vu"),
        ("vu bo", "Bo Vu"),
        ("aero", "Søren Ærøskøbing"),
        ("soren", "Søren Ærøskøbing"),
        ("j.p.", "J.P. Doe"),
        ("mail.example.com", "Ana Silva"),
        ("gosia", GOSIA),
        ("b vu", "Bo Vu"),
    ],
)
def test_somebody_is_found_however_they_are_written(people: None, typed: str, found: str) -> None:
    assert found in names(typed)


@pytest.mark.parametrize(
    "typed", ["", " ", "a", "5", "12", "zzz", "ana zzz", "%", "___", "\\", "malg 9999", "' OR 1=1"]
)
def test_what_fits_nobody_finds_nobody(people: None, typed: str) -> None:
    assert names(typed) == []


def test_names_that_begin_with_it_come_first_then_words_then_the_inside(people: None) -> None:
    person("Silva Anan")
    assert names("ana") == [
        "Ana Silva", "Anaïs Étienne", "Silva Anan", "Banana Smith", "Juliana Castro",
    ]  # fmt: skip
    assert names("ana", limit=2) == ["Ana Silva", "Anaïs Étienne"]


def test_two_letters_find_beginnings_of_words_alone(people: None) -> None:
    assert names("an") == ["Ana Silva", "Anaïs Étienne"]
    assert names("si") == ["Ana Silva"]


def test_a_record_that_was_merged_away_is_not_found(people: None) -> None:
    survivor = Client.objects.exclude(name="Ana Silva").first()
    Client.objects.filter(name="Ana Silva").update(status="MERGED", merged_into=survivor)
    assert "Ana Silva" not in names("ana")


def test_whoever_changes_their_name_or_number_is_found_by_the_new_one(people: None) -> None:
    ana = Client.objects.get(name="Ana Silva")
    ana.email = "ana@example.org"
    ana.name, ana.name_key, ana.phone = "Ana Costa", name_key("Ana Costa"), "+14165550188"
    ana.save()
    assert names("costa") == names("0188") == ["Ana Costa"]
    assert names("silva") == []


def test_a_search_is_two_statements_at_most_that_indexes_answer(people: None) -> None:
    for typed, limit, statements in (
        ("0102", 9, 1),
        ("x" * 5000, 9, 2),
        ("an", 2, 1),
        ("an", 9, 2),
    ):
        with CaptureQueriesContext(connection) as queries:
            search.find(typed, limit=limit)
        assert len(queries) == statements
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query, index in zip(queries, ("client_search_start", "client_search "), strict=True):
            cursor.execute("EXPLAIN " + query["sql"])
            assert index in "\n".join(line for (line,) in cursor.fetchall())


NAMES = st.text(
    st.one_of(
        st.sampled_from("łøđıðþŧħæœßÆŒŁ-_.,/()'\u2019`\u02bc  aéÉñÇ"),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    min_size=1,
    max_size=30,
).filter(name_key)


@settings(max_examples=60)
@given(name=NAMES)
def test_python_and_the_database_fold_a_name_alike(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clients_search_text(%s, 'a@b.c', '+123')", [name_key(name)])
        (text,) = cursor.fetchone()
    assert text == f" {search.fold(name)}\na@b.c\n123"


@settings(max_examples=60)
@given(name=NAMES, data=st.data())
def test_every_part_of_a_name_finds_it(name: str, data: st.DataObject) -> None:
    words = [word for word in search.fold(name).split() if len(word) >= 3]
    made = person(name)
    try:
        for word in words:
            if search.asked(word).names != (word,):
                continue
            start = data.draw(st.integers(0, len(word) - 3))
            part = word[start : start + data.draw(st.integers(3, 6))]
            if search.asked(part).names == (part,):
                assert made in search.find(part)
    finally:
        made.delete()
