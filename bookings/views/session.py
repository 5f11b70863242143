"""The session, as its practitioner runs it: begun, written down, finished and signed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import actions
from bookings.errors import NotScreened
from bookings.models import Booking
from bookings.queries.sessions import booking_of_session
from bookings.views import practice
from bookings.views.answers import CONFLICT, INVALID, SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.practice import practitioners_only
from bookings.views.session_chart import WORK, marks_of, off_all_the_same, result_of
from bookings.views.session_data import action_row, millis
from bookings.views.session_page import live_page
from clinic import audit
from clinic.errors import Refusal, Sentence
from clinic.models import User
from treatments.actions import chart
from treatments.errors import SessionSigned
from treatments.models import SessionRecord
from treatments.queries.sessions import actions_of
from treatments.session_actions import Action, Kind, Malformed, Side, read, read_all


def own_session(request: HttpRequest, uid: UUID) -> tuple[Booking, SessionRecord]:
    """Return the practitioner's own session and its booking. Raises Http404 for anybody else's."""
    booking = booking_of_session(cast(User, request.user), uid)
    if booking is None or booking.session is None:
        raise Http404
    return booking, booking.session


def seen(request: HttpRequest, session: SessionRecord, what: str) -> None:
    """Note in the access log that a session was shown."""
    audit.viewed(
        now=timezone.now(),
        actor=actor_of(request),
        what=what,
        about=f"session:{session.uid}",
        whose=f"client:{session.client.uid}",
    )


FIRST = _("Please look at the safety answers and accept them first. Then the session can begin.")


@practitioners_only
@require_POST
def begin(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Begin a visit's session, or go on with it."""
    booking = practice.own(request, uid)
    try:
        session = actions.begin_session(
            now=timezone.now(), author=cast(User, request.user), booking=booking
        )
    except Refusal as refusal:
        fresh = practice.own(request, uid)
        error = FIRST if isinstance(refusal, NotScreened) else refusal.sentence
        return practice.show(request, fresh, error=error, status=CONFLICT)
    return SeeOther(reverse("session", args=[session.uid]))


@practitioners_only
@require_safe
@transaction.atomic
def live(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show the running session; one that is signed shows its record."""
    booking, session = own_session(request, uid)
    if session.is_signed:
        return redirect("session-record", uid)
    return show_live(request, booking, session)


def show_live(
    request: HttpRequest,
    booking: Booking,
    session: SessionRecord,
    *,
    error: Sentence = "",
    status: int = 200,
    refused: Mapping[str, Mapping[str, Any]] | None = None,
) -> HttpResponse:
    seen(request, session, "SESSION")
    page = live_page(booking, session, now=timezone.now(), refused=refused)
    context = {"page": page, "error": error}
    return render(request, "bookings/session/live.html", context, status=status)


@practitioners_only
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take actions from a tablet, and tell it those with numbers above `?after=`.

    POST {"actions": [{id, kind, at, payload}]}; answered {now, last, actions}, 422 with the field
    of an action that is none, 409 where a new one comes after the signature.
    """
    _visit, session = own_session(request, uid)
    now = timezone.now()
    if request.method == "POST":
        try:
            sent = read_all(json.loads(request.body).get("actions"))
            chart(now=now, author=cast(User, request.user), session=session, actions=sent)
        except (ValueError, AttributeError, RecursionError) as error:
            return JsonResponse({"field": getattr(error, "field", "actions")}, status=INVALID)
        except SessionSigned as refusal:
            return JsonResponse({"code": refusal.code}, status=CONFLICT)
    after = request.GET.get("after", "0")
    new = actions_of(session, after=int(after) if after.isdecimal() and len(after) < 10 else 0)
    session.refresh_from_db(fields=["last_number"])
    said = {
        "now": millis(now),
        "last": session.last_number,
        "actions": [action_row(action) for action in new],
    }
    return JsonResponse(said)


@practitioners_only
@require_POST
def act(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Write one action down from a form, for a tablet without script."""
    booking, session = own_session(request, uid)
    now = timezone.now()
    try:
        kind = Kind(request.POST.get("kind", ""))
        payload = read(kind, typed(kind, request))
        if why := needs_reason(booking, kind, payload, on=now):
            tried: dict[str, dict[str, Any]] = {kind: payload}
            return show_live(request, booking, session, error=why, status=INVALID, refused=tried)
        action = Action(uuid.uuid4(), kind, now, payload)
        chart(now=now, author=cast(User, request.user), session=session, actions=[action])
    except Malformed as error:
        return show_live(request, booking, session, error=str(error), status=INVALID)
    except ValueError:
        return show_live(request, booking, session, status=INVALID)
    except Refusal as refusal:
        return show_live(request, booking, session, error=refusal.sentence, status=CONFLICT)
    then = "session-finish" if request.POST.get("then") == "finish" else "session"
    return SeeOther(reverse(then, args=[uid]))


WHY = _("This point is off or takes care today. Please say why you use it all the same.")
WHY_THERE = _("Off today: %(areas)s. Please say why you work there all the same.")


def needs_reason(
    booking: Booking, kind: Kind, payload: dict[str, Any], *, on: datetime
) -> Sentence:
    """Return what to say where a needle is at what is off or takes care today, or a massage or the
    roller in an area that is off, and nobody said why; "" where nothing is missing."""
    if payload.get("reason") or kind not in {Kind.PLACE, *WORK}:
        return ""
    today = on.astimezone(booking.room.location.zone).date()
    result = result_of(booking, on=today)
    if kind is Kind.PLACE:
        marks = marks_of(result, on=today)
        side, region = Side(payload["side"]), payload["region"]
        return WHY if marks.needs_reason(payload["code"], side, region) else ""
    areas = off_all_the_same(payload, result, WORK[kind], on=today)
    return WHY_THERE % {"areas": ", ".join(areas)} if areas else ""


def typed(kind: Kind, request: HttpRequest) -> dict[str, Any]:
    """Return what a form said, as an action's payload before it is read."""
    said: dict[str, Any] = {
        name: value
        for name, value in request.POST.items()
        if name not in {"kind", "csrfmiddlewaretoken", "point"}
    }
    for name in ("areas", "strokes"):
        if kind in WORK:
            said[name] = request.POST.getlist(name)
    for name in ("cold", "told"):
        if name in said:
            said[name] = said[name] == "yes"
    if kind is Kind.EXTEND:
        said["minutes"] = int(said.get("minutes") or 0)
    if kind is Kind.PLACE:
        spot = dict(
            zip(("code", "side", "region"), request.POST.get("point", "").split(":"), strict=False)
        )
        said |= {"needle": str(uuid.uuid4()), **spot}
    if kind is Kind.NOTE:
        said["note"] = str(uuid.uuid4())
    if kind is Kind.EVENT:
        said["event"] = str(uuid.uuid4())
    return said
