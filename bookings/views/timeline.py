"""A client's messages: what was said, what will be and why, what was not; and, for the owner, the
words of what is to come."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.previews import preview
from bookings.queries import client_record
from bookings.queries import timeline as found
from bookings.queries.practice import clinic_zone
from bookings.views.marks import moment
from bookings.views.message_words import kind_words
from bookings.views.settings.pages import owner_only
from bookings.views.timeline_page import coming_lines, past_lines, stopped_lines
from clients.models import Client
from clinic.access import staff_only
from clinic.models import Role, User


def _client(uid: UUID) -> Client:
    one = client_record.client_by_uid(uid)
    if one is None or one.status == Client.Status.ERASED:
        raise Http404
    return one


@staff_only
@require_safe
def messages(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show what was, is and will be said to a client. That of a merged one is the survivor's."""
    one, now, zone = _client(uid), timezone.now(), clinic_zone()
    if one.merged_into is not None:
        return redirect("client-messages", one.survivor.uid)
    role = cast(User, request.user).role
    line = found.timeline(one, now=now, private=role != Role.FRONT_DESK)
    context = {
        "client": one,
        "coming": coming_lines(line, one, zone=zone, words=role == Role.OWNER),
        "stopped": stopped_lines(line, zone=zone),
        "past": past_lines(line, zone=zone),
    }
    return render(request, "bookings/clients/messages.html", context)


@owner_only
@require_safe
def message(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show what a message that is to come would say, were it sent now: `?key=`."""
    one, now = _client(uid), timezone.now()
    row = found.message_of(one, request.GET.get("key", ""), now=now)
    said = preview(row, now=now) if row else None
    context = {
        "client": one,
        "what": kind_words(row.kind) if row else "",
        "when": moment(row.due_at, clinic_zone()) if row else "",
        "said": said,
    }
    return render(request, "bookings/clients/message.html", context)
