"""The plans a clinic offers, and what happened to a client's plan."""

from __future__ import annotations

from django.db.models import QuerySet

from clients.phases import Phase as Kind
from treatments.models import Plan, PlanEvent, PlanTemplate, Treatment


def offered() -> list[PlanTemplate]:
    """Return the templates new plans are made of (one query)."""
    return list(PlanTemplate.objects.filter(is_active=True))


def maintenance() -> list[PlanTemplate]:
    """Return the templates without an end, which follow a series (one query)."""
    return [template for template in offered() if template.sessions is None]


def needling() -> QuerySet[Treatment]:
    """Return the treatments with needles, for which plans are made; the usual ones first."""
    rows = Treatment.objects.filter(is_active=True, phases__kind=Kind.NEEDLING.value).distinct()
    return rows.order_by("for_new_clients", "position", "pk")


def events_of(plan: Plan) -> list[PlanEvent]:
    """Return every state a plan came into, the newest first, with what opens its reason (one
    query)."""
    rows = PlanEvent.objects.filter(plan=plan).select_related("user", "consent", "client__key")
    return list(rows.order_by("-at", "-pk"))
