"""Rollers and other tools that are used again: which are clean, the log of their cleanings."""

from __future__ import annotations

import uuid
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.forms.stock import CleaningForm, ToolForm
from bookings.queries import catalogue
from bookings.views.answers import INVALID, SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.stock_page import tool_log, tool_shelves
from clinic.access import staff_only
from clinic.errors import Refusal
from clinic.models import User
from treatments import actions
from treatments.models import Tool
from treatments.queries import stock as found


@staff_only
@require_safe
def tools(request: HttpRequest) -> HttpResponse:
    """Every tool by location, those to be cleaned first."""
    return show(request)


def show(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    context = {
        "shelves": tool_shelves(catalogue.locations(), found.tools()),
        "key": uuid.uuid4(),
        "error": error,
    }
    return render(request, "bookings/stock/tools.html", context, status=status)


@staff_only
@require_POST
def clean(request: HttpRequest) -> HttpResponse:
    """A tool was cleaned just now."""
    form = CleaningForm(request.POST)
    if not form.is_valid():
        return show(request, error=str(next(iter(form.errors.values()))[0]), status=INVALID)
    tool = get_object_or_404(Tool, uid=form.cleaned_data["tool"])
    actions.clean_tool(
        now=timezone.now(),
        author=cast(User, request.user),
        tool=tool,
        uid=form.uid,
        disinfectant=form.cleaned_data["disinfectant"],
    )
    messages.success(request, _("%(tool)s is clean.") % {"tool": tool.name})
    return SeeOther(reverse("tools"))


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a tool by the name written on it."""
    form = ToolForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_tool(now=timezone.now(), actor=actor_of(request), **form.cleaned_data)
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal.sentence))
        else:
            messages.success(request, _("The tool is added."))
            return SeeOther(reverse("tools"))
    context = {"form": form, "title": _("Add a tool"), "back": reverse("tools")}
    status = INVALID if form.is_bound else 200
    return render(request, "bookings/stock/tool_add.html", context, status=status)


@staff_only
@require_safe
def tool(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One tool with its log."""
    one = get_object_or_404(Tool.objects.select_related("location"), uid=uid)
    lines = tool_log(found.cleanings_of(one), found.uses_of(one), one.location.zone)
    return render(request, "bookings/stock/tool.html", {"tool": one, "lines": lines})


@staff_only
@require_POST
def retire(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Retire a tool; `back`: take it back into use."""
    one, is_active = get_object_or_404(Tool, uid=uid), "back" in request.POST
    actions.use_tool(now=timezone.now(), actor=actor_of(request), tool=one, is_active=is_active)
    words = _("%(tool)s is in use again.") if is_active else _("%(tool)s is retired.")
    messages.success(request, words % {"tool": one.name})
    return SeeOther(reverse("tools"))
