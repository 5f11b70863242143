"""Moving, cancelling, accepting, declining, and what the clock does by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings import actions
from bookings.errors import NotBefore, NotChangeable, NotOffered, SlotTaken, WindowClosed
from bookings.models import Booking, RequestKey
from clients.models import Message
from clinic.audit import CLIENT, CLOCK
from clinic.models import AuditEntry
from tests.bookings.world import (
    HOUR,
    NOW,
    REVIEW,
    SLOT,
    accept,
    botox,
    cancel,
    contact,
    decline,
    live,
    move,
    row_counts,
    toronto,
    world,
)
from tests.factories import bookings, clinic

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
CLOSES = SLOT - DAY  # the free window of 24 hours


def verbs(booking: Booking) -> list[str]:
    entries = AuditEntry.objects.filter(about=f"booking:{booking.uid}").order_by("pk")
    return [entry.verb for entry in entries]


# Moving


def test_a_move_frees_the_old_time_and_takes_the_new() -> None:
    house = world(practitioners=1, rooms=1)
    booking = house.book()
    moved = move(booking, SLOT + 2 * HOUR)
    assert (moved.pk, moved.uid, moved.status, moved.sequence) == (
        booking.pk,
        booking.uid,
        "BOOKED",
        1,
    )
    assert moved.ends_at - moved.starts_at == 50 * MINUTE
    assert house.book(SLOT, contact=contact(2))
    with pytest.raises(SlotTaken):
        house.book(SLOT + 2 * HOUR, contact=contact(3))


def test_a_move_by_a_quarter_of_an_hour_is_not_in_its_own_way() -> None:
    house = world(practitioners=1, rooms=1)
    assert move(house.book(), SLOT + 15 * MINUTE).starts_at == SLOT + 15 * MINUTE


def test_moving_to_where_it_is_changes_nothing() -> None:
    booking = world().book()
    before = row_counts()
    assert move(booking, SLOT).sequence == 0
    assert row_counts() == before


def test_who_could_not_move_stays_where_they_were_and_sees_others_times() -> None:
    house = world(practitioners=1, rooms=1)
    booking = house.book()
    house.book(SLOT + HOUR, contact=contact(2))
    before = row_counts()
    with pytest.raises(SlotTaken) as lost:
        move(booking, SLOT + 45 * MINUTE)
    offered = [each.minute * 60 for each in lost.value.openings]
    assert len(offered) == 3
    # Their own time does not stand in their way.
    assert int((SLOT - 15 * MINUTE).timestamp()) in offered
    assert row_counts() == before
    booking.refresh_from_db()
    assert (booking.starts_at, booking.sequence) == (SLOT, 0)


def test_a_move_keeps_the_practitioner_unless_another_is_asked_for() -> None:
    house = world()
    one, two = (person.pk for person in house.practitioners)
    booking = house.book(practitioner=two)
    assert move(booking, SLOT + HOUR).practitioner_id == two
    assert move(booking, SLOT + HOUR, practitioner=one).practitioner_id == one
    assert verbs(booking) == ["booking.booked", "booking.moved", "booking.moved"]


def test_a_move_over_somebodys_lapsed_hold_works_and_over_a_live_one_does_not() -> None:
    house = world(practitioners=1, rooms=1)
    booking = house.book()
    house.hold(SLOT + 2 * HOUR)
    with pytest.raises(SlotTaken):
        move(booking, SLOT + 2 * HOUR)
    assert move(booking, SLOT + 2 * HOUR, now=NOW + 10 * MINUTE)


def test_a_session_whose_length_changed_since_is_moved_by_telephone() -> None:
    house = world()
    booking = house.book()
    house.treatment.phases.filter(position=1).update(minutes=20)
    with pytest.raises(NotOffered):
        move(booking, SLOT + HOUR)


def test_a_treatment_no_longer_offered_online_can_still_be_moved() -> None:
    house = world()
    booking = house.book()
    house.treatment.bookable_online = house.treatment.is_active = False
    house.treatment.save()
    assert move(booking, SLOT + HOUR).starts_at == SLOT + HOUR


def test_a_moved_request_waits_for_its_answer_from_the_move_on() -> None:
    booking = world().book(answers=REVIEW)
    later = NOW + 5 * HOUR
    moved = move(booking, SLOT + DAY, now=later)
    assert (moved.status, moved.respond_by) == ("REQUESTED", later + DAY)


def test_a_booking_the_client_had_confirmed_is_to_be_confirmed_anew_after_a_move() -> None:
    booking = world().book()
    Booking.objects.update(status="CONFIRMED")
    assert move(booking, SLOT + HOUR).status == "BOOKED"


def test_a_booking_of_the_desk_without_answers_is_moved_without_asking() -> None:
    house = world()
    desk = bookings.booking(
        starts_at=SLOT,
        practitioner=house.practitioners[0],
        room=house.rooms[0],
        treatment=house.treatment,
        outcome="NOT_ASKED",
    )
    moved = move(desk, SLOT + DAY)
    assert (moved.status, moved.outcome, moved.screening) == ("BOOKED", "NOT_ASKED", None)


# The window


@pytest.mark.parametrize("act", ["move", "cancel"])
def test_the_window_closes_to_the_second(act: str) -> None:
    house = world()
    booking = house.book()
    do = {
        "move": lambda now: move(booking, SLOT + DAY, now=now),
        "cancel": lambda now: cancel(booking, now=now),
    }[act]
    for now in (CLOSES, SLOT, SLOT + DAY):
        with pytest.raises(WindowClosed):
            do(now)
    assert do(CLOSES - timedelta(seconds=1)).sequence == 1


def test_the_window_that_was_promised_holds_though_the_policy_changed() -> None:
    house = world(window_minutes=60)
    booking = house.book()
    house.treatment.window_minutes = 7 * 24 * 60
    house.treatment.save()
    assert cancel(booking, now=SLOT - 61 * MINUTE).status == "CANCELLED"


@pytest.mark.parametrize(
    "status", ["ARRIVED", "IN_SESSION", "DONE", "EXPIRED", "DECLINED", "NO_SHOW"]
)
def test_what_is_over_or_dead_can_not_be_moved_cancelled_accepted_or_declined(status: str) -> None:
    booking = world().book()
    Booking.objects.update(status=status)
    before = row_counts()
    refused = [lambda: move(booking, SLOT + HOUR), lambda: cancel(booking), lambda: accept(booking)]
    if status != "DECLINED":
        refused.append(lambda: decline(booking, actor=CLIENT))
    for act in refused:
        with pytest.raises(NotChangeable):
            act()
    assert row_counts() == before


def test_a_cancelled_booking_can_not_be_moved_back_to_life() -> None:
    booking = world().book()
    cancel(booking)
    for start in (SLOT, SLOT + HOUR):
        with pytest.raises(NotChangeable):
            move(booking, start)


# Cancelling


def test_a_cancellation_frees_the_time_at_once_and_may_be_said_twice() -> None:
    house = world(practitioners=1, rooms=1)
    booking = house.book()
    assert cancel(booking).sequence == 1
    assert cancel(booking, now=SLOT).sequence == 1
    assert verbs(booking) == ["booking.booked", "booking.cancelled"]
    assert house.book(contact=contact(2)).status == "BOOKED"


def test_after_a_cancellation_nothing_more_is_sent_about_coming() -> None:
    booking = world().book()
    cancel(booking)
    planned = Message.objects.filter(about=f"booking:{booking.uid}", status="PLANNED")
    assert not {"CONFIRMATION", "PREPARATION", "REMINDER", "AFTERCARE", "CHECK_IN"} & {
        m.kind for m in planned
    }


# Requests


def test_an_accepted_request_is_booked_and_may_be_accepted_twice() -> None:
    booking = world().book(answers=REVIEW)
    for _ in range(2):
        accepted = accept(booking)
        assert (accepted.status, accepted.respond_by, accepted.sequence) == ("BOOKED", None, 1)
    assert verbs(booking) == ["booking.requested", "booking.accepted"]
    with pytest.raises(NotChangeable):
        decline(booking, actor=CLIENT)
    assert decline(booking, actor=CLOCK).status == "BOOKED"


def test_a_declined_request_frees_its_time() -> None:
    house = world(practitioners=1, rooms=1)
    booking = house.book(answers=REVIEW)
    assert decline(booking, actor=CLIENT).status == "DECLINED"
    assert decline(booking, actor=CLIENT).sequence == 1
    with pytest.raises(NotChangeable):
        accept(booking)
    assert house.book(contact=contact(2))


def test_the_clock_declines_what_nobody_answered_and_not_a_second_earlier() -> None:
    house = world()
    booking = house.book(answers=REVIEW)
    other = house.book(SLOT + HOUR, contact=contact(2))
    assert booking.respond_by is not None
    assert actions.decline_unanswered(now=booking.respond_by - timedelta(seconds=1)) == 0
    assert decline(booking, now=NOW).status == "REQUESTED"
    assert actions.decline_unanswered(now=booking.respond_by) == 1
    assert actions.decline_unanswered(now=booking.respond_by) == 0
    assert [row.pk for row in live()] == [other.pk]
    entry = AuditEntry.objects.get(verb="booking.declined")
    assert entry.actor_label == CLOCK.label


# Sweeps


def test_the_sweep_expires_lapsed_holds_and_nothing_else() -> None:
    house = world()
    lapsed = house.hold()
    kept = house.hold(SLOT + HOUR, now=NOW + MINUTE)
    booked = house.book(SLOT + 2 * HOUR)
    assert actions.expire_holds(now=NOW + 10 * MINUTE) == 1
    assert {row.pk for row in live()} == {kept.pk, booked.pk}
    lapsed.refresh_from_db()
    assert (lapsed.status, lapsed.changed_at) == ("EXPIRED", NOW + 10 * MINUTE)


def test_request_keys_are_forgotten_after_seven_days() -> None:
    house = world()
    house.book(key="old")
    house.book(SLOT + HOUR, key="new", now=NOW + MINUTE)
    assert actions.forget_request_keys(now=NOW + 7 * DAY - timedelta(seconds=1)) == 0
    assert actions.forget_request_keys(now=NOW + 7 * DAY) == 1
    assert RequestKey.objects.count() == 1
    assert Booking.objects.count() == 2


# What the calendar says between


def test_what_a_change_frees_is_offered_and_what_it_takes_is_not() -> None:
    house = world(practitioners=1, rooms=1)
    booking, day = house.book(), SLOT.date()

    def offered() -> set[int]:
        return {each.minute * 60 for each in house.openings(day)}

    one, two = int(SLOT.timestamp()), int((SLOT + 3 * HOUR).timestamp())
    assert one not in offered()
    assert two in offered()
    move(booking, SLOT + 3 * HOUR)
    assert one in offered()
    assert two not in offered()
    cancel(booking)
    assert {one, two} <= offered()


def test_closing_a_day_later_does_not_touch_what_is_booked_but_keeps_others_out() -> None:
    house = world()
    booking = house.book()
    clinic.closure(first_day=SLOT.date())
    booking.refresh_from_db()
    assert booking.status == "BOOKED"
    assert house.openings(SLOT.date()) == []
    assert move(booking, SLOT + DAY).starts_at == SLOT + DAY


def test_a_refused_move_leaves_other_holds_and_its_messages_alone() -> None:
    house = world()
    booking = house.book(toronto(2027, 3, 20, 10, 0), answers=botox(NOW.date()))
    held = house.hold(toronto(2027, 3, 20, 14, 0))
    planned = list(Message.objects.order_by("pk").values_list("dedupe_key", "due_at", "status"))
    with pytest.raises(NotBefore):
        move(booking, SLOT)
    held.refresh_from_db()
    assert held.status == "HELD"
    assert planned == list(
        Message.objects.order_by("pk").values_list("dedupe_key", "due_at", "status")
    )
