"""Plans against the calendar: where a client stands, and when the next session is due.

What is read here of a plan are its numbers and days; what it is for stays sealed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from bookings import lifecycle
from bookings.models import Booking
from clients.models import Client
from clients.phases import Phase as Kind
from treatments import plan_states
from treatments.models import Phase, Plan
from treatments.plan_position import Position, position

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
# What is booked and may still be; what is over and was never marked is neither done nor coming.
COMING = (*lifecycle.BEFORE_SESSION, lifecycle.IN_SESSION)


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan and where its client stands in it."""

    plan: Plan
    position: Position

    @property
    def state(self) -> str:
        """The state as it is told; the first visit makes an agreed plan active."""
        return plan_states.shown(self.plan.state, done=self.position.count)

    @property
    def is_running(self) -> bool:
        """Whether the next session is waited for."""
        return self.state in plan_states.RUNNING and not self.position.is_complete


def standings(plans: QuerySet[Plan], *, now: datetime, zone: ZoneInfo) -> list[Standing]:
    """Return some plans with their positions, without what is sealed (one query)."""
    rows = plans.defer("aims").annotate(
        was=_starts(Q(status=lifecycle.DONE)),
        will_be=_starts(
            Q(status__in=(lifecycle.ARRIVED, lifecycle.IN_SESSION))
            | Q(status__in=COMING, ends_at__gt=now)
        ),
    )
    return [_standing(plan, now=now, zone=zone) for plan in rows]


def plans_of(client: Client, *, now: datetime, zone: ZoneInfo) -> list[Standing]:
    """Return all plans of a client, the open ones first, then the newest (one query)."""
    order = F("closed_at").desc(nulls_first=True)
    rows = _of(client).order_by(order, "-proposed_at", "-pk")
    return _with(client, standings(rows, now=now, zone=zone))


def open_plan(
    client: Client | None, *, now: datetime, zone: ZoneInfo, treatment: int | None = None
) -> Standing | None:
    """Return the plan that a visit belongs to: the open one of its treatment, or else the newest
    open one where the treatment has needling (one query; none without a client)."""
    if client is None:
        return None
    rows = _of(client).filter(state__in=plan_states.OPEN)
    if treatment is not None:
        rows = rows.filter(Q(treatment=treatment) | Exists(_needling(treatment)))
    rows = rows.order_by("-proposed_at", "-pk")
    found = _with(client, standings(rows, now=now, zone=zone))
    own = [each for each in found if each.plan.treatment_id == treatment]
    return next(iter([*own, *found]), None)


def by_uid(client: Client, uid: UUID, *, now: datetime, zone: ZoneInfo) -> Standing | None:
    """Return one plan of a client."""
    rows = _of(client).filter(uid=uid)
    return next(iter(_with(client, standings(rows, now=now, zone=zone))), None)


def _of(client: Client) -> QuerySet[Plan]:
    return Plan.objects.filter(client=client).select_related("practitioner", "treatment")


def _with(client: Client, found: list[Standing]) -> list[Standing]:
    """Give plans the client at hand, whose key opens them."""
    for each in found:
        each.plan.client = client
    return found


def _standing(plan: Plan, *, now: datetime, zone: ZoneInfo) -> Standing:
    was: Collection[datetime] = plan.was  # type: ignore[attr-defined]
    will_be: Iterable[datetime] = plan.will_be  # type: ignore[attr-defined]
    today = now.astimezone(zone).date()
    return Standing(plan, position(plan.numbers, done=was, coming=will_be, today=today, zone=zone))


def _starts(which: Q) -> ArraySubquery:
    """Return the starts of the visits that count for a plan: of its client, within its time, with
    needles; and of another treatment only if that has no plan of its own then."""
    others = Plan.objects.filter(
        Q(closed_at__isnull=True) | Q(closed_at__gt=OuterRef("starts_at")),
        client=OuterRef("client"),
        treatment=OuterRef("treatment"),
        counts_from__lte=OuterRef("starts_at"),
    )
    rows = Booking.objects.filter(
        which,
        Q(treatment=OuterRef("treatment")) | ~Exists(others),
        Exists(_needling(OuterRef("treatment"))),
        client=OuterRef("client"),
        starts_at__gte=OuterRef("counts_from"),
        starts_at__lt=Coalesce(OuterRef("closed_at"), Value(NEVER)),
    )
    return ArraySubquery(rows.order_by("starts_at").values("starts_at"))


def _needling(treatment: int | OuterRef) -> QuerySet[Phase]:
    return Phase.objects.filter(treatment=treatment, kind=Kind.NEEDLING.value)
