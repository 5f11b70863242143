"""Adverse events: what is to be followed up, one with its notes, one told after a session."""

from __future__ import annotations

import uuid
from typing import cast
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.forms.events import AGAIN, EventForm, FollowUpForm
from bookings.queries import practice
from bookings.queries import record as records
from bookings.views.answers import CONFLICT, INVALID, SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.events_page import event_page, event_rows, session_words
from bookings.views.practice import NotOpen, me, practitioners_only
from bookings.views.record import look_at, readable
from clinic import audit
from clinic.errors import Refusal
from clinic.models import User
from treatments import actions
from treatments.models import AdverseEvent
from treatments.queries import events as found


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@practitioners_only
@require_safe
@transaction.atomic
def events(request: HttpRequest) -> HttpResponse:
    """What is to be followed up, the longest overdue first. Whose is shown is noted."""
    now = timezone.now()
    rows = found.followed_up_by(_user(request), now=now)
    for client in {row.client_id: row.client for row in rows}.values():
        look_at(request, client, "ADVERSE_EVENTS")
    shown = event_rows(rows, now=now, zone=practice.clinic_zone())
    return render(request, "bookings/events/list.html", {"rows": shown})


def own(request: HttpRequest, uid: UUID) -> AdverseEvent:
    """Return an event that is followed up by this login, or whose client's record it may read.
    Raises Http404, or NotOpen for whom it is closed to until they give a reason."""
    event, now = found.event_by_uid(uid), timezone.now()
    if event is None:
        raise Http404
    user = _user(request)
    if not found.may_follow_up(user, event, now=now) and not records.may_read(
        user, event.client, now=now
    ):
        raise NotOpen(event.client.uid)
    return event


@practitioners_only
@require_safe
@transaction.atomic
def event(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One event with all that was noted of it."""
    try:
        return show(request, own(request, uid))
    except NotOpen as closed:
        return redirect("record-open", closed.client)


def show(
    request: HttpRequest,
    one: AdverseEvent,
    *,
    error: str | Promise = "",
    text: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show an event, whose reader is noted in the access log."""
    about = f"adverse_event:{one.uid}"
    whose = f"client:{one.client.uid}"
    now, actor = timezone.now(), actor_of(request)
    audit.viewed(now=now, actor=actor, what="ADVERSE_EVENT", about=about, whose=whose)
    context = {
        "page": event_page(one, found.notes_of(one), now=now, zone=practice.clinic_zone()),
        "again": AGAIN,
        "key": uuid.uuid4(),
        "text": text,
        "error": error,
        "did": request.GET.get("did", ""),
    }
    return render(request, "bookings/events/event.html", context, status=status)


@practitioners_only
@require_POST
@transaction.atomic
def note(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Note how it is; `over`: nobody has to ask again."""
    one, form = own(request, uid), FollowUpForm(request.POST)
    if not form.is_valid():
        words = str(next(iter(form.errors.values()))[0])
        return show(request, one, error=words, text=request.POST.get("text", ""), status=INVALID)
    try:
        actions.note_event(now=timezone.now(), author=_user(request), event=one, **form.values)
    except Refusal as refusal:
        fresh = own(request, uid)
        text = form.cleaned_data["text"]
        return show(request, fresh, error=refusal.sentence, text=text, status=CONFLICT)
    did = "resolved" if form.cleaned_data["over"] else "noted"
    return SeeOther(f"{reverse('event', args=[uid])}?did={did}")


@practitioners_only
@require_POST
def reopen(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Follow up again what was resolved."""
    one = own(request, uid)
    try:
        actions.reopen_event(now=timezone.now(), author=_user(request), event=one)
    except Refusal as refusal:
        return show(request, own(request, uid), error=refusal.sentence, status=CONFLICT)
    return SeeOther(f"{reverse('event', args=[uid])}?did=reopened")


@practitioners_only
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def report(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Write down what a client tells after a session."""
    try:
        client = readable(request, uid)
    except NotOpen:
        return redirect("record-open", uid)
    now, zone = timezone.now(), practice.clinic_zone()
    posted = request.POST if request.method == "POST" else None
    sessions = [(one, session_words(one, zone)) for one in found.last_sessions(client)]
    form = EventForm(posted, now=now, zone=zone, sessions=sessions)
    if posted is not None and form.is_valid():
        who, author = me(request), _user(request)
        try:
            made = actions.report_event(
                now=now, author=author, client=client, practitioner=who, **form.values
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal.sentence))
        else:
            return SeeOther(f"{reverse('event', args=[made.uid])}?did=reported")
    look_at(request, client, "ADVERSE_EVENTS")
    context = {"client": client, "form": form}
    status = INVALID if form.is_bound else 200
    return render(request, "bookings/events/report.html", context, status=status)
