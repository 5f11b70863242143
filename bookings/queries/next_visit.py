"""The next visit of somebody who was here: like the last one, on their usual day and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bookings.availability import Opening
from bookings.models import Booking
from bookings.queries import calendar, catalogue
from bookings.queries.catalogue import Offering
from bookings.queries.of_client import last_visit
from clients.models import Client
from clinic.models import Clinic, Location, Practitioner
from clinic.opening import instant_of

WEEK = timedelta(days=7)
HALF_A_WEEK = timedelta(days=3)
MOST = 3
HABIT = 3


@dataclass(frozen=True, slots=True)
class NextVisit:
    """What is booked next, where and with whom, and the openings nearest to `usual`, which is when
    it would be by habit. `practitioner` is the one of the last visit, if still to be had.
    `has_habit`: they were here often enough to have a usual time."""

    offering: Offering
    location: Location
    people: Sequence[Practitioner]
    practitioner: Practitioner | None
    usual: datetime
    openings: Sequence[Opening]
    has_habit: bool = False

    def is_usual(self, opening: Opening) -> bool:
        """Whether this is the usual time with the usual practitioner."""
        mine = self.practitioner is not None and opening.practitioner == self.practitioner.pk
        return mine and instant_of(opening.minute) == self.usual


def next_visit(client: Client, *, now: datetime, due: date | None = None) -> NextVisit | None:
    """Return a client's next visit; None for somebody without a last one, or where nothing like it
    is offered online any more. due: the day their plan has it, where it has one."""
    last = last_visit(client)
    found = like(last) if last else None
    if last is None or found is None:
        return None
    location = last.room.location
    people = catalogue.practitioners(found.id, location.pk)
    who = next((one for one in people if one.pk == last.practitioner_id), None)
    usual = usual_time(last, now=now, offering=found, due=due)
    openings = calendar.nearest(
        usual,
        now=now,
        offering=found,
        location=location,
        practitioner=who.pk if who else None,
        most=MOST,
    )
    has_habit = getattr(last, "visits", 0) >= HABIT
    return NextVisit(found, location, people, who, usual, openings, has_habit)


def like(last: Booking) -> Offering | None:
    """Return what comes after a visit: the same treatment; after a first visit the usual one."""
    if not last.room.location.is_active:
        return None
    offered = catalogue.offerings(Clinic.objects.the_only())
    same = [one for one in offered if one.id == last.treatment_id and not one.for_new_clients]
    usual = [one for one in offered if not one.for_new_clients]
    return next(iter([*same, *usual]), None)


def usual_time(
    last: Booking, *, now: datetime, offering: Offering, due: date | None = None
) -> datetime:
    """Return the first time the public may book at the weekday and wall clock of a visit, in whole
    weeks after it; the one nearest to the day it is due, if there is such a day."""
    zone = last.room.location.zone
    local = last.starts_at.astimezone(zone)
    earliest = max(offering.policy.earliest(now), last.starts_at)
    if due is not None:
        near = datetime.combine(due, local.time(), zone) - HALF_A_WEEK
        earliest = max(earliest, near.astimezone(UTC))
    weeks = max(1, (earliest.astimezone(zone).date() - local.date()).days // 7)
    on: date = local.date() + weeks * WEEK
    # The wall clock stays, whatever the clock change did to the hours between.
    found = datetime.combine(on, local.time(), zone)
    while found < earliest:
        on += WEEK
        found = datetime.combine(on, local.time(), zone)
    return found.astimezone(last.starts_at.tzinfo)
