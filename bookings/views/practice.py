"""The practitioner's own day: visits with the answers, the queue of decisions, answers by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import actions
from bookings.forms.choosing import read_day
from bookings.forms.desk import FIRST_DAY, LAST_DAY
from bookings.forms.review import ReviewForm
from bookings.models import Booking
from bookings.queries import practice, worklists
from bookings.queries import record as records
from bookings.queries.privacy import count_requests_for
from bookings.views import wording
from bookings.views.answering import Questions
from bookings.views.answers import CONFLICT, INVALID, SeeOther
from bookings.views.consents_page import visit_consents
from bookings.views.desk_change import actor_of
from bookings.views.plan_words import visit_in_plan
from bookings.views.practice_page import (
    PHASES_SHOWN,
    queue_rows,
    queue_words,
    visit_page,
    visit_row,
)
from clients.models import Client, Source
from clinic import audit
from clinic.access import only
from clinic.errors import Refusal
from clinic.models import Practitioner, Role, User
from treatments.queries import events

practitioners_only = only(Role.PRACTITIONER, Role.OWNER)


class NotOpen(Http404):
    """A record that is there, and closed to whoever asks until they give a reason. `client` is its
    uid."""

    def __init__(self, client: UUID) -> None:
        super().__init__()
        self.client = client


def me(request: HttpRequest) -> Practitioner | None:
    """Return whom the login treats as."""
    user = request.user
    return practice.practitioner_of(user) if isinstance(user, User) else None


def own(request: HttpRequest, uid: UUID) -> Booking:
    """Return the practitioner's own booking. Raises Http404 for anybody else's, and NotOpen where
    the visit is long ago or the client withholds the record."""
    who = me(request)
    found = practice.own_visit(who, uid) if who else None
    if found is None or (found.client and found.client.status == Client.Status.ERASED):
        raise Http404
    user = cast(User, request.user)
    if found.client and not records.may_read(user, found.client, now=timezone.now()):
        raise NotOpen(found.client.uid)
    return found


def readable(request: HttpRequest, uid: UUID) -> tuple[Booking, bool]:
    """Return a visit for whoever may read its client's record, and whether it is their own. Raises
    as `own` does; a colleague's visit is not there for whom the record is closed to."""
    found, who = practice.any_visit(uid), me(request)
    if found is None or found.client is None or (who and found.practitioner_id == who.pk):
        return own(request, uid), True
    user, gone = cast(User, request.user), found.client.status == Client.Status.ERASED
    if gone or not records.may_read(user, found.client, now=timezone.now()):
        raise Http404
    return found, False


@practitioners_only
@require_safe
@transaction.atomic
def day(request: HttpRequest) -> HttpResponse:
    """Show the practitioner's own day: `?day=2026-11-24`."""
    who, now, user = me(request), timezone.now(), cast(User, request.user)
    home = practice.home(who) if who else None
    asked = count_requests_for(user, now=now)
    if who is None or home is None:
        return render(request, "bookings/practice/nobody.html", {"asked": asked})
    today = now.astimezone(home.zone).date()
    shown = read_day(request.GET.get("day", "")) or today
    shown = min(max(shown, FIRST_DAY), LAST_DAY)
    visits = practice.own_day(who, shown, home.time_zone)
    queue = _queue(user, who, now=now)
    waits = sum(one.respond_by is not None for one in queue)
    _note_phases(request, queue, now=now)
    rows = queue_rows(queue, now=now)
    context = {
        **_days(shown, today),
        "visits": [visit_row(one, now=now) for one in visits],
        "queue": rows[:waits],
        "queue_words": queue_words(waits),
        "to_read": rows[waits:],
        "asked": asked,
        "events": events.how_many(user, now=now),
    }
    return render(request, "bookings/practice/day.html", context)


def _days(shown: date, today: date) -> dict[str, Any]:
    return {
        "title": wording.day(shown),
        "day": shown,
        "today": today,
        "before": shown - timedelta(days=1) if shown > FIRST_DAY else None,
        "after": shown + timedelta(days=1) if shown < LAST_DAY else None,
    }


def _queue(user: User, who: Practitioner, *, now: datetime) -> list[Booking]:
    """Return the answers to look at of clients whose record is open to this login: those that lapse
    without an answer come first, the others can wait until the visit."""
    queue = worklists.review_queue(who, now=now)
    open_to = records.readable(user, {one.client_id for one in queue if one.client_id}, now=now)
    found = [one for one in queue if one.client_id in open_to]
    return sorted(found, key=lambda one: one.respond_by is None)


def _note_phases(request: HttpRequest, queue: Sequence[Booking], *, now: datetime) -> None:
    """Note in the access log whose outcomes the queue shows part by part."""
    for one in queue[:PHASES_SHOWN]:
        if one.client:
            audit.viewed(
                now=now,
                actor=actor_of(request),
                what="SCREENING_OUTCOMES",
                about=f"booking:{one.uid}",
                whose=f"client:{one.client.uid}",
            )


@practitioners_only
@require_safe
@transaction.atomic
def visit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show one visit with its answers. Who looks is noted in the access log."""
    try:
        booking, is_own = readable(request, uid)
        return show(request, booking, is_own=is_own)
    except NotOpen as closed:
        return redirect("record-open", closed.client)


def show(
    request: HttpRequest,
    booking: Booking,
    *,
    error: str | Promise = "",
    form: ReviewForm | None = None,
    is_own: bool = True,
    status: int = 200,
) -> HttpResponse:
    """Show a visit, whose reader is noted in the access log. A colleague's is only read."""
    now = timezone.now()
    _note_answers(request, booking, now=now)
    context = {
        "page": visit_page(booking, now=now, is_own=is_own),
        "consents": visit_consents(booking, now=now),
        "plan": visit_in_plan(booking, now=now),
        "error": error,
        "form": form,
        "did": request.GET.get("did", ""),
    }
    return render(request, "bookings/practice/visit.html", context, status=status)


def _note_answers(request: HttpRequest, booking: Booking, *, now: datetime) -> None:
    audit.viewed(
        now=now,
        actor=actor_of(request),
        what="SCREENING_ANSWERS",
        about=f"booking:{booking.uid}",
        whose=f"client:{booking.client.uid}" if booking.client else "",
    )


@practitioners_only
@require_POST
def review(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Accept, will ask, or decline: with a reason that practitioners alone read."""
    booking, form = own(request, uid), ReviewForm(request.POST)
    if not form.is_valid():
        words = str(next(iter(form.errors.values()))[0])
        return show(request, booking, error=words, form=form, status=INVALID)
    said = form.cleaned_data
    try:
        actions.review(
            now=timezone.now(),
            actor=actor_of(request),
            booking=booking,
            decision=said["decision"],
            reason=said["reason"],
            not_before=said["not_before"],
            despite_absolute=said["despite_absolute"],
        )
    except Refusal as refusal:
        fresh = own(request, uid)
        return show(request, fresh, error=refusal.sentence, form=form, status=CONFLICT)
    return SeeOther(f"{reverse('practice-visit', args=[uid])}?did={said['decision'].lower()}")


@practitioners_only
@require_POST
def judge(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Judge a coming visit again, by the safety rules in force now."""
    booking = own(request, uid)
    try:
        actions.judge_again(now=timezone.now(), actor=actor_of(request), booking=booking)
    except Refusal as refusal:
        return show(request, own(request, uid), error=refusal.sentence, status=CONFLICT)
    return SeeOther(f"{reverse('practice-visit', args=[uid])}?did=judged")


@practitioners_only
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Record answers that were asked in the room."""
    booking = own(request, uid)
    questions = Questions(request, booking)
    home = reverse("practice-visit", args=[uid])
    context = {"page": questions, "booking": booking, "home": home}
    if request.method != "POST":
        return render(request, "bookings/practice/answers.html", context)
    try:
        if questions.keep(actor=actor_of(request), source=Source.ROOM) is not None:
            return SeeOther(f"{home}?did=answered")
    except Refusal as refusal:
        questions.notice = refusal.sentence
    return render(request, "bookings/practice/answers.html", context, status=INVALID)
