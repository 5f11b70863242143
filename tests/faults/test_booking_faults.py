"""Whatever statement a request dies at, nothing of it is left, and the same request works afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from bookings import actions
from bookings.models import Booking
from tests.bookings.world import (
    HOUR,
    NOW,
    REVIEW,
    SLOT,
    World,
    accept,
    cancel,
    contact,
    decline,
    move,
    raw_table,
    row_counts,
    world,
)
from tests.harness.databases import Database

MOST_STATEMENTS = 60


class Injected(Exception):
    """The fault: none of the errors anybody expects."""


class Fault:
    """Breaks the n-th statement: before it ran, after it ran, or with the connection killed."""

    def __init__(self, at: int, kind: str, database: Database) -> None:
        self.at, self.kind, self.database = at, kind, database
        self.seen = 0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict
    ) -> Any:
        self.seen += 1
        if self.seen != self.at:
            return execute(sql, params, many, context)
        if self.kind == "before":
            raise Injected
        if self.kind == "after":
            execute(sql, params, many, context)
            raise Injected
        self._kill(context["connection"])
        return execute(sql, params, many, context)

    def _kill(self, wrapper: BaseDatabaseWrapper) -> None:
        session = self.database.connect()
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(%s, 10000)",
                [wrapper.connection.get_backend_pid()],
            )
            assert cursor.fetchone()[0]
        session.close()

    @property
    def happened(self) -> bool:
        return self.seen >= self.at


def everything() -> dict[str, str]:
    """Return the whole content of what a booking may touch, so that changed rows are seen too."""
    return {
        table: raw_table(table)
        for table in (
            "bookings_booking",
            "bookings_requestkey",
            "clients_client",
            "clients_message",
            "clients_screening",
        )
    }


def hold_anew(house: World, start: Any, number: int) -> Callable[[], object]:
    """Replace an attempt's hold by another, with somebody's stale hold in the way."""
    attempt = uuid.uuid4()
    house.hold(start, attempt=attempt)
    house.hold(start + HOUR, now=NOW - timedelta(minutes=20))
    return lambda: house.hold(start + HOUR, attempt=attempt)


def book_for_the_first_time(house: World, start: Any, number: int) -> Callable[[], object]:
    attempt, key = uuid.uuid4(), uuid.uuid4().hex
    house.hold(start, attempt=attempt)
    return lambda: house.book(start, attempt=attempt, key=key, contact=contact(number))


def book_again(house: World, start: Any, number: int) -> Callable[[], object]:
    """Book as a client we know, for the practitioner's review."""
    key = uuid.uuid4().hex
    house.book(start + HOUR, contact=contact(number))
    return lambda: house.book(start, key=key, contact=contact(number), answers=REVIEW)


def move_to_another_day(house: World, start: Any, number: int) -> Callable[[], object]:
    booking = house.book(start, contact=contact(number))
    return lambda: move(booking, start + HOUR)


def move_to_another_date(house: World, start: Any, number: int) -> Callable[[], object]:
    """Move so far that the answers are judged again."""
    booking = house.book(start, contact=contact(number))
    return lambda: move(booking, start + 24 * HOUR * 21)


def cancel_it(house: World, start: Any, number: int) -> Callable[[], object]:
    booking = house.book(start, contact=contact(number))
    return lambda: cancel(booking)


def accept_it(house: World, start: Any, number: int) -> Callable[[], object]:
    booking = house.book(start, contact=contact(number), answers=REVIEW)
    return lambda: accept(booking)


def decline_it(house: World, start: Any, number: int) -> Callable[[], object]:
    booking = house.book(start, contact=contact(number), answers=REVIEW)
    return lambda: decline(booking, now=NOW + timedelta(hours=24))


REQUESTS = [
    hold_anew,
    book_for_the_first_time,
    book_again,
    move_to_another_day,
    move_to_another_date,
    cancel_it,
    accept_it,
    decline_it,
]


# A statement that ran and then failed leaves the most behind; the other kinds are for `make
# test-deep`, but for the connection killed in the middle of a booking.
FAULTS = [
    pytest.param(
        request,
        kind,
        id=f"{request.__name__}, {kind}",
        marks=[]
        if kind == "after" or (kind, request) == ("killed", book_for_the_first_time)
        else pytest.mark.deep,
    )
    for kind in ("before", "after", "killed")
    for request in REQUESTS
]


@pytest.mark.parametrize(("request_", "kind"), FAULTS)
def test_a_fault_at_any_statement_leaves_nothing_and_the_same_request_works_afterwards(
    fresh_db: Database, request_: Callable[..., Callable[[], object]], kind: str
) -> None:
    for at in range(1, MOST_STATEMENTS):
        # A house for each fault, so that every request finds the same state.
        act = request_(world(practitioners=1, rooms=1), SLOT, at)
        before = row_counts(), everything()
        fault = Fault(at, kind, fresh_db)
        failed = False
        with connection.execute_wrapper(fault):
            try:
                act()
            except (Injected, DatabaseError, InterfaceError):
                failed = True
        if not fault.happened:
            assert not failed
            assert at > 3, "a request of three statements is none of ours"
            return
        assert failed, f"statement {at} broke and nobody noticed"
        if kind == "killed":
            connection.close()
        assert (row_counts(), everything()) == before, f"statement {at} left something behind"
        act()
        assert everything() != before[1]
    pytest.fail("more statements than a request may make")


def test_canary_statements_without_a_transaction_leave_something_behind(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoTransaction:
        def __enter__(self) -> None: ...
        def __exit__(self, *_error: object) -> None: ...

    house = world()
    booking = house.book()
    before = everything()
    monkeypatch.setattr(transaction, "atomic", lambda *_args, **_options: NoTransaction())
    monkeypatch.setattr(
        Booking.objects.all().__class__, "select_for_update", lambda self, **_options: self.all()
    )
    for at in range(1, MOST_STATEMENTS):
        with connection.execute_wrapper(Fault(at, "before", fresh_db)), pytest.raises(Injected):
            cancel(booking)
        if everything() != before:
            return
    pytest.fail("no fault ever left a trace: the test could not have failed")


def test_a_commit_that_is_refused_leaves_nothing(fresh_db: Database) -> None:
    """The last moment at which a booking can fail: a constraint that only speaks at the commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no room on the disk' USING ERRCODE = 'disk_full'; END $$"
        )
    house = world()
    before = row_counts()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON bookings_booking"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    with pytest.raises(OperationalError):
        house.book(key="the same")
    assert row_counts() == before
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse ON bookings_booking")
    assert house.ask(key="the same").created


def test_nobody_is_written_to_about_a_booking_that_was_rolled_back(fresh_db: Database) -> None:
    house = world()
    nudged: list[str] = []

    def book_and_fail() -> None:
        with transaction.atomic():
            house.book(key="the same")
            transaction.on_commit(lambda: nudged.append("sent"))
            raise Injected

    with pytest.raises(Injected):
        book_and_fail()
    assert nudged == []
    assert raw_table("clients_message") == ""
    assert raw_table("clients_screening") == ""
    assert house.ask(key="the same").created


def test_an_unanswered_request_that_breaks_the_sweep_is_declined_by_the_next(
    fresh_db: Database,
) -> None:
    one, two = (world().book(contact=contact(number), answers=REVIEW) for number in (1, 2))
    late = NOW + timedelta(hours=24)
    with connection.execute_wrapper(Fault(4, "before", fresh_db)), pytest.raises(Injected):
        actions.decline_unanswered(now=late)
    assert actions.decline_unanswered(now=late) in {1, 2}
    for booking in (one, two):
        booking.refresh_from_db()
        assert booking.status == "DECLINED"
