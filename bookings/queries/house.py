"""The house as its settings list it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Prefetch, Q

from clinic.models import (
    Closure,
    Location,
    Practitioner,
    Role,
    Room,
    TimeOff,
    User,
    WorkingHours,
)
from treatments.models import Treatment

STAFF = (Role.OWNER, Role.PRACTITIONER, Role.FRONT_DESK)


def places() -> list[Location]:
    """Return all locations, those in use first, each with its rooms (two queries)."""
    rooms = Prefetch("rooms", Room.objects.order_by("-is_active", "name"))
    return list(Location.objects.prefetch_related(rooms).order_by("-is_active", "name", "pk"))


def staff() -> list[User]:
    """Return everybody with a staff login, those who can log in first (one query)."""
    return list(
        User.objects.filter(role__in=STAFF)
        .select_related("practitioner")
        .order_by("-is_active", "name", "pk")
    )


def practitioners() -> list[Practitioner]:
    """Return all practitioners, those who can be booked first (one query). Each has
    `treatments_offered` and `stretches`, the numbers of both that are there."""
    return list(
        Practitioner.objects.select_related("user")
        .annotate(
            treatments_offered=Count("offers", distinct=True),
            stretches=Count("hours", filter=Q(hours__valid_until__isnull=True), distinct=True),
        )
        .order_by("-is_active", "name", "pk")
    )


def treatments() -> list[Treatment]:
    """Return all treatments with phases and who offers them, those on the list first."""
    return list(
        Treatment.objects.prefetch_related("phases", "offers__practitioner").order_by(
            "-is_active", "position", "pk"
        )
    )


@dataclass(frozen=True, slots=True)
class Team:
    """The hours that hold on a day, and the days after it on which they change."""

    hours: dict[int, list[WorkingHours]]
    changes: dict[int, list[date]]


def week_of(day: date, practitioner: Practitioner | None = None) -> Team:
    """Return everybody's weekly hours as they hold on a day, or one practitioner's (one query)."""
    rows = (
        WorkingHours.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day))
        .select_related("location")
        .order_by("weekday", "starts_minute")
    )
    if practitioner is not None:
        rows = rows.filter(practitioner=practitioner)
    found = Team({}, {})
    changes: dict[int, set[date]] = {}
    for row in rows:
        who = row.practitioner_id
        if row.valid_from <= day:
            found.hours.setdefault(who, []).append(row)
        else:
            changes.setdefault(who, set()).add(row.valid_from)
        if row.valid_until is not None:
            changes.setdefault(who, set()).add(row.valid_until)
    found.changes.update({who: sorted(days) for who, days in changes.items()})
    return found


def time_off(now: datetime) -> list[TimeOff]:
    """Return the time off that is not over yet (one query)."""
    return list(
        TimeOff.objects.filter(ends_at__gt=now)
        .select_related("practitioner")
        .order_by("starts_at", "pk")
    )


def closures(today: date) -> list[Closure]:
    """Return the closures that are not over yet (one query)."""
    return list(
        Closure.objects.filter(last_day__gte=today)
        .select_related("location")
        .order_by("first_day", "pk")
    )
