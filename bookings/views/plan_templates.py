"""The plans the clinic offers: /practice/plans/."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings.forms.plan import TemplateForm, template_initial
from bookings.views.answers import INVALID, SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.plan_words import numbers_words
from bookings.views.practice import practitioners_only
from clinic.errors import Refusal
from treatments.actions import save_template
from treatments.models import PlanTemplate


@practitioners_only
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """Show every plan the clinic offers or once offered."""
    rows = [
        {"template": each, "numbers": numbers_words(each.numbers)}
        for each in PlanTemplate.objects.order_by("-is_active", "position", "pk")
    ]
    context = {"rows": rows, "did": request.GET.get("did", "")}
    return render(request, "bookings/plans/templates.html", context)


@practitioners_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a plan to those the clinic offers."""
    return _edit(request, PlanTemplate(min_gap_days=3, per_week=1, position=900))


@practitioners_only
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Change a plan; running plans keep the numbers that were agreed."""
    found = PlanTemplate.objects.filter(uid=uid).first()
    if found is None:
        raise Http404
    return _edit(request, found)


def _edit(request: HttpRequest, found: PlanTemplate) -> HttpResponse:
    form = TemplateForm(
        request.POST if request.method == "POST" else None, initial=template_initial(found)
    )
    if request.method == "POST" and form.is_valid():
        try:
            save_template(
                now=timezone.now(), actor=actor_of(request), template=found, values=form.values
            )
            return SeeOther(f"{reverse('plan-templates')}?did=saved")
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal.sentence))
    context = {"form": form, "template": found}
    status = INVALID if form.is_bound else 200
    return render(request, "bookings/plans/template.html", context, status=status)
