"""What clients ask about their records, for the practitioners and the owner who answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.queries import practice
from bookings.queries.privacy import requests_for
from bookings.queries.record import may_read
from bookings.views import wording
from bookings.views.answers import SeeOther
from bookings.views.desk_change import actor_of
from clients import data_requests
from clients.models import DataRequest
from clinic import audit
from clinic.access import only
from clinic.errors import Refusal
from clinic.models import Role, User

MOST_SHOWN = 50
answering_only = only(Role.OWNER, Role.PRACTITIONER)


@dataclass(frozen=True, slots=True)
class Row:
    """A request as it is read: until when it is answered, and whether that is over."""

    asked: DataRequest
    on: str
    by: str
    is_late: bool

    @property
    def is_erasure(self) -> bool:
        return self.asked.kind == DataRequest.Kind.ERASURE


def row_of(asked: DataRequest, *, now: datetime, zone: ZoneInfo) -> Row:
    last = data_requests.answer_by(asked)
    return Row(
        asked,
        wording.day_year(asked.asked_at.astimezone(zone).date()),
        wording.day_year(last.astimezone(zone).date()),
        now > last,
    )


def page_from(typed: str, *, of: int) -> int:
    """Return from which on is shown; the first for anything that is no number of the list's."""
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else 0
    return number if number < of else 0


@answering_only
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, the oldest first, in the clients' own words: to the owner that of
    all, to others that of the clients whose record they may read. `?from=50`: those after 50."""
    now, zone = timezone.now(), practice.clinic_zone()
    every = requests_for(cast(User, request.user), now=now)
    first = page_from(request.GET.get("from", ""), of=len(every))
    found = every[first : first + MOST_SHOWN]
    for row in found:
        audit.viewed(
            now=now,
            actor=actor_of(request),
            what="DATA_REQUEST",
            about=f"data_request:{row.uid}",
            whose=f"client:{row.client.uid}",
        )
    context = {
        "rows": [row_of(row, now=now, zone=zone) for row in found],
        "before": max(first - MOST_SHOWN, 0) if first else None,
        "after": first + MOST_SHOWN if len(every) > first + MOST_SHOWN else None,
        "more": max(len(every) - first - MOST_SHOWN, 0),
    }
    return render(request, "bookings/practice/data_requests.html", context)


@answering_only
@require_POST
def answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say that a request was done or declined (`state`)."""
    rows = DataRequest.objects.select_related("client")
    row, state = get_object_or_404(rows, uid=uid), request.POST.get("state", "")
    user, now = cast(User, request.user), timezone.now()
    if state not in {"DONE", "DECLINED"}:
        raise Http404
    if user.role != Role.OWNER and not may_read(user, row.client, now=now):
        raise Http404
    try:
        data_requests.answer(now=now, user=user, request=row, state=state)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("Noted. The client is told, and reads it on their own pages."))
    return SeeOther(reverse("data-requests"))
