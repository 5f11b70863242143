"""The desk: a day's bookings, to read."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.forms.desk import FIRST_DAY, LAST_DAY, DayForm
from bookings.queries import catalogue
from bookings.queries.day import at_location
from bookings.views import day_list, wording
from clinic.access import staff_only
from clinic.opening import day_bounds, instant_of, pieces


@staff_only
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """List a day of a location: `?day=2026-11-24&location=queen-west`; today where none is named."""
    now = timezone.now()
    locations = catalogue.locations()
    if not locations:
        return render(request, "bookings/desk/no_location.html")
    form = DayForm(request.GET, locations=locations)
    form.is_valid()
    location = form.chosen_location() or locations[0]
    today = now.astimezone(location.zone).date()
    shown = form.cleaned_data.get("day") or today
    start, end = day_bounds(location.time_zone, shown)
    context = {
        "problems": [problem for errors in form.errors.values() for problem in errors],
        "locations": locations,
        "location": location,
        "day": shown,
        "today": today,
        "before": shown - timedelta(days=1) if shown > FIRST_DAY else None,
        "after": shown + timedelta(days=1) if shown < LAST_DAY else None,
        "zone": wording.zone_words(location.zone, instant_of((start + end) // 2)),
        "clock_changes": len(pieces(location.time_zone, shown)) > 1,
        **day_list.words(at_location(location, shown), shown, location, now),
    }
    return render(request, "bookings/desk/day.html", context)
