"""Plans: every argument has a default, every call makes a new row."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from clients.models import Client
from clinic.audit import CLOCK, Actor, staff
from clinic.models import Practitioner
from tests.factories import bookings, clinic, consents, treatments
from treatments import actions
from treatments.actions.planning import Aims
from treatments.models import Plan, PlanTemplate, Treatment

_numbers = count(1)


def template(**fields: Any) -> PlanTemplate:
    """Return a template of ten weekly sessions, unless told otherwise."""
    number = next(_numbers)
    return PlanTemplate.objects.create(
        **{
            "slug": f"series-{number}",
            "name": f"Series {number}",
            "sessions": 10,
            "per_week": 1,
            "min_gap_days": 3,
            "max_gap_days": 10,
            "reviews_at": [5, 10],
            **fields,
        }
    )


def maintenance(**fields: Any) -> PlanTemplate:
    return template(
        **{
            "sessions": None,
            "per_week": None,
            "every_days": 30,
            "min_gap_days": 21,
            "max_gap_days": 45,
            "reviews_at": [],
            "reviews_every": 6,
            **fields,
        }
    )


def plan(
    *,
    now: datetime,
    client: Client | None = None,
    practitioner: Practitioner | None = None,
    treatment: Treatment | None = None,
    of: PlanTemplate | None = None,
    counts_from: datetime | None = None,
    aims: Aims | None = None,
    agreed: bool = False,
    actor: Actor = CLOCK,
    **fields: Any,
) -> Plan:
    """Return a proposed plan; `agreed`: signed and agreed to at once."""
    made = actions.propose(
        now=now,
        actor=actor,
        client=client or bookings.client(),
        practitioner=practitioner or clinic.practitioner(),
        treatment=treatment or treatments.treatment(),
        template=of or template(),
        counts_from=counts_from or now,
        aims=aims or Aims(concerns=["frown_lines"], body=["sleep"], goals="Softer frown"),
        **fields,
    )
    if not agreed:
        return made
    consents.signed(made.client, at=now)
    return actions.agree(now=now, actor=actor, plan=made)


def doctor() -> Actor:
    return staff(clinic.user(role="PRACTITIONER"))
