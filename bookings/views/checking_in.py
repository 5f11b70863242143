"""The page behind "how are you?": one tap for fine, a short form for something to report."""

from __future__ import annotations

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bookings.actions import checking_in as actions
from bookings.forms.check_in import ReportForm
from bookings.models import Booking, CheckIn
from bookings.views.answers import INVALID, SeeOther, private
from bookings.views.details_page import summary
from bookings.views.of_booking import of_booking
from clinic.errors import Refusal
from treatments.session_facts import EventKind


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
@of_booking
def check_in(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Ask a client how they are after a visit. Opening the link changes nothing."""
    now = timezone.now()
    form = ReportForm(request.POST if "report" in request.POST else None)
    if request.method == "POST":
        if form.is_bound and not form.is_valid():
            return _page(request, booking, form, INVALID)
        # Too late, or called off: the page says whom to call.
        with suppress(Refusal):
            _keep(form, booking)
        return SeeOther(request.path)
    if not actions.takes_check_in(booking, now=now):
        return render(request, "bookings/check_in/over.html", {"page": summary(booking, now)})
    return _page(request, booking, form)


def _keep(form: ReportForm, booking: Booking) -> None:
    now = timezone.now()
    if not form.is_bound:
        actions.say_fine(now=now, booking=booking)
        return
    said = form.cleaned_data
    actions.report(now=now, booking=booking, what=EventKind(said["what"]), words=said["words"])


def _page(
    request: HttpRequest, booking: Booking, form: ReportForm, status: int = 200
) -> HttpResponse:
    answered = CheckIn.objects.filter(booking=booking).first()
    context = {
        "page": summary(booking, timezone.now()),
        "form": form,
        # What they told stays off a page that the link alone opens.
        "is_answered": answered is not None,
        "is_reporting": "report" in request.GET or form.is_bound,
    }
    return render(request, "bookings/check_in/ask.html", context, status=status)
