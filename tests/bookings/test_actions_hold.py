"""Holding a time while the form is filled in."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings import actions
from bookings.errors import (
    CannotStart,
    InPast,
    NotOffered,
    NotOpen,
    OffGrid,
    ShortNotice,
    SlotTaken,
    TooFarAhead,
    TooManyHolds,
)
from bookings.models import Booking
from tests.bookings.world import (
    HOUR,
    NOW,
    SLOT,
    TODAY,
    TORONTO,
    World,
    answers,
    contact,
    live,
    move,
    row_counts,
    toronto,
    world,
)
from tests.factories import clinic

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_a_hold_takes_the_time_for_ten_minutes_with_nobodys_name_on_it() -> None:
    house = world(practitioners=1)
    held = house.hold()
    assert held.status == "HELD"
    assert held.client is None
    assert held.hold_expires_at == NOW + 10 * MINUTE
    assert (held.ends_at - held.starts_at).total_seconds() == 50 * 60
    with pytest.raises(SlotTaken) as lost:
        house.hold()
    assert len(lost.value.openings) == 3


def test_a_lapsed_hold_keeps_nobody_out_though_nothing_swept_it() -> None:
    house = world(practitioners=1, rooms=1)
    held = house.hold()
    just_before, then = NOW + 10 * MINUTE - timedelta(seconds=1), NOW + 10 * MINUTE
    with pytest.raises(SlotTaken):
        house.hold(now=just_before)
    assert house.hold(now=then).status == "HELD"
    held.refresh_from_db()
    assert held.status == "EXPIRED"


def test_going_back_and_holding_another_time_lets_go_of_the_first() -> None:
    house, attempt = world(practitioners=1, rooms=1), uuid.uuid4()
    house.hold(attempt=attempt)
    house.hold(SLOT + 15 * MINUTE, attempt=attempt)
    assert [row.starts_at for row in live()] == [SLOT + 15 * MINUTE]
    assert house.hold(SLOT - 45 * MINUTE).status == "HELD"


def test_who_could_not_hold_another_time_keeps_the_one_they_had() -> None:
    house, attempt = world(practitioners=1, rooms=1), uuid.uuid4()
    mine = house.hold(attempt=attempt)
    house.hold(SLOT + HOUR)
    with pytest.raises(SlotTaken):
        house.hold(SLOT + HOUR, attempt=attempt)
    mine.refresh_from_db()
    assert mine.status == "HELD"


def test_holding_the_same_time_again_starts_its_ten_minutes_anew() -> None:
    house, attempt = world(practitioners=1, rooms=1), uuid.uuid4()
    house.hold(attempt=attempt)
    again = house.hold(attempt=attempt, now=NOW + 9 * MINUTE)
    assert again.hold_expires_at == NOW + 19 * MINUTE
    assert len(live()) == 1


def test_letting_go_frees_the_time_at_once_and_may_be_said_twice() -> None:
    house, attempt = world(practitioners=1, rooms=1), uuid.uuid4()
    house.hold(attempt=attempt)
    actions.release(now=NOW, attempt=attempt)
    actions.release(now=NOW, attempt=attempt)
    assert live() == []
    assert house.hold().status == "HELD"


def test_letting_go_after_the_booking_leaves_the_booking_alone() -> None:
    house, attempt = world(), uuid.uuid4()
    house.hold(attempt=attempt)
    booking = house.book(attempt=attempt)
    actions.release(now=NOW, attempt=attempt)
    booking.refresh_from_db()
    assert booking.status == "BOOKED"


def test_one_address_holds_three_times_and_a_fourth_when_one_of_them_lapses() -> None:
    house, attempt = world(), uuid.uuid4()
    for number in range(3):
        house.hold(SLOT + HOUR * number, held_from="here", now=NOW + number * MINUTE)
    with pytest.raises(TooManyHolds):
        house.hold(SLOT + 3 * HOUR, held_from="here", now=NOW + 3 * MINUTE)
    assert house.hold(SLOT + 3 * HOUR, held_from="there", now=NOW + 3 * MINUTE)
    assert house.hold(SLOT + 4 * HOUR, held_from="here", now=NOW + 10 * MINUTE, attempt=attempt)
    # Changing one's mind is not one more.
    assert house.hold(SLOT + 5 * HOUR, held_from="here", now=NOW + 10 * MINUTE, attempt=attempt)


def test_what_was_booked_or_let_go_no_longer_counts_against_an_address() -> None:
    house = world()
    attempts = [uuid.uuid4() for _ in range(3)]
    for number, attempt in enumerate(attempts):
        house.hold(SLOT + HOUR * number, held_from="here", attempt=attempt)
    house.book(SLOT, attempt=attempts[0])
    actions.release(now=NOW, attempt=attempts[1])
    for number in (3, 4):
        house.hold(SLOT + HOUR * number, held_from="here")
    with pytest.raises(TooManyHolds):
        house.hold(SLOT + 5 * HOUR, held_from="here")


def test_any_practitioner_is_the_one_with_the_fewest_sessions_that_day() -> None:
    house = world(practitioners=3, rooms=3)
    first, second, third = (person.pk for person in house.practitioners)
    house.book(SLOT + 3 * HOUR, practitioner=first)
    house.book(SLOT + 4 * HOUR, practitioner=first, contact=contact(2))
    house.book(SLOT + 3 * HOUR, practitioner=third, contact=contact(3))
    assert house.hold().practitioner_id == second


def test_the_practitioners_pause_and_the_rooms_turnover_are_kept_apart() -> None:
    house = world(practitioners=2, rooms=1, turnover_minutes=30)
    person = house.practitioners[0]
    person.pause_minutes = 0
    person.save()
    held = house.hold(practitioner=person.pk)
    assert held.practitioner_until == held.ends_at
    assert held.room_until == held.ends_at + 30 * MINUTE
    with pytest.raises(SlotTaken):
        house.hold(SLOT + 75 * MINUTE)
    assert house.hold(SLOT + 90 * MINUTE)


# A start that can't be


CLOSED = TODAY + timedelta(days=9)
AWAY = toronto(2027, 3, 11, 12, 0)
STARTS = {
    "a minute ago": (NOW - MINUTE, InPast),
    "this very moment": (NOW, ShortNotice),
    "long ago": (datetime(1, 1, 1, tzinfo=NOW.tzinfo), InPast),
    "a minute inside the notice": (toronto(2027, 3, 1, 20, 59), ShortNotice),
    "the last of the notice": (NOW + 12 * HOUR - timedelta(seconds=1), ShortNotice),
    "one day beyond the horizon": (toronto(2027, 5, 1, 10, 0), TooFarAhead),
    "the end of time": (datetime.max.replace(tzinfo=NOW.tzinfo), TooFarAhead),
    "off the grid": (SLOT + MINUTE, OffGrid),
    "with seconds": (SLOT + timedelta(seconds=1), OffGrid),
    "with a microsecond": (SLOT + timedelta(microseconds=1), OffGrid),
    "before opening": (toronto(2027, 3, 8, 8, 45), NotOpen),
    "so late that it ends after closing": (toronto(2027, 3, 8, 16, 15), NotOpen),
    "at night": (toronto(2027, 3, 9, 3, 0), NotOpen),
    "in a closure": (toronto(2027, 3, 10, 10, 0), NotOpen),
    "while she is away": (AWAY, NotOpen),
    "ending while she is away": (AWAY - 45 * MINUTE, NotOpen),
}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("request_", ["hold", "book", "move"])
def test_a_start_that_can_not_be_is_told_why_and_nothing_is_saved(
    start: str, request_: str
) -> None:
    at, refusal = STARTS[start]
    house = world(practitioners=1)
    clinic.closure(first_day=CLOSED, location=house.location)
    clinic.time_off(practitioner=house.practitioners[0], starts_at=AWAY, ends_at=AWAY + HOUR)
    booking = house.book(SLOT + 4 * HOUR, contact=contact(9))
    before = row_counts()
    ask = {
        "hold": lambda: house.hold(at),
        "book": lambda: house.book(at, answers=answers()),
        "move": lambda: move(booking, at),
    }[request_]
    with pytest.raises(refusal) as told:
        ask()
    assert told.value.field == "starts_at"
    assert str(told.value.sentence)
    assert row_counts() == before
    booking.refresh_from_db()
    assert (booking.starts_at, booking.sequence) == (SLOT + 4 * HOUR, 0)


def test_the_first_and_the_last_start_of_notice_day_and_horizon_can_be_had() -> None:
    house = world(practitioners=1)
    assert house.hold(toronto(2027, 3, 2, 9, 0)).status == "HELD"
    assert house.hold(toronto(2027, 3, 8, 16, 0)).status == "HELD"
    assert house.hold(toronto(2027, 4, 30, 16, 0)).status == "HELD"
    night = world(practitioners=1)
    night.practitioners[0].hours.all().delete()
    clinic.hours(
        practitioner=night.practitioners[0], location=night.location, stretches=[(0, 1440)]
    )
    assert night.hold(NOW + 12 * HOUR).status == "HELD"


@pytest.mark.parametrize("request_", ["hold", "book", "move"])
def test_a_wall_clock_without_an_offset_is_a_mistake_of_the_program(request_: str) -> None:
    house = world()
    booking = house.book(SLOT + 4 * HOUR, contact=contact(9))
    naive = SLOT.replace(tzinfo=None)
    ask = {
        "hold": lambda: house.hold(naive),
        "book": lambda: house.book(naive),
        "move": lambda: move(booking, naive),
    }[request_]
    before = row_counts()
    with pytest.raises(ValueError, match="offset"):
        ask()
    assert row_counts() == before


@pytest.mark.parametrize("request_", ["hold", "book", "move"])
def test_a_practitioner_who_does_not_fit_is_told_at_the_field(request_: str) -> None:
    house, elsewhere = world(), world()
    idle = clinic.practitioner()
    clinic.hours(practitioner=idle, location=house.location)
    gone = world(practitioners=1)
    gone.practitioners[0].is_active = False
    gone.practitioners[0].save()
    booking = house.book(SLOT + 4 * HOUR, contact=contact(9))
    before = row_counts()
    for who in (2**31 - 1, elsewhere.practitioners[0].pk, idle.pk, gone.practitioners[0].pk):
        ask = {
            "hold": lambda who=who: house.hold(practitioner=who),
            "book": lambda who=who: house.book(practitioner=who),
            "move": lambda who=who: move(booking, SLOT, practitioner=who),
        }[request_]
        with pytest.raises(NotOffered) as told:
            ask()
        assert told.value.field == "practitioner"
    assert row_counts() == before


def test_a_location_without_a_room_in_use_offers_nothing() -> None:
    house = world(rooms=1)
    house.rooms[0].is_active = False
    house.rooms[0].save()
    with pytest.raises(NotOffered):
        house.hold()


# The two nights on which the clock changes


def _open_all_night(time_zone: str) -> World:
    house = world(practitioners=1, rooms=1)
    house.location.time_zone = time_zone
    house.location.save()
    house.practitioners[0].hours.all().delete()
    clinic.hours(
        practitioner=house.practitioners[0], location=house.location, stretches=[(0, 1440)]
    )
    return house


def test_the_hour_that_does_not_exist_is_never_offered_and_its_time_is_held_as_it_shows() -> None:
    # 14 March 2027: from 2:00 EST the clock jumps to 3:00 EDT; 2:30 is the instant shown as 3:30.
    house = _open_all_night("America/Toronto")
    offered = house.openings(date(2027, 3, 14))
    hours = [datetime.fromtimestamp(each.minute * 60, TORONTO).hour for each in offered]
    assert 2 not in hours
    assert {1, 3} <= set(hours)
    held = house.hold(toronto(2027, 3, 14, 2, 30))
    assert held.starts_at.astimezone(TORONTO).hour == 3


def test_the_hour_that_comes_twice_can_be_held_twice() -> None:
    # 4 April 2027: at 3:00 summer time the clock goes back to 2:00.
    house = _open_all_night("Australia/Sydney")
    summer, winter = (
        datetime(2027, 4, 4, 2, 0, tzinfo=ZoneInfo("Australia/Sydney"), fold=fold).astimezone(UTC)
        for fold in (0, 1)
    )
    assert winter - summer == HOUR
    assert {int(at.timestamp()) for at in (summer, winter)} <= {
        each.minute * 60 for each in house.openings(date(2027, 4, 4))
    }
    for at in (summer, winter):
        assert house.hold(at).starts_at == at
    with pytest.raises(SlotTaken):
        house.hold(summer + 15 * MINUTE)


def test_a_day_whose_clock_changes_by_half_an_hour_keeps_its_grid() -> None:
    # Lord Howe, 4 April 2027: at 2:00 back to 1:30.
    house = _open_all_night("Australia/Lord_Howe")
    zone = ZoneInfo("Australia/Lord_Howe")
    for fold in (0, 1):
        at = datetime(2027, 4, 4, 1, 45, tzinfo=zone, fold=fold).astimezone(UTC)
        assert house.hold(at, practitioner=None).starts_at == at
        actions.release(now=NOW, attempt=live()[0].attempt)


@settings(max_examples=40)
@given(
    at=st.datetimes(
        min_value=datetime(1, 1, 2),  # noqa: DTZ001
        max_value=datetime(9999, 12, 30),  # noqa: DTZ001
        timezones=st.timezones(),
    )
)
def test_no_instant_whatever_breaks_a_request(at: datetime) -> None:
    house = world(practitioners=1, rooms=1)
    before = Booking.objects.count()
    try:
        house.hold(at)
    except (CannotStart, NotOffered):
        assert Booking.objects.count() == before


def test_going_back_after_booking_holds_nothing_more_and_finds_the_booking() -> None:
    house = world()
    attempt = uuid.uuid4()
    booking = house.book(attempt=attempt)
    again = house.hold(SLOT + 2 * HOUR, attempt=attempt)
    assert again == booking
    assert live() == [booking]
