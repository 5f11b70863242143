"""Who works where on what, and when the house is shut: what the choosing pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q

from clinic.models import Closure, Location, Practitioner

_PAIRS = """
SELECT DISTINCT o.practitioner_id, h.location_id, o.treatment_id
  FROM treatments_offer o JOIN clinic_workinghours h ON h.practitioner_id = o.practitioner_id
"""


@dataclass(frozen=True, slots=True)
class Works:
    """A practitioner with the (location id, treatment id) pairs they can be booked for."""

    practitioner: Practitioner
    pairs: frozenset[tuple[int, int]]


def who_works_where() -> list[Works]:
    """Return the practitioners that can be booked at all, by name (two queries)."""
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS)
        rows = cursor.fetchall()
    pairs: dict[int, set[tuple[int, int]]] = {}
    for who, where, what in rows:
        pairs.setdefault(who, set()).add((where, what))
    return [
        Works(one, frozenset(pairs[one.pk]))
        for one in Practitioner.objects.filter(is_active=True).order_by("name", "pk")
        if one.pk in pairs
    ]


def closures(location: Location, first: date, last: date) -> Sequence[Closure]:
    """Return the closures that touch these local days of a location (one query)."""
    return list(
        Closure.objects.filter(
            Q(location=location) | Q(location=None), first_day__lte=last, last_day__gte=first
        ).order_by("first_day", "pk")
    )
