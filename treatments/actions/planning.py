"""A client's plan from proposal to end. Every change of its state is a `PlanEvent`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from clients.actions import consenting
from clients.consent_rules import Kind, Reason
from clients.models import Client, ClientKey, ConsentGiven
from clients.queries import consents
from clinic import audit
from clinic.audit import Actor
from clinic.models import Practitioner
from treatments import plan_states
from treatments.errors import (
    EventDayMissing,
    NoMaintenance,
    PlanClientGone,
    PlanIsOpen,
    PlanMoved,
    PlanNotSigned,
    PlanReasonMissing,
    SessionsLeft,
)
from treatments.models import COPIED, Plan, PlanEvent, PlanTemplate, Treatment


@dataclass(frozen=True, slots=True)
class Aims:
    """What a plan is for: concerns and whole-body aims (codes, the most important first), goals for
    those who treat, and words for the client."""

    concerns: Sequence[str] = ()
    body: Sequence[str] = ()
    goals: str = ""
    words: str = ""

    def document(self) -> dict[str, Any]:
        return {
            "concerns": list(self.concerns),
            "body": list(self.body),
            "goals": self.goals.strip(),
            "words": self.words.strip(),
        }


def propose(
    *,
    now: datetime,
    actor: Actor,
    client: Client,
    practitioner: Practitioner,
    treatment: Treatment,
    template: PlanTemplate,
    counts_from: datetime,
    aims: Aims,
    sessions: int | None = None,
    event_on: date | None = None,
) -> Plan:
    """Propose a plan made of a template, whose numbers it copies. From now on a consent to it is
    asked for.

    counts_from: visits count from here, but none that an earlier plan of this treatment counts.
    sessions: another number than the template's.

    Raises PlanIsOpen, EventDayMissing, PlanClientGone.
    """
    if template.needs_event and event_on is None:
        raise EventDayMissing
    with transaction.atomic():
        _lock(client)
        plan = Plan(
            client=client,
            practitioner=practitioner,
            treatment=treatment,
            template=template,
            proposed_at=now,
            counts_from=counts_from,
            event_on=event_on if template.needs_event else None,
            **_copied(template, sessions),
        )
        _add(plan, aims.document(), now=now, actor=actor)
        consenting.ask_again(
            now=now, client=client, reason=Reason.NEW_PLAN, about=f"plan:{plan.uid}"
        )
    return plan


def agree(*, now: datetime, actor: Actor, plan: Plan) -> Plan:
    """The client has agreed: attach the consent to treatment they signed since it was proposed.

    Raises PlanNotSigned, PlanMoved.
    """
    with transaction.atomic():
        plan = _locked(plan)
        consent = _consent(plan.client, now)
        if consent is None:
            raise PlanNotSigned
        return _go(plan, plan_states.AGREED, now=now, actor=actor, consent=consent)


def activate(*, now: datetime, actor: Actor, plan: Plan) -> Plan:
    """The series has begun. The first visit does that by itself; this says so. Raises PlanMoved."""
    with transaction.atomic():
        plan = _locked(plan)
        if plan.state != plan_states.AGREED:
            raise PlanMoved
        return _go(plan, plan_states.ACTIVE, now=now, actor=actor)


def pause(*, now: datetime, actor: Actor, plan: Plan, reason: str = "") -> Plan:
    """Wait with the next session until `resume`. Raises PlanMoved."""
    with transaction.atomic():
        return _go(_locked(plan), plan_states.PAUSED, now=now, actor=actor, reason=reason)


def resume(*, now: datetime, actor: Actor, plan: Plan) -> Plan:
    """Go on after a pause. Raises PlanMoved."""
    with transaction.atomic():
        plan = _locked(plan)
        if plan.state != plan_states.PAUSED:
            raise PlanMoved
        return _go(plan, plan_states.ACTIVE, now=now, actor=actor)


def complete(*, now: datetime, actor: Actor, plan: Plan, done: int) -> Plan:
    """All sessions were had. `done`: how many were, as the position says.

    Raises SessionsLeft, PlanMoved.
    """
    with transaction.atomic():
        return _complete(_locked(plan), now=now, actor=actor, done=done)


def stop(*, now: datetime, actor: Actor, plan: Plan, reason: str) -> Plan:
    """End a plan early. Raises PlanReasonMissing, PlanMoved."""
    if not reason.strip():
        raise PlanReasonMissing
    with transaction.atomic():
        return _go(_locked(plan), plan_states.STOPPED, now=now, actor=actor, reason=reason)


def move_to_maintenance(
    *, now: datetime, actor: Actor, plan: Plan, template: PlanTemplate, done: int
) -> Plan:
    """Go on with maintenance after a series, by one decision; return the new plan.

    A plan that is not completed yet is completed first. The consent that holds covers it, since
    nothing is done that it did not speak of; where none holds, the new plan is proposed and waits
    for one.

    Raises NoMaintenance, SessionsLeft, PlanIsOpen, PlanMoved, PlanClientGone.
    """
    if template.sessions is not None:
        raise NoMaintenance
    with transaction.atomic():
        plan = _locked(plan)
        if plan.state != plan_states.COMPLETED:
            plan = _complete(plan, now=now, actor=actor, done=done)
        if Plan.objects.filter(follows=plan).exists():
            raise PlanMoved
        made = Plan(
            client=plan.client,
            practitioner=plan.practitioner,
            treatment=plan.treatment,
            template=template,
            proposed_at=now,
            counts_from=now,
            follows=plan,
            **_copied(template, None),
        )
        _add(made, plan.aims, now=now, actor=actor)
        consent = _consent(plan.client, now)
        if consent is not None:
            _go(made, plan_states.AGREED, now=now, actor=actor, consent=consent)
            _go(made, plan_states.ACTIVE, now=now, actor=actor)
    return made


def change_aims(*, now: datetime, actor: Actor, plan: Plan, aims: Aims) -> Plan:
    """Change what an open plan is for. What it was before stays in the history. Raises PlanMoved."""
    with transaction.atomic():
        plan = _locked(plan)
        if not plan.is_open:
            raise PlanMoved
        if plan.aims == aims.document():
            return plan
        plan.aims = aims.document()
        plan.save(update_fields=["aims"])
        audit.record(
            now=now,
            actor=actor,
            verb="plan.aims_changed",
            about=f"plan:{plan.uid}",
            after={"client": str(plan.client.uid)},
        )
    return plan


def _copied(template: PlanTemplate, sessions: int | None) -> dict[str, Any]:
    """Return the numbers of a template, with its reviews moved to the number of sessions asked."""
    numbers = {name: getattr(template, name) for name in COPIED} | {"name": template.name}
    if sessions is None or template.sessions is None or sessions == template.sessions:
        return numbers
    reviews = [number for number in template.reviews_at if number < sessions]
    if template.sessions in template.reviews_at:
        reviews.append(sessions)
    return numbers | {"sessions": sessions, "reviews_at": reviews}


def _lock(client: Client) -> None:
    """Take the client's turn. Raises PlanClientGone for one merged meanwhile."""
    rows = Client.objects.select_for_update(no_key=True, of=("self",))
    if rows.only("status").get(pk=client.pk).status == Client.Status.MERGED:
        raise PlanClientGone


def _locked(plan: Plan) -> Plan:
    """Return a plan as it stands, locked after its client."""
    current = Plan.objects.select_related("client__key").get(pk=plan.pk)
    _lock(current.client)
    fresh = Plan.objects.select_for_update(of=("self",)).select_related(
        "client__key", "practitioner", "treatment", "template"
    )
    return fresh.get(pk=plan.pk)


def _add(plan: Plan, aims: dict[str, Any], *, now: datetime, actor: Actor) -> None:
    """Save a new plan as proposed. Raises PlanIsOpen."""
    same = Plan.objects.filter(client=plan.client, treatment=plan.treatment)
    if same.filter(state__in=plan_states.OPEN).exists():
        raise PlanIsOpen
    closed = same.order_by("-closed_at").values_list("closed_at", flat=True).first()
    if closed is not None:
        plan.counts_from = max(plan.counts_from, closed)
    ClientKey.objects.of(plan.client, now=now)
    plan.aims = aims
    plan.state = plan_states.PROPOSED
    plan.save()
    _tell(plan, now=now, actor=actor)


def _complete(plan: Plan, *, now: datetime, actor: Actor, done: int) -> Plan:
    if plan.sessions is not None and done < plan.sessions:
        raise SessionsLeft
    return _go(plan, plan_states.COMPLETED, now=now, actor=actor)


def _go(
    plan: Plan,
    state: str,
    *,
    now: datetime,
    actor: Actor,
    reason: str = "",
    consent: ConsentGiven | None = None,
) -> Plan:
    """Bring a locked plan into a state. Raises PlanMoved where it can't go there."""
    if not plan_states.may(plan.state, state):
        raise PlanMoved
    plan.state = state
    plan.closed_at = now if state in plan_states.CLOSED else None
    plan.save(update_fields=["state", "closed_at"])
    _tell(plan, now=now, actor=actor, reason=reason, consent=consent)
    return plan


def _tell(
    plan: Plan,
    *,
    now: datetime,
    actor: Actor,
    reason: str = "",
    consent: ConsentGiven | None = None,
) -> None:
    PlanEvent.objects.create(
        client=plan.client,
        plan=plan,
        state=plan.state,
        at=now,
        user=actor.user,
        consent=consent,
        reason=reason.strip(),
    )
    audit.record(
        now=now,
        actor=actor,
        verb=f"plan.{plan.state.lower()}",
        about=f"plan:{plan.uid}",
        after={"client": str(plan.client.uid)},
    )


def _consent(client: Client, now: datetime) -> ConsentGiven | None:
    """Return the consent to treatment that holds, if one does."""
    if not consents.standing(client, Kind.TREATMENT, now).holds:
        return None
    rows = ConsentGiven.objects.filter(
        client=client, document__kind=Kind.TREATMENT.value, at__lte=now
    )
    return rows.order_by("-at", "-pk").first()
