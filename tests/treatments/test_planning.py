"""A plan from proposal to end: who may bring it where, what is asked for first, what is kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.actions import consenting
from clients.consent_rules import Kind, Reason
from clients.models import Client, ConsentEvent
from clients.queries import consents
from clinic.audit import CLIENT, Actor
from clinic.errors import NotStored, Refusal
from clinic.models import AuditEntry, HistoryEntry
from tests.bookings.world import NOW, raw_table
from tests.factories import bookings, plans
from tests.factories.consents import signed
from treatments import actions, errors, plan_states
from treatments.actions.planning import Aims
from treatments.models import Plan, PlanEvent, PlanTemplate

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def doctor(db: None) -> Actor:
    return plans.doctor()


def states(plan: Plan) -> list[str]:
    return list(plan.events.values_list("state", flat=True))


def test_what_was_agreed_is_copied_and_never_read_from_todays_template(doctor: Actor) -> None:
    template = plans.template(retention_minutes=25)
    plan = plans.plan(now=NOW, of=template)
    actions.save_template(
        now=NOW, actor=doctor, template=template, values={"sessions": 4, "reviews_at": [4]}
    )
    kept = Plan.objects.get(pk=plan.pk)
    assert (kept.sessions, kept.reviews_at, kept.retention_minutes) == (10, [5, 10], 25)
    assert kept.numbers.sessions == 10


def test_another_number_of_sessions_takes_the_last_review_along() -> None:
    assert plans.plan(now=NOW, sessions=8).reviews_at == [5, 8]
    assert plans.plan(now=NOW, sessions=4).reviews_at == [4]
    assert plans.plan(now=NOW, of=plans.maintenance(), sessions=4).sessions is None


def test_a_new_plan_asks_for_consent_anew_and_only_a_later_signature_agrees_to_it(
    doctor: Actor,
) -> None:
    client = bookings.client()
    signed(client, at=NOW - DAY)
    plan = plans.plan(now=NOW, client=client)
    standing = consents.standing(client, Kind.TREATMENT, NOW)
    assert standing.reasons == (Reason.NEW_PLAN,)
    assert [each.kind for each in consents.to_sign(client, NOW)][:1] == [Kind.TREATMENT]
    assert consents.standing(client, Kind.TREATMENT, NOW - HOUR).holds
    with pytest.raises(errors.PlanNotSigned):
        actions.agree(now=NOW + HOUR, actor=doctor, plan=plan)
    given = signed(client, at=NOW + HOUR)
    assert consents.standing(client, Kind.TREATMENT, NOW + HOUR).holds
    agreed = actions.agree(now=NOW + 2 * HOUR, actor=doctor, plan=plan)
    assert agreed.state == plan_states.AGREED
    assert list(agreed.consents.all()) == [given]


def test_a_consent_that_was_taken_back_agrees_to_nothing(doctor: Actor) -> None:
    plan = plans.plan(now=NOW)
    given = signed(plan.client, at=NOW + HOUR)
    consenting.withdraw(now=NOW + 2 * HOUR, actor=CLIENT, consent=given)
    with pytest.raises(errors.PlanNotSigned):
        actions.agree(now=NOW + 3 * HOUR, actor=doctor, plan=plan)


def test_a_client_has_one_running_plan_of_a_treatment_and_another_of_another(
    doctor: Actor,
) -> None:
    plan = plans.plan(now=NOW)
    same: dict[str, Any] = {"client": plan.client, "treatment": plan.treatment}
    with pytest.raises(errors.PlanIsOpen):
        plans.plan(now=NOW, **same)
    plans.plan(now=NOW, client=plan.client)
    actions.stop(now=NOW + HOUR, actor=doctor, plan=plan, reason="Moves away")
    again = plans.plan(now=NOW + 2 * HOUR, counts_from=NOW - DAY, **same)
    assert again.counts_from == NOW + HOUR, "a visit of the first plan counts twice"


def test_an_event_needs_its_day(doctor: Actor) -> None:
    wedding = plans.template(
        sessions=3, max_gap_days=None, reviews_at=[], before_event_least=4, before_event_most=7
    )
    with pytest.raises(errors.EventDayMissing):
        plans.plan(now=NOW, of=wedding)
    plan = plans.plan(now=NOW, of=wedding, event_on=date(2027, 6, 1))
    assert plan.numbers.last_day == date(2027, 5, 28)
    assert plans.plan(now=NOW, event_on=date(2027, 6, 1)).event_on is None


def test_a_pause_ends_and_a_stop_says_why_where_only_practitioners_read_it(doctor: Actor) -> None:
    plan = plans.plan(now=NOW, agreed=True)
    actions.activate(now=NOW + 2 * HOUR, actor=doctor, plan=plan)
    actions.pause(now=NOW + 3 * HOUR, actor=doctor, plan=plan, reason="Cold sore")
    with pytest.raises(errors.PlanMoved):
        actions.pause(now=NOW + 3 * HOUR, actor=doctor, plan=plan)
    actions.resume(now=NOW + 4 * HOUR, actor=doctor, plan=plan)
    with pytest.raises(errors.PlanReasonMissing):
        actions.stop(now=NOW + 5 * HOUR, actor=doctor, plan=plan, reason="  ")
    stopped = actions.stop(now=NOW + 5 * HOUR, actor=doctor, plan=plan, reason="Pregnant: waits")
    assert states(plan) == ["PROPOSED", "AGREED", "ACTIVE", "PAUSED", "ACTIVE", "STOPPED"]
    assert stopped.closed_at == NOW + 5 * HOUR
    assert [event.reason for event in PlanEvent.objects.filter(plan=plan)][-1] == "Pregnant: waits"
    for table in ("treatments_planevent", "treatments_plan", "clinic_auditentry"):
        assert "Pregnant" not in raw_table(table)
        assert "frown" not in raw_table(table)
    verbs = AuditEntry.objects.filter(about=f"plan:{plan.uid}").values_list("verb", flat=True)
    assert list(verbs.order_by("pk"))[-1] == "plan.stopped"


def test_a_series_is_complete_when_its_sessions_were_had(doctor: Actor) -> None:
    plan = plans.plan(now=NOW, agreed=True)
    with pytest.raises(errors.SessionsLeft):
        actions.complete(now=NOW + DAY, actor=doctor, plan=plan, done=9)
    assert actions.complete(now=NOW + DAY, actor=doctor, plan=plan, done=10).state == "COMPLETED"
    with pytest.raises(errors.PlanMoved):
        actions.complete(now=NOW + DAY, actor=doctor, plan=plan, done=10)


def test_a_series_goes_on_as_maintenance_by_one_decision(doctor: Actor) -> None:
    plan, upkeep = plans.plan(now=NOW, agreed=True), plans.maintenance()
    go: dict[str, Any] = {"now": NOW + DAY, "actor": doctor, "plan": plan}
    with pytest.raises(errors.SessionsLeft):
        actions.move_to_maintenance(**go, template=upkeep, done=9)
    with pytest.raises(errors.NoMaintenance):
        actions.move_to_maintenance(**go, template=plans.template(), done=10)
    made = actions.move_to_maintenance(**go, template=upkeep, done=10)
    assert (made.state, made.follows, made.aims) == ("ACTIVE", plan, plan.aims)
    assert states(made) == ["PROPOSED", "AGREED", "ACTIVE"]
    assert Plan.objects.get(pk=plan.pk).state == "COMPLETED"
    assert consents.standing(plan.client, Kind.TREATMENT, NOW + 2 * DAY).holds
    with pytest.raises(errors.PlanMoved):
        actions.move_to_maintenance(**go, template=upkeep, done=10)


def test_maintenance_without_a_consent_that_holds_waits_for_one(doctor: Actor) -> None:
    plan = plans.plan(now=NOW, agreed=True)
    consenting.withdraw(now=NOW + DAY, actor=CLIENT, consent=plan.consents.get())
    made = actions.move_to_maintenance(
        now=NOW + DAY, actor=doctor, plan=plan, template=plans.maintenance(), done=10
    )
    assert (made.state, states(made)) == ("PROPOSED", ["PROPOSED"])


def test_what_a_plan_was_for_stays_in_the_history_when_it_changes(doctor: Actor) -> None:
    plan = plans.plan(now=NOW)
    new = Aims(concerns=["jowls", "frown_lines"], body=["stress"], goals="Rest", words="Calm")
    actions.change_aims(now=NOW + HOUR, actor=doctor, plan=plan, aims=new)
    actions.change_aims(now=NOW + HOUR, actor=doctor, plan=plan, aims=new)
    assert Plan.objects.get(pk=plan.pk).aims["concerns"] == ["jowls", "frown_lines"]
    told = HistoryEntry.objects.filter(table_name="treatments_plan", operation="UPDATE")
    assert [set(each.before) for each in told] == [{"aims"}]
    assert AuditEntry.objects.filter(verb="plan.aims_changed").count() == 1
    actions.stop(now=NOW + HOUR, actor=doctor, plan=plan, reason="Enough")
    with pytest.raises(errors.PlanMoved):
        actions.change_aims(now=NOW + HOUR, actor=doctor, plan=plan, aims=new)


def test_nothing_is_planned_for_a_record_that_was_merged_meanwhile() -> None:
    stale = bookings.client()
    Client.objects.filter(pk=stale.pk).update(status="MERGED", merged_into=bookings.client())
    with pytest.raises(errors.PlanClientGone):
        plans.plan(now=NOW, client=stale)
    assert not ConsentEvent.objects.exists()


STEPS = st.lists(
    st.sampled_from(["agree", "activate", "pause", "resume", "complete", "stop"]), max_size=7
)


@given(walk=STEPS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_walk_leaves_a_plan_open_or_closed_and_its_events_tell_it(
    doctor: Actor, walk: list[str]
) -> None:
    plan = plans.plan(now=NOW)
    signed(plan.client, at=NOW + HOUR)
    also: dict[str, dict[str, Any]] = {"complete": {"done": 10}, "stop": {"reason": "So"}}
    for number, step in enumerate(walk):
        was = Plan.objects.get(pk=plan.pk)
        try:
            at = NOW + (2 + number) * HOUR
            getattr(actions, step)(now=at, actor=doctor, plan=plan, **also.get(step, {}))
        except Refusal:
            assert Plan.objects.get(pk=plan.pk).state == was.state
        else:
            assert was.is_open
    now = Plan.objects.get(pk=plan.pk)
    assert states(plan)[-1] == now.state
    assert now.is_open is (now.closed_at is None)
    assert all(plan_states.may(a, b) for a, b in zip(states(plan), states(plan)[1:], strict=False))


# Templates


def test_the_clinics_own_plans_are_never_overwritten_by_the_defaults(doctor: Actor) -> None:
    assert list(PlanTemplate.objects.values_list("slug", "sessions")) == [
        ("standard", 10),
        ("intensive", 12),
        ("prevention", 6),
        ("maintenance", None),
        ("event", 3),
    ]
    standard = PlanTemplate.objects.get(slug="standard")
    own = {"name": "Our series", "sessions": 8, "reviews_at": [4, 8], "is_active": False}
    actions.save_template(now=NOW, actor=doctor, template=standard, values=own)
    call_command("load_defaults", verbosity=0)
    kept = PlanTemplate.objects.get(slug="standard")
    assert {name: getattr(kept, name) for name in own} == own
    assert PlanTemplate.objects.count() == 5


def test_numbers_that_make_no_sense_are_refused_at_their_field(doctor: Actor) -> None:
    template = plans.template()
    for values, field in (
        ({"sessions": 0}, "sessions"),
        ({"max_gap_days": 2}, "max_gap_days"),
        ({"per_week": None}, "per_week"),
        ({"before_event_least": 5}, "before_event_most"),
    ):
        with pytest.raises(NotStored) as told:
            actions.save_template(now=NOW, actor=doctor, template=template, values=values)
        assert told.value.field == field
        assert str(told.value.sentence).endswith(".")


@pytest.mark.parametrize(
    "refusal",
    [
        each
        for each in vars(errors).values()
        if isinstance(each, type)
        and issubclass(each, Refusal)
        and each not in {Refusal, errors.NeedlesStillIn}
    ],
)
def test_every_refusal_is_a_sentence(refusal: type[Any]) -> None:
    said = refusal()
    assert said.code
    assert str(said.sentence).endswith(".")
    assert len(str(said.sentence)) < 200
