"""The desk's inbox: whom no message reaches."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.views.answers import SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.desk_clients import house
from bookings.views.inbox_page import unreached_rows
from clients import reach
from clients.queries.reach import failure_by_uid, unreachable
from clinic.access import staff_only


@staff_only
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for somebody at the desk."""
    context = {"unreached": unreached_rows(unreachable(), house()[1])}
    return render(request, "bookings/inbox/inbox.html", context)


@staff_only
@require_POST
def reached(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Somebody has seen to a client whom nothing reached."""
    failure = failure_by_uid(uid)
    if failure is None:
        raise Http404
    reach.clear(now=timezone.now(), actor=actor_of(request), failure=failure)
    said = {"name": failure.client.name}
    messages.success(request, _("Messages to %(name)s are sent again.") % said)
    return SeeOther(reverse("inbox"))
