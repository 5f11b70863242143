"""A client's record, for whoever treats them: what matters, what changed, and all that was said."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_POST, require_safe

from bookings.forms.choosing import read_day
from bookings.forms.record import NoteForm
from bookings.queries import practice
from bookings.queries import record as records
from bookings.views.answers import INVALID, SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.photos import seen, viewer_of
from bookings.views.plan_words import plan_rows
from bookings.views.practice import NotOpen, practitioners_only
from bookings.views.record_answers import history, sections
from bookings.views.record_page import record_page
from clients.actions.notes import write_note
from clients.intake_links import form_url
from clients.models import Client
from clients.queries.intake import to_fill_in
from clinic import audit
from clinic.models import User


def readable(request: HttpRequest, uid: UUID) -> Client:
    """Return a client whose record this login may read. Raises Http404 for anybody else's."""
    client = records.client_by_uid(uid)
    if client is None:
        raise Http404
    if not records.may_read(cast(User, request.user), client, now=timezone.now()):
        raise NotOpen(uid)
    return client


def look_at(request: HttpRequest, client: Client, what: str) -> None:
    """Note in the access log that something of a record was shown; in the transaction of the page."""
    about = f"client:{client.uid}"
    audit.viewed(now=timezone.now(), actor=actor_of(request), what=what, about=about, whose=about)


def open_client(request: HttpRequest, uid: UUID, what: str) -> Client:
    """Return a client whose record this login may read, and note that it was shown. Raises Http404
    for anybody else's."""
    client = readable(request, uid)
    look_at(request, client, what)
    return client


@practitioners_only
@require_safe
@transaction.atomic
def record(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show a client's record; `?on=2026-11-27` asks what may be done on a day. Whom it is closed to
    is asked for a reason."""
    try:
        return show(request, uid)
    except NotOpen:
        return redirect("record-open", uid)


def show(
    request: HttpRequest,
    uid: UUID,
    *,
    note: NoteForm | None = None,
    refused: str | Promise = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    found = records.record_of(open_client(request, uid, "RECORD"), now=now)
    zone = found.zone or practice.clinic_zone()
    on = read_day(request.GET.get("on", ""))
    page = record_page(found, now=now, viewer=viewer_of(request), zone=zone, on=on)
    if page.pair:
        seen(request, found.client, "PHOTOS")
    context = {
        "page": page,
        "plans": plan_rows(found.client, now=now, zone=zone),
        "note": note,
        "error": str(next(iter(note.errors.values()))[0]) if note else refused,
        **_done(request, found.client, now),
    }
    return render(request, "bookings/practice/record.html", context, status=status)


def _done(request: HttpRequest, client: Client, now: datetime) -> dict[str, str]:
    """Return what was done a moment ago, and where a form that was sent is filled in."""
    did = request.GET.get("did", "")
    if did != "form" or not records.treats(cast(User, request.user), client, now=now):
        return {"did": did}
    form = to_fill_in(client, now)
    return {"did": did, "form_url": form_url(form) if form else ""}


@practitioners_only
@require_POST
@transaction.atomic
def note(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Keep a note about the client."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return show(request, uid, note=form, status=INVALID)
    client = open_client(request, uid, "RECORD")
    text = form.cleaned_data["text"]
    write_note(now=timezone.now(), author=cast(User, request.user), client=client, text=text)
    return SeeOther(f"{reverse('record', args=[uid])}?did=noted#notes")


@practitioners_only
@require_safe
@transaction.atomic
def answers(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show every question of the form, by section, with its answer."""
    client = open_client(request, uid, "INTAKE_ANSWERS")
    found = sections(records.sent_by(client))
    context = {"client": client, "sections": found}
    return render(request, "bookings/practice/record_answers.html", context)


@practitioners_only
@require_safe
@transaction.atomic
def answer_history(request: HttpRequest, uid: UUID, code: str) -> HttpResponse:
    """Show all answers a client ever gave to one question."""
    client = open_client(request, uid, "ANSWER_HISTORY")
    label, said = history(records.sent_by(client), code)
    if not said:
        raise Http404
    context = {"client": client, "label": label, "said": said}
    return render(request, "bookings/practice/record_history.html", context)
