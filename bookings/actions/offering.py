"""Treatments as they are offered: what they consist of, what they cost, who gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.actions.stranding import sparing
from clients.phases import Phase as Kind
from clinic import audit
from clinic.actions import save
from clinic.audit import Actor
from clinic.errors import NotStored
from clinic.models import Practitioner
from clinic.slugs import free_slug
from treatments.errors import CONSTRAINTS
from treatments.models import Offer, Phase, Treatment

# A booking with its turnover or pause (120 at most) ends within 12 hours of its start.
LONGEST_SESSION = 600
Phases = Sequence[tuple[Kind, int]]


def add_treatment(
    *,
    now: datetime,
    actor: Actor,
    values: Mapping[str, object],
    phases: Phases,
    offered_by: Iterable[Practitioner],
) -> Treatment:
    """Add a treatment. values: fields of `Treatment`. phases: kind and minutes, in order.

    Raises NotStored.
    """
    _check_length(values, phases)
    with transaction.atomic():
        slug = free_slug(Treatment, str(values["name"]))
        made = save(
            Treatment(slug=slug),
            {**values, "slug": slug},
            now=now,
            actor=actor,
            verb="treatment.added",
            about="treatment:%s",
            known=CONSTRAINTS,
        )
        _set_phases(made, phases, now=now, actor=actor)
        _set_offers(made, offered_by, now=now, actor=actor)
        return made


def change_treatment(
    *,
    now: datetime,
    actor: Actor,
    treatment: Treatment,
    values: Mapping[str, object],
    phases: Phases,
    offered_by: Iterable[Practitioner],
    confirmed: str = "",
) -> Treatment:
    """Change a treatment for what is booked from now on; bookings keep what they were promised.

    Raises NotStored, Strands when somebody no longer offers what is booked with them, or
    TimetableBusy.
    """
    _check_length(values, phases)
    offered_by = list(offered_by)
    staying = {who.pk for who in offered_by}
    leaving = [
        pk
        for pk in Offer.objects.filter(treatment=treatment).values_list("practitioner", flat=True)
        if pk not in staying
    ]
    which = Q(treatment=treatment, practitioner__in=leaving)
    with sparing(which, now=now, actor=actor, confirmed=confirmed, practitioners=leaving):
        current = save(
            treatment,
            values,
            now=now,
            actor=actor,
            verb="treatment.changed",
            about=f"treatment:{treatment.pk}",
            known=CONSTRAINTS,
        )
        _set_phases(current, phases, now=now, actor=actor)
        _set_offers(current, offered_by, now=now, actor=actor)
        return current


def _check_length(values: Mapping[str, object], phases: Phases) -> None:
    consultation = values.get("consultation_minutes", 0)
    total = sum(minutes for _kind, minutes in phases)
    if not total:
        raise NotStored("", _("A treatment needs at least one phase with its minutes."))
    if isinstance(consultation, int):
        total += consultation
    if total > LONGEST_SESSION:
        raise NotStored("", _("A session can take at most ten hours."))


def _set_phases(treatment: Treatment, phases: Phases, *, now: datetime, actor: Actor) -> None:
    """Put these phases in the place of those that are there."""
    was = [(phase.kind, phase.minutes) for phase in treatment.phases.order_by("position")]
    will = [(kind.value, minutes) for kind, minutes in phases]
    if was == will:
        return
    treatment.phases.all().delete()
    for position, (kind, minutes) in enumerate(will, start=1):
        if not 1 <= minutes <= 240:
            raise NotStored(*CONSTRAINTS["phase_minutes_range"])
        Phase.objects.create(treatment=treatment, position=position, kind=kind, minutes=minutes)
    audit.record(
        now=now,
        actor=actor,
        verb="treatment.phases_set",
        about=f"treatment:{treatment.pk}",
        before={"phases": was},
        after={"phases": will},
    )


def _set_offers(
    treatment: Treatment, offered_by: Iterable[Practitioner], *, now: datetime, actor: Actor
) -> None:
    """Let exactly these practitioners offer it."""
    was = set(Offer.objects.filter(treatment=treatment).values_list("practitioner", flat=True))
    will = {who.pk for who in offered_by}
    if was == will:
        return
    Offer.objects.filter(treatment=treatment).exclude(practitioner__in=will).delete()
    for pk in sorted(will - was):
        Offer.objects.get_or_create(treatment=treatment, practitioner_id=pk)
    audit.record(
        now=now,
        actor=actor,
        verb="treatment.offered_by",
        about=f"treatment:{treatment.pk}",
        before={"practitioners": sorted(was)},
        after={"practitioners": sorted(will)},
    )
