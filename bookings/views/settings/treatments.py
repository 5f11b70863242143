"""Treatments with their phases. A change holds for what is booked from now on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.actions import offering as actions
from bookings.forms.treatment import KINDS, TreatmentForm
from bookings.queries import house
from bookings.views import wording
from bookings.views.settings.pages import GET_OR_POST, Page, answer, me, owner_only, posted, show
from clients.phases import Phase
from treatments.models import Treatment

SECTION = "settings-treatments"
TEMPLATE = "bookings/settings/treatment.html"
PARTS: dict[str, str | Promise] = {
    "CONSULTATION": gettext_lazy("Consultation"),
    **{kind.value: words for kind, words in KINDS.items()},
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A treatment as the list shows it; `parts` are (kind, name, minutes)."""

    treatment: Treatment
    parts: list[tuple[str, str, int]]
    minutes: str
    price: str
    people: list[str]


@owner_only
@require_safe
def treatments(request: HttpRequest) -> HttpResponse:
    """Every treatment, those on the list first."""
    context = {"treatments": [_listed(one) for one in house.treatments()]}
    return show(request, "bookings/settings/treatments.html", SECTION, context)


@owner_only
@require_http_methods(GET_OR_POST)
def add_treatment(request: HttpRequest) -> HttpResponse:
    form = TreatmentForm(posted(request))
    page = _page(_("New treatment"), form)
    if "add_up" in request.POST:
        return page.answer(request)

    def act(_confirmed: str) -> object:
        return actions.add_treatment(
            now=timezone.now(),
            actor=me(request),
            values=form.values,
            phases=form.phases,
            offered_by=form.cleaned_data["offered_by"],
        )

    return answer(request, page, act, _("The treatment is on the list."))


@owner_only
@require_http_methods(GET_OR_POST)
def treatment(request: HttpRequest, uid: UUID) -> HttpResponse:
    one = get_object_or_404(Treatment.objects.prefetch_related("phases", "offers"), uid=uid)
    form = TreatmentForm(posted(request), treatment=one)
    page = _page(one.name, form)
    if "add_up" in request.POST:
        return page.answer(request)

    def act(confirmed: str) -> object:
        return actions.change_treatment(
            now=timezone.now(),
            actor=me(request),
            treatment=one,
            values=form.values,
            phases=form.phases,
            offered_by=form.cleaned_data["offered_by"],
            confirmed=confirmed,
        )

    return answer(request, page, act, _("Saved. What is booked keeps what it was promised."))


@owner_only
@require_POST
def minutes(request: HttpRequest) -> HttpResponse:
    """Add up the minutes of a treatment being written; a fragment for its page."""
    return render(request, "bookings/settings/_minutes.html", _sums(TreatmentForm(request.POST)))


def _page(title: str, form: TreatmentForm) -> Page:
    return Page(SECTION, title, form, reverse(SECTION), TEMPLATE, context=_sums(form))


def _sums(form: TreatmentForm) -> dict[str, object]:
    return {
        "parts": [(kind, PARTS[kind], minutes) for kind, minutes in form.parts],
        "total": wording.minutes(form.total),
        "taken": wording.minutes(form.total + form.turnover),
    }


def _listed(one: Treatment) -> Listed:
    parts = [("CONSULTATION", one.consultation_minutes)] if one.consultation_minutes else []
    parts += [(Phase(phase.kind).value, phase.minutes) for phase in one.phases.all()]
    return Listed(
        treatment=one,
        parts=[(kind, str(PARTS[kind]), minutes) for kind, minutes in parts],
        minutes=wording.minutes(one.minutes),
        price=wording.money(one.price, one.currency),
        people=sorted(offer.practitioner.name for offer in one.offers.all()),
    )
