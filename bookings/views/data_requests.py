"""What clients ask about their records, for the practitioners and the owner who answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.views.answers import SeeOther
from bookings.views.desk_change import actor_of
from clients import data_requests
from clients.models import DataRequest
from clinic import audit
from clinic.access import only
from clinic.models import Role, User

answering_only = only(Role.OWNER, Role.PRACTITIONER)


@answering_only
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, the oldest first, in the clients' own words."""
    rows, now = data_requests.waiting(), timezone.now()
    for row in rows:
        audit.viewed(
            now=now,
            actor=actor_of(request),
            what="DATA_REQUEST",
            about=f"data_request:{row.uid}",
            whose=f"client:{row.client.uid}",
        )
    return render(request, "bookings/practice/data_requests.html", {"rows": rows})


@answering_only
@require_POST
def answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say that a request was done or declined (`state`)."""
    row, state = get_object_or_404(DataRequest, uid=uid), request.POST.get("state", "")
    if state not in {"DONE", "DECLINED"} or not isinstance(request.user, User):
        raise Http404
    data_requests.answer(now=timezone.now(), user=request.user, request=row, state=state)
    messages.success(request, _("Noted. The client sees it on their own pages."))
    return SeeOther(reverse("data-requests"))
