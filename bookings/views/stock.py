"""Boxes of needles: what is there, what expires, what is left; and whom a lot was used on."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.forms.stock import BoxForm, CorrectForm
from bookings.queries import catalogue
from bookings.views.answers import INVALID, SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.practice import practitioners_only
from bookings.views.stock_page import Lot, lot_page, shelves
from clinic.access import staff_only
from clinic.errors import Refusal
from clinic.models import User
from treatments import actions
from treatments.models import NeedleBox
from treatments.needle_stock import GAUGES
from treatments.queries import stock as found

GET_OR_POST = ["GET", "HEAD", "POST"]


@staff_only
@require_safe
def boxes(request: HttpRequest) -> HttpResponse:
    """Every box by location, expired and expiring ones first."""
    context = {
        "shelves": shelves(catalogue.locations(), found.boxes(), now=timezone.now()),
        "finished": found.finished_boxes(),
    }
    return render(request, "bookings/stock/boxes.html", context)


@staff_only
@require_http_methods(GET_OR_POST)
def add(request: HttpRequest) -> HttpResponse:
    """Add a box. `?like=`: a box of the same kind, else the one that was bought last is offered."""
    place = next((one for one in catalogue.locations() if one.slug == request.GET.get("at")), None)
    like = _box_like(request.GET.get("like", "")) or found.newest_box(place)
    form = BoxForm(_posted(request), today=_today(), like=like)
    if place and not like:
        form.initial["location"] = place.pk
    if request.method == "POST" and form.is_valid():
        try:
            box = actions.add_box(
                now=timezone.now(), actor=actor_of(request), uid=form.uid, values=form.values
            )
        except Refusal as refusal:
            _mark(form, refusal)
        else:
            words = _("The box is added: %(brand)s, lot %(lot)s.")
            messages.success(request, words % {"brand": box.brand, "lot": box.lot})
            again = "again" in request.POST
            return SeeOther(f"{reverse('stock-add')}?like={box.uid}" if again else _home())
    return _form(request, form, _("Add a box"), is_new=True)


@staff_only
@require_http_methods(GET_OR_POST)
def correct(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Put right what is written of a box that no session has used."""
    box = get_object_or_404(NeedleBox, uid=uid)
    form = CorrectForm(_posted(request), today=_today(), box=box)
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_box(
                now=timezone.now(), actor=actor_of(request), box=box, values=form.values
            )
        except Refusal as refusal:
            _mark(form, refusal)
        else:
            messages.success(request, _("The box is corrected."))
            return SeeOther(_home())
    return _form(request, form, _("Correct a box"), is_new=False)


@staff_only
@require_POST
def finish(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A box is used up or thrown away; `back`: it is in use after all."""
    box, now = (
        get_object_or_404(NeedleBox.objects.select_related("location"), uid=uid),
        timezone.now(),
    )
    on = None if "back" in request.POST else now.astimezone(box.location.zone).date()
    try:
        actions.finish_box(now=now, actor=actor_of(request), box=box, on=on)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        words = _("Lot %(lot)s is used up.") if on else _("Lot %(lot)s is in use again.")
        messages.success(request, words % {"lot": box.lot})
    return SeeOther(_home())


@practitioners_only
@require_safe
def recall(request: HttpRequest) -> HttpResponse:
    """Which clients had a lot: `?lot=` is any part of it. Whose names are shown is noted."""
    typed = request.GET.get("lot", "").strip()[:40]
    page: Lot | None = None
    error = ""
    if typed:
        try:
            uses = actions.trace_lot(now=timezone.now(), user=_user(request), lot=typed)
            page = lot_page(uses, found.boxes_of_lot(typed))
        except Refusal as refusal:
            error = str(refusal.sentence)
    context = {"lot": typed, "page": page, "error": error}
    return render(request, "bookings/stock/recall.html", context, status=INVALID if error else 200)


@practitioners_only
@require_POST
def recall_file(request: HttpRequest) -> HttpResponse:
    """The same as a CSV file."""
    typed = request.POST.get("lot", "").strip()[:40]
    try:
        text = actions.lot_file(now=timezone.now(), user=_user(request), lot=typed)
    except Refusal as refusal:
        context = {"lot": typed, "page": None, "error": refusal.sentence}
        return render(request, "bookings/stock/recall.html", context, status=INVALID)
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="lot.csv"'
    return answer


def _form(request: HttpRequest, form: BoxForm, title: str, *, is_new: bool) -> HttpResponse:
    context = {
        "title": title, "form": form, "back": _home(), "gauges": GAUGES.items(), "is_new": is_new,
    }  # fmt: skip
    status = INVALID if form.is_bound else 200
    return render(request, "bookings/stock/box.html", context, status=status)


def _mark(form: BoxForm, refusal: Refusal) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))


def _box_like(uid: str) -> NeedleBox | None:
    try:
        return NeedleBox.objects.filter(uid=UUID(uid)).first()
    except ValueError:
        return None


def _posted(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _today() -> date:
    """Return the latest date of any of the clinic's locations: no box comes tomorrow."""
    now: datetime = timezone.now()
    days = [now.astimezone(place.zone).date() for place in catalogue.locations()]
    return max(days, default=now.date())


def _home() -> str:
    return reverse("stock")
