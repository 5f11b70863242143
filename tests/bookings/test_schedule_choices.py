"""An owner says from what a message counts, whom it is for and whether it advertises: whatever can be
chosen is obeyed, what was planned follows, and nobody gets it twice for that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bookings import followups, lifecycle, messages, notices, recalls, schedules
from bookings.actions import recalling
from bookings.actions.schedules import columns, plan_anew, save_schedule
from bookings.forms.schedule import ScheduleForm
from bookings.models import Schedule, StaffTask
from bookings.queries.diagnosis import diagnosis
from bookings.queries.timeline import message_of, timeline
from bookings.schedules import CHOICES, Anchor, Audience, choices_of
from clients import outbox
from clients.models import Client as Person
from clients.models import Message
from clients.quiet import Quiet
from clinic.audit import CLOCK
from clinic.errors import NotStored
from clinic.models import AuditEntry
from tests.factories import bookings, clinic, plans
from tests.factories.clients import consent

TORONTO = ZoneInfo("America/Toronto")
NIGHT = Quiet(TORONTO, 21 * 60, 8 * 60)
DEFAULTS = schedules.defaults()
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
START = datetime(2099, 11, 24, 15, 0, tzinfo=UTC)
END = START + timedelta(minutes=50)
NOW = START + HOUR

# Any row an owner can save


@st.composite
def rows(draw: st.DrawFn, kinds: frozenset[str]) -> schedules.Schedule:
    """Draw what the form of a kind makes of anything chosen in it, twice over."""
    kind = draw(st.sampled_from(sorted(kinds & DEFAULTS.keys())))
    values = columns(DEFAULTS[kind])
    for _again in range(draw(st.integers(1, 2))):
        form = ScheduleForm(schedule=Schedule(kind=kind, **values))
        data = {name: draw(choice(name, field)) for name, field in form.fields.items()}
        form = ScheduleForm(data, schedule=Schedule(kind=kind, **values))
        assume(form.is_valid())
        values = {**values, **form.values}
    until = values["until_minutes"]
    # What the database refuses: of use until it goes, or further than a year.
    assume(until is None or until > values["offset_minutes"])
    assume(abs(values["offset_minutes"]) < 366 * 1440)
    return Schedule(kind=kind, **values).pure


def choice(name: str, field: Any) -> st.SearchStrategy[Any]:
    if name in ("amount", "until", "notice"):
        return st.integers(1, 60)
    if name == "stops":
        return st.lists(st.sampled_from([value for value, _words in field.choices]), unique=True)
    if name == "not_advertising":
        return st.just(True)
    if hasattr(field, "choices"):
        return st.sampled_from([value for value, _words in field.choices])
    if hasattr(field, "min_value"):
        return st.integers(field.min_value, field.max_value)
    return st.booleans()


@st.composite
def lives(draw: st.DrawFn) -> recalls.Facts:
    some = st.sampled_from
    series = [
        recalls.Series(
            f"plan{number}",
            is_running=(state := draw(some(["RUNS", "RESTS", "IS_OVER"]))) == "RUNS",
            is_paused=state == "RESTS",
            is_over=state == "IS_OVER",
            is_booked=draw(st.booleans()),
            last=draw(some([None, START, START - 9 * DAY])),
            latest=draw(some([None, date(2099, 12, 4), date(2099, 11, 20)])),
            review_at=draw(some([None, START + 6 * DAY])),
        )
        for number in range(draw(st.integers(0, 2)))
    ]
    return recalls.Facts(
        "client:x",
        NIGHT,
        last_visit=draw(some([None, END])),
        is_booked=draw(st.booleans()),
        plans=tuple(series),
        form_on=draw(some([None, date(2099, 3, 3)])),
        reported=draw(some([(), (recalls.Reported("event", START),)])),
        event_open=draw(st.booleans()),
        by_way=draw(some([recalls.MESSAGES, frozenset()])),
    )


def counted_from(anchor: str, life: recalls.Facts) -> set[datetime]:
    """Return every moment of a life that an anchor can mean."""
    days = [one.latest for one in life.plans if one.latest]
    found = {
        Anchor.LAST_VISIT: [life.last_visit, *(one.last for one in life.plans)],
        Anchor.LATEST: [
            datetime.combine(each + DAY, datetime.min.time(), TORONTO) for each in days
        ],
        Anchor.SERIES_END: [one.last for one in life.plans if one.is_over],
        Anchor.REVIEW: [one.review_at for one in life.plans],
        Anchor.FORM: [datetime(2099, 3, 3, tzinfo=TORONTO)] if life.form_on else [],
        Anchor.EVENT: [each.noticed_at for each in life.reported],
    }
    return {moment for moment in found[Anchor(anchor)] if moment is not None}


def stops_it(row: schedules.Schedule, life: recalls.Facts) -> bool:
    runs = any(one.is_running for one in life.plans)
    rests = any(one.is_paused for one in life.plans)
    return not row.is_on or any(
        {
            "BOOKED": life.is_booked,
            "PAUSED": rests and not runs,
            "CLOSED": bool(life.plans) and not runs and not rests,
            "EVENT_OPEN": life.event_open,
        }[stop]
        for stop in row.stops
    )


@settings(max_examples=120, deadline=None)
@given(
    row=rows(recalls.KINDS),
    before=rows(recalls.KINDS),
    life=lives(),
    now=st.integers(-30, 90).map(lambda days: START + days * DAY),
)
def test_between_visits_any_row_an_owner_can_save_is_obeyed(
    row: schedules.Schedule, before: schedules.Schedule, life: recalls.Facts, now: datetime
) -> None:
    assert choices_of(row.kind).allow(row)
    was = {**DEFAULTS, before.kind: before}
    planned = recalls.difference(life, [], now=now, schedules=was).add
    standing = [
        followups.Standing(
            0, each.key, each.kind, "PLANNED", "", each.due_at, was[each.kind].audience
        )
        for each in planned
    ]
    new = {**DEFAULTS, row.kind: row}
    change = recalls.difference(life, standing, now=now, schedules=new)
    for each in [*change.add, *(one for _was, one in change.renew)]:
        assert now <= each.due_at < each.expires_at
        if each.kind != row.kind:
            continue
        moments = [
            moment + row.offset + (row.repeat or timedelta()) * nth
            for moment in counted_from(row.anchor, life)
            for nth in range(row.times)
        ]
        if row.audience == Audience.CLIENT:
            assert each.kind in life.by_way
            assert not NIGHT.holds(each.due_at)
            moments = [NIGHT.morning(moment) for moment in moments]
        assert each.due_at in moments or (row.late == "SEND" and min(moments) < now)
        assert not stops_it(row, life)
    # What had waited for another audience waits no more.
    gone = {one.key for one in change.withdraw}
    for one in standing:
        assert one.key in gone or one.audience == new[one.kind].audience


@settings(max_examples=100, deadline=None)
@given(
    row=rows(followups.FOLLOWUPS | followups.STAFF),
    ahead=st.integers(1, 200),
    status=st.sampled_from([lifecycle.BOOKED, lifecycle.REQUESTED]),
)
def test_around_a_visit_any_row_an_owner_can_save_is_obeyed(
    row: schedules.Schedule, ahead: int, status: str
) -> None:
    now = START - ahead * HOUR
    booked = followups.Facts(
        "booking:x", status, START, END, 1, NIGHT, respond_by=START - HOUR, asks=True
    )
    wanted = followups.for_new(booked, now=now, schedules={**DEFAULTS, row.kind: row})
    for each in wanted:
        if each.kind != row.kind:
            continue
        assert row.is_on
        assert now <= each.due_at < each.expires_at
        if row.anchor in (Anchor.START, Anchor.END):
            exact = (START if row.anchor == Anchor.START else END) + row.offset
            asleep = {NIGHT.morning(exact), NIGHT.evening(exact)}
            assert each.due_at in asleep or (exact < now and row.late == "SEND")


# Clients and bookings of a database


def row(kind: str) -> Schedule:
    return Schedule.objects.get(kind=kind)


def change(kind: str, **values: Any) -> Schedule:
    return save_schedule(now=NOW, actor=CLOCK, schedule=row(kind), values=values)


def refused_at(field: str, kind: str, **values: Any) -> None:
    with pytest.raises(NotStored) as told:
        change(kind, **values)
    assert told.value.field == field


def in_series(**fields: Any) -> Person:
    """Return a client with a running series, one visit had and nothing booked."""
    visit = bookings.booking(**{"starts_at": START, "status": "DONE", **fields})
    plans.plan(
        now=START - DAY,
        client=visit.client,
        treatment=visit.treatment,
        practitioner=visit.practitioner,
        agreed=True,
    )
    assert visit.client is not None
    return visit.client


def plan_now(now: datetime = NOW) -> None:
    recalling.plan_all(now=now)


def message(kind: str) -> Message:
    return Message.objects.get(kind=kind)


def open_tasks() -> set[str]:
    return set(StaffTask.objects.filter(status="OPEN").values_list("kind", flat=True))


TASK = {"audience": "TASK", "channels": []}


@pytest.mark.django_db
def test_a_message_that_became_a_task_is_one_after_a_minute_and_comes_back_as_it_was() -> None:
    client = in_series()
    plan_now()
    due = message("REBOOK").due_at
    change("REBOOK", **TASK)
    found = timeline(client, now=NOW, private=False)
    assert "REBOOK" not in {each.kind for each in found.waiting}, "the page says it at once"
    assert plan_anew(now=NOW) == 1
    assert (message("REBOOK").status, message("REBOOK").reason) == ("WITHDRAWN", recalls.A_TASK)
    task = StaffTask.objects.get(kind="REBOOK")
    assert (task.status, task.dedupe_key) == ("OPEN", message("REBOOK").dedupe_key)
    assert task.due_at.astimezone(TORONTO).date() == (START + 3 * DAY).astimezone(TORONTO).date()
    told = diagnosis(client, now=NOW, since=START - DAY).findings
    assert {(one.state, one.why) for one in told if one.kind == "REBOOK"} == {
        ("WITHDRAWN", recalls.A_TASK),
        ("OPEN", "A task for staff: it stands in their list from its moment on."),
    }
    found = timeline(client, now=NOW, private=False)
    assert message_of(client, task.dedupe_key, now=NOW) is None, "a task says nothing to anybody"
    change("REBOOK", audience="CLIENT", channels=["EMAIL"])
    plan_anew(now=NOW)
    assert (message("REBOOK").status, message("REBOOK").due_at) == ("PLANNED", due)
    assert "REBOOK" not in open_tasks()


@pytest.mark.django_db
def test_what_was_said_or_done_is_not_asked_for_again_from_another_moment_or_of_others() -> None:
    in_series()
    plan_now()
    Message.objects.filter(kind="REBOOK").update(status="SENT", sent_at=NOW)
    change("REBOOK", **TASK)
    change(
        "OVERDUE",
        audience="CLIENT",
        channels=["EMAIL"],
        purpose="MARKETING",
        implied_months=24,
        anchor="LAST_VISIT",
        offset_minutes=1440,
    )
    plan_anew(now=NOW)
    assert open_tasks() == {"REBOOK_CALL"}
    assert message("OVERDUE").status == "PLANNED"
    change("REBOOK", audience="CLIENT", channels=["EMAIL"], anchor="LATEST", offset_minutes=-1440)
    plan_anew(now=NOW)
    assert [row.status for row in Message.objects.filter(kind="REBOOK")] == ["SENT"]


@pytest.mark.django_db
def test_a_message_due_before_it_was_planned_anew_as_a_task_is_not_sent() -> None:
    in_series()
    plan_now()
    change("REBOOK", **TASK)
    outbox.send_due(clock=lambda: START + 4 * DAY)
    assert (message("REBOOK").status, message("REBOOK").reason) == ("WITHDRAWN", recalls.A_TASK)
    plan_now(START + 4 * DAY)
    assert "REBOOK" in open_tasks()


@pytest.mark.django_db
def test_a_message_counts_from_the_last_day_of_the_plan_where_the_owner_says_so() -> None:
    in_series()
    plan_now()
    change("REBOOK", anchor="LATEST", offset_minutes=-2 * 1440)
    plan_anew(now=NOW)
    # The plan leaves the 4th of December; two days before the day after it begins, in the morning.
    assert message("REBOOK").due_at == datetime(2099, 12, 3, 13, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_follow_up_counts_from_the_start_of_the_visit_where_the_owner_says_so() -> None:
    booking = bookings.booking(starts_at=START)
    messages.plan_new(booking, now=START - 9 * DAY)
    sent = message("AFTERCARE")
    change("AFTERCARE", anchor="START", offset_minutes=30)
    plan_anew(now=START - 8 * DAY)
    assert message("AFTERCARE").due_at == START + HOUR / 2
    assert message("AFTERCARE").dedupe_key == sent.dedupe_key


@pytest.mark.django_db
def test_an_overdue_visit_is_written_about_by_consent_to_its_purpose() -> None:
    client = in_series()
    change("OVERDUE", audience="CLIENT", channels=["EMAIL"], purpose="MARKETING")
    plan_now()
    assert not Message.objects.filter(kind="OVERDUE").exists(), "nobody said yes to advertising"
    consent(client=client, channel="EMAIL", purpose="MARKETING", granted=True, at=NOW)
    plan_now()
    assert message("OVERDUE").purpose == "MARKETING"
    assert open_tasks() == {"REBOOK_CALL"}
    morning = message("OVERDUE").due_at
    outbox.send_due(clock=lambda: morning)
    assert message("OVERDUE").status == "SENT"


@pytest.mark.django_db
def test_what_the_owner_calls_advertising_goes_to_nobody_who_did_not_agree_to_it() -> None:
    booking = bookings.booking(starts_at=START)
    messages.plan_new(booking, now=START - 9 * DAY)
    change("CHECK_IN", purpose="MARKETING")
    plan_anew(now=START - 8 * DAY)
    planned = message("CHECK_IN")
    assert (planned.purpose, planned.urgency) == ("MARKETING", Message.Urgency.LATER)
    assert planned.capped
    at = planned.due_at
    booking.status = "DONE"
    booking.save()
    assert notices.describe([planned], at)[planned.pk] == outbox.Suppressed(recalls.NO_CONSENT)
    assert booking.client is not None
    consent(client=booking.client, channel="EMAIL", purpose="MARKETING", granted=True, at=NOW)
    assert isinstance(notices.describe([planned], at)[planned.pk], outbox.Notice)


@pytest.mark.django_db
def test_for_so_long_as_the_law_says_a_visit_is_a_yes_to_what_follows_it() -> None:
    booking = bookings.booking(starts_at=START, status="DONE")
    change("CHECK_IN", purpose="MARKETING", implied_months=24)
    messages.plan_new(booking, now=NOW)
    planned = message("CHECK_IN")
    assert isinstance(notices.describe([planned], planned.due_at)[planned.pk], outbox.Notice)


@pytest.mark.django_db
def test_no_kind_goes_as_its_facts_or_words_do_not_know() -> None:
    bad: list[tuple[str, dict[str, Any]]] = [
        ("REMINDER", {"anchor": "LATEST"}),
        ("REMINDER", {"offset_minutes": 60, "until_minutes": 120}),
        ("REMINDER", TASK),
        ("ASK_AFTER", {"anchor": "LAST_VISIT"}),
        ("LAPSED", {"anchor": "SERIES_END"}),
        ("LAPSED", {"audience": "STAFF"}),
    ]
    for kind, values in bad:
        refused_at("moment", kind, **values)
        assert row(kind).pure == DEFAULTS[kind]


def test_what_a_clinic_begins_with_is_among_what_can_be_chosen() -> None:
    assert set(CHOICES) == set(DEFAULTS)
    for kind, one in DEFAULTS.items():
        assert CHOICES[kind].allow(one)
        assert (Audience.CLIENT in CHOICES[kind].audiences) <= (
            kind in recalls.MESSAGES | followups.KINDS
        )


# Care and advertising


@pytest.mark.django_db
def test_what_advertises_becomes_care_by_the_owners_word_alone_and_the_log_book_keeps_it() -> None:
    refused_at("not_advertising", "REBOOK", purpose="CARE")
    assert row("REBOOK").purpose == "MARKETING"
    assert not AuditEntry.objects.filter(verb="schedule.changed").exists()
    save_schedule(
        now=NOW,
        actor=CLOCK,
        schedule=row("REBOOK"),
        values={"purpose": "CARE"},
        not_advertising=True,
    )
    entries = AuditEntry.objects.filter(about="schedule:REBOOK").order_by("pk")
    assert [one.verb for one in entries][1:] == [
        "schedule.changed",
        "schedule.said_not_advertising",
    ]
    # There is no way round by a task.
    change("LAPSED", **TASK)
    refused_at("not_advertising", "LAPSED", audience="CLIENT", channels=["EMAIL"], purpose="CARE")
    refused_at("not_advertising", "OVERDUE", audience="CLIENT", channels=["EMAIL"])
    change("CHECK_IN", purpose="MARKETING")
    refused_at("not_advertising", "CHECK_IN", purpose="CARE")


# The page


@pytest.fixture
def owner() -> Client:
    browser = Client()
    browser.force_login(clinic.user(role="OWNER"))
    return browser


def typed(browser: Client, kind: str) -> tuple[str, dict[str, Any]]:
    path = reverse("settings-message", args=[row(kind).uid])
    form = browser.get(path).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return path, {name: value for name, value in values.items() if value not in (None, False)}


@pytest.mark.django_db
def test_the_owner_makes_a_task_of_a_message_and_back_again_by_the_ways_they_choose(
    owner: Client,
) -> None:
    path, as_it_was = typed(owner, "REBOOK")
    # What a task has no use for is not looked at.
    task = {**as_it_was, "audience": "TASK", "implied_months": "many"}
    assert owner.post(path, task).status_code == 303
    assert row("REBOOK").pure == replace(DEFAULTS["REBOOK"], audience="TASK", channels=())
    assert "A task for staff" in owner.get("/settings/messages/").content.decode()
    path, as_task = typed(owner, "REBOOK")
    back = owner.post(path, {**as_task, "audience": "CLIENT"})
    assert list(back.context["form"].errors) == ["first"]
    owner.post(path, {**as_task, "audience": "CLIENT", "first": "SMS"})
    assert row("REBOOK").pure == replace(DEFAULTS["REBOOK"], channels=("SMS",))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("REMINDER", "It must go before the visit begins."),
        ("REVIEW_WAITING", "It must go before the answer is due."),
        ("AFTERCARE", None),
    ],
)
def test_what_goes_before_a_visit_is_told_so_where_it_would_go_at_its_start(
    owner: Client, kind: str, says: str | None
) -> None:
    path, as_it_was = typed(owner, kind)
    answer = owner.post(path, {**as_it_was, "amount": "0"})
    if says is None:
        assert answer.status_code == 303
    else:
        assert answer.context["form"].errors == {"amount": [says]}


@pytest.mark.django_db
def test_when_a_message_goes_and_what_it_says_lead_to_each_other(owner: Client) -> None:
    path, _as_it_was = typed(owner, "REMINDER")
    words = reverse("settings-words", args=["reminder", "fr-ca"])
    assert f'href="{words}"' in owner.get(path).content.decode()
    assert f'href="{path}"' in owner.get(words).content.decode()
    path, _as_it_was = typed(owner, "ASK_AFTER")
    assert "/settings/wording/ask" not in owner.get(path).content.decode(), "a task has no words"
    assert "When it goes" not in owner.get("/settings/wording/link/en-ca/").content.decode()


@pytest.mark.django_db
def test_what_goes_once_can_be_saved_as_it_came_and_go_again_later(owner: Client) -> None:
    path, as_it_was = typed(owner, "MAINTENANCE")
    owner.post(path, {**as_it_was, "times": "1"})
    path, once = typed(owner, "MAINTENANCE")
    assert owner.post(path, once).status_code == 303
    assert (row("MAINTENANCE").times, row("MAINTENANCE").repeat_minutes) == (1, None)
    owner.post(path, {**once, "times": "5"})
    assert row("MAINTENANCE").pure == DEFAULTS["MAINTENANCE"]


@pytest.mark.django_db
def test_the_owner_chooses_the_moment_a_message_counts_from(owner: Client) -> None:
    path, as_it_was = typed(owner, "REBOOK")
    owner.post(path, {**as_it_was, "moment": "BEFORE-LATEST", "amount": "2", "unit": "1440"})
    assert (row("REBOOK").anchor, row("REBOOK").offset_minutes) == ("LATEST", -2880)
    page = owner.get("/settings/messages/").content.decode()
    assert "2 days before the last day the plan leaves for the next visit" in page
    path, _same = typed(owner, "REBOOK")
    assert owner.post(path, {**as_it_was, "moment": "AFTER-EVENT"}).status_code == 422


@pytest.mark.django_db
def test_the_page_asks_whether_it_is_advertising_and_takes_a_tick_for_an_answer(
    owner: Client,
) -> None:
    path, as_it_was = typed(owner, "LAPSED")
    asked = owner.post(path, {**as_it_was, "purpose": "CARE"})
    assert (asked.status_code, list(asked.context["form"].errors)) == (422, ["not_advertising"])
    owner.post(path, {**as_it_was, "purpose": "CARE", "not_advertising": "on"})
    assert row("LAPSED").purpose == "CARE"
    assert "not_advertising" not in owner.get(path).context["form"].fields


@pytest.mark.django_db
def test_where_there_is_one_choice_the_page_says_it_and_asks_nothing(owner: Client) -> None:
    path, _typed = typed(owner, "ASK_AFTER")
    answer = owner.get(path)
    assert not answer.context["form"].fields.keys() & {"moment", "audience", "purpose", "first"}
    page = answer.content.decode()
    assert "after something was reported" in page
    assert "staff, as a task" in page
    owner.post(path, {**_typed, "audience": "CLIENT", "first": "EMAIL", "moment": "AFTER-START"})
    assert row("ASK_AFTER").audience == "TASK"
