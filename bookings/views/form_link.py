"""The link of a client's form, sent to them by staff, or shown to whoever may read the record."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bookings.actions import asking
from bookings.errors import LinkOutlasts
from bookings.queries import record as records
from bookings.views import desk_clients, record
from bookings.views.answers import CONFLICT, SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.practice import practitioners_only
from clients import queries
from clinic.access import staff_only
from clinic.errors import Refusal
from clinic.models import User

_DO = {"send": (asking.send_form_link, "form-sent"), "show": (asking.ask_form, "form")}


@practitioners_only
@require_POST
def of_record(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Send a client the link of their form, or show it: `do` says which. Whoever opened the record
    for a while only sends it: the link shows what was told before, unnoticed and for longer."""
    client, now = record.readable(request, uid), timezone.now()
    if request.POST.get("do") not in _DO:
        raise Http404
    act, did = _DO[request.POST["do"]]
    zone, _country = queries.home()
    today = now.astimezone(zone).date()
    try:
        if did == "form" and not records.treats(cast(User, request.user), client, now=now):
            raise LinkOutlasts
        act(now=now, actor=actor_of(request), client=client, today=today)
    except Refusal as refusal:
        return record.show(request, uid, refused=refusal.sentence, status=CONFLICT)
    return SeeOther(f"{reverse('record', args=[uid])}?did={did}")


@staff_only
@require_POST
def of_desk(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Send a client the link of their form. The desk never sees it: it shows what they told us."""
    client, now = desk_clients.client_of(uid), timezone.now()
    zone, _country = queries.home()
    today = now.astimezone(zone).date()
    try:
        asking.send_form_link(now=now, actor=actor_of(request), client=client, today=today)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
        return desk_clients.show(request, client, CONFLICT)
    messages.success(request, _("The form is on its way."))
    return SeeOther(desk_clients.path_of(client))
