"""The plans of some clients of the demo clinic, in every state, fitted to the visits they had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bookings import lifecycle
from bookings.models import Booking
from bookings.seed import signed
from bookings.seed.people import uuid
from clients.consent_rules import Kind, Reason
from clients.models import (
    Client,
    ConsentDocument,
    ConsentEvent,
    ConsentGiven,
    IntakeSubmission,
)
from treatments import plan_states
from treatments.concerns import body_aims, concerns
from treatments.models import COPIED, Plan, PlanEvent, PlanTemplate, Treatment
from treatments.queries.plans import needling

MOST = 100
# Visits further apart than this belong to two series.
APART = timedelta(days=50)
WORDS = (
    "Early nights help as much as the needles do.",
    "Little and often: your skin likes a steady rhythm.",
    "Drink water before you come, and take the stairs gently after.",
)
PAUSED = "A cold sore; we wait until it has healed."
STOPPED = "Moves to another city; knows where to go on."
# What becomes of each plan, one client after another; those who have not signed only have a proposal.
FATES = ("ACTIVE", "ACTIVE", "PAUSED", "ACTIVE", "MAINTAINED", "ACTIVE", "STOPPED", "COMPLETED")


@dataclass
class Course:
    """A client with the visits of their last series, the oldest first, and what they signed."""

    client: Client
    visits: list[Booking]
    consent: ConsentGiven | None
    random: Random


def plan(*, now: datetime) -> int:
    """Give plans to clients who have told us what they come for; return how many. They must have
    their keys."""
    templates = {each.slug: each for each in PlanTemplate.objects.all()}
    usual = needling().first()
    if usual is None or not {"standard", "prevention", "maintenance"} <= set(templates):
        return 0
    plans: list[Plan] = []
    events: list[PlanEvent] = []
    asked: list[ConsentEvent] = []
    for number, course in enumerate(_courses(now)):
        fate = FATES[number % len(FATES)] if course.consent else plan_states.PROPOSED
        for made, told in _plans(course, fate, templates, usual, now=now):
            plans.append(made)
            events += told
            if made.follows is None:
                asked.append(_asked(made))
    Plan.objects.bulk_create([each for each in plans if each.follows is None])
    Plan.objects.bulk_create([each for each in plans if each.follows is not None])
    PlanEvent.objects.bulk_create(events)
    ConsentEvent.objects.bulk_create(asked)
    return len(plans)


def _courses(now: datetime) -> Iterator[Course]:
    told = IntakeSubmission.objects.order_by("client").values_list("client", flat=True).distinct()
    people = Client.objects.select_related("key").in_bulk(list(told[:MOST]))
    visits: dict[int, list[Booking]] = defaultdict(list)
    rows = Booking.objects.filter(client__in=people, status=lifecycle.DONE, starts_at__lt=now)
    for visit in rows.select_related("practitioner__user", "treatment", "room__location").order_by(
        "starts_at"
    ):
        visits[visit.client_id or 0].append(visit)
    signatures = ConsentGiven.objects.filter(client__in=people, document__kind=Kind.TREATMENT.value)
    consents = {each.client_id: each for each in signatures.order_by("at")}
    text = ConsentDocument.objects.filter(kind=Kind.TREATMENT.value).latest("number")
    ahead = set(
        Booking.objects.filter(
            client__in=people, status__in=lifecycle.BEFORE_SESSION, starts_at__gte=now
        ).values_list("client", flat=True)
    )
    for pk, client in sorted(people.items()):
        course, random = _series(visits[pk]), Random(f"plan {client.uid}")
        if not course:
            continue
        consent = consents.get(pk)
        # Who comes and has not signed is asked at the visit.
        if consent is None and pk not in ahead:
            consent = signed.given(course[-1], client, text, random)
            consent.save()
        yield Course(client, course, consent, random)


def _series(visits: Sequence[Booking]) -> list[Booking]:
    """Return the visits of the last series, at most ten."""
    found: list[Booking] = []
    for visit in reversed(visits):
        if found and found[-1].starts_at - visit.starts_at > APART:
            break
        found.append(visit)
    return found[9::-1]


def _plans(
    course: Course,
    fate: str,
    templates: dict[str, PlanTemplate],
    usual: Treatment,
    *,
    now: datetime,
) -> Iterator[tuple[Plan, list[PlanEvent]]]:
    """Yield a client's plan with what became of it, and the one that maintains it."""
    ends = fate in {"MAINTAINED", "COMPLETED"}
    count = len(course.visits)
    first = _plan(
        course,
        templates["prevention" if ends and count <= 6 else "standard"],
        usual,
        at=course.visits[0].starts_at - timedelta(minutes=30),
        sessions=count if ends else None,
    )
    # The text they signed was published a moment ago, so nobody agreed to it before.
    at = max(now, course.consent.at) if course.consent else now
    told = [_event(first, plan_states.PROPOSED, first.proposed_at, course)]
    if fate != plan_states.PROPOSED:
        told.append(_event(first, plan_states.AGREED, at, course, consent=course.consent))
        told.append(_event(first, plan_states.ACTIVE, at, course))
    if fate == plan_states.PAUSED:
        told.append(_event(first, plan_states.PAUSED, at, course, reason=PAUSED))
    elif fate == plan_states.STOPPED:
        told.append(_event(first, plan_states.STOPPED, at, course, reason=STOPPED))
    elif ends:
        told.append(_event(first, plan_states.COMPLETED, at, course))
    first.state = told[-1].state
    first.closed_at = at if first.state in plan_states.CLOSED else None
    yield first, told
    if fate == "MAINTAINED":
        then = _plan(course, templates["maintenance"], usual, at=at)
        then.follows, then.state = first, plan_states.ACTIVE
        yield (
            then,
            [
                _event(then, plan_states.PROPOSED, at, course),
                _event(then, plan_states.AGREED, at, course, consent=course.consent),
                _event(then, plan_states.ACTIVE, at, course),
            ],
        )


def _plan(
    course: Course,
    template: PlanTemplate,
    usual: Treatment,
    *,
    at: datetime,
    sessions: int | None = None,
) -> Plan:
    last = course.visits[-1]
    numbers: dict[str, Any] = {name: getattr(template, name) for name in COPIED}
    if sessions:
        numbers |= {"sessions": sessions, "reviews_at": [sessions]}
    return Plan(
        uid=uuid(course.random),
        client=course.client,
        practitioner=last.practitioner,
        treatment=usual if last.treatment.for_new_clients else last.treatment,
        template=template,
        name=template.name,
        state=plan_states.PROPOSED,
        proposed_at=at,
        counts_from=at,
        aims=_aims(course),
        **numbers,
    )


def _aims(course: Course) -> dict[str, Any]:
    sent = IntakeSubmission.objects.filter(client=course.client).latest("submitted_at")
    sent.client = course.client
    top = [code for code in sent.answers.get("top3") or () if code in concerns()]
    return {
        "concerns": top,
        "body": course.random.sample(sorted(body_aims()), course.random.choice((0, 1, 1, 2))),
        "goals": sent.answers.get("goal") or "",
        "words": course.random.choice(WORDS),
    }


def _event(
    plan: Plan,
    state: str,
    at: datetime,
    course: Course,
    *,
    consent: ConsentGiven | None = None,
    reason: str = "",
) -> PlanEvent:
    return PlanEvent(
        uid=uuid(course.random),
        client=course.client,
        plan=plan,
        state=state,
        at=at,
        user=course.visits[-1].practitioner.user,
        consent=consent,
        reason=reason,
    )


def _asked(plan: Plan) -> ConsentEvent:
    return ConsentEvent(
        client=plan.client,
        reason=Reason.NEW_PLAN.value,
        about=f"plan:{plan.uid}",
        at=plan.proposed_at,
    )
