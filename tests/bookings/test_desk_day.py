"""The desk's day: whose columns there are, what is open in them, and what stands on the cards."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Booking
from bookings.queries.desk_day import Column, desk_day
from tests.bookings.front_desk import Desk, desk
from tests.bookings.world import HOUR, NOW, SLOT, contact, toronto
from tests.factories import bookings, clinic, treatments

pytestmark = pytest.mark.django_db

DAY = date(2027, 3, 8)
GRACE = timedelta(minutes=3)
MINUTE = timedelta(minutes=1)


def column(front: Desk, number: int = 0, *, day: date = DAY, now: datetime = NOW) -> Column:
    who = front.house.practitioners[number].pk
    found = desk_day(front.house.location, day, now=now)
    return next(column for column in found.columns if column.practitioner == who)


def test_a_card_shows_the_phases_within_the_session_and_the_pauses_after_it() -> None:
    front = desk(practitioners=1, consultation_minutes=30)
    booking = front.book()
    (card,) = column(front).cards
    assert card.booking == booking
    lengths = [(part.kind, (part.ends_at - part.starts_at) // MINUTE) for part in card.parts]
    assert lengths == [
        (None, 30),
        ("LYMPHATIC_MASSAGE", 13),
        ("NEEDLING", 28),
        ("JADE_ROLLER", 9),
    ]
    assert (card.parts[0].starts_at, card.parts[-1].ends_at) == (SLOT, booking.ends_at)
    assert card.booking.practitioner_until - booking.ends_at == timedelta(minutes=10)
    assert card.booking.room_until - booking.ends_at == timedelta(minutes=10)


def test_a_booking_older_than_the_catalogue_has_no_phases_rather_than_wrong_ones() -> None:
    front = desk(practitioners=1)
    front.book()
    front.house.treatment.phases.all().update(minutes=5)
    assert column(front).cards[0].parts == ()


def test_hours_breaks_and_absences_are_instants_of_the_day() -> None:
    front = desk(practitioners=1)
    who = front.house.practitioners[0]
    who.hours.all().delete()
    clinic.hours(
        practitioner=who, location=front.house.location, stretches=[(540, 720), (780, 1020)]
    )
    away = toronto(2027, 3, 8, 14, 0)
    clinic.time_off(practitioner=who, starts_at=away, ends_at=away + HOUR)
    clinic.time_off(practitioner=clinic.practitioner(), starts_at=SLOT)
    found = column(front)
    assert found.open_ == [
        (toronto(2027, 3, 8, 9, 0), toronto(2027, 3, 8, 12, 0)),
        (toronto(2027, 3, 8, 13, 0), away),
        (away + HOUR, toronto(2027, 3, 8, 17, 0)),
    ]
    assert found.away == [(away, away + HOUR)]


def test_hours_of_other_days_times_and_places_open_nothing() -> None:
    front = desk(practitioners=1)
    who = front.house.practitioners[0]
    who.hours.all().delete()
    here = {"practitioner": who, "location": front.house.location}
    clinic.hours(**here, weekdays=[DAY.weekday()], valid_until=DAY)
    clinic.hours(**here, weekdays=[DAY.weekday() + 1])
    clinic.hours(
        practitioner=who,
        location=clinic.location(),
        weekdays=[DAY.weekday()],
        valid_from=DAY + timedelta(days=1),
    )
    assert desk_day(front.house.location, DAY, now=NOW).columns == []


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 14), 23), (date(2027, 11, 7), 25), (DAY, 24)]
)
def test_a_day_on_which_clocks_change_has_its_own_length(day: date, hours: int) -> None:
    front = desk(practitioners=1)
    who = front.house.practitioners[0]
    who.hours.all().delete()
    clinic.hours(practitioner=who, location=front.house.location, stretches=[(0, 1440)])
    found = desk_day(front.house.location, day, now=NOW)
    assert found.ends_at - found.starts_at == timedelta(hours=hours)
    assert sum((b - a for a, b in found.columns[0].open_), timedelta()) == timedelta(hours=hours)


def test_a_closed_day_says_why_and_opens_nothing_but_shows_what_is_booked() -> None:
    front = desk(practitioners=1)
    booking = front.book()
    clinic.closure(first_day=DAY, reason="Family Day", location=front.house.location)
    clinic.closure(first_day=DAY, location=clinic.location(), reason="Elsewhere")
    found = desk_day(front.house.location, DAY, now=NOW)
    assert found.closures == ["Family Day"]
    assert found.columns[0].open_ == []
    assert [card.booking for card in found.columns[0].cards] == [booking]


def test_whoever_has_a_booking_has_a_column_though_they_do_not_work() -> None:
    front = desk(practitioners=1)
    guest = clinic.practitioner(name="Zoe Guest")
    booking = bookings.booking(
        starts_at=SLOT,
        practitioner=guest,
        room=front.house.rooms[0],
        treatment=front.house.treatment,
    )
    found = desk_day(front.house.location, DAY, now=NOW).columns
    assert [one.name for one in found][-1] == "Zoe Guest"
    assert (found[-1].open_, found[-1].cards[0].booking) == ([], booking)


def test_what_is_off_stands_apart_and_holds_are_no_cards() -> None:
    front = desk(practitioners=1)
    off = front.cancel(front.book()).booking
    front.house.hold(SLOT + 2 * HOUR)
    on = front.book(contact=contact(2))
    front.book(SLOT + timedelta(days=1), contact=contact(3))
    found = column(front)
    assert [card.booking for card in found.cards] == [on]
    assert [card.booking for card in found.off] == [off]


def test_a_card_can_be_taken_back_while_it_can() -> None:
    front = desk(practitioners=1)
    booking = front.book()
    assert column(front).cards[0].undo is None
    first = front.move(booking, SLOT + HOUR)
    second = front.do("confirm", booking, now=NOW + MINUTE)
    assert first.change is not None
    assert second.change is not None
    now = NOW + 2 * MINUTE
    card = column(front, now=now).cards[0]
    assert (card.undo, card.undo_until) == (second.change.uid, NOW + MINUTE + GRACE)
    front.undo(second, now=now)
    assert column(front, now=now).cards[0].undo == first.change.uid
    assert column(front, now=NOW + GRACE).cards[0].undo is None


def test_a_day_of_150_bookings_takes_two_statements_as_one_of_one_does() -> None:
    front = desk(practitioners=1, rooms=1)
    location, counts = front.house.location, []
    for number in (1, 3, 150):
        for extra in range(number - Booking.objects.filter(room__location=location).count()):
            person = clinic.practitioner()
            clinic.hours(practitioner=person, location=location)
            bookings.booking(
                starts_at=SLOT,
                practitioner=person,
                room=clinic.room(location=location),
                treatment=front.house.treatment if extra % 2 else treatments.treatment(),
            )
        with CaptureQueriesContext(connection) as queries:
            found = desk_day(location, DAY, now=NOW)
            cards = [card for each in found.columns for card in each.cards]
            for card in cards:
                assert card.booking.client.name
                assert card.booking.room.name
                assert card.booking.practitioner.name
                assert card.parts
        assert len(cards) == number
        counts.append(len(queries))
    assert counts == [2, 2, 2]
