"""Changing the timetable: the past keeps its meaning, and nobody's booking is stranded unseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bookings.actions import offering as offers
from bookings.actions import places, team, timetable
from bookings.actions.timetable import Stretch
from bookings.errors import NotOpen, Strands, TimetableBusy
from bookings.models import Booking
from bookings.queries import calendar, catalogue, stranded
from clinic import audit
from clinic.errors import NotStored
from clinic.models import AuditEntry, Clinic, Closure, Practitioner, TimeOff, WorkingHours
from tests.bookings import oracle
from tests.bookings.world import NOW, SLOT, World, world
from tests.factories import bookings, clinic, treatments
from tests.factories.clinic import LONG_AGO
from tests.harness.databases import Database
from tests.race.crowd import at_once, take_the_locks_away
from treatments.models import Offer, Treatment

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def who_acts() -> audit.Actor:
    return audit.staff(clinic.user(role="OWNER", name="Ruth Castellanos"))


def today() -> date:
    return NOW.date()


def nine_to_five(house: World, *weekdays: int) -> list[Stretch]:
    return [Stretch(day, 540, 1020, house.location.pk) for day in weekdays or range(7)]


def set_week(house: World, week: list[Stretch], from_day: date, **request: Any) -> None:
    timetable.set_week(
        **{
            "now": NOW,
            "actor": audit.CLOCK,
            "practitioner": house.practitioners[0],
            "from_day": from_day,
            "week": week,
            "today": today(),
            **request,
        }
    )


def hours_on(who: Practitioner, day: date) -> list[tuple[int, int, int]]:
    """The weekly hours that hold on a day, as the engine would read them."""
    return sorted(
        (row.weekday, row.starts_minute, row.ends_minute)
        for row in WorkingHours.objects.filter(practitioner=who, valid_from__lte=day)
        if row.valid_until is None or day < row.valid_until
    )


@pytest.mark.django_db
def test_new_hours_leave_the_past_as_it_was() -> None:
    house = world(practitioners=1)
    who = house.practitioners[0]
    before = hours_on(who, today())
    change = today() + timedelta(days=10)
    set_week(house, [Stretch(1, 600, 720, house.location.pk)], change)
    assert hours_on(who, today()) == before
    assert hours_on(who, change - DAY) == before
    assert hours_on(who, change) == [(1, 600, 720)]
    assert hours_on(who, change + timedelta(days=4000)) == [(1, 600, 720)]
    entry = AuditEntry.objects.get(verb="hours.set")
    assert len(entry.before["hours"]) == 7
    assert entry.after["hours"] == [f"1 10:00-12:00 at {house.location.pk}"]
    assert entry.after["from"] == change.isoformat()


@pytest.mark.django_db
def test_hours_that_do_not_change_keep_their_rows_and_write_nothing() -> None:
    house = world(practitioners=1)
    rows = set(WorkingHours.objects.values_list("pk", flat=True))
    set_week(house, nine_to_five(house), today() + DAY)
    assert set(WorkingHours.objects.values_list("pk", flat=True)) == rows
    assert not AuditEntry.objects.filter(verb="hours.set").exists()


@pytest.mark.django_db
def test_hours_of_yesterday_can_not_be_rewritten() -> None:
    house = world(practitioners=1)
    with pytest.raises(NotStored) as refused:
        set_week(house, [], today() - DAY)
    assert refused.value.field == "from_day"
    assert WorkingHours.objects.filter(valid_until__isnull=True).count() == 7


@pytest.mark.django_db
def test_overlapping_hours_are_refused_in_words_and_the_old_ones_stay() -> None:
    house = world(practitioners=1)
    week = [Stretch(0, 540, 720, house.location.pk), Stretch(0, 700, 800, house.location.pk)]
    with pytest.raises(NotStored) as refused:
        set_week(house, week, today() + DAY)
    assert "overlap" in str(refused.value.sentence)
    assert WorkingHours.objects.filter(valid_until__isnull=True).count() == 7


STRETCHES = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 11), st.integers(1, 4)), max_size=8
).map(
    lambda found: [
        # One stretch a weekday and quarter of the day, so that none overlaps another.
        (weekday, at * 120, min(at * 120 + length * 30, at * 120 + 120))
        for weekday, at, length in {(w, a): (w, a, n) for w, a, n in found}.values()
    ]
)
CHANGES = st.lists(st.tuples(st.integers(0, 40), STRETCHES), max_size=5)


class WeeklyHours(TestCase):
    @given(changes=CHANGES)
    def test_any_walk_of_changes_ends_with_the_last_word_about_each_day(
        self, changes: list[tuple[int, list[tuple[int, int, int]]]]
    ) -> None:
        house = world(practitioners=1)
        who = house.practitioners[0]
        said: dict[int, list[tuple[int, int, int]]] = {
            key: [(day, 540, 1020) for day in range(7)] for key in range(-5, 60)
        }
        for ahead, week in changes:
            set_week(
                house,
                [Stretch(*one, house.location.pk) for one in week],
                today() + timedelta(days=ahead),
            )
            said |= {day: sorted(week) for day in said if day >= ahead}
        for ahead, week in said.items():
            assert hours_on(who, today() + timedelta(days=ahead)) == week


# The clock goes back on 1 November 2026 at 2 am in Toronto.
AUTUMN = datetime(2026, 10, 28, 12, 0, tzinfo=UTC)
ZONE = "America/Toronto"


class Stranding(TestCase):
    @given(
        week=STRETCHES,
        away=st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 3000)), max_size=3),
        closed=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), max_size=2),
        starts=st.sets(st.integers(0, 6 * 96), min_size=1, max_size=8),
        minutes=st.sampled_from([30, 50, 80]),
    )
    def test_stranded_is_exactly_what_no_longer_fits(
        self,
        week: list[tuple[int, int, int]],
        away: list[tuple[int, int]],
        closed: list[tuple[int, int]],
        starts: set[int],
        minutes: int,
    ) -> None:
        place = clinic.location(time_zone=ZONE)
        who = clinic.practitioner()
        treatment = treatments.treatment(offered_by=[who], phases=[("NEEDLING", minutes)])
        made = []
        for start in sorted(starts):
            begins = AUTUMN + timedelta(minutes=15 * start)
            if made and begins < made[-1].practitioner_until:
                continue
            room = clinic.room(location=place)
            made.append(
                bookings.booking(
                    starts_at=begins,
                    minutes=minutes,
                    practitioner=who,
                    room=room,
                    treatment=treatment,
                )
            )
        for weekday, opens, closes in week:
            clinic.hours(
                practitioner=who, location=place, weekdays=[weekday], stretches=[(opens, closes)]
            )
        first = AUTUMN.date()
        for begins_minute, length in away:
            begins = AUTUMN + begins_minute * MINUTE
            clinic.time_off(practitioner=who, starts_at=begins, ends_at=begins + length * MINUTE)
        days = [(first + n * DAY, first + (n + more) * DAY) for n, more in closed]
        for begin, end in days:
            clinic.closure(first_day=begin, last_day=end)

        found = {booking.pk for booking in stranded.misfits(now=AUTUMN)}

        at_work = oracle.open_minutes(
            oracle.House(
                zone=ZONE,
                people={},
                rooms=(),
                minutes=minutes,
                turnover=10,
                grid=15,
                closed=tuple(days),
            ),
            oracle.Person(
                shifts=tuple(
                    oracle.Shift(weekday, opens, closes, LONG_AGO)
                    for weekday, opens, closes in week
                ),
                pause=10,
                away=tuple(
                    (
                        oracle.minute_of(AUTUMN + begins * MINUTE),
                        oracle.minute_of(AUTUMN + (begins + length) * MINUTE),
                    )
                    for begins, length in away
                ),
            ),
            first - DAY,
            first + timedelta(days=10),
        )
        expected = {
            booking.pk
            for booking in made
            if not at_work.issuperset(
                range(
                    oracle.minute_of(booking.starts_at),
                    oracle.minute_of(booking.starts_at) + minutes,
                )
            )
        }
        assert found == expected

        # And the engine agrees: what fits could be booked anew at its time, the rest could not.
        offering = catalogue.offering_of(treatment.pk, Clinic.objects.the_only())
        for booking in made:
            day = booking.starts_at.astimezone(place.zone).date()
            free = calendar.read(
                now=AUTUMN,
                offering=offering,
                location=place,
                first=day,
                last=day,
                except_booking=booking.pk,
            ).openings(offering, 0)
            fits = (oracle.minute_of(booking.starts_at), who.pk) in free
            assert fits == (booking.pk not in found)


@pytest.fixture
def busy(db: None) -> tuple[World, Booking]:
    house = world(practitioners=2)
    return house, house.book(SLOT, practitioner=house.practitioners[0].pk)


def deactivate_room(house: World, booking: Booking, confirmed: str) -> object:
    return places.change_room(
        now=NOW,
        actor=who_acts(),
        room=booking.room,
        name=booking.room.name,
        is_active=False,
        confirmed=confirmed,
    )


def deactivate_location(house: World, booking: Booking, confirmed: str) -> object:
    return places.change_location(
        now=NOW,
        actor=who_acts(),
        location=house.location,
        values={"is_active": False},
        confirmed=confirmed,
    )


def deactivate_practitioner(house: World, booking: Booking, confirmed: str) -> object:
    who = booking.practitioner
    return team.change_practitioner(
        now=NOW,
        actor=who_acts(),
        practitioner=who,
        name=who.name,
        title="",
        pause_minutes=10,
        user=None,
        is_active=False,
        confirmed=confirmed,
    )


def stop_offering(house: World, booking: Booking, confirmed: str) -> object:
    return offers.change_treatment(
        now=NOW,
        actor=who_acts(),
        treatment=house.treatment,
        values={},
        phases=house.offering.phases,
        offered_by=house.practitioners[1:],
        confirmed=confirmed,
    )


def go_away(house: World, booking: Booking, confirmed: str) -> object:
    return timetable.add_time_off(
        now=NOW,
        actor=who_acts(),
        practitioner=booking.practitioner,
        starts_at=booking.ends_at - MINUTE,
        ends_at=booking.ends_at + DAY,
        confirmed=confirmed,
    )


def shut(house: World, booking: Booking, confirmed: str) -> object:
    day = booking.starts_at.astimezone(house.location.zone).date()
    return timetable.add_closure(
        now=NOW,
        actor=who_acts(),
        location=None,
        first_day=day,
        last_day=day,
        today=today(),
        confirmed=confirmed,
    )


def work_less(house: World, booking: Booking, confirmed: str) -> object:
    return set_week(house, [], today(), confirmed=confirmed, actor=who_acts())


STRANDING = [
    deactivate_room,
    deactivate_location,
    deactivate_practitioner,
    stop_offering,
    go_away,
    shut,
    work_less,
]


def rows() -> list[Any]:
    """What a change could have changed."""
    from clinic.models import Location, Room

    tables = (WorkingHours, TimeOff, Closure, Location, Room, Practitioner, Treatment, Offer)
    return [sorted(table.objects.values_list()) for table in tables]


@pytest.mark.parametrize("change", STRANDING, ids=lambda change: change.__name__)
def test_a_change_that_strands_a_booking_asks_first_then_leaves_the_booking_alone(
    busy: tuple[World, Booking], change: Callable[[World, Booking, str], object]
) -> None:
    house, booking = busy
    before, entries = rows(), AuditEntry.objects.count()
    for wrong in ("", "yes", stranded.digest([])):
        with pytest.raises(Strands) as asked:
            change(house, booking, wrong)
        assert asked.value.bookings == [booking]
    assert rows() == before
    assert AuditEntry.objects.count() == entries

    change(house, booking, stranded.digest(asked.value.bookings))
    assert rows() != before
    was = (booking.status, booking.starts_at, booking.practitioner_id, booking.room_id)
    booking.refresh_from_db()
    assert (booking.status, booking.starts_at, booking.practitioner_id, booking.room_id) == was
    written = AuditEntry.objects.filter(pk__gt=0).order_by("-pk")[
        : AuditEntry.objects.count() - entries
    ]
    assert {entry.actor_label for entry in written} == {"owner: Ruth Castellanos"}
    assert "bookings.stranded" in {entry.verb for entry in written}
    assert len(written) >= 2


@pytest.mark.parametrize("change", STRANDING, ids=lambda change: change.__name__)
@pytest.mark.parametrize("status", ["CANCELLED", "DECLINED", "NO_SHOW", "DONE"])
def test_a_booking_that_is_over_or_off_is_not_stranded(
    busy: tuple[World, Booking], change: Callable[[World, Booking, str], object], status: str
) -> None:
    house, booking = busy
    Booking.objects.filter(pk=booking.pk).update(status=status)
    change(house, booking, "")
    assert not AuditEntry.objects.filter(verb="bookings.stranded").exists()


def test_a_booking_the_desk_made_outside_the_hours_is_not_listed_again_and_again(
    busy: tuple[World, Booking],
) -> None:
    house, _booking = busy
    odd = bookings.booking(
        starts_at=SLOT + timedelta(hours=14),
        practitioner=house.practitioners[0],
        room=house.rooms[0],
        treatment=house.treatment,
    )
    assert stranded.misfits(now=NOW) == [odd]
    week = [Stretch(day, 480, 1020, house.location.pk) for day in range(7)]
    set_week(house, week, today())
    assert not AuditEntry.objects.filter(verb="bookings.stranded").exists()


@pytest.mark.django_db
def test_the_misfits_of_many_bookings_take_five_queries(
    django_assert_num_queries: Any,
) -> None:
    house = world(practitioners=2)
    for ahead in range(1, 30):
        bookings.booking(
            starts_at=SLOT + ahead * DAY,
            practitioner=house.practitioners[ahead % 2],
            room=house.rooms[0],
            treatment=house.treatment,
        )
    clinic.time_off(practitioner=house.practitioners[0], starts_at=SLOT, ends_at=SLOT + 90 * DAY)
    with django_assert_num_queries(5):
        found = stranded.misfits(now=NOW)
    assert len(found) == 14


@pytest.mark.django_db
def test_time_off_taken_back_leaves_what_was_of_it() -> None:
    house = world(practitioners=1)
    who = house.practitioners[0]
    begun = clinic.time_off(practitioner=who, starts_at=NOW - DAY, ends_at=NOW + DAY)
    ahead = clinic.time_off(practitioner=who, starts_at=NOW + DAY)
    over = clinic.time_off(practitioner=who, starts_at=NOW - 9 * DAY)
    for one in (begun, ahead, over, ahead):
        timetable.end_time_off(now=NOW, actor=who_acts(), time_off=one)
    begun.refresh_from_db()
    assert begun.ends_at == NOW
    assert set(TimeOff.objects.all()) == {begun, over}
    assert AuditEntry.objects.filter(verb="time_off.ended").count() == 2


@pytest.mark.django_db
def test_a_closure_taken_back_leaves_the_days_it_was_shut() -> None:
    begun = clinic.closure(first_day=today() - DAY, last_day=today() + DAY)
    ahead = clinic.closure(first_day=today())
    over = clinic.closure(first_day=today() - 9 * DAY)
    for one in (begun, ahead, over, ahead):
        timetable.end_closure(now=NOW, actor=who_acts(), closure=one, today=today())
    begun.refresh_from_db()
    assert begun.last_day == today() - DAY
    assert set(Closure.objects.all()) == {begun, over}
    assert AuditEntry.objects.filter(verb="closure.ended").count() == 2


def test_a_place_where_something_was_booked_keeps_its_time_zone(
    busy: tuple[World, Booking],
) -> None:
    house, _booking = busy
    with pytest.raises(NotStored) as refused:
        places.change_location(
            now=NOW,
            actor=who_acts(),
            location=house.location,
            values={"time_zone": "Europe/Paris"},
        )
    assert refused.value.field == "time_zone"
    empty = clinic.location()
    moved = places.change_location(
        now=NOW, actor=who_acts(), location=empty, values={"time_zone": "Europe/Paris"}
    )
    assert moved.time_zone == "Europe/Paris"


def test_a_booking_keeps_what_it_was_promised_when_its_treatment_changes(
    busy: tuple[World, Booking],
) -> None:
    house, booking = busy
    promised = (booking.minutes, booking.price, booking.treatment_name, booking.ends_at)
    offers.change_treatment(
        now=NOW,
        actor=who_acts(),
        treatment=house.treatment,
        values={"name": "Longer", "price": house.treatment.price * 2},
        phases=[(kind, minutes + 10) for kind, minutes in house.offering.phases],
        offered_by=house.practitioners,
    )
    booking.refresh_from_db()
    assert (booking.minutes, booking.price, booking.treatment_name, booking.ends_at) == promised
    entry = AuditEntry.objects.get(verb="treatment.phases_set")
    assert [minutes for _kind, minutes in entry.before["phases"]] == [13, 28, 9]
    assert [minutes for _kind, minutes in entry.after["phases"]] == [23, 38, 19]


@pytest.mark.django_db
@pytest.mark.parametrize("phases", [[], [("NEEDLING", 241)], [("NEEDLING", 240)] * 3])
def test_a_treatment_without_minutes_or_with_too_many_is_refused(phases: Any) -> None:
    with pytest.raises(NotStored):
        offers.add_treatment(
            now=NOW,
            actor=who_acts(),
            values={"name": "Odd", "price": 1},
            phases=[(offers.Kind(kind), minutes) for kind, minutes in phases],
            offered_by=[],
        )
    assert not Treatment.objects.exists()


def booked_and_away(tries: int) -> int:
    """Book and write time off down over it at one moment, so many times; return how often both
    were done, which strands somebody unseen."""
    both = 0
    for _ in range(tries):
        house = world(practitioners=1, rooms=1)
        who = house.practitioners[0]
        go = partial(
            timetable.add_time_off,
            now=NOW,
            actor=audit.CLOCK,
            practitioner=who,
            starts_at=SLOT,
            ends_at=SLOT + DAY,
        )
        crowd = at_once([partial(house.ask, SLOT, practitioner=who.pk), go])
        crowd.only_lose_by(NotOpen, Strands, TimetableBusy)
        booked, away = crowd.refusals
        assert booked is None or away is None
        both += booked is None and away is None
        if isinstance(away, Strands):
            assert [one.pk for one in away.bookings] == [crowd.results[0].booking.pk]
    return both


def test_somebody_who_books_while_time_off_is_written_down_is_listed_or_refused(
    fresh_db: Database,
) -> None:
    assert booked_and_away(8) == 0


def test_without_the_locks_somebody_would_be_stranded_unseen(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_locks_away(monkeypatch)
    assert any(booked_and_away(1) for _ in range(40))
