"""Rows of what is done: every argument has a default, every call makes a new row."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import count
from typing import Any

from clinic.models import Practitioner
from treatments.models import Offer, Phase, Treatment

_numbers = count(1)

FIFTY_MINUTES = (("LYMPHATIC_MASSAGE", 13), ("NEEDLING", 28), ("JADE_ROLLER", 9))


def treatment(
    *,
    phases: Iterable[tuple[str, int]] = FIFTY_MINUTES,
    offered_by: Iterable[Practitioner] = (),
    **fields: Any,
) -> Treatment:
    """Return a treatment of 50 minutes with 10 of turnover, unless told otherwise."""
    number = next(_numbers)
    made = Treatment.objects.create(
        **{
            "slug": f"treatment-{number}",
            "name": f"Facial acupuncture {number}",
            "price": Decimal("145.00"),
            "turnover_minutes": 10,
            **fields,
        }
    )
    Phase.objects.bulk_create(
        Phase(treatment=made, position=position, kind=kind, minutes=minutes)
        for position, (kind, minutes) in enumerate(phases, start=1)
    )
    for practitioner in offered_by:
        offer(treatment=made, practitioner=practitioner)
    return made


def offer(*, treatment: Treatment, practitioner: Practitioner) -> Offer:
    return Offer.objects.create(treatment=treatment, practitioner=practitioner)
