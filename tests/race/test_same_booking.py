"""One booking, one key, one person, met by several requests at once: it is as if they came in turn."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from bookings import actions
from bookings.errors import BeingChanged, Cancelled, NotChangeable, SlotTaken, TooManyHolds
from bookings.models import Booking, RequestKey
from clients.models import Client, ClientKey, ContactConsent, Message
from clinic.audit import CLIENT
from clinic.models import AuditEntry
from tests.bookings.world import (
    HOUR,
    NOW,
    REVIEW,
    SLOT,
    accept,
    cancel,
    contact,
    decline,
    live,
    move,
    overlaps,
    world,
)
from tests.harness.databases import Database
from tests.race.crowd import (
    at_once,
    deadlocks,
    take_the_guards_away,
    take_the_locks_away,
    unique_index_away,
    wait_until_waiting,
)

TRIES = 10


def _log_is_a_chain(booking: Booking) -> bool:
    """Return whether each change began where the one before it ended, and the invite counted all."""
    entries = list(AuditEntry.objects.filter(about=f"booking:{booking.uid}").order_by("pk"))
    begun = all(later.before == earlier.after for earlier, later in pairwise(entries))
    booking = Booking.objects.get(pk=booking.pk)
    return begun and booking.sequence == len(entries) - 1


def _rows_unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the row locks away, for a canary."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self.all())


def _run_while_open(
    database: Database, first: Callable[[], object], second: Callable[[], object]
) -> list[object]:
    """Run `first`, and commit it only once `second` waits for it in another session; return what
    `second` returned or raised."""
    said: list[object] = []

    def run() -> None:
        try:
            said.append(second())
        except Exception as refusal:
            said.append(refusal)
        finally:
            connection.close()

    other = threading.Thread(target=run, daemon=True)
    with transaction.atomic():
        first()
        other.start()
        wait_until_waiting(database)
    other.join(timeout=30)
    assert not other.is_alive()
    return said


# One key


def test_twenty_requests_with_one_key_make_one_booking_and_get_twenty_equal_answers(
    fresh_db: Database,
) -> None:
    house = world()
    crowd = at_once([partial(house.ask, key="the same")] * 20)
    assert not crowd.losers
    assert len({(said.booking.pk, said.booking.uid) for said in crowd.winners}) == 1
    assert sum(said.created for said in crowd.winners) == 1
    assert Booking.objects.count() == 1
    assert RequestKey.objects.count() == 1
    assert Client.objects.count() == 1
    assert AuditEntry.objects.filter(verb="booking.booked").count() == 1
    assert Message.objects.filter(kind="CONFIRMATION").count() == 1


def test_canary_one_key_without_guards_books_twice(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_guards_away(monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE bookings_requestkey DROP CONSTRAINT bookings_requestkey_digest_key"
        )
    for number in range(TRIES):
        at_once([partial(world().ask, key=f"the same {number}", contact=contact(number))] * 8)
        if RequestKey.objects.count() > number + 1:
            return
    pytest.fail("one key never booked twice: the race is none")


def test_without_locks_a_double_click_is_still_one_booking_by_its_attempt(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_locks_away(monkeypatch)
    house, attempt = world(practitioners=4, rooms=4), uuid.uuid4()
    crowd = at_once([partial(house.ask, key="the same", attempt=attempt)] * 8)
    assert not crowd.losers
    assert len({said.booking.pk for said in crowd.winners}) == 1
    assert Booking.objects.count() == 1


# One attempt in two tabs


@pytest.mark.parametrize("pairs", [1, 3])
def test_one_attempt_sent_from_several_tabs_at_once_ends_in_one_booking_seen_by_all(
    fresh_db: Database, pairs: int
) -> None:
    house, attempt = world(practitioners=pairs, rooms=pairs), uuid.uuid4()
    house.hold(attempt=attempt)
    jobs = [partial(house.ask, SLOT, attempt=attempt) for _ in range(4)]
    jobs += [partial(house.ask, SLOT + 2 * HOUR, attempt=attempt) for _ in range(4)]
    crowd = at_once(jobs)
    assert not crowd.losers
    assert len({said.booking.pk for said in crowd.winners}) == 1
    assert sum(said.created for said in crowd.winners) == 1
    assert len(live()) == 1


def test_canary_one_attempt_without_guards_books_twice(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_guards_away(monkeypatch)
    unique_index_away("booking_one_an_attempt")
    for _ in range(TRIES):
        house, attempt = world(), uuid.uuid4()
        at_once([partial(house.ask, SLOT + 2 * HOUR * (n % 3), attempt=attempt) for n in range(6)])
        if Booking.objects.filter(attempt=attempt, status="BOOKED").count() > 1:
            return
    pytest.fail("one attempt never booked twice: the race is none")


def test_an_attempt_that_holds_in_several_tabs_at_once_keeps_one_hold(fresh_db: Database) -> None:
    house, attempt = world(), uuid.uuid4()
    crowd = at_once(
        [partial(house.hold, SLOT + HOUR * (n % 4), attempt=attempt) for n in range(12)]
    )
    crowd.only_lose_by()
    assert len(live()) == 1
    assert deadlocks(fresh_db) == 0


def test_a_form_sent_while_its_hold_is_taken_anew_in_another_tab_ends_well(
    fresh_db: Database,
) -> None:
    for number in range(3):
        house, attempt, key = world(practitioners=1, rooms=1), uuid.uuid4(), f"form {number}"
        house.hold(attempt=attempt)
        jobs: list[Callable[[], object]] = [partial(house.ask, attempt=attempt, key=key)] * 3
        jobs += [partial(house.hold, SLOT + 2 * HOUR, attempt=attempt)] * 3
        crowd = at_once(jobs)
        crowd.only_lose_by()
        assert Booking.objects.filter(attempt=attempt, status="BOOKED").count() == 1
        assert overlaps() == 0


# One person


def test_one_person_who_books_twice_at_once_becomes_one_client(fresh_db: Database) -> None:
    house = world(practitioners=4, rooms=4)
    crowd = at_once([partial(house.ask, SLOT + HOUR * (n % 4)) for n in range(12)])
    assert not crowd.losers
    assert Client.objects.count() == 1
    assert ClientKey.objects.count() == 1
    assert ContactConsent.objects.count() == 2
    assert len(live()) == 12


def test_canary_one_person_without_locks_becomes_two_clients(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_locks_away(monkeypatch)
    for number in range(TRIES):
        house = world(practitioners=4, rooms=4)
        who = contact(number)
        at_once([partial(house.ask, SLOT + HOUR * n, contact=who) for n in range(4)])
        if Client.objects.filter(email=who.email).count() > 1:
            return
    pytest.fail("nobody was ever made twice: the race is none")


def test_the_first_booking_of_a_client_without_a_key_makes_one_key(fresh_db: Database) -> None:
    house = world(practitioners=4, rooms=4)
    who = contact()
    house.book(SLOT - 24 * HOUR, contact=who)
    Booking.objects.all().update(screening=None)
    Client.objects.get().screenings.all().delete()
    ClientKey.objects.all().delete()
    crowd = at_once([partial(house.ask, SLOT + HOUR * n, contact=who) for n in range(4)])
    assert not crowd.losers
    assert ClientKey.objects.count() == 1


# One address


def test_one_address_holds_at_most_three_times_however_many_it_asks_for_at_once(
    fresh_db: Database,
) -> None:
    house = world(practitioners=4, rooms=4)
    crowd = at_once(
        [partial(house.hold, SLOT + HOUR * (n % 6), held_from="one address") for n in range(10)]
    )
    crowd.only_lose_by(TooManyHolds)
    assert len(crowd.winners) == 3
    assert len(live()) == 3


def test_canary_one_address_without_locks_holds_more_than_three(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_locks_away(monkeypatch)
    for number in range(TRIES):
        house = world(practitioners=4, rooms=4)
        address = f"address {number}"
        at_once([partial(house.hold, SLOT + HOUR * (n % 6), held_from=address) for n in range(10)])
        if Booking.objects.filter(held_from=address, status="HELD").count() > 3:
            return
    pytest.fail("never more than three: the race is none")


# One booking


def _moved_and_cancelled(booking: Booking) -> list[Callable[[], object]]:
    jobs: list[Callable[[], object]] = [
        partial(move, booking, SLOT + HOUR * (n % 4 + 1)) for n in range(8)
    ]
    return [*jobs, partial(cancel, booking), partial(cancel, booking)]


def test_moves_of_one_booking_at_once_happen_one_after_the_other(fresh_db: Database) -> None:
    house = world(practitioners=1, rooms=1)
    booking = house.book()
    goals = [SLOT + HOUR * (n % 4 + 1) for n in range(12)]
    crowd = at_once([partial(move, booking, goal) for goal in goals])
    assert not crowd.losers
    (now_at,) = live()
    assert now_at.starts_at in goals
    assert _log_is_a_chain(booking)
    assert deadlocks(fresh_db) == 0


def test_a_cancellation_among_moves_ends_in_a_cancelled_booking_whose_log_adds_up(
    fresh_db: Database,
) -> None:
    house = world(practitioners=1, rooms=1)
    for _ in range(3):
        booking = house.book()
        crowd = at_once(_moved_and_cancelled(booking))
        crowd.only_lose_by(NotChangeable, Cancelled)
        assert live() == []
        assert _log_is_a_chain(booking)
        said = AuditEntry.objects.filter(about=f"booking:{booking.uid}", verb="booking.cancelled")
        assert said.count() == 1
    assert deadlocks(fresh_db) == 0


def test_canary_without_row_locks_moves_and_a_cancellation_overwrite_each_other(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _rows_unlocked(monkeypatch)
    take_the_locks_away(monkeypatch)
    for _ in range(TRIES):
        booking = world(practitioners=1, rooms=1).book()
        at_once(_moved_and_cancelled(booking))
        if not _log_is_a_chain(booking):
            return
    pytest.fail("no change was ever lost: the race is none")


def test_a_move_to_where_somebody_else_is_going_leaves_the_loser_where_they_were(
    fresh_db: Database,
) -> None:
    house = world(practitioners=1, rooms=1)
    booked = [house.book(SLOT + HOUR * n, contact=contact(n)) for n in range(4)]
    goal = SLOT + 24 * HOUR
    crowd = at_once([partial(move, booking, goal) for booking in booked])
    crowd.only_lose_by(SlotTaken)
    assert len(crowd.winners) == 1
    stayed = {each.pk for each in booked} - {crowd.winners[0].pk}
    for booking in booked:
        if booking.pk in stayed:
            assert Booking.objects.get(pk=booking.pk).starts_at == booking.starts_at


def test_a_move_that_waited_for_another_keeps_the_practitioner_the_other_chose(
    fresh_db: Database,
) -> None:
    house = world(practitioners=2, rooms=2)
    one, two = (person.pk for person in house.practitioners)
    booking = house.book(practitioner=one)
    said = _run_while_open(
        fresh_db,
        partial(move, booking, SLOT + HOUR, practitioner=two),
        partial(move, booking, SLOT + 2 * HOUR),
    )
    assert isinstance(said[0], Booking)
    booking.refresh_from_db()
    assert (booking.starts_at, booking.practitioner_id) == (SLOT + 2 * HOUR, two)
    assert _log_is_a_chain(booking)


# The clock among people


def _request(house_starts: datetime = SLOT) -> Booking:
    return world().book(house_starts, answers=REVIEW)


def test_a_request_answered_at_the_last_moment_is_either_accepted_or_declined(
    fresh_db: Database,
) -> None:
    for _ in range(4):
        booking = _request()
        late = booking.respond_by
        assert late is not None
        crowd = at_once(
            [partial(accept, booking, now=late)] * 3
            + [partial(actions.decline_unanswered, now=late)] * 3
        )
        crowd.only_lose_by(NotChangeable)
        booking.refresh_from_db()
        assert booking.status in {"BOOKED", "DECLINED"}
        assert _log_is_a_chain(booking)
        assert booking.sequence == 1
    assert deadlocks(fresh_db) == 0


def test_canary_without_row_locks_a_request_is_both_accepted_and_declined(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _rows_unlocked(monkeypatch)
    for _ in range(TRIES):
        booking = _request()
        at_once([partial(accept, booking), partial(decline, booking, actor=CLIENT)] * 3)
        if AuditEntry.objects.filter(about=f"booking:{booking.uid}").count() > 2:
            return
    pytest.fail("nothing was ever answered twice: the race is none")


def test_a_request_that_is_moved_while_the_clock_comes_to_decline_it_lives_on(
    fresh_db: Database,
) -> None:
    booking = _request()
    late = booking.respond_by
    assert late is not None
    said = _run_while_open(
        fresh_db,
        partial(move, booking, SLOT + 24 * HOUR, now=late),
        partial(actions.decline_unanswered, now=late),
    )
    assert said == [0]
    booking.refresh_from_db()
    assert booking.status == "REQUESTED"
    assert booking.respond_by is not None
    assert booking.respond_by > late


def test_a_cancellation_that_waits_for_an_acceptance_still_cancels(fresh_db: Database) -> None:
    booking = _request()
    said = _run_while_open(fresh_db, partial(accept, booking), partial(cancel, booking))
    assert isinstance(said[0], Booking)
    booking.refresh_from_db()
    assert booking.status == "CANCELLED"
    assert _log_is_a_chain(booking)


def test_a_form_sent_while_the_sweep_expires_its_hold_is_booked(fresh_db: Database) -> None:
    house = world(practitioners=1, rooms=1)
    later = NOW + timedelta(minutes=11)
    for number in range(5):
        attempt, start = uuid.uuid4(), SLOT + HOUR * number
        house.hold(start, attempt=attempt)
        crowd = at_once(
            [
                partial(house.ask, start, now=later, attempt=attempt, contact=contact(number)),
                *[partial(actions.expire_holds, now=later)] * 3,
            ]
        )
        crowd.only_lose_by()
        assert sorted(Booking.objects.filter(attempt=attempt).values_list("status", flat=True)) == [
            "BOOKED",
            "EXPIRED",
        ]
    assert deadlocks(fresh_db) == 0


def test_a_sweep_passes_by_what_somebody_is_working_on(fresh_db: Database) -> None:
    house = world()
    later = NOW + timedelta(minutes=11)
    one, _other = house.hold(), house.hold(SLOT + HOUR)
    with transaction.atomic():
        Booking.objects.select_for_update().get(pk=one.pk)
        crowd = at_once([partial(actions.expire_holds, now=later)])
    assert crowd.results == [1]
    assert actions.expire_holds(now=later) == 1
    assert actions.expire_holds(now=later) == 0


def test_two_sweeps_at_once_decline_a_request_once(fresh_db: Database) -> None:
    booking = _request()
    assert booking.respond_by is not None
    crowd = at_once([partial(actions.decline_unanswered, now=booking.respond_by)] * 4)
    assert not crowd.losers
    assert AuditEntry.objects.filter(verb="booking.declined").count() == 1
    assert Message.objects.filter(kind="DECLINED").count() == 1


def test_holds_that_cross_between_two_locations_never_deadlock(fresh_db: Database) -> None:
    """Each attempt's lapsed hold stands in the way of the other's new one."""
    here, there = world(practitioners=2, rooms=2), world(practitioners=2, rooms=2)
    later = NOW + timedelta(minutes=11)
    for number in range(4):
        start = SLOT + HOUR * number
        mine, yours = [uuid.uuid4() for _ in range(2)], [uuid.uuid4() for _ in range(2)]
        for attempt in mine:
            here.hold(start, attempt=attempt)
        for attempt in yours:
            there.hold(start, attempt=attempt)
        crowd = at_once(
            [partial(there.hold, start, attempt=attempt, now=later) for attempt in mine]
            + [partial(here.hold, start, attempt=attempt, now=later) for attempt in yours]
        )
        crowd.only_lose_by()
    assert overlaps() == 0
    assert deadlocks(fresh_db) == 0


# Waiting


def test_who_waits_too_long_for_a_diary_is_told_that_the_time_was_taken(fresh_db: Database) -> None:
    house = world(practitioners=1, rooms=1)
    said: list[object] = []
    session = fresh_db.connect()
    with session.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(1, %s)", [house.practitioners[0].pk])
        try:
            house.book()
        except SlotTaken as refusal:
            said.append(refusal)
    session.rollback()
    session.close()
    assert len(said) == 1
    assert Booking.objects.count() == 0
    assert Client.objects.count() == 0
    assert house.book().status == "BOOKED"


def test_a_change_does_not_wait_for_ever_for_a_booking_somebody_else_changes(
    fresh_db: Database,
) -> None:
    house = world()
    booking = house.book()
    session = fresh_db.connect()
    with session.cursor() as cursor:
        cursor.execute("SELECT 1 FROM bookings_booking WHERE id = %s FOR UPDATE", [booking.pk])
        crowd = at_once(
            [
                partial(move, booking, SLOT + HOUR),
                partial(cancel, booking),
                partial(accept, booking),
            ]
        )
    session.rollback()
    session.close()
    crowd.only_lose_by(BeingChanged)
    assert not crowd.winners
    assert crowd.slowest < 20
    assert cancel(booking).status == "CANCELLED"
