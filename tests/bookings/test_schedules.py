"""Each kind of message is a row the owner edits: loaded once, obeyed by planning, refused where a
client would be hurt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings import followups, messages, schedules, tasks
from bookings.actions.schedules import (
    SCHEDULE_CONSTRAINTS,
    SETTLED,
    columns,
    load_schedules,
    plan_anew,
    save_schedule,
)
from bookings.models import Booking, Schedule
from bookings.views.message_words import FROM, GROUPS, KINDS, when_words
from clients.models import Message
from clinic.audit import CLOCK, staff
from clinic.errors import NotStored
from clinic.models import AuditEntry
from tests.copying import Case, copy, refused
from tests.factories import bookings, clinic

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
START = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

A_KIND = {"kind": "ANOTHER"}
CASES: dict[str, Case] = {
    "schedule_codes_known": (Schedule, A_KIND, {"late": "SOON"}),
    "schedule_within_a_year": (Schedule, A_KIND, {"offset_minutes": -600_000}),
    "schedule_of_use_after": (Schedule, A_KIND, {"until_minutes": -1440}),
    "schedule_has_a_way": (Schedule, A_KIND, {"channels": []}),
    "schedule_repeats_by_days": (Schedule, A_KIND, {"repeat_minutes": 60, "times": 2}),
    "schedule_tidings_stay_on": (Schedule, {"kind": "MOVED"}, {"is_on": False}),
    "schedule_clients_sleep": (Schedule, A_KIND, {"night": "ANY_TIME"}),
    "schedule_what_must_go_is_care": (Schedule, {"kind": "MOVED"}, {"purpose": "MARKETING"}),
    "schedule_staff_do_it": (Schedule, A_KIND, {"kind": "REBOOK_CALL"}),
}


def row(kind: str) -> Schedule:
    return Schedule.objects.get(kind=kind)


def change(kind: str, **values: object) -> Schedule:
    return save_schedule(now=NOW, actor=CLOCK, schedule=row(kind), values=values)


def booked(**fields: Any) -> Booking:
    booking = bookings.booking(**{"starts_at": START, "contact_name": "Ana Doe", **fields})
    messages.plan_new(booking, now=NOW)
    return booking


def planned() -> dict[str, datetime]:
    return dict(Message.objects.filter(status="PLANNED").values_list("kind", "due_at"))


@pytest.mark.parametrize("name", CASES)
def test_a_constraint_refuses_what_it_says_and_only_that(name: str) -> None:
    _model, good, bad = CASES[name]
    Schedule.objects.filter(kind__in=["MOVED", "REBOOK_CALL"]).delete()
    assert refused(lambda: copy(row("REMINDER"), **{**good, **bad})) == name
    copy(row("REMINDER"), **good)


def test_a_clinic_begins_with_a_row_for_each_kind_and_a_second_start_adds_none() -> None:
    assert set(Schedule.objects.values_list("kind", flat=True)) == set(schedules.defaults())
    assert set(schedules.defaults()) >= followups.KINDS - followups.ASKED_FOR
    change("REMINDER", offset_minutes=-36 * 60)
    assert load_schedules(now=NOW) == []
    Schedule.objects.filter(kind="AFTERCARE").delete()
    assert [one.kind for one in load_schedules(now=NOW)] == ["AFTERCARE"]
    assert row("REMINDER").offset_minutes == -36 * 60


def test_a_row_says_what_the_default_says_and_a_database_without_rows_plans_by_them() -> None:
    assert Schedule.objects.by_kind() == schedules.defaults()
    for one in Schedule.objects.all():
        assert columns(one.pure) == {name: getattr(one, name) for name in columns(one.pure)}
    Schedule.objects.all().delete()
    booked()
    assert set(planned()) == {"CONFIRMATION", "PREPARATION", "REMINDER", "AFTERCARE", "CHECK_IN"}


def test_every_kind_has_a_name_and_words_for_its_moment_and_stands_in_one_group() -> None:
    for one in schedules.defaults().values():
        assert one.kind in KINDS
        assert when_words(one)
        assert sum(one.anchor in anchors for _title, anchors in GROUPS) == 1
    assert set(FROM) == set(schedules.Anchor) - {schedules.Anchor.NOW}


def test_what_is_booked_next_goes_by_the_changed_row() -> None:
    change("REMINDER", offset_minutes=-20 * 60)
    change("AFTERCARE", is_on=False)
    booked()
    assert planned()["REMINDER"] == START - 20 * HOUR
    assert "AFTERCARE" not in planned()


def test_what_is_planned_already_follows_a_changed_row_and_nothing_else_moves() -> None:
    booked()
    before = planned()
    change("REMINDER", offset_minutes=-20 * 60)
    change("AFTERCARE", is_on=False)
    assert planned() == before, "an owner's click waits for no ten thousand bookings"
    assert plan_anew(now=NOW + HOUR) == 1
    del before["AFTERCARE"]
    assert planned() == {**before, "REMINDER": START - 20 * HOUR}
    assert plan_anew(now=NOW + HOUR) == 0, "done once"
    change("AFTERCARE", is_on=True)
    assert plan_anew(now=NOW + HOUR) == 1
    assert planned().keys() == {*before, "AFTERCARE"}
    assert tasks.plan_anew() == 0


def test_a_booking_that_was_on_its_way_while_the_owner_changed_a_row_goes_by_the_new_one() -> None:
    reminder = Schedule.objects.get(kind="REMINDER")
    change("REMINDER", offset_minutes=-20 * 60)
    assert plan_anew(now=NOW) == 0, "it is not committed yet"
    # What such a booking has read, and leaves behind.
    new = Schedule.objects.filter(kind="REMINDER")
    new.update(offset_minutes=reminder.offset_minutes)
    booked()
    new.update(offset_minutes=-20 * 60)
    assert planned()["REMINDER"] != START - 20 * HOUR
    assert plan_anew(now=NOW + SETTLED) == 1
    assert planned()["REMINDER"] == START - 20 * HOUR
    assert plan_anew(now=NOW + 2 * SETTLED) == 0, "done once"


def test_what_was_booked_before_a_kind_was_known_gets_it_after_the_update() -> None:
    booked()
    Message.objects.filter(kind="CHECK_IN").delete()
    Schedule.objects.filter(kind="CHECK_IN").delete()
    load_schedules(now=NOW)
    before = planned()
    assert plan_anew(now=NOW) == 1
    assert planned().keys() - before.keys() == {"CHECK_IN"}
    assert {kind: planned()[kind] for kind in before} == before


def test_a_reminder_planned_in_good_time_is_not_lost_by_a_later_change_of_hours() -> None:
    booked()
    change("REMINDER", offset_minutes=-12 * 60)
    plan_anew(now=START - 25 * HOUR)
    assert planned()["REMINDER"] == datetime(2026, 11, 24, 1, 30, tzinfo=UTC), "the evening before"


def test_what_was_sent_is_not_sent_again_because_its_hour_was_changed() -> None:
    booked()
    Message.objects.filter(kind="REMINDER").update(status="SENT", sent_at=NOW)
    change("REMINDER", offset_minutes=-12 * 60)
    plan_anew(now=NOW)
    assert Message.objects.filter(kind="REMINDER").values_list("status", flat=True).get() == "SENT"


def test_planning_anew_takes_the_same_queries_however_many_bookings_a_batch_has() -> None:
    counts = []
    for number in (1, 5):
        for _ in range(number):
            booked()
        change("REMINDER", offset_minutes=-(20 + number) * 60)
        with CaptureQueriesContext(connection) as queries:
            plan_anew(now=NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_message_of_a_kind_switched_off_meanwhile_is_withdrawn_when_its_time_comes() -> None:
    from clients import outbox

    booked()
    Schedule.objects.filter(kind="REMINDER").update(is_on=False)
    outbox.send_due(clock=lambda: START - 24 * HOUR)
    gone = Message.objects.get(kind="REMINDER")
    assert (gone.status, gone.reason) == ("WITHDRAWN", "Such messages are switched off.")


def test_the_ways_are_tried_in_the_order_of_the_row() -> None:
    from bookings import notices
    from tests.factories.clients import consent

    client = bookings.client(phone="+14165550123")
    consent(client=client, channel="SMS", granted=True)
    change("REMINDER", channels=["SMS", "EMAIL"])
    change("PREPARATION", channels=["EMAIL"])
    booked(client=client)
    assert dict(Message.objects.values_list("kind", "channel"))["REMINDER"] == "SMS"
    rows = list(Message.objects.filter(kind__in=["REMINDER", "PREPARATION"]).order_by("kind"))
    found = notices.describe(rows, START - 24 * HOUR)
    assert [[way.channel for way in found[each.pk].ways] for each in rows] == [
        ["EMAIL"],
        ["SMS", "EMAIL"],
    ]


def test_whoever_has_no_address_for_the_ways_of_a_row_is_told_apart() -> None:
    change("REMINDER", channels=["SMS"])
    booked()
    suppressed = Message.objects.get(kind="REMINDER")
    assert (suppressed.status, suppressed.reason) == ("SUPPRESSED", messages.NO_WAY)


def test_each_refusal_of_a_row_stands_at_a_field_of_its_form() -> None:
    with pytest.raises(NotStored) as told:
        change("MOVED", is_on=False)
    assert told.value.field == "is_on"
    assert set(SCHEDULE_CONSTRAINTS) == set(CASES) - {"schedule_codes_known"}


# The pages


@pytest.fixture
def owner() -> Client:
    browser = Client()
    browser.force_login(clinic.user(role="OWNER"))
    return browser


def form_of(browser: Client, kind: str) -> tuple[str, dict[str, Any]]:
    """Return a kind's page and what its form would send as it is."""
    path = reverse("settings-message", args=[row(kind).uid])
    form = browser.get(path).context["form"]
    typed = {name: form[name].value() for name in form.fields}
    return path, {
        name: value for name, value in typed.items() if value is not None and value is not False
    }


@pytest.mark.parametrize("kind", sorted(schedules.defaults()))
def test_a_form_saved_as_it_came_changes_nothing(owner: Client, kind: str) -> None:
    before = Schedule.objects.filter(kind=kind).values().get()
    path, typed = form_of(owner, kind)
    answer = owner.post(path, typed)
    assert (answer.status_code, answer["Location"]) == (303, "/settings/messages/")
    assert Schedule.objects.filter(kind=kind).values().get() == before
    assert not AuditEntry.objects.filter(verb="schedule.changed").exists()


def test_the_owner_changes_a_reminder_and_the_log_book_says_from_what_to_what(
    owner: Client,
) -> None:
    path, typed = form_of(owner, "REMINDER")
    owner.post(path, {**typed, "amount": 36, "unit": 60, "first": "SMS", "second": "EMAIL"})
    changed = row("REMINDER")
    assert (changed.offset_minutes, changed.channels) == (-36 * 60, ["SMS", "EMAIL"])
    entry = AuditEntry.objects.get(verb="schedule.changed")
    assert entry.about == "schedule:REMINDER"
    assert entry.before == {"offset_minutes": -1440, "channels": ["EMAIL", "SMS"]}
    assert (
        "36 hours before the start of the visit"
        in owner.get("/settings/messages/").content.decode()
    )


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        ("REMINDER", {"amount": "soon"}, "amount"),
        ("REMINDER", {"amount": "999", "unit": "1440"}, "amount"),
        ("AFTERCARE", {"until": "1", "until_unit": "60"}, "until"),
        ("REMINDER", {"first": "PIGEON"}, "first"),
        ("REMINDER", {"night": "ANY_TIME"}, "night"),
    ],
)
def test_what_would_not_do_is_said_at_its_field_and_nothing_is_saved(
    owner: Client, kind: str, typed: dict[str, str], field: str
) -> None:
    path, as_it_was = form_of(owner, kind)
    answer = owner.post(path, {**as_it_was, **typed})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert row(kind).pure == schedules.defaults()[kind]


def test_the_owner_can_not_switch_off_what_tells_how_a_booking_stands(owner: Client) -> None:
    path, typed = form_of(owner, "CANCELLED")
    assert "is_on" not in owner.get(path).context["form"].fields
    owner.post(path, {**typed, "is_on": ""})
    assert row("CANCELLED").is_on


def test_who_changed_it_stands_in_the_log_book() -> None:
    user = clinic.user(role="OWNER", name="Nora")
    save_schedule(now=NOW, actor=staff(user), schedule=row("REMINDER"), values={"is_on": False})
    assert AuditEntry.objects.get(verb="schedule.changed").actor == user
