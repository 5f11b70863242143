"""What staff have to do about clients by themselves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from bookings import recalls
from bookings.models import StaffTask
from bookings.queries import plans
from clients.models import Client
from clinic.models import Role, User
from treatments import plan_states
from treatments.models import Plan

MOST = 200
# What was done stays in the list for so long, in case it was not.
JUST_DONE = timedelta(days=1)


def to_do(user: User, *, now: datetime) -> list[StaffTask]:
    """Return what a login has to do, the longest due first (one query): the desk's for everybody,
    a practitioner's own for them and the owner. What something was reported for is nothing that the
    front desk sees."""
    return list(_open(user, now=now).select_related("client", "practitioner")[:MOST])


def how_many(user: User, *, now: datetime) -> int:
    """Return how much a login has to do (one query)."""
    return _open(user, now=now).count()


def just_done(user: User, *, now: datetime) -> list[StaffTask]:
    """Return what was done since yesterday, the newest first (one query)."""
    rows = _for(user).filter(status=StaffTask.Status.DONE, done_at__gt=now - JUST_DONE)
    return list(rows.select_related("client", "done_by").order_by("-done_at", "-pk")[:MOST])


def task_by_uid(user: User, uid: UUID) -> StaffTask | None:
    """Return a task that a login may see (one query)."""
    return _for(user).filter(uid=uid).select_related("client").first()


def running_plans(
    clients: Collection[int], *, now: datetime, zone: ZoneInfo
) -> dict[int, plans.Standing]:
    """Return the running plan of each of some clients, the newest where there are several (one
    query)."""
    rows = Plan.objects.filter(client__in=clients, state__in=plan_states.RUNNING)
    rows = rows.select_related("practitioner", "treatment").order_by("proposed_at", "pk")
    return {one.plan.client_id: one for one in plans.standings(rows, now=now, zone=zone)}


def _for(user: User) -> QuerySet[StaffTask]:
    rows = StaffTask.objects.exclude(client__status__in=Client.GONE)
    if user.role == Role.OWNER:
        return rows
    if user.role == Role.PRACTITIONER:
        return rows.filter(Q(practitioner=None) | Q(practitioner__user=user))
    return rows.exclude(kind__in=recalls.PRIVATE)


def _open(user: User, *, now: datetime) -> QuerySet[StaffTask]:
    rows = _for(user).filter(status=StaffTask.Status.OPEN, due_at__lte=now)
    return rows.order_by("due_at", "pk")
