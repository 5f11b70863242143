"""What the database refuses in a plan."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from clients.models import ConsentEvent
from tests.copying import Case, copy, refused
from tests.factories import bookings, plans
from treatments.models import Plan, PlanEvent, PlanTemplate

pytestmark = pytest.mark.django_db

NOW = datetime(2099, 3, 1, 12, 0, tzinfo=UTC)
A_TEMPLATE = {"slug": "another"}
# A closed copy, so that the first is not in its way.
A_PLAN: dict[str, object] = {"state": "STOPPED", "closed_at": NOW.isoformat()}
BETWEEN = {"before_event_least": 4, "before_event_most": 7, "event_on": "2099-05-01"}

CASES: dict[str, Case] = {
    "plantemplate_numbers_in_range": (PlanTemplate, A_TEMPLATE, {"sessions": 0}),
    "plantemplate_one_cadence": (PlanTemplate, A_TEMPLATE, {"every_days": 30}),
    "plantemplate_gaps_in_order": (PlanTemplate, A_TEMPLATE, {"max_gap_days": 2}),
    "plantemplate_before_event": (PlanTemplate, A_TEMPLATE, {"before_event_least": 4}),
    "plan_numbers_in_range": (Plan, A_PLAN, {"retention_minutes": 61}),
    "plan_one_cadence": (Plan, A_PLAN, {"per_week": None}),
    "plan_gaps_in_order": (Plan, A_PLAN, {"min_gap_days": 0}),
    "plan_before_event": (Plan, {**A_PLAN, **BETWEEN}, {"sessions": None}),
    "plan_event_has_day": (Plan, {**A_PLAN, **BETWEEN}, {"event_on": None}),
    "plan_open_or_closed": (Plan, A_PLAN, {"closed_at": None}),
    "plan_event_state_known": (PlanEvent, {}, {"state": "DREAMT"}),
    "plan_event_agreed_by_consent": (PlanEvent, {}, {"state": "AGREED"}),
    "consent_event_reason_known": (ConsentEvent, {"about": "plan:x"}, {"reason": "TOO_OLD"}),
}
# What takes more than one row to say, or a row's own number, is told apart below.
OF_THEIR_OWN = {"consent_event_once", "plan_does_not_follow_itself", "plan_one_open"}


def row(model: type[Any]) -> Any:
    plans.plan(now=NOW)
    return model.objects.latest("pk")


@pytest.mark.parametrize("name", CASES)
def test_a_constraint_refuses_what_it_says_and_only_that(name: str) -> None:
    model, good, bad = CASES[name]
    first = row(model)
    assert refused(lambda: copy(first, **{**good, **bad})) == name
    copy(first, **good)


def test_a_client_has_one_running_plan_of_a_treatment() -> None:
    first = row(Plan)
    assert refused(lambda: copy(first)) == "plan_one_open"
    copy(first, **A_PLAN)
    copy(first, client_id=bookings.client().pk)


def test_a_plan_follows_another() -> None:
    first = row(Plan)
    itself = {**A_PLAN, "id": 77_777, "follows_id": 77_777}
    assert refused(lambda: copy(first, **itself)) == "plan_does_not_follow_itself"
    copy(first, **{**itself, "follows_id": first.pk})


def test_a_plan_asks_for_a_new_consent_once() -> None:
    assert refused(lambda: copy(row(ConsentEvent))) == "consent_event_once"


def test_what_became_of_a_plan_is_never_changed_and_what_came_up_neither() -> None:
    row(Plan)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model, name in (
            (PlanEvent, "plan_events_do_not_change"),
            (ConsentEvent, "consents_do_not_change"),
        ):
            table = model._meta.db_table
            for statement in (
                f"UPDATE {table} SET at = at",  # noqa: S608
                f"DELETE FROM {table}",  # noqa: S608
                f"TRUNCATE {table} CASCADE",
            ):
                assert refused(lambda statement=statement: cursor.execute(statement)) == name


def test_nobody_agrees_to_a_plan_by_what_somebody_else_signed() -> None:
    plan = plans.plan(now=NOW, agreed=True)
    other = plans.plan(now=NOW, agreed=True)
    event = PlanEvent.objects.get(plan=plan, state="AGREED")
    theirs = PlanEvent.objects.get(plan=other, state="AGREED").consent_id
    for stolen in ({"consent_id": theirs}, {"client_id": other.client_id}):
        assert refused(lambda stolen=stolen: copy(event, **stolen)) == "plan_event_is_the_clients"
    copy(event)
