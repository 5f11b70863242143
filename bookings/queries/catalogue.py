"""What can be booked, where and with whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from bookings.availability import Need
from bookings.policy import Policy
from clients.phases import Phase
from clinic.models import Clinic, Location, Practitioner
from clinic.prepared import Prepared, columns, instance
from treatments.models import Phase as TreatmentPhase
from treatments.models import Treatment


@dataclass(frozen=True, slots=True)
class Offering:
    """A treatment as it can be booked today at the clinic, with the policy that holds for it.

    `phases` are (kind, minutes) in order; `minutes` and `turnover` are minutes.
    """

    id: int
    slug: str
    name: str
    summary: str
    minutes: int
    consultation: int
    phases: tuple[tuple[Phase, int], ...]
    turnover: int
    price: Decimal
    currency: str
    for_new_clients: bool
    clinic: Clinic
    policy: Policy

    @property
    def need(self) -> Need:
        return Need(self.minutes, self.turnover, self.policy.grid_minutes)

    @property
    def phase_kinds(self) -> tuple[Phase, ...]:
        return tuple(kind for kind, _minutes in self.phases)


def offered(
    treatment: Treatment, clinic: Clinic, phases: Sequence[TreatmentPhase] | None = None
) -> Offering:
    """Return a treatment as an offering of the clinic. Its phases are given, or prefetched."""
    if phases is None:
        phases = list(treatment.phases.all())
    return Offering(
        id=treatment.pk,
        slug=treatment.slug,
        name=treatment.name,
        summary=treatment.summary,
        minutes=treatment.consultation_minutes + sum(phase.minutes for phase in phases),
        consultation=treatment.consultation_minutes,
        phases=tuple((Phase(phase.kind), phase.minutes) for phase in phases),
        turnover=treatment.turnover_minutes,
        price=treatment.price,
        currency=treatment.currency,
        for_new_clients=treatment.for_new_clients,
        clinic=clinic,
        policy=Policy(
            notice_minutes=_own(treatment.notice_minutes, clinic.notice_minutes),
            horizon_days=_own(treatment.horizon_days, clinic.horizon_days),
            grid_minutes=_own(treatment.grid_minutes, clinic.grid_minutes),
            window_minutes=_own(treatment.window_minutes, clinic.window_minutes),
            hold_minutes=clinic.hold_minutes,
            review_minutes=clinic.review_minutes,
            review_before_minutes=clinic.review_before_minutes,
        ),
    )


def _own(override: int | None, of_clinic: int) -> int:
    return of_clinic if override is None else override


def _bookable() -> QuerySet[Treatment]:
    return Treatment.objects.filter(is_active=True, bookable_online=True).prefetch_related("phases")


def offerings(clinic: Clinic) -> list[Offering]:
    """Return what can be booked online, in the order of the list (two queries)."""
    found = [offered(treatment, clinic) for treatment in _bookable().order_by("position", "pk")]
    return [
        offering
        for offering in found
        if offering.minutes and (clinic.offers_first_visits or not offering.for_new_clients)
    ]


def offering(slug: str, clinic: Clinic) -> Offering | None:
    """Return one offering by its slug, or None (two queries)."""
    treatment = _bookable().filter(slug=slug).first()
    return offered(treatment, clinic) if treatment is not None else None


def offering_of(treatment_id: int, clinic: Clinic) -> Offering:
    """Return a treatment as an offering, also when it is no longer bookable online."""
    return offered(Treatment.objects.prefetch_related("phases").get(pk=treatment_id), clinic)


def locations() -> list[Location]:
    """Return the locations that are open for business."""
    return list(Location.objects.filter(is_active=True).order_by("name", "pk"))


_PRACTITIONERS = Prepared(f"""
SELECT {columns(Practitioner, "p")}
  FROM clinic_practitioner p
 WHERE p.is_active
   AND EXISTS (SELECT FROM treatments_offer o
                WHERE o.practitioner_id = p.id AND o.treatment_id = %(treatment)s)
   AND EXISTS (SELECT FROM clinic_workinghours h
                WHERE h.practitioner_id = p.id AND h.location_id = %(location)s)
 ORDER BY p.name, p.id
""")  # noqa: S608 (column names of our own model)


def practitioners(offering_id: int, location_id: int) -> list[Practitioner]:
    """Return who offers a treatment and has hours at a location, by name (one query)."""
    asked = {"treatment": offering_id, "location": location_id}
    return [instance(Practitioner, row) for row in _PRACTITIONERS.rows(asked)]
