"""How a plan goes: for whoever treats the client, and on a page that the client is given."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings.queries import practice
from bookings.queries.plans import Standing
from bookings.views.answers import CONFLICT, SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.photos import seen, viewer_of
from bookings.views.plans import plan_of
from bookings.views.practice import practitioners_only
from bookings.views.progress_page import at_review, progress_page
from bookings.views.progress_report import Report, report_of
from clients import uploading
from clients.models import Document
from clinic.errors import Refusal, Sentence
from clinic.models import Clinic


@practitioners_only
@require_safe
@transaction.atomic
def progress(request: HttpRequest, uid: UUID, plan: UUID) -> HttpResponse:
    """Show how a plan goes: numbers, words, zones, photos."""
    found = plan_of(request, uid, plan, "PROGRESS")
    page = progress_page(found, now=timezone.now(), viewer=viewer_of(request))
    if page.photos:
        seen(request, found.plan.client, "PHOTOS")
    context = {"page": page, "plan": found.plan, "client": found.plan.client}
    return render(request, "bookings/plans/progress.html", context)


@practitioners_only
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, uid: UUID, plan: UUID) -> HttpResponse:
    """Show the page for the client; POST keeps it among the client's documents."""
    with transaction.atomic():
        found = plan_of(request, uid, plan, "PROGRESS_REPORT")
        made = _report(found)
        if request.method != "POST":
            return _show(request, found, made)
    try:
        _keep(request, found, made)
    except Refusal as refusal:
        with transaction.atomic():
            return _show(request, found, made, error=refusal.sentence, status=CONFLICT)
    return SeeOther(f"{reverse('documents', args=[uid])}?did=added")


@practitioners_only
@require_safe
@transaction.atomic
def report_pdf(request: HttpRequest, uid: UUID, plan: UUID) -> HttpResponse:
    """Hand out the page for the client as a PDF."""
    found = plan_of(request, uid, plan, "PROGRESS_REPORT")
    answer = HttpResponse(_pdf(_report(found)), content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="progress.pdf"'
    return answer


def _report(found: Standing) -> Report:
    name = Clinic.objects.get().name
    return report_of(found, clinic=name, now=timezone.now(), zone=practice.clinic_zone())


def _pdf(made: Report) -> bytes:
    from bookings.views.progress_pdf import report_pdf as pdf_of  # noqa: PLC0415 - slow to import, needed for a paper alone

    return pdf_of(made, day=_today())


def _today() -> datetime:
    """Return the beginning of the clinic's day: a report is the same file all day long."""
    zone = practice.clinic_zone()
    return datetime.combine(timezone.now().astimezone(zone).date(), time(), tzinfo=zone)


def _keep(request: HttpRequest, found: Standing, made: Report) -> None:
    day = _today()
    uploading.keep_document(
        now=timezone.now(),
        actor=actor_of(request),
        client=found.plan.client,
        brought=uploading.Brought(
            data=_pdf(made),
            media_type=Document.MediaType.PDF,
            kind=Document.Kind.LETTER,
            title=f"{made.title}, {made.day}",
            original_name="progress.pdf",
            dated=day.date(),
        ),
        today=day.date(),
    )


def _show(
    request: HttpRequest, found: Standing, made: Report, *, error: Sentence = "", status: int = 200
) -> HttpResponse:
    context = {
        "report": made,
        "plan": found.plan,
        "client": found.plan.client,
        "at_review": at_review(found),
        "error": error,
    }
    return render(request, "bookings/plans/report.html", context, status=status)
