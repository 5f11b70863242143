"""Messages about a client and tasks for staff: planned into the database, checked when they are sent,
finished by whoever they are for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings import links, recalls
from bookings.actions import recalling
from bookings.actions.relations import RELATIONS
from bookings.models import Booking, StaffTask
from clients import outbox, wording
from clients.models import Client as Person
from clients.models import IntakeRequest, LegalHold, Message
from clinic.audit import CLOCK, staff
from clinic.models import AuditEntry
from tests.copying import Case, copy, refused
from tests.factories import bookings, clinic, plans, stock
from tests.factories.clients import consent
from tests.factories.intake import told
from tests.factories.tasks import task
from tests.harness.smtp import Sink
from treatments import actions
from treatments.models import AdverseEvent, Plan

pytestmark = pytest.mark.django_db

# A Tuesday, 10 am in Toronto; an hour later the visit is over.
START = datetime(2099, 11, 24, 15, 0, tzinfo=UTC)
NOW = datetime(2099, 11, 24, 16, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

CASES: dict[str, Case] = {
    "task_once_a_purpose": (StaffTask, {"dedupe_key": "client:x:another"}, {"dedupe_key": "same"}),
    "task_done_by_somebody": (
        StaffTask,
        {"dedupe_key": "client:x:another"},
        {"status": "DONE", "done_at": NOW.isoformat()},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_constraint_refuses_what_it_says_and_only_that(name: str) -> None:
    _model, good, bad = CASES[name]
    row = task(due_at=NOW, dedupe_key="same")
    assert refused(lambda: copy(row, **{**good, **bad})) == name
    copy(row, **good)


def visited(**fields: Any) -> Booking:
    return bookings.booking(**{"starts_at": START, "status": "DONE", **fields})


def in_series(**fields: Any) -> tuple[Person, Plan]:
    """Return a client with a running series of ten, one visit had and nothing booked."""
    visit = visited(**fields)
    plan = plans.plan(
        now=START - DAY,
        client=visit.client,
        treatment=visit.treatment,
        practitioner=visit.practitioner,
        agreed=True,
    )
    return visit.client, plan


def plan_now(now: datetime = NOW) -> int:
    return recalling.plan_all(now=now)


def planned() -> dict[str, datetime]:
    rows = Message.objects.filter(status="PLANNED", kind__in=recalls.MESSAGES)
    return dict(rows.values_list("kind", "due_at"))


def to_do() -> dict[str, datetime]:
    return dict(StaffTask.objects.filter(status="OPEN").values_list("kind", "due_at"))


def everything() -> list[tuple[Any, ...]]:
    return [
        *Message.objects.order_by("pk").values_list(),
        *StaffTask.objects.order_by("pk").values_list(),
    ]


def text_of(sink: Sink) -> str:
    part = sink.messages[0].get_body(("plain",))
    return part.get_content() if part else ""


def send(now: datetime) -> None:
    outbox.send_due(clock=lambda: now)


def test_after_a_visit_with_nothing_booked_a_message_a_call_and_the_overdue_are_planned() -> None:
    in_series()
    assert plan_now() == 1
    assert planned() == {"REBOOK": START + 3 * DAY + timedelta(minutes=50)}
    assert to_do() == {
        "REBOOK_CALL": START + 7 * DAY + timedelta(minutes=50),
        "OVERDUE": datetime(2099, 12, 5, 5, 0, tzinfo=UTC),
    }


def test_one_client_who_cannot_be_planned_costs_nobody_else_of_the_batch_anything(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, *others = [in_series()[0] for _ in range(5)]
    recalling.plan_clients([broken.pk], now=NOW)
    # A row that the planner can't see stands where it wants to write one.
    Message.objects.filter(client=broken).update(about="client:elsewhere")
    assert plan_now() == 5
    planned = Message.objects.filter(about__in=[f"client:{other.uid}" for other in others])
    assert planned.count() == StaffTask.objects.filter(client__in=others).count() / 2 == 4
    [said] = [each.getMessage() for each in caplog.records if each.levelname == "ERROR"]
    assert said == f"A client could not be planned: {broken.pk}"


def test_a_series_that_was_only_proposed_does_not_end_however_often_the_client_comes() -> None:
    visit = visited()
    made = {
        of: plans.plan(
            now=START - DAY, client=client, treatment=visit.treatment,
            practitioner=visit.practitioner, of=plans.template(sessions=1, reviews_at=[]),
            agreed=of == "agreed",
        )
        for of, client in (
            ("proposed", visit.client),
            ("agreed", visited(treatment=visit.treatment).client),
        )
    }  # fmt: skip
    plan_now()
    ends = Message.objects.filter(kind__in=["OUTCOME", "MAINTENANCE"])
    assert set(ends.values_list("client", flat=True)) == {made["agreed"].client_id}


def test_planning_twice_writes_nothing_and_locks_no_booking_out() -> None:
    in_series()
    plan_now()
    before = everything()
    with CaptureQueriesContext(connection) as queries:
        plan_now(NOW + HOUR)
    assert everything() == before
    wrote = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert wrote == []
    assert not any("bookings_booking" in q["sql"] and "FOR UPDATE" in q["sql"] for q in queries)


def test_a_batch_takes_the_same_queries_however_many_clients_it_has() -> None:
    counts = []
    for number in (1, 4):
        for _ in range(number):
            in_series()
        with CaptureQueriesContext(connection) as queries:
            plan_now()
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_message_goes_out_with_the_best_day_and_the_way_to_a_time(sink: Sink) -> None:
    client, _plan = in_series()
    plan_now()
    send(START + 4 * DAY)
    assert sink.recipients == [client.email]
    assert sink.subjects() == ["Your next visit"]
    assert "around Tuesday 1 December 2099" in text_of(sink)
    assert links.again_url(Booking.objects.get()) in text_of(sink)


@pytest.mark.parametrize("how", ["booked", "paused", "refused", "held", "event", "merged"])
def test_what_changed_without_a_plan_is_caught_at_the_moment_of_sending(
    how: str, sink: Sink
) -> None:
    client, plan = in_series()
    plan_now()
    if how == "booked":
        bookings.booking(client=client, starts_at=START + 7 * DAY, treatment=plan.treatment)
    elif how == "paused":
        actions.pause(now=NOW, actor=CLOCK, plan=plan)
    elif how == "refused":
        consent(client=client, channel="EMAIL", purpose="MARKETING", granted=False, at=NOW)
    elif how == "held":
        LegalHold.objects.create(client=client, reason="x", by=clinic.user(), at=NOW)
    elif how == "event":
        stock.event(client=client, practitioner=plan.practitioner, at=NOW)
    else:
        Person.objects.filter(pk=client.pk).update(status="MERGED", merged_into=bookings.client())
    send(START + 4 * DAY)
    assert sink.recipients == []
    one = Message.objects.get(kind="REBOOK")
    expected = {
        "booked": ("WITHDRAWN", recalls.BOOKED),
        "paused": ("WITHDRAWN", recalls.PAUSED),
        "refused": ("SUPPRESSED", recalls.NO_CONSENT),
        "held": ("WITHDRAWN", recalls.HELD),
        "event": ("WITHDRAWN", recalls.EVENT_OPEN),
        "merged": ("WITHDRAWN", recalls.GONE),
    }
    assert (one.status, one.reason) == expected[how]


def test_what_is_booked_withdraws_and_what_is_called_off_brings_back() -> None:
    client, plan = in_series()
    plan_now()
    before = planned(), to_do()
    coming = bookings.booking(client=client, starts_at=START + 7 * DAY, treatment=plan.treatment)
    plan_now(NOW + HOUR)
    assert (planned(), to_do()) == ({}, {})
    assert set(Message.objects.filter(kind="REBOOK").values_list("reason", flat=True)) == {
        recalls.BOOKED
    }
    Booking.objects.filter(pk=coming.pk).update(status="CANCELLED")
    plan_now(NOW + 2 * HOUR)
    assert (planned(), to_do()) == before
    assert Message.objects.filter(kind="REBOOK").count() == 1


def test_an_outage_of_a_week_loses_no_call_and_sends_no_old_recall() -> None:
    in_series()
    plan_now(START + 9 * DAY)
    assert planned() == {}
    assert set(to_do()) == {"REBOOK_CALL", "OVERDUE"}


def test_nobody_is_written_to_who_was_not_here_for_half_a_year() -> None:
    visited()
    plan_now(START + 80 * DAY)
    assert set(planned()) == {"LAPSED"}
    Message.objects.update(status="SENT", sent_at=START + 90 * DAY)
    plan_now(START + 170 * DAY)
    assert set(planned()) == {"LAPSED_LAST"}
    Message.objects.update(status="SENT", sent_at=START + 180 * DAY)
    for days in (200, 260, 390, 500):
        plan_now(START + days * DAY)
    assert Message.objects.count() == 2


def test_a_bruise_is_asked_after_by_whoever_treated_and_the_desk_sees_nothing_of_it() -> None:
    visit = visited()
    event = stock.event(client=visit.client, practitioner=visit.practitioner, at=NOW, what="bruise")
    plan_now()
    rows = StaffTask.objects.order_by("due_at")
    assert [(row.kind, row.practitioner_id) for row in rows] == [
        ("ASK_AFTER", visit.practitioner_id),
        ("ASK_AFTER_AGAIN", visit.practitioner_id),
    ]
    assert "bruise" not in str(list(rows.values())).lower()
    StaffTask.objects.update(due_at=datetime.now(UTC) - DAY)
    for role, seen in (("FRONT_DESK", 0), ("OWNER", 2), ("PRACTITIONER", 0)):
        browser = Client()
        browser.force_login(clinic.user(role=role))
        page = browser.get("/desk/tasks/")
        assert len(page.context["rows"]) == seen, role
        path = f"/desk/tasks/{rows[0].uid}/done/"
        assert role == "OWNER" or browser.post(path).status_code == 404
    AdverseEvent.objects.filter(pk=event.pk).update(resolved_at=NOW)
    plan_now(NOW + HOUR)
    assert to_do() == {}


def test_an_old_form_is_asked_for_with_a_link_of_its_own(sink: Sink) -> None:
    visit = visited()
    told(client=visit.client, at=START - 330 * DAY, answers={})
    plan_now()
    form = IntakeRequest.objects.get(client=visit.client)
    assert (form.kind, form.about) == ("FULL", f"client:{visit.client.uid}")
    send(START + 10 * DAY)
    assert sink.subjects() == ["Please look through your form again"]
    assert "/forms/" in text_of(sink)


def test_a_client_who_said_no_has_nothing_planned_until_they_say_yes() -> None:
    client, _plan = in_series()
    consent(client=client, channel="EMAIL", purpose="MARKETING", granted=False)
    plan_now()
    assert planned() == {}
    consent(client=client, channel="EMAIL", purpose="MARKETING", granted=True, at=NOW)
    plan_now()
    assert set(planned()) == {"REBOOK"}


def test_one_client_that_can_not_be_planned_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recalling, "BATCH", 1)
    in_series()
    broken = visited()
    stock.event(client=broken.client, practitioner=broken.practitioner, at=NOW)
    AdverseEvent.objects.filter(client=broken.client).update(created_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE treatments_adverseevent SET details = 'x'")
    in_series()
    assert plan_now() == 3
    assert Message.objects.filter(kind="REBOOK").count() == 2


# Tasks


def test_a_task_is_done_once_by_somebody_and_can_be_taken_back() -> None:
    in_series()
    plan_now()
    browser, user = Client(), clinic.user(role="FRONT_DESK")
    browser.force_login(user)
    StaffTask.objects.filter(kind="REBOOK_CALL").update(due_at=datetime.now(UTC) - DAY)
    page = browser.get("/desk/tasks/").content.decode()
    assert "Ring about the next visit" in page
    assert "Session 2 of 10" in page
    assert "nothing booked" in page
    one = StaffTask.objects.get(kind="REBOOK_CALL")
    for _twice in range(2):
        assert browser.post(f"/desk/tasks/{one.uid}/done/").status_code == 303
    one.refresh_from_db()
    assert (one.status, one.done_by) == ("DONE", user)
    assert AuditEntry.objects.filter(verb="task.done").count() == 1
    plan_now(NOW + HOUR)
    assert "REBOOK_CALL" not in to_do(), "done is done"
    browser.post(f"/desk/tasks/{one.uid}/reopen/")
    assert "REBOOK_CALL" in to_do()


def test_a_task_that_is_due_later_is_not_shown_and_a_withdrawn_one_can_not_be_done() -> None:
    user = clinic.user(role="FRONT_DESK")
    browser = Client()
    browser.force_login(user)
    one = task(due_at=datetime.now(UTC) + DAY)
    assert browser.get("/desk/tasks/").context["rows"] == []
    StaffTask.objects.update(status="WITHDRAWN")
    recalling.finish_task(now=NOW, actor=staff(user), task=one)
    assert StaffTask.objects.get().status == "WITHDRAWN"


# Words


@pytest.mark.parametrize("language", ["en-ca", "fr-ca"])
@pytest.mark.parametrize("kind", sorted(recalls.MESSAGES))
def test_a_message_about_a_client_says_nothing_of_a_treatment(kind: str, language: str) -> None:
    context = {
        "first_name": "Ana",
        "clinic": "Jade",
        "address": "1 Queen Street West",
        "phone": "+1 416 555 0100",
        "link": "https://book.example.org/?location=queen-west",
        "from_date": "Tuesday 1 December 2026",
    }
    said = wording.words(kind, context, language=language)
    whole = " ".join([said.subject, said.text, said.short]).lower()
    for word in ("acupunct", "facial", "needle", "session", "massage", "bruise", "visage"):
        assert word not in whole, word


def test_two_records_made_one_keep_their_tasks() -> None:
    assert "bookings.StaffTask.client" in RELATIONS
