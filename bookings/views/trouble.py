"""Messages that did not go: why, and what is done about each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.queries.practice import clinic_zone
from bookings.views.answers import SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.marks import moment
from bookings.views.message_words import kind_words
from clients.actions import clearing
from clients.models import Message
from clients.queries.trouble import trouble, troubled_by_uid
from clinic.access import staff_only
from clinic.errors import Refusal


@staff_only
@require_safe
def trouble_page(request: HttpRequest) -> HttpResponse:
    """What did not go as it should, and what waits though it is due."""
    now, zone = timezone.now(), clinic_zone()
    found = trouble(now=now)
    context = {
        "found": found,
        "failed": _rows(found.failed, zone),
        "late": _rows(found.late, zone),
        "kept": _rows(found.kept, zone),
        "stuck": _rows(found.stuck, zone),
        "away": [
            {"name": one.get_channel_display(), "until": moment(one.open_until, zone)}
            for one in found.away
            if one.open_until
        ],
    }
    return render(request, "bookings/inbox/trouble.html", context)


def _rows(found: Sequence[Message], zone: ZoneInfo) -> list[dict[str, Any]]:
    return [
        {
            "uid": one.uid,
            "what": kind_words(one.kind),
            "name": one.client.name if one.client else _("For staff"),
            "href": reverse("client-messages", args=[one.client.uid]) if one.client else "",
            "when": moment(one.due_at, zone),
            "why": one.reason,
            "is_late": one.expires_at <= timezone.now(),
            "can_be_told": one.status != Message.Status.SENDING,
        }
        for one in found
    ]


@staff_only
@require_POST
def send_again(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Send it once more."""
    return _act(
        request,
        uid,
        clearing.send_again,
        _("It goes out now, by every way there is that the client allows."),
    )


@staff_only
@require_POST
def told(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Somebody told the client."""
    return _act(request, uid, clearing.say_told, _("Noted: the client was told."))


@staff_only
@require_POST
def put_aside(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Nothing is to be done."""
    return _act(request, uid, clearing.put_aside, _("Put aside."))


def _act(request: HttpRequest, uid: UUID, act: Callable[..., None], done: str) -> HttpResponse:
    message = troubled_by_uid(uid)
    if message is None:
        raise Http404
    try:
        act(now=timezone.now(), actor=actor_of(request), message=message)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, done)
    return SeeOther(reverse("trouble"))
