"""The points: looked up on the chart or in the list, and used as the clinic decides.

For practitioners: those whose login treats somebody, owners among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.forms.points import PointForm, PointSetForm, values_of
from bookings.views import points_page as page
from bookings.views.answers import INVALID, SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.rules import GET_OR_POST, practitioners_only
from clinic.errors import Refusal
from treatments import actions
from treatments.atlas import Point, load
from treatments.models import PointSet, PointSetting
from treatments.point_marks import mark
from treatments.queries import points as queries
from treatments.views.face_chart import chart_points, chart_regions, face_chart, marks_document


@practitioners_only
@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Show the atlas: the chart, every point to read, the sets. `?q=` finds by any name."""
    wanted = request.GET.get("q", "")[:40]
    settings = queries.point_settings()
    context = {
        **_chart(settings, _("chosen")),
        "groups": page.groups(settings, wanted),
        "sets": page.set_rows(list(queries.point_sets(also_off=True))),
        "wanted": wanted,
        "did": request.GET.get("did", ""),
    }
    return render(request, "bookings/points/atlas.html", context)


@practitioners_only
@require_http_methods(GET_OR_POST)
def point(request: HttpRequest, code: str) -> HttpResponse:
    """Read one point, and change how the clinic uses it."""
    found = load().by_code.get(code)
    if found is None:
        raise Http404
    setting = queries.point_setting(code)
    own = {name: getattr(setting, name) for name in values_of(found)} if setting else None
    form = PointForm(
        request.POST if request.method == "POST" else None, initial=own or values_of(found)
    )
    if request.method != "POST":
        return _point(request, found, setting, form)
    if not form.is_valid():
        return _point(request, found, setting, form, INVALID)
    try:
        actions.save_point_setting(
            now=timezone.now(),
            actor=actor_of(request),
            setting=setting or PointSetting(code=code),
            values=form.cleaned_data,
        )
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal.sentence))
        return _point(request, found, setting, form, INVALID)
    return SeeOther(f"{reverse('points')}?did=saved#point-{code}")


def _point(
    request: HttpRequest,
    found: Point,
    setting: PointSetting | None,
    form: PointForm,
    status: int = 200,
) -> HttpResponse:
    context = {"card": page.card(found, setting), "form": form}
    return render(request, "bookings/points/point.html", context, status=status)


@practitioners_only
@require_http_methods(GET_OR_POST)
def new_set(request: HttpRequest) -> HttpResponse:
    """Add a set of points of the clinic's own."""
    return _edit_set(request, PointSet())


@practitioners_only
@require_http_methods(GET_OR_POST)
def edit_set(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Change which points are suggested together."""
    found = queries.point_set(uid)
    if found is None:
        raise Http404
    return _edit_set(request, found)


def _edit_set(request: HttpRequest, row: PointSet) -> HttpResponse:
    filled = {"name": row.name, "points": row.points, "is_active": row.is_active}
    form = PointSetForm(request.POST if request.method == "POST" else None, initial=filled)
    if request.method != "POST":
        return _set(request, row, form)
    if not form.is_valid():
        return _set(request, row, form, INVALID)
    try:
        actions.save_point_set(
            now=timezone.now(), actor=actor_of(request), of=row, values=form.cleaned_data
        )
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal.sentence))
        return _set(request, row, form, INVALID)
    return SeeOther(f"{reverse('points')}?did=set#sets")


def _set(
    request: HttpRequest, row: PointSet, form: PointSetForm, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "is_new": row._state.adding,
        "name": row.name,
        **_chart(queries.point_settings(), _("in the set")),
    }
    return render(request, "bookings/points/set.html", context, status=status)


def _chart(settings: Mapping[str, PointSetting], suggested: str) -> dict[str, Any]:
    """Return the chart and what its script is given."""
    marks = mark(load(), on=timezone.localdate(), settings=settings)
    return {
        "chart": face_chart(has_sites=False, suggested=suggested),
        "points": chart_points(settings),
        "regions": chart_regions(),
        "marks": marks_document(marks),
    }
