"""Which visits count for a plan: those that happened, with needles, within its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.actions import merging
from bookings.errors import NotMergeable
from bookings.models import Booking
from bookings.queries import plans as standing
from bookings.queries.plans import Standing
from clients.models import Client
from tests.bookings.world import NOW, TORONTO, toronto
from tests.factories import bookings, plans, treatments
from treatments import actions
from treatments.models import Plan

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def stand(plan: Plan, *, now: datetime = NOW) -> Standing:
    found = standing.by_uid(plan.client, plan.uid, now=now, zone=TORONTO)
    assert found is not None
    return found


def visit(plan: Plan, start: datetime, status: str = "DONE", **also: Any) -> Booking:
    said = {"client": plan.client, "treatment": plan.treatment, **also}
    return bookings.booking(starts_at=start, status=status, **said)


def test_only_a_visit_that_happened_within_the_plan_and_with_needles_counts() -> None:
    plan = plans.plan(now=NOW - 60 * DAY, counts_from=NOW - 60 * DAY)
    massage = treatments.treatment(phases=[("LYMPHATIC_MASSAGE", 30)])
    first_visit = treatments.treatment()
    counted = [NOW - 50 * DAY, NOW - 43 * DAY]
    visit(plan, counted[0], treatment=first_visit)
    visit(plan, counted[1])
    visit(plan, NOW - 61 * DAY)
    visit(plan, NOW - 36 * DAY, "NO_SHOW")
    visit(plan, NOW - 35 * DAY, "CANCELLED")
    visit(plan, NOW - 34 * DAY, "BOOKED")
    visit(plan, NOW - 33 * DAY, treatment=massage)
    visit(plan, NOW - 32 * DAY, client=bookings.client())
    visit(plan, NOW + DAY, "CONFIRMED")
    visit(plan, NOW - HOUR, "IN_SESSION")
    found = stand(plan).position
    assert found.done == tuple(counted)
    assert found.coming == (NOW - HOUR, NOW + DAY)


def test_a_visit_taken_back_or_marked_late_moves_the_plan_and_nothing_drifts() -> None:
    plan = plans.plan(now=NOW - 60 * DAY, agreed=True)
    one = visit(plan, NOW - 10 * DAY)
    assert (stand(plan).position.count, stand(plan).state) == (1, "ACTIVE")
    Booking.objects.filter(pk=one.pk).update(status="NO_SHOW")
    assert (stand(plan).position.count, stand(plan).state) == (0, "AGREED")
    Booking.objects.filter(pk=one.pk).update(status="DONE")
    assert stand(plan).position.count == 1


def test_what_came_after_the_end_of_a_plan_belongs_to_the_next_one() -> None:
    plan = plans.plan(now=NOW - 60 * DAY, agreed=True)
    visit(plan, NOW - 50 * DAY)
    actions.stop(now=NOW - 40 * DAY, actor=plans.doctor(), plan=plan, reason="Away")
    visit(plan, NOW - 40 * DAY)
    again = plans.plan(
        now=NOW - 30 * DAY,
        client=plan.client,
        treatment=plan.treatment,
        counts_from=NOW - 60 * DAY,
    )
    assert [stand(one).position.count for one in (plan, again)] == [1, 1]


def test_a_treatment_with_a_plan_of_its_own_counts_there_and_nowhere_else() -> None:
    face = plans.plan(now=NOW - 60 * DAY)
    body = plans.plan(now=NOW - 50 * DAY, client=face.client)
    visit(face, NOW - 55 * DAY, treatment=body.treatment)
    visit(face, NOW - 40 * DAY, treatment=body.treatment)
    visit(face, NOW - 39 * DAY)
    assert [stand(one).position.count for one in (face, body)] == [2, 1]


def test_the_plan_of_a_visit_is_that_of_its_treatment() -> None:
    face = plans.plan(now=NOW - 60 * DAY)
    body = plans.plan(now=NOW - 50 * DAY, client=face.client)

    def found(treatment: int | None, client: Client | None = face.client) -> Plan | None:
        one = standing.open_plan(client, now=NOW, zone=TORONTO, treatment=treatment)
        return one.plan if one else None

    assert found(face.treatment_id) == face
    assert found(body.treatment_id) == body
    assert found(treatments.treatment().pk) == body
    assert found(treatments.treatment(phases=[("JADE_ROLLER", 9)]).pk) is None
    assert found(None) == body
    assert found(None, None) is None
    assert found(None, bookings.client()) is None


def test_a_plan_with_all_its_visits_is_one_query_however_many_they_are() -> None:
    plan = plans.plan(now=NOW - 60 * DAY)
    for number in range(6):
        visit(plan, NOW - (50 - number * 5) * DAY)
    with CaptureQueriesContext(connection) as queries:
        found = standing.open_plan(plan.client, now=NOW, zone=TORONTO, treatment=plan.treatment_id)
    assert found is not None
    assert found.position.count == 6
    assert len(queries) == 1
    assert "aims" not in queries[0]["sql"], "what the plan is for was read for its numbers"


def test_days_between_visits_are_days_where_the_clinic_is_though_the_clock_changed() -> None:
    plan = plans.plan(now=toronto(2027, 3, 1, 9, 0))
    visit(plan, toronto(2027, 3, 12, 18, 0))
    found = stand(plan, now=toronto(2027, 3, 13, 9, 0)).position
    assert found.gap_warning(toronto(2027, 3, 15, 9, 0)) is None
    assert found.gap_warning(toronto(2027, 3, 14, 23, 30)) is not None
    assert toronto(2027, 3, 15, 9, 0).astimezone(UTC) - toronto(2027, 3, 12, 18, 0) < 3 * DAY


def test_two_running_plans_of_one_treatment_wait_for_a_practitioner_before_a_merge() -> None:
    one = plans.plan(now=NOW - DAY)
    other = plans.plan(now=NOW - DAY, treatment=one.treatment)
    desk = plans.doctor()
    assert desk.user is not None
    said: dict[str, Any] = {"actor": desk, "survivor": one.client, "merged": other.client}
    with pytest.raises(NotMergeable, match="not_mergeable"):
        merging.merge(now=NOW, **said)
    actions.stop(now=NOW, actor=desk, plan=other, reason="Twice")
    visit(other, NOW - HOUR)
    made = merging.merge(now=NOW + HOUR, **said)
    assert set(Plan.objects.filter(client=one.client)) == {one, other}
    assert stand(Plan.objects.get(pk=one.pk), now=NOW + HOUR).position.count == 1
    merging.unmerge(now=NOW + DAY, actor=desk, merge=made)
    assert Plan.objects.get(pk=other.pk).client == other.client
    assert stand(Plan.objects.get(pk=one.pk), now=NOW + DAY).position.count == 0
    assert Plan.objects.get(pk=other.pk).aims["goals"] == "Softer frown"


def test_somebody_else_finds_no_plan_by_its_address() -> None:
    plan = plans.plan(now=NOW)
    assert standing.by_uid(bookings.client(), plan.uid, now=NOW, zone=TORONTO) is None
