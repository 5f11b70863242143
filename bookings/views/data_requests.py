"""What clients ask about their records, for the practitioners and the owner who answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
from bookings.views import wording
from bookings.views.answers import SeeOther
from bookings.views.desk_change import actor_of
from clients import data_requests
from clients.models import DataRequest
from clinic import audit
from clinic.access import only
from clinic.errors import Refusal
from clinic.models import Role, User

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


@answering_only
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, the oldest first, in the clients' own words."""
    found, now, zone = data_requests.waiting(), timezone.now(), practice.clinic_zone()
    for row in found:
        audit.viewed(
            now=now,
            actor=actor_of(request),
            what="DATA_REQUEST",
            about=f"data_request:{row.uid}",
            whose=f"client:{row.client.uid}",
        )
    context = {"rows": [row_of(row, now=now, zone=zone) for row in found]}
    return render(request, "bookings/practice/data_requests.html", context)


@answering_only
@require_POST
def answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say that a request was done or declined (`state`)."""
    row, state = get_object_or_404(DataRequest, uid=uid), request.POST.get("state", "")
    if state not in {"DONE", "DECLINED"} or not isinstance(request.user, User):
        raise Http404
    try:
        data_requests.answer(now=timezone.now(), user=request.user, request=row, state=state)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("Noted. The client is told, and reads it on their own pages."))
    return SeeOther(reverse("data-requests"))
