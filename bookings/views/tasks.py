"""What staff have to do about clients: whom to ring, whom to ask, what to look at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bookings.actions import recalling
from bookings.models import StaffTask
from bookings.queries import tasks as found
from bookings.queries.plans import Standing
from bookings.queries.practice import clinic_zone
from bookings.views.answers import SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.message_words import task_words
from bookings.views.plan_words import plan_line
from bookings.views.wording import day_short
from clients.contact import phone_words
from clinic.access import staff_only
from clinic.audit import Actor
from clinic.models import User


@staff_only
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """What waits for this login, the longest due first, and what was done since yesterday."""
    now, zone, user = timezone.now(), clinic_zone(), cast(User, request.user)
    rows = found.to_do(user, now=now)
    standings = found.running_plans({row.client_id for row in rows}, now=now, zone=zone)
    context = {
        "rows": [_row(row, standings.get(row.client_id), now=now, zone=zone) for row in rows],
        "done": [
            {"task": row, "what": task_words(row.kind)} for row in found.just_done(user, now=now)
        ],
    }
    return render(request, "bookings/tasks/list.html", context)


def _row(
    row: StaffTask, standing: Standing | None, *, now: datetime, zone: ZoneInfo
) -> dict[str, object]:
    due, today = row.due_at.astimezone(zone).date(), now.astimezone(zone).date()
    return {
        "task": row,
        "what": task_words(row.kind),
        "since": day_short(due) if due < today else "",
        "phone": phone_words(row.client.phone) if row.client.phone else "",
        "plan": plan_line(standing) if standing else None,
        "nothing_booked": bool(standing and not standing.position.coming),
    }


@staff_only
@require_POST
def done(request: HttpRequest, uid: UUID) -> HttpResponse:
    """It is done."""
    return _act(request, uid, recalling.finish_task)


@staff_only
@require_POST
def reopen(request: HttpRequest, uid: UUID) -> HttpResponse:
    """It was not done after all."""
    return _act(request, uid, recalling.reopen_task)


def _act(request: HttpRequest, uid: UUID, act: Callable[..., StaffTask]) -> HttpResponse:
    task = found.task_by_uid(cast(User, request.user), uid)
    if task is None:
        raise Http404
    actor: Actor = actor_of(request)
    act(now=timezone.now(), actor=actor, task=task)
    return SeeOther(reverse("tasks"))
