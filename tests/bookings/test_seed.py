"""The demo clinic: whole, plausible, the same every time, and never on top of a real one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bookings import seed
from bookings.followups import FOLLOWUPS
from bookings.models import Booking
from bookings.queries import calendar, catalogue
from bookings.queries.diagnosis import diagnosis
from bookings.queries.plans import standings
from bookings.seed import diary, loading
from bookings.seed.people import Person, person
from bookings.unplanned import MISSING
from clients import vault
from clients.consent_rules import Kind, Layer
from clients.contact import phone_key
from clients.models import Client, ContactConsent, Message, Photo
from clients.queries import consents, media
from clients.queries.trouble import count as count_of_trouble
from clinic import env
from clinic.models import Clinic, Location, Practitioner, Role, Room, User
from tests.factories import clinic as clinic_factory
from tests.harness import databases
from tests.harness.databases import Database
from treatments import plan_states
from treatments.models import Plan

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
TORONTO = "America/Toronto"
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@pytest.fixture(autouse=True)
def var_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(env, "VAR_DIR", tmp_path)
    return tmp_path


def make(bookings: int = 60, **options: Any) -> str:
    said = StringIO()
    call_command("seed_demo", bookings=bookings, today=TODAY, stdout=said, **options)
    return said.getvalue()


@given(st.integers(0, 20_000), st.integers(0, 50), DAYS)
def test_every_booking_asked_for_gets_a_day_it_fits_into(
    bookings: int, number: int, today: date
) -> None:
    (house,) = diary.houses(bookings, number, today)
    quotas = diary.quotas(house, today)
    assert sum(quotas.values()) == bookings
    for day, quota in quotas.items():
        assert quota <= len(diary.slots(house, day, TORONTO, Random(number)))
        assert abs((day - today).days) <= diary.DAYS_EACH_WAY


@given(st.integers(0, 10_000), DAYS)
def test_no_two_sessions_of_a_seeded_day_share_a_practitioner_or_a_room(
    number: int, day: date
) -> None:
    (house,) = diary.houses(400, number, TODAY)
    slots = diary.slots(house, day, TORONTO, Random(number))
    for shared in (lambda slot: slot.practitioner, lambda slot: (slot.place, slot.room)):
        for _, same in _grouped(slots, shared):
            for before, after in pairwise(sorted(same, key=lambda slot: slot.minute)):
                length = diary.FIRST_VISIT if before.first_visit else diary.SESSION
                assert before.minute + length + diary.BREAK <= after.minute


def _grouped(slots: list[diary.Slot], key: Any) -> list[tuple[Any, list[diary.Slot]]]:
    found: dict[Any, list[diary.Slot]] = {}
    for slot in slots:
        found.setdefault(key(slot), []).append(slot)
    return list(found.items())


@pytest.mark.parametrize(
    ("bookings", "practitioners"), [(0, 4), (400, 4), (20_000, 4), (100_000, 20), (1_000_000, 200)]
)
def test_a_larger_clinic_has_a_practitioner_for_every_5000_bookings(
    bookings: int, practitioners: int
) -> None:
    houses = diary.houses(bookings, 1, TODAY)
    assert len(houses) * diary.PRACTITIONERS == practitioners
    assert sum(house.bookings for house in houses) == bookings


@given(st.integers(1, 3_000), st.integers())
def test_no_invented_client_can_be_reached_by_anybody(number: int, seeded: int) -> None:
    before: Person | None = None
    for each in range(number, number + 3):
        before = person(each, before, NOON, Random(f"{seeded} {each}"))
        assert 1 <= len(before.name) <= 120
        assert not before.email or before.email.endswith(
            ("@example.com", "@example.org", "@example.net")
        )
        assert before.email.isascii()
        if before.phone:
            assert before.phone[5:10] == "55501"
            assert phone_key(before.phone, "CA") == before.phone


def test_among_the_clients_are_the_names_and_addresses_forms_get_wrong() -> None:
    people: list[Person] = []
    random = Random(1)
    for number in range(1, 600):
        people.append(person(number, people[-1] if people else None, NOON, random))
    assert any(" " not in each.name for each in people)
    assert any(len(each.name) > 40 for each in people)
    assert any(not each.name.isascii() for each in people)
    assert any(not each.email for each in people)
    assert any(a.email == b.email != "" for a, b in pairwise(people))
    assert any(each.booked_by for each in people)


def test_the_same_seed_and_day_make_the_same_clinic_row_by_row(fresh_db: Database) -> None:
    make(80, seed=7)
    first = _rows()
    other = databases.clone()
    try:
        with databases.pointed_at(other):
            make(80, seed=7)
            assert _rows() == first
        with databases.pointed_at(other):
            uids = set(Booking.objects.values_list("uid", flat=True))
    finally:
        databases.drop(other)
    another = databases.clone()
    try:
        with databases.pointed_at(another):
            make(80, seed=8)
            assert not uids & set(Booking.objects.values_list("uid", flat=True))
    finally:
        databases.drop(another)


# What is random on purpose, and when a row was written.
_UNREPEATABLE = {
    "clients_clientkey": {"wrapped"},
    "clients_photo": {"name", "thumb_name"},
    "clients_consentgiven": {"signature", "circumstances"},
    "clients_screening": {"answers", "results"},
    "clients_intakesubmission": {"content"},
    "clients_clientnote": {"text"},
    "treatments_plan": {"aims"},
    "treatments_planevent": {"reason"},
    "clinic_user": {"password", "created_at"},
}
_SEEDED = [
    "clinic_clinic",
    "clinic_location",
    "clinic_room",
    "clinic_user",
    "clinic_practitioner",
    "clinic_workinghours",
    "clinic_timeoff",
    "clinic_closure",
    "treatments_treatment",
    "treatments_phase",
    "treatments_offer",
    "treatments_plan",
    "treatments_planevent",
    "treatments_needlebox",
    "treatments_tool",
    "treatments_cleaning",
    "clients_client",
    "clients_contactconsent",
    "clients_clientkey",
    "clients_consentgiven",
    "clients_screening",
    "clients_intakesubmission",
    "clients_intakerequest",
    "clients_clientnote",
    "clients_message",
    "clients_photo",
    "bookings_booking",
]


def _rows() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        for table in _SEEDED:
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
            )
            names = sorted({name for (name,) in cursor} - _UNREPEATABLE.get(table, set()))
            # Messages are planned in the order the planner likes.
            names = [name for name in names if not (table == "clients_message" and name == "id")]
            cursor.execute(f'SELECT {", ".join(names)} FROM "{table}"')  # noqa: S608
            found[table] = sorted(cursor.fetchall(), key=repr)
            assert found[table], f"{table} is empty"
    return found


def _definitions() -> set[tuple[str, str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace "
            "UNION ALL SELECT indexname, indexdef, true FROM pg_indexes WHERE schemaname = 'public'"
        )
        return set(cursor.fetchall())


def test_seeding_leaves_every_constraint_and_index_as_it_was(fresh_db: Database) -> None:
    before = _definitions()
    make(60)
    assert _definitions() == before


@pytest.mark.django_db
def test_rows_that_break_a_constraint_are_refused_when_it_comes_back() -> None:
    from django.db import IntegrityError, transaction

    from tests.factories.bookings import booking

    first = booking()
    again = "SELECT * FROM bookings_booking WHERE id = %s"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE twin AS {again}", [first.pk])
        cursor.execute("UPDATE twin SET id = id + 1, uid = gen_random_uuid()")

    def write_a_twin() -> None:
        with (
            transaction.atomic(),
            loading.without_indexes([Booking]),
            connection.cursor() as cursor,
        ):
            cursor.execute("INSERT INTO bookings_booking SELECT * FROM twin")

    with pytest.raises(IntegrityError, match=r"booking_practitioner_free|booking_room_free"):
        write_a_twin()
    assert Booking.objects.count() == 1


def test_a_new_demo_clinic_has_room_tomorrow_and_is_not_empty(fresh_db: Database) -> None:
    make(400)
    assert Booking.objects.count() == 400
    counts = Location.objects.count(), Practitioner.objects.count(), Room.objects.count()
    assert counts == (2, 4, 5)
    offering = catalogue.offering("facial-rejuvenation", Clinic.objects.the_only())
    assert offering is not None
    assert (offering.minutes, offering.turnover) == (50, 10)
    for day in (TODAY + timedelta(days=1), TODAY + timedelta(days=2)):
        found = [
            opening
            for place in catalogue.locations()
            for opening in calendar.openings(
                now=NOON, offering=offering, location=place, first=day, last=day
            )
        ]
        assert len(found) >= 5
        assert (
            Booking.objects.filter(starts_at__date=day, status__in=["BOOKED", "CONFIRMED"]).count()
            >= 5
        )


def test_what_is_over_is_over_and_what_is_ahead_is_not(fresh_db: Database) -> None:
    make(400)
    over = {"DONE", "NO_SHOW", "CANCELLED", "DECLINED"}
    ahead = {"BOOKED", "CONFIRMED", "REQUESTED", "CANCELLED", "ARRIVED"}
    assert set(Booking.objects.filter(ends_at__lte=NOON).values_list("status", flat=True)) <= over
    assert set(Booking.objects.filter(starts_at__gt=NOON).values_list("status", flat=True)) <= ahead
    assert not Booking.objects.filter(changed_at__gt=NOON).exists()
    assert not Booking.objects.filter(created_at__gt=NOON).exists()
    waiting = Booking.objects.filter(status="REQUESTED")
    assert waiting
    for booking in waiting:
        assert booking.respond_by is not None
        assert booking.respond_by > NOON
        assert booking.screening is not None
        assert booking.screening.outcome == booking.outcome == "REVIEW"
        assert booking.screening.answers["given"]


def test_who_had_a_session_was_asked_and_has_signed(fresh_db: Database, caplog: Any) -> None:
    make(400)
    visits = Booking.objects.filter(session__isnull=False)
    assert visits.count() > 10
    for visit in visits.select_related("client"):
        assert visit.screening_id is not None
        assert visit.outcome == "FINE"
        assert visit.client is not None
        standing = consents.standing(visit.client, Kind.TREATMENT, datetime.now(UTC))
        assert standing.holds, visit.client.name
    assert "queue" not in caplog.text


def test_a_reminder_waits_for_every_coming_booking_and_nobody_is_told_twice(
    fresh_db: Database,
) -> None:
    make(200)
    coming = Booking.objects.filter(
        status__in=["BOOKED", "CONFIRMED"],
        starts_at__gt=NOON + timedelta(hours=27),
        starts_at__lt=NOON + timedelta(days=60),
    ).exclude(contact_email="", contact_phone="")
    assert coming
    about = {f"booking:{booking.uid}" for booking in coming}
    planned = Message.objects.filter(status="PLANNED", about__in=about)
    assert set(planned.filter(kind="REMINDER").values_list("about", flat=True)) == about
    assert not planned.filter(kind__in=["CONFIRMATION", "MOVED"]).exists()
    told = Message.objects.filter(status="SENT", kind="CONFIRMATION", about__in=about)
    assert set(told.values_list("about", flat=True)) == about


def test_the_demos_messages_are_all_explained_and_none_went_against_a_no(
    fresh_db: Database,
) -> None:
    make(400)
    since = NOON - timedelta(days=90)
    for client in Client.objects.all():
        for each in diagnosis(client, now=NOON, since=since).findings:
            assert each.why, f"{client.name}: {each.kind} {each.state}"
            assert each.why != MISSING, f"{client.name}: {each.kind} {each.about}"
    sent = Message.objects.filter(status="SENT")
    assert set(sent.values_list("kind", flat=True)) >= {"REMINDER", "AFTERCARE", "QUESTIONS"}
    assert not sent.filter(sent_at__gt=NOON).exists()
    for channel, needs_a_yes in (("EMAIL", False), ("SMS", True)):
        said = ContactConsent.objects.filter(channel=channel, purpose="CARE")
        noes = set(said.filter(granted=False).values_list("client", flat=True))
        yeses = set(said.filter(granted=True).values_list("client", flat=True))
        own = sent.filter(channel=channel, kind__in=FOLLOWUPS).values_list("client", flat=True)
        assert noes, "some say no"
        assert not noes & set(own)
        assert not needs_a_yes or set(own) <= yeses
    assert count_of_trouble(now=NOON) < 10, "the demo's desk has not forgotten its messages"


def test_the_demos_photos_can_be_compared_and_are_of_nobody(fresh_db: Database) -> None:
    make(80)
    photos = list(Photo.objects.select_related("client__key"))
    whose = {photo.client_id: photo.client for photo in photos}
    assert 2 <= len(whose) <= 3
    for client in whose.values():
        assert media.pair_of(media.photos_of(client)) is not None
        assert Layer.RECORD in consents.photo_consent(client, datetime.now(UTC))
    for photo in photos:
        picture = Image.open(BytesIO(vault.get(photo)))
        assert picture.size == (photo.width, photo.height)


def test_the_demos_plans_are_in_every_state_and_agree_with_the_visits(fresh_db: Database) -> None:
    make(2000)
    plans = list(Plan.objects.select_related("client__key"))
    assert {plan.state for plan in plans} >= set(plan_states.STATES) - {"AGREED"}
    at = datetime.now(UTC)
    for one in standings(Plan.objects.all(), now=at, zone=ZoneInfo(TORONTO)):
        if one.plan.state == "COMPLETED":
            assert one.position.is_complete
        if one.plan.state not in {"PROPOSED", "STOPPED"}:
            assert one.plan.consents.exists() or one.plan.state == "PROPOSED"
    assert all(set(plan.aims) == {"concerns", "body", "goals", "words"} for plan in plans)


def test_an_empty_clinic_has_places_people_and_hours_but_no_clients(fresh_db: Database) -> None:
    make(0)
    assert not Booking.objects.exists()
    assert not Client.objects.exists()
    assert Practitioner.objects.filter(hours__isnull=False).distinct().count() == 4


@pytest.mark.parametrize("bookings", [0, 30])
def test_the_first_client_after_the_demo_gets_an_id_of_their_own(
    fresh_db: Database, bookings: int
) -> None:
    make(bookings)
    last = max(Client.objects.values_list("pk", flat=True), default=0)
    new = Client.objects.create(name="Next", name_key="next", created_at=NOON)
    assert new.pk > last


def test_a_demo_is_refused_where_there_is_a_clinic_already(fresh_db: Database) -> None:
    clinic_factory.location()
    with pytest.raises(CommandError, match="holds a clinic already"):
        make(10)
    assert make(10, if_empty=True) == ""
    assert not Booking.objects.exists()
    assert not User.objects.exists()
    with pytest.raises(seed.NotEmpty):
        seed.seed_clinic(bookings=1, seed=1, now=NOON)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--bookings", "-1"],
        ["--bookings", "1000001"],
        ["--bookings", "x"],
        ["--today", "2026-02-30"],
    ],
)
@pytest.mark.django_db
def test_nonsense_on_the_command_line_is_answered_with_a_sentence(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="write a"):
        call_command("seed_demo", *arguments)


def test_the_demo_login_written_down_opens_the_desk(fresh_db: Database, var_dir: Path) -> None:
    make(0)
    email, password = (var_dir / "demo-login").read_text().split()
    user = User.objects.get(email=email)
    assert user.role == Role.FRONT_DESK
    assert user.check_password(password)
    roles = list(User.objects.order_by("role").values_list("role", flat=True))
    assert roles == ["FRONT_DESK", "OWNER"] + ["PRACTITIONER"] * 4
    assert Practitioner.objects.filter(user__isnull=True).count() == 0


def test_a_demo_in_production_has_no_login_anybody_knows(
    fresh_db: Database, var_dir: Path, settings: Any
) -> None:
    settings.PRODUCTION = True
    assert "no logins" in make(0)
    assert not User.objects.exists()
    assert not (var_dir / "demo-login").exists()
