"""The desk's inbox: what clients write back, and whom no message reaches."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.forms.reply import ReplyForm
from bookings.views.answers import CONFLICT, INVALID, SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.desk_clients import GET_OR_POST, house
from bookings.views.inbox_page import conversation_page, conversation_rows, unreached_rows
from clients import reach
from clients.actions.hearing import answer, settle
from clients.models import Conversation
from clients.queries.conversations import conversation_by_uid, recent, waiting
from clients.queries.reach import failure_by_uid, unreachable
from clients.queries.trouble import count
from clinic import audit
from clinic.access import staff_only
from clinic.errors import Refusal


@staff_only
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for somebody at the desk."""
    zone = house()[1]
    context = {
        "unreached": unreached_rows(unreachable(), zone),
        "waiting": conversation_rows(waiting(), zone),
        "recent": conversation_rows(recent(), zone),
        "troubled": count(now=timezone.now()),
    }
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


@staff_only
@require_http_methods(GET_OR_POST)
def conversation(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What was said with a number, and an answer. Who reads it is written down."""
    found = _conversation(uid)
    form = ReplyForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _conversation_page(request, found, form)
    if not form.is_valid():
        return _conversation_page(request, found, form, INVALID)
    try:
        answer(
            now=timezone.now(),
            actor=actor_of(request),
            conversation=found,
            text=form.cleaned_data["text"],
            key=form.cleaned_data["key"],
        )
    except Refusal as refusal:
        form.add_error("text", str(refusal.sentence))
        return _conversation_page(request, found, form, CONFLICT)
    messages.success(request, _("Your answer is on its way."))
    return SeeOther(reverse("inbox-conversation", args=[uid]))


def _conversation_page(
    request: HttpRequest, found: Conversation, form: ReplyForm, status: int = 200
) -> HttpResponse:
    with transaction.atomic():
        audit.viewed(
            now=timezone.now(),
            actor=actor_of(request),
            what="TEXT_MESSAGES",
            about=f"conversation:{found.uid}",
            whose=f"client:{found.client.uid}" if found.client else "",
        )
        context = conversation_page(found, zone=house()[1])
    context = {**context, "form": form, "key": form["key"].value() or uuid4()}
    return render(request, "bookings/inbox/conversation.html", context, status=status)


@staff_only
@require_POST
def done(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Somebody has seen to what was said."""
    settle(now=timezone.now(), actor=actor_of(request), conversation=_conversation(uid))
    messages.success(request, _("Nothing waits in this conversation any more."))
    return SeeOther(reverse("inbox"))


def _conversation(uid: UUID) -> Conversation:
    found = conversation_by_uid(uid)
    if found is None:
        raise Http404
    return found
