"""The desk: a day, whom it finds, and what waits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.forms.desk import DayForm
from bookings.queries import catalogue, found_clients, worklists
from bookings.views.desk_grid import book_href
from bookings.views.desk_page import DeskPage
from bookings.views.desk_results import results, waiting_rows
from clinic.access import staff_only

LONGEST_TEXT = 80


def desk_page(request: HttpRequest) -> DeskPage | None:
    """Return the page of the day and location an address asks for: today where none is named. None
    where the clinic has no location yet."""
    now = timezone.now()
    locations = catalogue.locations()
    if not locations:
        return None
    form = DayForm(request.GET, locations=locations)
    form.is_valid()
    location = form.chosen_location() or locations[0]
    return DeskPage(
        request=request,
        location=location,
        day=form.cleaned_data.get("day") or now.astimezone(location.zone).date(),
        now=now,
        locations=locations,
        problems=[str(problem) for errors in form.errors.values() for problem in errors],
    )


def no_location(request: HttpRequest) -> HttpResponse:
    return render(request, "bookings/desk/no_location.html")


@staff_only
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """Show a day of a location: `?day=2026-11-24&location=queen-west`."""
    page = desk_page(request)
    return page.answer() if page else no_location(request)


@staff_only
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Show the clients that fit a few letters or digits: `?q=ram`."""
    page = desk_page(request)
    if page is None:
        return no_location(request)
    page.find_text = request.GET.get("q", "").strip()[:LONGEST_TEXT]
    found = found_clients.found(page.find_text, now=page.now)
    context = {
        "text": page.find_text,
        "rows": results(found, location=page.location, day=page.day, now=page.now),
        "new_href": book_href(page.location.slug, day=page.day.isoformat(), client="new"),
    }
    return page.answer("bookings/desk/_found.html", context, title=_("Find a client"))


@staff_only
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Show the coming bookings whose safety questions nobody has answered yet."""
    page = desk_page(request)
    if page is None:
        return no_location(request)
    found = worklists.waiting_for_answers(page.location, now=page.now)
    context = {"rows": waiting_rows(found, page.location)}
    return page.answer("bookings/desk/_waiting.html", context, title=_("Waiting for answers"))
