"""What the database says can be booked, against the oracle fed from the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from bookings.availability import Opening, free_rooms
from bookings.errors import InPast, OffGrid, ShortNotice, TooFarAhead
from bookings.lifecycle import DEAD, LIVE
from bookings.models import Booking
from bookings.queries import calendar
from bookings.queries.catalogue import Offering, offering_of
from clinic.models import Clinic, Location, Practitioner, Room
from tests.bookings import oracle
from tests.bookings.houses import LONGEST, Scene, orderly, scenes
from tests.bookings.oracle import House, Person, Session, Shift, at
from tests.factories import bookings, clinic, treatments

pytestmark = pytest.mark.django_db

# Writing a clinic takes longer than making one up.
some = settings(
    max_examples=max(20, settings().max_examples // 2),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
ATTEMPT = UUID("11111111-2222-4333-8444-555555555555")
MINUTE = timedelta(minutes=1)


@contextmanager
def undone() -> Iterator[None]:
    """Take back at the end what was written: one example leaves nothing for the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# Random clinics


@dataclass(frozen=True)
class Fate:
    """What became of a booking, and whether it takes its time."""

    status: str
    held: str = ""  # "live", "lapsed", "own"
    moved: bool = False

    @property
    def counts(self) -> bool:
        return self.status in LIVE and self.held in {"", "live"} and not self.moved


fates = st.one_of(
    st.sampled_from([status for status in LIVE if status != "HELD"]).map(Fate),
    st.sampled_from(DEAD).map(Fate),
    st.sampled_from(["live", "lapsed"]).map(lambda held: Fate("HELD", held)),
)


@dataclass(frozen=True)
class Saved:
    """A scene in the database: the house with the keys of its rows, and what to ask with."""

    house: House
    offering: Offering
    location: Location
    now: datetime
    moved: int | None


def save(
    scene: Scene, given_fates: list[Fate], *, notice: int, horizon: int, closed: bool
) -> Saved:
    """Write a scene down, with much around it that must not count.

    closed: whether the closures are those of the location alone; else of the whole clinic.
    """
    house = scene.house
    now = scene.earliest - timedelta(minutes=notice)
    clinic.clinic(grid_minutes=house.grid, notice_minutes=notice, horizon_days=horizon)
    here = clinic.location(time_zone=house.zone)
    elsewhere = clinic.location(time_zone="Asia/Tokyo")
    people = {
        who: clinic.practitioner(pause_minutes=person.pause) for who, person in house.people.items()
    }
    stranger = clinic.practitioner()
    rooms = {room: clinic.room(location=here) for room in house.rooms}
    treatment = treatments.treatment(
        phases=[("NEEDLING", house.minutes)],
        turnover_minutes=house.turnover,
        offered_by=people.values(),
    )
    for who, person in house.people.items():
        for shift in person.shifts:
            clinic.hours(
                practitioner=people[who],
                location=here,
                weekdays=[shift.weekday],
                stretches=[(shift.opens, shift.closes)],
                valid_from=shift.valid_from,
                valid_until=shift.valid_until,
            )
        for begins, ends in person.away:
            clinic.time_off(practitioner=people[who], starts_at=at(begins), ends_at=at(ends))
    for begin, end in house.closed:
        clinic.closure(first_day=begin, last_day=end, location=here if closed else None)
    distract(here, elsewhere, stranger, scene)
    other_room = clinic.room(location=elsewhere)
    moved = None
    for session, fate in zip(house.sessions, given_fates, strict=True):
        row = bookings.booking(
            starts_at=at(session.starts),
            minutes=session.minutes,
            pause=session.pause,
            turnover=session.turnover,
            practitioner=people.get(session.practitioner, stranger),
            room=rooms.get(session.room, other_room),
            treatment=treatment,
            status=fate.status,
            **hold_of(fate, now),
        )
        moved = row.pk if fate.moved else moved
    return Saved(
        house=with_keys(house, given_fates, people, rooms),
        offering=offering_of(treatment.pk, Clinic.objects.the_only()),
        location=here,
        now=now,
        moved=moved,
    )


def hold_of(fate: Fate, now: datetime) -> dict[str, object]:
    match fate.held:
        case "live":
            return {"attempt": uuid4(), "hold_expires_at": now + timedelta(microseconds=1)}
        case "lapsed":
            return {"attempt": uuid4(), "hold_expires_at": now}
        case "own":
            return {"attempt": ATTEMPT, "hold_expires_at": now + 10 * MINUTE}
    return {}


def distract(here: Location, elsewhere: Location, stranger: Practitioner, scene: Scene) -> None:
    """Add what could be mistaken for part of the scene."""
    gone = clinic.practitioner(is_active=False)
    treatments.treatment(offered_by=[stranger, gone])
    for somebody in (gone, stranger):
        clinic.hours(practitioner=somebody, location=here, stretches=[(0, 1440)])
        clinic.time_off(practitioner=somebody, starts_at=scene.earliest)
    clinic.room(location=here, is_active=False)
    clinic.closure(
        first_day=scene.first - timedelta(days=3),
        last_day=scene.last + timedelta(days=3),
        location=elsewhere,
    )


def with_keys(
    house: House,
    given_fates: list[Fate],
    people: dict[int, Practitioner],
    rooms: dict[int, Room],
) -> House:
    """Return the house as the database has it, with only the bookings that count."""
    return replace(
        house,
        people={people[who].pk: person for who, person in house.people.items()},
        rooms=tuple(sorted(room.pk for room in rooms.values())),
        sessions=tuple(
            replace(
                session,
                practitioner=people[session.practitioner].pk
                if session.practitioner in people
                else 0,
                room=rooms[session.room].pk if session.room in rooms else 0,
            )
            for session, fate in zip(house.sessions, given_fates, strict=True)
            if fate.counts
        ),
    )


@st.composite
def saved(draw: st.DrawFn) -> tuple[Scene, list[Fate], int, int, bool]:
    scene = draw(scenes())
    house = replace(scene.house, sessions=orderly(list(scene.house.sessions)))
    scene = replace(scene, house=house)
    given_fates = [draw(fates) for _ in house.sessions]
    # At most one hold of our own attempt, and one booking that is being moved.
    if given_fates and draw(st.booleans()):
        given_fates[0] = Fate("HELD", "own")
    if len(given_fates) > 1 and draw(st.booleans()):
        given_fates[-1] = Fate("BOOKED", moved=True)
    notice = draw(st.sampled_from([0, 1, 90, 720, 4000]))
    horizon = draw(st.sampled_from([1, 2, 3, 60]))
    return scene, given_fates, notice, horizon, draw(st.booleans())


def expected(scene: Scene, kept: Saved, horizon: int) -> list[tuple[int, int]]:
    today = kept.now.astimezone(ZoneInfo(kept.house.zone)).date()
    first, last = max(scene.first, today), min(scene.last, today + timedelta(days=horizon))
    return oracle.openings(kept.house, first, last, scene.earliest) if first <= last else []


def ask(scene: Scene, kept: Saved, practitioner: int | None = None) -> list[Opening]:
    return calendar.openings(
        now=kept.now,
        offering=kept.offering,
        location=kept.location,
        practitioner=practitioner,
        first=scene.first,
        last=scene.last,
        attempt=ATTEMPT,
        except_booking=kept.moved,
    )


@some
@given(saved())
def test_the_public_is_offered_exactly_what_the_rows_allow(
    made: tuple[Scene, list[Fate], int, int, bool],
) -> None:
    scene, given_fates, notice, horizon, closed = made
    with undone():
        kept = save(scene, given_fates, notice=notice, horizon=horizon, closed=closed)
        wanted = expected(scene, kept, horizon)
        event("openings" if wanted else "no openings")
        assert ask(scene, kept) == wanted
        for who in kept.house.people:
            assert ask(scene, kept, who) == [opening for opening in wanted if opening[1] == who]


@some
@given(saved(), st.data())
def test_whatever_is_offered_can_be_booked_and_is_then_no_longer_offered(
    made: tuple[Scene, list[Fate], int, int, bool], data: st.DataObject
) -> None:
    scene, given_fates, notice, horizon, closed = made
    with undone():
        kept = save(scene, given_fates, notice=notice, horizon=horizon, closed=closed)
        offered = ask(scene, kept)
        if not offered:
            return
        minute, who = data.draw(st.sampled_from(range(len(offered))).map(offered.__getitem__))
        calendar.check_start(
            at(minute), now=kept.now, offering=kept.offering, location=kept.location
        )
        day = at(minute).astimezone(ZoneInfo(kept.house.zone)).date()
        read = calendar.read(
            now=kept.now, offering=kept.offering, location=kept.location, practitioner=who,
            first=day, last=day, attempt=ATTEMPT, except_booking=kept.moved,
        )  # fmt: skip
        rooms = free_rooms(read.rooms, read.busy_rooms, kept.offering.need, minute)
        assert rooms == oracle.free_rooms(kept.house, minute)
        lapse(kept)
        # The constraints have the last word: an overlap would raise here.
        bookings.booking(
            starts_at=at(minute),
            minutes=kept.house.minutes,
            pause=kept.house.people[who].pause,
            turnover=kept.house.turnover,
            practitioner=Practitioner.objects.get(pk=who),
            room=Room.objects.get(pk=rooms[0]),
        )
        session = Session(
            minute,
            kept.house.minutes,
            kept.house.people[who].pause,
            kept.house.turnover,
            who,
            rooms[0],
        )
        booked = replace(kept, house=kept.house.with_session(session))
        assert ask(scene, kept) == expected(scene, booked, horizon)


def lapse(kept: Saved) -> None:
    """Let go what a booking lets go: holds that lapsed, the attempt's own, the booking moved."""
    holds = Booking.objects.filter(status="HELD")
    holds.filter(hold_expires_at__lte=kept.now).update(status="EXPIRED")
    holds.filter(attempt=ATTEMPT).update(status="EXPIRED")
    Booking.objects.filter(pk=kept.moved).update(status="CANCELLED")


# One clinic, and one thing at a time

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/Toronto")


def toronto(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@dataclass
class Place:
    """A location open from 9 to 12 each day, with one practitioner and one room."""

    location: Location
    room: Room
    practitioner: Practitioner
    offering: Offering

    def starts(self, first: date = DAY, last: date | None = None, **asked: object) -> list[str]:
        """Return the wall clock of every opening on some dates."""
        found = calendar.openings(
            **{
                "now": NOW,
                "offering": self.offering,
                "location": self.location,
                "first": first,
                "last": last or first,
                **asked,
            }
        )
        return [f"{at(opening.minute).astimezone(ZONE):%H:%M}" for opening in found]

    def booking(self, starts_at: datetime, **fields: object) -> Booking:
        return bookings.booking(
            **{
                "starts_at": starts_at,
                "practitioner": self.practitioner,
                "room": self.room,
                **fields,
            }
        )


ALL = ["09:00", "09:30", "10:00", "10:30", "11:00"]


@pytest.fixture
def place() -> Place:
    clinic.clinic(grid_minutes=30, notice_minutes=720, horizon_days=60)
    location = clinic.location()
    room = clinic.room(location=location)
    practitioner = clinic.practitioner(pause_minutes=0)
    clinic.hours(practitioner=practitioner, location=location, stretches=[(540, 720)])
    treatment = treatments.treatment(turnover_minutes=0, offered_by=[practitioner])
    return Place(location, room, practitioner, offering_of(treatment.pk, Clinic.objects.the_only()))


def test_an_empty_day_offers_every_start(place: Place) -> None:
    assert place.starts() == ALL


@pytest.mark.parametrize("status", [status for status in LIVE if status != "HELD"])
def test_a_live_booking_takes_its_time(place: Place, status: str) -> None:
    place.booking(toronto(10), status=status)
    assert place.starts() == ["09:00", "11:00"]


@pytest.mark.parametrize("status", DEAD)
def test_a_dead_booking_takes_no_time(place: Place, status: str) -> None:
    place.booking(toronto(10), status=status)
    assert place.starts() == ALL


def test_a_hold_takes_its_time_until_the_instant_it_lapses(place: Place) -> None:
    bookings.hold(
        starts_at=toronto(10), practitioner=place.practitioner, room=place.room,
        expires_at=NOW + 10 * MINUTE, attempt=ATTEMPT,
    )  # fmt: skip
    shortly_before = NOW + 10 * MINUTE - timedelta(microseconds=1)
    assert place.starts(now=shortly_before) == ["09:00", "11:00"]
    assert place.starts(now=shortly_before, attempt=uuid4()) == ["09:00", "11:00"]
    assert place.starts(now=NOW + 10 * MINUTE) == ALL


def test_nobody_stands_in_the_way_of_their_own_hold(place: Place) -> None:
    bookings.hold(
        starts_at=toronto(10), practitioner=place.practitioner, room=place.room,
        expires_at=NOW + 10 * MINUTE, attempt=ATTEMPT,
    )  # fmt: skip
    assert place.starts(attempt=ATTEMPT) == ALL


def test_what_an_attempt_has_booked_is_taken_for_that_attempt_too(place: Place) -> None:
    place.booking(toronto(10), attempt=ATTEMPT)
    assert place.starts(attempt=ATTEMPT) == ["09:00", "11:00"]


def test_a_booking_that_is_moved_is_not_in_its_own_way(place: Place) -> None:
    booking = place.booking(toronto(9))
    place.booking(toronto(11))
    assert place.starts() == ["10:00"]
    assert place.starts(except_booking=booking.pk) == ["09:00", "09:30", "10:00"]


@pytest.mark.parametrize(
    ("minutes", "expected"), [(11 * 60 + 30, ALL[1:]), (11 * 60, ALL), (11 * 60 + 1, ALL[1:])]
)
def test_a_booking_that_began_last_night_still_counts(
    place: Place, minutes: int, expected: list[str]
) -> None:
    place.booking(toronto(22, day=date(2026, 11, 23)), minutes=minutes, pause=0, turnover=0)
    assert place.starts() == expected


def test_the_longest_booking_there_is_is_found_a_minute_after_midnight(place: Place) -> None:
    clinic.hours(practitioner=place.practitioner, location=place.location, stretches=[(0, 120)])
    began = toronto(12, 30, day=date(2026, 11, 23))
    place.booking(began, minutes=LONGEST - 20, pause=20, turnover=20)
    assert place.starts()[0] == "00:30"
    assert began + timedelta(hours=12) == toronto(0, 30)


def test_a_turnover_that_began_yesterday_keeps_the_room(place: Place) -> None:
    place.booking(
        toronto(22, day=date(2026, 11, 23)), minutes=600, turnover=90, pause=0,
        practitioner=clinic.practitioner(),
    )  # fmt: skip
    assert place.starts() == ["09:30", "10:00", "10:30", "11:00"]


def test_a_booking_after_the_last_date_stands_in_the_way_of_a_session_over_midnight(
    place: Place,
) -> None:
    clinic.hours(practitioner=place.practitioner, location=place.location, stretches=[(1200, 1440)])
    clinic.hours(practitioner=place.practitioner, location=place.location, stretches=[(0, 60)])
    assert place.starts()[-2:] == ["23:00", "23:30"]
    place.booking(toronto(0, day=date(2026, 11, 25)), minutes=10, pause=0, turnover=0)
    assert place.starts()[-1] == "23:00"


@pytest.mark.parametrize("by", ["closure", "time off", "no longer valid"])
def test_a_session_over_midnight_ends_in_hours_that_hold_then(place: Place, by: str) -> None:
    tomorrow = date(2026, 11, 25)
    clinic.hours(practitioner=place.practitioner, location=place.location, stretches=[(1200, 1440)])
    clinic.hours(
        practitioner=place.practitioner, location=place.location, stretches=[(0, 60)],
        valid_until=tomorrow if by == "no longer valid" else None,
    )  # fmt: skip
    if by == "closure":
        clinic.closure(first_day=tomorrow)
    if by == "time off":
        clinic.time_off(practitioner=place.practitioner, starts_at=toronto(0, day=tomorrow))
    assert place.starts()[-1] == "23:00"


def test_a_session_over_midnight_may_end_in_hours_that_hold_only_from_then(place: Place) -> None:
    clinic.hours(practitioner=place.practitioner, location=place.location, stretches=[(1200, 1440)])
    clinic.hours(
        practitioner=place.practitioner, location=place.location, stretches=[(0, 60)],
        valid_from=date(2026, 11, 25),
    )  # fmt: skip
    assert place.starts()[-1] == "23:30"


def test_a_booking_at_another_location_keeps_the_practitioner(place: Place) -> None:
    place.booking(toronto(10), room=clinic.room(location=clinic.location()))
    assert place.starts() == ["09:00", "11:00"]


def test_hours_at_another_location_are_no_hours_here(place: Place) -> None:
    clinic.hours(
        practitioner=place.practitioner, location=clinic.location(), stretches=[(780, 1020)]
    )
    assert place.starts() == ALL


def test_another_practitioner_in_the_only_room_leaves_no_room(place: Place) -> None:
    place.booking(toronto(10), practitioner=clinic.practitioner())
    assert place.starts() == ["09:00", "11:00"]
    clinic.room(location=place.location)
    assert place.starts() == ALL


def test_a_booking_that_begins_within_a_minute_takes_that_minute(place: Place) -> None:
    # 9:49:45 to 10:30:15: neither a session until 9:50 nor one from 10:30 fits.
    place.booking(
        toronto(9, 49) + timedelta(seconds=45), minutes=40, pause=0, turnover=0,
        practitioner_until=toronto(10, 30) + timedelta(seconds=15),
        room_until=toronto(10, 30) + timedelta(seconds=15),
    )  # fmt: skip
    assert place.starts() == ["11:00"]


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (toronto(10), toronto(11), ["09:00", "11:00"]),
        (toronto(8), toronto(9), ALL),
        (toronto(12), toronto(13), ALL),
        (toronto(0), toronto(9, 1), ALL[1:]),
        (toronto(11, 49), toronto(23), ALL[:-1]),
        # To the second: a session until 9:50 is over ten seconds before.
        (toronto(9, 50) + timedelta(seconds=10), toronto(10), [ALL[0], *ALL[2:]]),
        (toronto(9, 49) + timedelta(seconds=50), toronto(10), ALL[2:]),
        (toronto(8), toronto(9, 29) + timedelta(seconds=10), ALL[1:]),
        (toronto(8), toronto(9, 30) + timedelta(seconds=10), ALL[2:]),
        (toronto(12, day=date(2026, 11, 1)), toronto(12, day=date(2026, 12, 1)), []),
    ],
)
def test_time_off_takes_what_it_overlaps(
    place: Place, begins: datetime, ends: datetime, expected: list[str]
) -> None:
    clinic.time_off(practitioner=place.practitioner, starts_at=begins, ends_at=ends)
    assert place.starts() == expected


def test_time_off_of_somebody_else_takes_nothing(place: Place) -> None:
    clinic.time_off(practitioner=clinic.practitioner(), starts_at=toronto(0))
    assert place.starts() == ALL


@pytest.mark.parametrize("whole_clinic", [True, False])
def test_a_closure_shuts_its_first_and_last_day_and_those_between(
    place: Place, whole_clinic: bool
) -> None:
    clinic.closure(
        first_day=DAY, last_day=DAY + timedelta(days=1),
        location=None if whole_clinic else place.location,
    )  # fmt: skip
    days = [DAY + timedelta(days=n) for n in range(-1, 3)]
    assert [place.starts(day) for day in days] == [ALL, [], [], ALL]


def test_a_closure_of_another_location_shuts_nothing_here(place: Place) -> None:
    clinic.closure(first_day=DAY, location=clinic.location())
    assert place.starts() == ALL


def test_new_hours_take_over_on_the_day_they_hold_from(place: Place) -> None:
    newcomer = clinic.practitioner()
    treatments.offer(treatment=treatment_of(place), practitioner=newcomer)
    following = DAY + timedelta(days=1)
    clinic.hours(
        practitioner=newcomer, location=place.location, stretches=[(780, 840)],
        valid_until=following,
    )  # fmt: skip
    clinic.hours(
        practitioner=newcomer, location=place.location, stretches=[(840, 900)],
        valid_from=following,
    )  # fmt: skip
    assert place.starts(DAY, practitioner=newcomer.pk) == ["13:00"]
    assert place.starts(following, practitioner=newcomer.pk) == ["14:00"]


def treatment_of(place: Place) -> treatments.Treatment:
    return treatments.Treatment.objects.get(pk=place.offering.id)


def test_only_those_who_offer_the_treatment_and_still_work_here_are_offered(place: Place) -> None:
    treatment = treatment_of(place)
    for fields, offers in (({"is_active": False}, True), ({}, False)):
        somebody = clinic.practitioner(**fields)
        clinic.hours(practitioner=somebody, location=place.location, stretches=[(900, 960)])
        if offers:
            treatments.offer(treatment=treatment, practitioner=somebody)
        assert place.starts(practitioner=somebody.pk) == []
    assert place.starts() == ALL


def test_a_room_out_of_use_is_no_room(place: Place) -> None:
    Room.objects.update(is_active=False)
    assert place.starts() == []


def test_nobody_is_offered_a_start_before_the_notice_is_over(place: Place) -> None:
    until = toronto(10) - timedelta(hours=12)
    assert place.starts(now=until) == ALL[2:]
    assert place.starts(now=until + timedelta(microseconds=1)) == ALL[3:]


def without_notice(place: Place) -> Place:
    policy = replace(place.offering.policy, notice_minutes=0)
    return replace(place, offering=replace(place.offering, policy=policy))


def test_this_evening_can_be_booked_though_it_is_tomorrow_in_london(place: Place) -> None:
    place = without_notice(place)
    clinic.hours(practitioner=place.practitioner, location=place.location, stretches=[(1260, 1380)])
    now = toronto(21, 10)
    assert now.date() == DAY + timedelta(days=1)
    assert place.starts(DAY - timedelta(days=1), DAY, now=now) == ["21:30", "22:00"]


def test_nobody_is_offered_a_day_beyond_the_horizon(place: Place) -> None:
    last = date(2026, 11, 20) + timedelta(days=60)
    assert place.starts(last, last + timedelta(days=3)) == ALL
    assert place.starts(last + timedelta(days=1)) == []
    assert place.starts(date(2026, 11, 1), date(2026, 11, 19)) == []


# Queries


def test_openings_cost_three_queries_however_many_rows_there_are(place: Place) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert place.starts(DAY, DAY + timedelta(days=13))
        return len(captured)

    place.booking(toronto(10))
    clinic.time_off(practitioner=place.practitioner, starts_at=toronto(0, day=date(2026, 11, 27)))
    clinic.closure(first_day=date(2026, 11, 28))
    assert queries() == 3
    treatment = treatment_of(place)
    for number in (2, 3):
        somebody = clinic.practitioner()
        room = clinic.room(location=place.location)
        treatments.offer(treatment=treatment, practitioner=somebody)
        clinic.hours(practitioner=somebody, location=place.location)
        clinic.time_off(practitioner=somebody, starts_at=toronto(0, day=date(2026, 11, 27)))
        clinic.closure(first_day=date(2026, 11, 28) + timedelta(days=number))
        place.booking(toronto(14), practitioner=somebody, room=room)
        place.booking(toronto(10, day=DAY + timedelta(days=number)))
    assert queries() == 3


def test_reading_again_after_the_locks_sees_what_was_booked_meanwhile(place: Place) -> None:
    table = calendar.read_timetable(place.offering, place.location, None, DAY, DAY)
    place.booking(toronto(10))
    with CaptureQueriesContext(connection) as captured:
        read = calendar.with_busy(
            table, now=NOW, zone=place.location.time_zone, first=DAY, last=DAY
        )
    assert len(captured) == 2
    found = read.openings(place.offering, 0)
    assert [at(opening.minute) for opening in found] == [toronto(9), toronto(11)]


# Nearest


def nearest(place: Place, starts_at: datetime, **asked: object) -> list[str]:
    found = calendar.nearest(
        starts_at,
        **{"now": NOW, "offering": place.offering, "location": place.location, **asked},
    )
    return [f"{at(opening.minute).astimezone(ZONE):%d %H:%M}" for opening in found]


def test_the_nearest_three_are_told_in_order_of_time(place: Place) -> None:
    place.booking(toronto(10))
    assert nearest(place, toronto(10)) == ["23 11:00", "24 09:00", "24 11:00"]


def test_the_nearest_may_lie_on_other_days_but_within_a_week(place: Place) -> None:
    clinic.closure(first_day=date(2026, 11, 21), last_day=date(2026, 11, 30))
    assert nearest(place, toronto(10)) == ["01 09:00", "01 09:30", "01 10:00"]
    clinic.closure(first_day=date(2026, 12, 1))
    assert nearest(place, toronto(10)) == []


def test_the_practitioner_asked_for_comes_first_and_others_fill_up(place: Place) -> None:
    other = clinic.practitioner()
    clinic.room(location=place.location)
    treatments.offer(treatment=treatment_of(place), practitioner=other)
    clinic.hours(
        practitioner=other, location=place.location, weekdays=[DAY.weekday()],
        stretches=[(540, 650)],
    )  # fmt: skip
    clinic.closure(first_day=date(2026, 11, 10), last_day=DAY - timedelta(days=1))
    clinic.closure(first_day=DAY + timedelta(days=1), last_day=date(2026, 12, 10))
    everybody = {place.practitioner.pk: ALL, other.pk: ALL[:3]}

    def asked(who: int | None) -> list[tuple[str, int]]:
        found = calendar.nearest(
            toronto(11), now=NOW, offering=place.offering, location=place.location, practitioner=who
        )
        return [
            (f"{at(opening.minute).astimezone(ZONE):%H:%M}", opening.practitioner)
            for opening in found
        ]

    assert place.starts(practitioner=other.pk) == everybody[other.pk]
    assert asked(other.pk) == [(start, other.pk) for start in ALL[:3]]
    assert asked(place.practitioner.pk) == [(start, place.practitioner.pk) for start in ALL[2:]]
    assert [start for start, _ in asked(None)] == ALL[2:]
    place.booking(toronto(9), practitioner=other, room=clinic.room(location=place.location))
    # Only one start is left of who was asked for; two of the other fill up.
    assert asked(other.pk) == [
        ("10:00", other.pk),
        ("10:30", place.practitioner.pk),
        ("11:00", place.practitioner.pk),
    ]


def test_one_minute_is_told_once_though_two_could_take_it(place: Place) -> None:
    other = clinic.practitioner(pause_minutes=0)
    clinic.room(location=place.location)
    treatments.offer(treatment=treatment_of(place), practitioner=other)
    clinic.hours(practitioner=other, location=place.location, stretches=[(540, 720)])
    assert place.starts() == sorted(ALL * 2)
    assert nearest(place, toronto(10)) == ["24 09:30", "24 10:00", "24 10:30"]


def test_a_wish_beyond_the_horizon_is_answered_with_the_end_of_it(place: Place) -> None:
    found = nearest(place, toronto(10, day=date(2027, 6, 1)))
    assert found == ["19 10:00", "19 10:30", "19 11:00"]


def test_a_wish_in_the_past_is_answered_with_the_next_there_are(place: Place) -> None:
    found = nearest(place, toronto(10, day=date(2026, 10, 1)))
    assert found == ["21 09:00", "21 09:30", "21 10:00"]


def test_the_nearest_leave_out_other_holds_but_not_ones_own(place: Place) -> None:
    bookings.hold(
        starts_at=toronto(10), practitioner=place.practitioner, room=place.room,
        expires_at=NOW + MINUTE, attempt=ATTEMPT,
    )  # fmt: skip
    moved = place.booking(toronto(11))
    assert "24 10:00" not in nearest(place, toronto(10))
    assert "24 10:00" in nearest(place, toronto(10), attempt=ATTEMPT)
    assert nearest(place, toronto(11), attempt=ATTEMPT, except_booking=moved.pk)[-1] == "24 11:00"


# What stands against a start before any diary is looked at


def check(place: Place, starts_at: datetime, now: datetime = NOW) -> None:
    calendar.check_start(starts_at, now=now, offering=place.offering, location=place.location)


@pytest.mark.parametrize(
    ("starts_at", "refusal"),
    [
        (NOW - timedelta(microseconds=1), InPast),
        (toronto(10, day=date(2026, 10, 1)), InPast),
        (NOW + timedelta(hours=12) - timedelta(microseconds=1), ShortNotice),
        (NOW + timedelta(hours=1), ShortNotice),
        (toronto(0, day=date(2027, 1, 20)), TooFarAhead),
        (toronto(10, 15), OffGrid),
        (toronto(10, 1), OffGrid),
        (toronto(10) + timedelta(seconds=1), OffGrid),
        (toronto(10) + timedelta(microseconds=1), OffGrid),
    ],
)
def test_a_start_the_policy_does_not_allow_is_refused_by_name(
    place: Place, starts_at: datetime, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check(place, starts_at)


@pytest.mark.parametrize(
    "starts_at",
    [
        NOW + timedelta(hours=12),
        toronto(10),
        toronto(10, 30),
        toronto(23, 30, day=date(2027, 1, 19)),
    ],
)
def test_a_start_the_policy_allows_passes_whatever_the_diary_says(
    place: Place, starts_at: datetime
) -> None:
    check(place, starts_at)


def test_without_notice_this_very_minute_can_still_be_had(place: Place) -> None:
    place = without_notice(place)
    now = toronto(10)
    assert place.starts(now=now) == ALL[2:]
    check(place, now, now=now)
    with pytest.raises(InPast):
        check(place, now, now=now + timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("zone", "starts_at", "fits"),
    [
        # Both quarter past ones of the night the clock goes back.
        ("America/Toronto", "2026-11-01T05:30Z", True),
        ("America/Toronto", "2026-11-01T06:30Z", True),
        ("America/Toronto", "2026-11-01T06:45Z", False),
        ("Asia/Kolkata", "2026-11-01T05:30Z", True),
        ("Asia/Kathmandu", "2026-11-01T05:15Z", True),
        ("Asia/Kathmandu", "2026-11-01T05:30Z", False),
    ],
)
def test_the_grid_a_start_lies_on_is_that_of_the_wall_clock(
    place: Place, zone: str, starts_at: str, fits: bool
) -> None:
    place.location.time_zone = zone
    now = datetime(2026, 10, 20, tzinfo=UTC)
    if fits:
        check(place, datetime.fromisoformat(starts_at), now=now)
    else:
        with pytest.raises(OffGrid):
            check(place, datetime.fromisoformat(starts_at), now=now)


def test_an_hourly_grid_moves_with_a_clock_that_changes_by_half_an_hour(place: Place) -> None:
    place.location.time_zone = "Australia/Lord_Howe"
    policy = replace(place.offering.policy, grid_minutes=60)
    place.offering = replace(place.offering, policy=policy)
    now = datetime(2026, 9, 20, tzinfo=UTC)
    # 1 am on 4 October is the last of the old offset; 3 am, 90 minutes on, the first of the new.
    check(place, datetime(2026, 10, 3, 14, 30, tzinfo=UTC), now=now)
    check(place, datetime(2026, 10, 3, 16, 0, tzinfo=UTC), now=now)
    for off in (
        datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
        datetime(2026, 10, 3, 16, 30, tzinfo=UTC),
    ):
        with pytest.raises(OffGrid):
            check(place, off, now=now)


def test_a_grid_of_the_oracle_is_the_grid_a_start_is_held_to(place: Place) -> None:
    """The same rule, said by whoever offers a start and by whoever takes it."""
    always = tuple(Shift(weekday, 0, 1440, date(2000, 1, 1)) for weekday in range(7))
    for zone, day in (
        ("America/Toronto", date(2026, 11, 1)),
        ("Australia/Lord_Howe", date(2026, 10, 4)),
    ):
        place.location.time_zone = zone
        house = House(zone, {1: Person(always, 0)}, (1,), 1, 0, 30)
        now = datetime(2026, 9, 20, tzinfo=UTC)
        offered = {minute for minute, _ in oracle.openings(house, day, day, now)}
        for minute in oracle.walls(zone, day, day):
            if minute in offered:
                check(place, at(minute), now=now)
            else:
                with pytest.raises(OffGrid):
                    check(place, at(minute), now=now)
