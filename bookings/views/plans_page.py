"""What the pages of a client's plan show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.queries.plans import Standing
from bookings.views import wording
from bookings.views.marks import Mark, moment
from bookings.views.plan_words import STATES, PlanLine, numbers_words, plan_line
from clients.consent_rules import Kind
from clients.queries import consents
from treatments import plan_states
from treatments.concerns import in_words
from treatments.models import PlanEvent, PlanTemplate
from treatments.queries import plans


@dataclass(frozen=True, slots=True)
class Step:
    """What can be done with a plan by one tap; `name` is its word in the address."""

    name: str
    words: str | Promise
    icon: str


AGREE = Step("agree", gettext_lazy("They have agreed"), "circle-check")
ACTIVATE = Step("activate", gettext_lazy("Begin the series"), "play")
PAUSE = Step("pause", gettext_lazy("Pause"), "clock")
RESUME = Step("resume", gettext_lazy("Go on"), "play")
COMPLETE = Step("complete", gettext_lazy("Complete"), "check-check")


@dataclass(frozen=True, slots=True)
class Happened:
    """A state the plan came into."""

    mark: Mark
    when: str
    who: str
    reason: str
    signed: str


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One plan with all there is to it. `signed`: a consent to it holds."""

    standing: Standing
    line: PlanLine
    numbers: list[str]
    concerns: list[str]
    body: list[str]
    goals: str
    words: str
    event: str
    counts_from: str
    happened: list[Happened]
    steps: list[Step]
    signed: bool
    maintenance: list[PlanTemplate]
    may_stop: bool


def plan_page(standing: Standing, *, now: datetime, zone: ZoneInfo) -> PlanPage:
    """Return the page; it opens what the plan is for and why its state changed."""
    plan, where = standing.plan, standing.position
    aims: dict[str, Any] = plan.aims
    ends = plan.state in (plan_states.COMPLETED, *plan_states.RUNNING, plan_states.PAUSED)
    follows = ends and (where.is_complete or plan.state == plan_states.COMPLETED)
    return PlanPage(
        standing=standing,
        line=plan_line(standing),
        numbers=numbers_words(where.numbers),
        concerns=in_words(aims.get("concerns", ())),
        body=in_words(aims.get("body", ())),
        goals=aims.get("goals", ""),
        words=aims.get("words", ""),
        event=wording.day(plan.event_on) if plan.event_on else "",
        counts_from=wording.day_year(plan.counts_from.astimezone(zone).date()),
        happened=[_happened(event, zone) for event in plans.events_of(plan)],
        steps=_steps(standing),
        signed=consents.standing(plan.client, Kind.TREATMENT, now).holds,
        maintenance=plans.maintenance()
        if follows and plan.sessions is not None and not hasattr(plan, "followed_by")
        else [],
        may_stop=plan.is_open,
    )


def _steps(standing: Standing) -> list[Step]:
    """Return what can be done, the likeliest first."""
    plan, where = standing.plan, standing.position
    done = [COMPLETE] if plan.sessions is None or where.is_complete else []
    match plan.state:
        case plan_states.PROPOSED:
            return [AGREE]
        case plan_states.AGREED:
            return [*done, *([] if where.count else [ACTIVATE]), PAUSE]
        case plan_states.ACTIVE:
            return [*done, PAUSE] if plan.sessions is not None else [PAUSE, *done]
        case plan_states.PAUSED:
            return [RESUME, *done]
        case _:
            return []


def _happened(event: PlanEvent, zone: ZoneInfo) -> Happened:
    signed = ""
    if event.consent is not None:
        day = wording.day_year(event.consent.at.astimezone(zone).date())
        signed = _("by the consent signed on %(day)s") % {"day": day}
    return Happened(
        mark=STATES[event.state],
        when=moment(event.at, zone),
        who=event.user.name if event.user else "",
        reason=event.reason,
        signed=signed,
    )
