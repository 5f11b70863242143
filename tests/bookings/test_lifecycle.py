"""The statuses of a booking: which moves there are, and what the database makes of them."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from bookings import lifecycle
from bookings.lifecycle import ALLOWED, COMING, DEAD, LIVE, STATUSES, may
from bookings.models import Booking
from tests.factories import bookings, clinic

# The life of a booking, told a second time: each line is one way to go.
STEPS = {
    ("HELD", "EXPIRED"),
    ("REQUESTED", "BOOKED"),
    ("REQUESTED", "DECLINED"),
    ("REQUESTED", "CANCELLED"),
    ("BOOKED", "CONFIRMED"),
    ("BOOKED", "ARRIVED"),
    ("BOOKED", "CANCELLED"),
    ("BOOKED", "NO_SHOW"),
    ("CONFIRMED", "ARRIVED"),
    ("CONFIRMED", "CANCELLED"),
    ("CONFIRMED", "NO_SHOW"),
    ("ARRIVED", "IN_SESSION"),
    ("ARRIVED", "CANCELLED"),
    ("IN_SESSION", "DONE"),
}


def test_a_status_is_live_or_dead_and_never_both() -> None:
    assert len(STATUSES) == len(set(STATUSES)) == 11
    assert set(LIVE) | set(DEAD) == set(STATUSES)
    assert set(DEAD) == {"EXPIRED", "DECLINED", "CANCELLED", "NO_SHOW"}
    assert not set(LIVE) & set(DEAD)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("to", STATUSES)
def test_a_booking_goes_only_the_ways_there_are(status: str, to: str) -> None:
    assert may(status, to) == ((status, to) in STEPS)


def test_what_is_over_stays_over_and_nothing_goes_round_in_circles() -> None:
    for status in (*DEAD, lifecycle.DONE):
        assert ALLOWED[status] == ()

    def furthest(status: str, path: tuple[str, ...] = ()) -> None:
        assert status not in path
        for to in ALLOWED[status]:
            furthest(to, (*path, status))

    for status in STATUSES:
        furthest(status)


def test_whatever_is_still_to_come_can_be_cancelled() -> None:
    assert set(COMING) == {"REQUESTED", "BOOKED", "CONFIRMED"}
    assert all(may(status, lifecycle.CANCELLED) for status in COMING)


def test_the_table_knows_the_same_statuses() -> None:
    assert tuple(Booking.Status.values) == STATUSES


def fields_of(status: str) -> dict[str, object]:
    if status != "HELD":
        return {}
    return {"attempt": uuid.uuid4(), "hold_expires_at": bookings.STARTS_AT}


@pytest.mark.django_db
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("shared", ["practitioner", "room"])
def test_a_live_booking_keeps_its_practitioner_and_room_and_a_dead_one_frees_them(
    status: str, shared: str
) -> None:
    first = bookings.booking(status=status, **fields_of(status))
    other = {
        "practitioner": clinic.practitioner(),
        "room": clinic.room(location=clinic.location()),
        shared: getattr(first, shared),
        "starts_at": first.starts_at + timedelta(minutes=59),
    }
    if status in DEAD:
        bookings.booking(**other)
    else:
        with pytest.raises(IntegrityError, match=f"booking_{shared}_free"), transaction.atomic():
            bookings.booking(**other)
        other["starts_at"] = first.starts_at + timedelta(minutes=60)
        bookings.booking(**other)


@pytest.mark.django_db
def test_a_status_nobody_knows_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError, match="booking_status_known"), transaction.atomic():
        bookings.booking(status="LATE")
