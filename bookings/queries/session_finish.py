"""What the end of a session proposes: the client's concerns with their numbers, and the next time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bookings.availability import Opening
from bookings.models import Booking
from bookings.queries import calendar, catalogue, plans
from bookings.queries.catalogue import Offering
from bookings.queries.plans import Standing
from bookings.queries.record import Sent, sent_by
from clients import trends
from clinic.models import Clinic
from clinic.opening import instant_of
from treatments.models import Treatment

WEEK = timedelta(days=7)
# How far from the best day a proposal may lie, where no plan says how far.
SPREAD = timedelta(days=7)
PROPOSED = 3


@dataclass(frozen=True, slots=True)
class Known:
    """The client's concerns in words by code, the most important first, with their last numbers."""

    concerns: dict[str, str]
    numbers: dict[str, int]
    sent: Sequence[Sent]


def known_of(booking: Booking) -> Known:
    """Return what the client's forms say about their concerns (one query)."""
    if booking.client is None:
        return Known({}, {}, ())
    sent = sent_by(booking.client)
    forms = [trends.Form(one.row.told_on, one.form, one.row.asked, one.row.answers) for one in sent]
    found = [each for each in trends.series(forms) if each.is_concern][:3]
    return Known(
        {each.code: each.label for each in found},
        {each.code: round(each.points[-1].value) for each in found},
        sent,
    )


def standing_of(booking: Booking, *, now: datetime) -> Standing | None:
    """Return the plan the visit belongs to, and where the client stands in it (one query)."""
    zone = booking.room.location.zone
    return plans.open_plan(booking.client, now=now, zone=zone, treatment=booking.treatment_id)


def next_offering(booking: Booking, standing: Standing | None) -> Offering:
    """Return what the client books next: what the plan is of; after a first visit without a plan
    the first treatment that is not for newcomers (two queries)."""
    treatment = standing.plan.treatment_id if standing else booking.treatment_id
    if standing is None and booking.treatment.for_new_clients:
        rows = Treatment.objects.filter(is_active=True, for_new_clients=False)
        rows = rows.filter(offers__practitioner=booking.practitioner_id)
        first = rows.order_by("position", "pk").first()
        treatment = first.pk if first else treatment
    return catalogue.offering_of(treatment, Clinic.objects.get())


def proposals(booking: Booking, standing: Standing | None, *, now: datetime) -> list[datetime]:
    """Return up to three starts for the next session, the best first: on the day the plan aims at,
    at this visit's time of day, with the same practitioner; then near it (five queries)."""
    zone = booking.room.location.zone
    today = booking.starts_at.astimezone(zone).date()
    best, first, last = _days(today, standing)
    offering = next_offering(booking, standing)
    found = calendar.openings(
        now=now,
        offering=offering,
        location=booking.room.location,
        practitioner=booking.practitioner_id,
        first=max(first, today + timedelta(days=1)),
        last=last,
        for_staff=True,
    )
    return _nearest(found, booking, best)


def _days(today: date, standing: Standing | None) -> tuple[date, date, date]:
    window = standing.position.window if standing and standing.is_running else None
    if window is None:
        return today + WEEK, today + WEEK - SPREAD, today + WEEK + SPREAD
    best = window.target or today + WEEK
    return best, window.earliest or best - SPREAD, window.latest or best + SPREAD


def _nearest(found: Sequence[Opening], booking: Booking, best: date) -> list[datetime]:
    """Return the openings nearest to the best day at the same time of day, one a day."""
    zone = booking.room.location.zone
    local = booking.starts_at.astimezone(zone)
    wish = local.hour * 60 + local.minute

    def distance(start: datetime) -> tuple[int, int]:
        at = start.astimezone(zone)
        return abs((at.date() - best).days), abs(at.hour * 60 + at.minute - wish)

    chosen: dict[date, datetime] = {}
    for start in sorted((instant_of(each.minute) for each in found), key=distance):
        chosen.setdefault(start.astimezone(zone).date(), start)
    return list(chosen.values())[:PROPOSED]
