"""From the names a program uses to what they stand for, in one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from bookings.queries.catalogue import Offering, offered
from clinic.models import Clinic, Location, Practitioner
from clinic.prepared import Prepared, columns, instance
from treatments.models import Phase, Treatment


@dataclass(frozen=True, slots=True)
class Named:
    """What a treatment's and a location's slug stand for; None where nothing bookable has the name.

    `practitioners` are who offers the treatment and has hours at the location, by name. Their id,
    slug and name are read; anything else takes a query.
    """

    offering: Offering | None
    location: Location | None
    practitioners: Sequence[Practitioner]

    @property
    def people(self) -> Mapping[int, str]:
        """Their slugs by id."""
        return {one.pk: one.slug for one in self.practitioners}


# One row, whatever is missing; the lists come as arrays beside it.
_NAMED = Prepared(f"""
SELECT {columns(Treatment, "t")}, {columns(Location, "l")}, {columns(Clinic, "c")},
       ARRAY(SELECT ROW(p.kind, p.minutes)::text FROM treatments_phase p
              WHERE p.treatment_id = t.id ORDER BY p.position),
       ARRAY(SELECT ARRAY[p.id::text, p.slug, p.name] FROM clinic_practitioner p
              WHERE p.is_active
                AND EXISTS (SELECT FROM treatments_offer o
                             WHERE o.practitioner_id = p.id AND o.treatment_id = t.id)
                AND EXISTS (SELECT FROM clinic_workinghours h
                             WHERE h.practitioner_id = p.id AND h.location_id = l.id)
              ORDER BY p.name, p.id)
  FROM (SELECT 1) one
  LEFT JOIN treatments_treatment t
         ON t.slug = %(treatment)s AND t.is_active AND t.bookable_online
  LEFT JOIN clinic_location l ON l.slug = %(location)s AND l.is_active
  LEFT JOIN clinic_clinic c ON c.id = 1
""")  # noqa: S608 (column names of our own models)
_PARTS = (Treatment, Location, Clinic)


def find(treatment: str, location: str = "") -> Named:
    """Return what these slugs stand for, with the clinic's policy, in one query."""
    [row] = _NAMED.rows({"treatment": treatment, "location": location})
    found: list[Any] = []
    start = 0
    for model in _PARTS:
        width = len(model._meta.concrete_fields)
        values = row[start : start + width]
        start += width
        found.append(instance(model, values) if values[0] is not None else None)
    what, where, clinic = found
    phases, people = row[start:]
    return Named(
        offering=_offering(what, clinic or Clinic(pk=1), [row[1:-1].split(",") for row in phases]),
        location=where,
        practitioners=[
            Practitioner.from_db(DEFAULT_DB_ALIAS, ["id", "slug", "name"], [int(key), slug, name])
            for key, slug, name in people
        ],
    )


def _offering(
    treatment: Treatment | None, clinic: Clinic, phases: Sequence[Sequence[str]]
) -> Offering | None:
    if treatment is None or not phases:
        return None
    if treatment.for_new_clients and not clinic.offers_first_visits:
        return None
    return offered(
        treatment, clinic, [Phase(kind=kind, minutes=int(minutes)) for kind, minutes in phases]
    )
