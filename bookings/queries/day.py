"""A day at a location: what is booked, who works, who is away, and whether it is shut."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from bookings.models import Booking
from bookings.queries import booked
from clinic.models import Closure, Location, TimeOff, WorkingHours
from clinic.opening import day_bounds, instant_of


@dataclass(frozen=True, slots=True)
class Day:
    """`hours` are by practitioner's name, then minute; `away` is of those who would work then."""

    bookings: list[Booking]
    closures: list[Closure]
    hours: list[WorkingHours]
    away: list[TimeOff]


def at_location(location: Location, day: date) -> Day:
    """Return a local day of a location (four queries)."""
    start, end = day_bounds(location.time_zone, day)
    hours = list(
        WorkingHours.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=day),
            location=location,
            weekday=day.weekday(),
            valid_from__lte=day,
            practitioner__is_active=True,
        )
        .select_related("practitioner")
        .order_by("practitioner__name", "practitioner_id", "starts_minute")
    )
    return Day(
        bookings=booked.on_day(location, day),
        closures=list(
            Closure.objects.filter(
                Q(location__isnull=True) | Q(location=location),
                first_day__lte=day,
                last_day__gte=day,
            ).order_by("first_day", "pk")
        ),
        hours=hours,
        away=list(
            TimeOff.objects.filter(
                practitioner__in={row.practitioner_id for row in hours},
                starts_at__lt=instant_of(end),
                ends_at__gt=instant_of(start),
            )
            .select_related("practitioner")
            .order_by("practitioner__name", "starts_at")
        ),
    )
