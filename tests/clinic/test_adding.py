"""Rows and statements of the path where somebody waits: cheaper, and the same as Django's."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from bookings.models import Booking, RequestKey
from bookings.queries.calendar import BUSY
from clients.models import Client, ClientKey, ContactConsent, IntakeRequest, Message, Screening
from clinic.models import AuditEntry
from clinic.models.adding import made
from clinic.prepared import Prepared
from tests.bookings.world import NOW

BUSY_OF = {"back": NOW, "until": NOW, "now": NOW, "attempt": None, "but": None}


def told(row: Any) -> dict[str, Any]:
    """What a row holds; of what is new in each row, only what kind of thing it is."""
    return {
        name: type(value) if name in {"uid", "id"} else value
        for name, value in vars(row).items()
        if name != "_state"
    }


@pytest.mark.parametrize(
    "model",
    [
        AuditEntry, Booking, Client, ClientKey, ContactConsent, IntakeRequest, Message, RequestKey,
        Screening,
    ],
)  # fmt: skip
def test_a_row_made_quickly_holds_what_django_would_have_put_there(model: type[Any]) -> None:
    client = Client(pk=7, name="Ana Silva")
    values = {"created_at": NOW} if hasattr(model, "created_at") else {}
    points = {"client": client} if model in (Booking, ClientKey, Screening) else {}
    quick, slow = made(model, **values, **points), model(**values, **points)
    assert told(quick) == told(slow)
    assert (quick._state.adding, quick._state.db) == (slow._state.adding, slow._state.db)
    if points:
        assert (quick.client_id, quick.client) == (7, client)


def test_rows_made_quickly_share_no_default() -> None:
    one, other = made(AuditEntry), made(AuditEntry)
    one.after["a"] = 1
    assert (other.after, one.uid != other.uid) == ({}, True)


def test_a_name_no_column_has_is_not_lost_in_silence() -> None:
    with pytest.raises(Exception, match="nmae"):
        made(Client, nmae="Ana")


@pytest.mark.django_db
def test_what_is_taken_is_planned_once_however_often_somebody_looks() -> None:
    for whose in ("practitioner", "room"):
        statement = BUSY[whose, False, False]
        for number in range(8):
            statement.rows({"ids": list(range(number + 1)), **BUSY_OF})
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(custom_plans), sum(generic_plans) FROM pg_prepared_statements")
        custom, generic = cursor.fetchone()
    assert (custom, generic >= 16) == (0, True)


@pytest.mark.django_db
def test_what_goes_before_a_statement_is_done_before_it() -> None:
    with transaction.atomic():
        shown = Prepared("SELECT current_setting('lock_timeout')")
        before = shown.rows({})
        assert shown.rows({}, after="SELECT set_config('lock_timeout', '7s', true)") == [("7s",)]
    assert before != [("7s",)]
