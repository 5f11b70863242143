"""Answers a client gave in the room or on paper, written down by whoever treats them.

The form is that of `clients.views.intake`, with the practitioner's own section; what is kept here
stands on the record with its source, its day and who entered it.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bookings import actions
from bookings.forms.told import SOURCES, HowForm, ToldForm
from bookings.views.answers import CONFLICT, INVALID, SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.practice import practitioners_only
from bookings.views.record import look_at, readable
from bookings.views.wording import day_year
from clients import queries
from clients.actions import told as writing
from clients.errors import FormIncomplete
from clients.intake_definition import FormKind
from clients.intake_draft import Draft
from clients.models import Client, IntakeSubmission
from clients.queries.intake import told_request
from clients.views import intake
from clients.views.intake_page import Door
from clinic.errors import Refusal
from clinic.replies import private

SHELL = "bookings/practice/_told.html"


def _today() -> date:
    zone, _country = queries.home()
    return timezone.now().astimezone(zone).date()


def _form_of(request: HttpRequest, client: Client) -> intake.Form | None:
    """Return what is being written down of a client; None where nothing is."""
    asked = told_request(client)
    if asked is None:
        return None
    home = reverse("told", args=[client.uid])
    door = Door(
        home=home,
        send=reverse("told-send", args=[client.uid]),
        own=True,
        shell=SHELL,
        by_staff=True,
        leave=reverse("record", args=[client.uid]),
    )
    one = intake.Form(request, asked, door, timezone.now())
    content = Draft.of(one.draft.content) if one.draft else Draft()
    one.told_on = date.fromisoformat(content.told_on) if content.told_on else one.today
    one.extra = {
        "client": client,
        "short": asked.kind == FormKind.WHAT_CHANGED,
        "may_put_aside": asked.ended_at is None,
        **_how_told(content, one.told_on),
    }
    return one


def _how_told(content: Draft, on: date) -> dict[str, Any]:
    """Return when and how it was told, for the page."""
    source = content.source or IntakeSubmission.Source.IN_ROOM
    return {
        "source": source,
        "sources": SOURCES,
        "source_words": dict(SOURCES)[source],
        "told_on": on,
        "told_words": day_year(on),
    }


def _open(request: HttpRequest, uid: UUID) -> tuple[Client, intake.Form]:
    """Return a client and what is being written down of them. Raises Http404."""
    client = readable(request, uid)
    one = _form_of(request, client)
    if one is None:
        raise Http404
    return client, one


@practitioners_only
@require_http_methods(["GET", "HEAD", "POST"])
@private
@transaction.atomic
def told(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show what is written down so far, or ask how it is told; the POST begins, or corrects how it
    was told."""
    client = readable(request, uid)
    one = _form_of(request, client)
    if request.method == "POST":
        return _begin(request, client) if one is None else _noted(client, one, _say_how(one))
    if one is None:
        form = ToldForm(None, today=_today())
        return _ask(request, client, form)
    return _noted(client, one, intake.show(one))


def _noted(client: Client, one: intake.Form, answer: HttpResponse) -> HttpResponse:
    """Note in the access log that answers are shown, be the page asked for or what a POST came to;
    in its transaction."""
    if not isinstance(answer, SeeOther | JsonResponse):
        look_at(one.request, client, "INTAKE_ANSWERS")
    return answer


def _ask(request: HttpRequest, client: Client, form: ToldForm, status: int = 200) -> HttpResponse:
    context = {"client": client, "form": form, "today": form.today}
    return render(request, "bookings/practice/told.html", context, status=status)


def _begin(request: HttpRequest, client: Client) -> HttpResponse:
    form = ToldForm(request.POST, today=_today())
    if not form.is_valid():
        return _ask(request, client, form, INVALID)
    said = form.cleaned_data
    writing.begin_told(
        now=timezone.now(),
        actor=actor_of(request),
        client=client,
        kind=FormKind(said["kind"]),
        source=said["source"],
        told_on=said["told_on"],
    )
    return SeeOther(reverse("told", args=[client.uid]))


def _say_how(one: intake.Form) -> HttpResponse:
    form = HowForm(one.request.POST, today=one.today)
    if not form.is_valid():
        words = str(next(iter(form.errors.values()))[0])
        return intake.show(one, notice=words, status=INVALID)
    if one.draft is not None:
        said = form.cleaned_data
        writing.say_how(
            now=one.now, draft=one.draft, source=said["source"], told_on=said["told_on"]
        )
    return SeeOther(one.door.home)


@practitioners_only
@require_http_methods(["GET", "HEAD", "POST"])
@private
@transaction.atomic
def part(request: HttpRequest, uid: UUID, part: str) -> HttpResponse:
    """Show one part of the form; the POST keeps what was typed there."""
    client, one = _open(request, uid)
    return _noted(client, one, intake.screen(one, part))


@practitioners_only
@require_POST
@private
@transaction.atomic
def send(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Keep what was written down on the record, for good."""
    client, one = _open(request, uid)
    try:
        actions.send_form(
            now=one.now,
            actor=actor_of(request),
            request=one.asked,
            today=one.today,
            country=one.country,
            source=str(one.extra["source"]),
            told_on=one.told_on,
            by_staff=True,
        )
    except FormIncomplete:
        return _noted(client, one, intake.show(one, was_refused=True, status=INVALID))
    except Refusal as refusal:
        return _noted(client, one, intake.show(one, notice=refusal.sentence, status=CONFLICT))
    return SeeOther(f"{reverse('record', args=[client.uid])}?did=told")


@practitioners_only
@require_POST
def put_aside(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Stop writing this down; what was typed does not reach the record."""
    client, one = _open(request, uid)
    writing.put_aside(now=one.now, actor=actor_of(request), request=one.asked)
    return SeeOther(reverse("record", args=[client.uid]))
