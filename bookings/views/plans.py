"""A client's plans, for whoever treats them: proposed, agreed to, followed, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.errors import NotAPractitioner
from bookings.forms.plan import AimsForm, PlanForm, StepForm, aims_initial
from bookings.queries import plans as standings
from bookings.queries import practice
from bookings.queries import record as records
from bookings.queries.plans import Standing
from bookings.views.answers import CONFLICT, INVALID, SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.plan_words import PlanRow, numbers_words, plan_line
from bookings.views.plans_page import plan_page
from bookings.views.practice import me, practitioners_only
from bookings.views.progress_page import at_review, few_plots
from bookings.views.record import open_client
from clients.models import Client
from clinic.audit import Actor
from clinic.errors import Refusal
from clinic.opening import day_bounds, instant_of
from treatments import actions
from treatments.concerns import concerns
from treatments.models import Plan, PlanTemplate
from treatments.queries import plans as offered

Do = Callable[..., Plan]
STEPS: dict[str, Do] = {
    "agree": actions.agree,
    "activate": actions.activate,
    "resume": actions.resume,
}


@practitioners_only
@require_safe
@transaction.atomic
def plans(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show all plans of a client; without one, the page that makes one."""
    client, now, zone = open_client(request, uid, "PLAN"), timezone.now(), practice.clinic_zone()
    found = standings.plans_of(client, now=now, zone=zone)
    if not found:
        return redirect("plan-new", uid)
    rows = [PlanRow(each.plan, plan_line(each)) for each in found]
    context = {"client": client, "rows": rows}
    return render(request, "bookings/plans/list.html", context)


@practitioners_only
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def new(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Make a plan of a template. What the client said of their concerns is filled in."""
    client = open_client(request, uid, "PLAN")
    templates, treatments = offered.offered(), list(offered.needling())
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        initial=_initial(client) if request.method != "POST" else None,
        templates=templates,
        treatments=treatments,
    )
    error: str | Promise = ""
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = _propose(request, client, form)
            return SeeOther(f"{reverse('plan', args=[uid, made.uid])}?did=proposed")
        except Refusal as refusal:
            error = refusal.sentence
            if refusal.field in form.fields:
                form.add_error(refusal.field, str(refusal.sentence))
    chosen = form["template"].value() or (templates[0].slug if templates else "")
    context = {"client": client, "form": form, "error": error, "chosen": chosen}
    context |= {"templates": [_choice(each) for each in templates], "treatments": treatments}
    status = INVALID if form.is_bound else 200
    return render(request, "bookings/plans/new.html", context, status=status)


def _initial(client: Client) -> dict[str, Any]:
    """Return what is known already: the three concerns that matter most to them, and their goal."""
    sent = records.sent_by(client)
    said = sent[-1].row.answers if sent else {}
    top = [code for code in said.get("top3") or () if code in concerns()]
    today = timezone.now().astimezone(practice.clinic_zone()).date()
    return aims_initial({"concerns": top, "goals": said.get("goal", "")}) | {"counts_from": today}


def _choice(template: PlanTemplate) -> dict[str, Any]:
    return {"template": template, "numbers": numbers_words(template.numbers)}


def _propose(request: HttpRequest, client: Client, form: PlanForm) -> Plan:
    who, typed = me(request), form.cleaned_data
    if who is None:
        raise NotAPractitioner
    midnight = day_bounds(practice.clinic_zone().key, typed["counts_from"])[0]
    return actions.propose(
        now=timezone.now(),
        actor=actor_of(request),
        client=client,
        practitioner=who,
        treatment=typed["treatment"],
        template=typed["template"],
        counts_from=instant_of(midnight),
        aims=form.aims,
        sessions=typed["sessions"],
        event_on=typed["event_on"],
    )


def plan_of(request: HttpRequest, uid: UUID, plan: UUID, what: str = "PLAN") -> Standing:
    """Return a plan of a client whose record this login may read, and note that `what` of it was
    shown. Raises Http404."""
    client, now = open_client(request, uid, what), timezone.now()
    found = standings.by_uid(client, plan, now=now, zone=practice.clinic_zone())
    if found is None:
        raise Http404
    return found


@practitioners_only
@require_safe
@transaction.atomic
def plan(request: HttpRequest, uid: UUID, plan: UUID) -> HttpResponse:
    """Show one plan."""
    return show(request, plan_of(request, uid, plan))


def show(
    request: HttpRequest, found: Standing, *, error: str | Promise = "", status: int = 200
) -> HttpResponse:
    page = plan_page(found, now=timezone.now(), zone=practice.clinic_zone())
    context = {
        "page": page,
        "plan": found.plan,
        "plots": few_plots(found),
        "report_due": at_review(found),
        "client": found.plan.client,
        "error": error,
        "did": request.GET.get("did", ""),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "bookings/plans/plan.html", context, status=status)


@practitioners_only
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def aims(request: HttpRequest, uid: UUID, plan: UUID) -> HttpResponse:
    """Change what an open plan is for; what it was before stays in the history."""
    found = plan_of(request, uid, plan)
    home = reverse("plan", args=[uid, plan])
    form = AimsForm(
        request.POST if request.method == "POST" else None, initial=aims_initial(found.plan.aims)
    )
    error: str | Promise = ""
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                actions.change_aims(
                    now=timezone.now(), actor=actor_of(request), plan=found.plan, aims=form.aims
                )
            return SeeOther(f"{home}?did=aims")
        except Refusal as refusal:
            error = refusal.sentence
    context = {"client": found.plan.client, "form": form, "error": error, "home": home}
    status = INVALID if form.is_bound else 200
    return render(request, "bookings/plans/aims.html", context, status=status)


@practitioners_only
@require_POST
@transaction.atomic
def step(request: HttpRequest, uid: UUID, plan: UUID, name: str) -> HttpResponse:
    """Bring a plan into its next state: agree, activate, pause, resume, complete, stop,
    maintenance."""
    found, form = plan_of(request, uid, plan), StepForm(request.POST)
    if not form.is_valid():
        return show(request, found, error=str(next(iter(form.errors.values()))[0]), status=INVALID)
    try:
        with transaction.atomic():
            went = _go(name, found, form, now=timezone.now(), actor=actor_of(request))
    except Refusal as refusal:
        fresh = plan_of(request, uid, plan)
        return show(request, fresh, error=refusal.sentence, status=CONFLICT)
    return SeeOther(f"{reverse('plan', args=[uid, went.uid])}?did={name}")


def _go(name: str, found: Standing, form: StepForm, *, now: datetime, actor: Actor) -> Plan:
    said: dict[str, Any] = {"now": now, "actor": actor, "plan": found.plan}
    done, reason = found.position.count, form.cleaned_data["reason"]
    match name:
        case "agree" | "activate" | "resume":
            return STEPS[name](**said)
        case "pause":
            return actions.pause(**said, reason=reason)
        case "stop":
            return actions.stop(**said, reason=reason)
        case "complete":
            return actions.complete(**said, done=done)
        case "maintenance":
            slug = form.cleaned_data["template"]
            template = next((one for one in offered.maintenance() if one.slug == slug), None)
            if template is None:
                raise Http404
            return actions.move_to_maintenance(**said, template=template, done=done)
        case _:
            raise Http404
