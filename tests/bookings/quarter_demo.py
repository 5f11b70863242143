"""The demo clinic as it is found on the first morning of a quarter, written down in the diary: its
people, what they said about being written to, their visits and plans, and what they were told."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from bookings import actions, seed
from bookings.models import Booking
from bookings.queries import catalogue
from bookings.queries.catalogue import Offering
from clients.models import Client, ContactConsent
from clinic import audit
from clinic.models import Clinic, Location, Practitioner, User
from tests.bookings.quarter_diary import Person, Series, Stand, Visit
from tests.bookings.world import publish_rules
from treatments.models import Plan

BOOKINGS, SEED = 100, 1
NO_VISIT = ("DECLINED", "EXPIRED", "HELD")


@dataclass
class Demo:
    """The demo clinic: who works there, where, and what can be booked."""

    people: list[Person]
    places: list[Location]
    practitioner: Practitioner
    offering: Offering
    desk: User
    doctor: User


def move_in(now: datetime) -> Demo:
    """Make the demo clinic by its own seed, and write down what is there."""
    publish_rules()
    seed.seed_clinic(bookings=BOOKINGS, seed=SEED, now=now)
    practitioner = Practitioner.objects.select_related("user").order_by("pk")[0]
    assert practitioner.user is not None
    for waiting in Booking.objects.filter(status="REQUESTED"):
        actions.accept(now=now, actor=audit.staff(practitioner.user), booking=waiting)
    offering = catalogue.offering("facial-rejuvenation", Clinic.objects.the_only())
    assert offering is not None
    return Demo(
        people=_people(),
        places=list(Location.objects.order_by("pk")),
        practitioner=practitioner,
        offering=offering,
        desk=User.objects.get(email=seed.LOGIN),
        doctor=practitioner.user,
    )


def _people() -> list[Person]:
    """Return the clients, those who come most before the others."""
    found = {row.pk: Person(row) for row in Client.objects.order_by("pk")}
    phones = Counter(who.row.phone for who in found.values())
    emails = Counter(who.row.email for who in found.values())
    for who in found.values():
        who.shares = phones[who.row.phone] > 1 or emails[who.row.email] > 1
    for said in ContactConsent.objects.order_by("at", "pk"):
        rows = found[said.client_id].said.setdefault((said.channel, said.purpose), [])
        rows.append((said.at, said.granted))
    for booking in Booking.objects.exclude(status__in=NO_VISIT).order_by("starts_at", "pk"):
        found[booking.client_id or 0].visits.append(_visit(booking))
    for client, plans in _plans().items():
        found[client].series = _series(plans)
    return sorted(found.values(), key=lambda who: (-len(who.visits), who.row.pk))


def _visit(booking: Booking) -> Visit:
    stands = [Stand(booking.created_at, "BOOKED", booking.starts_at)]
    if booking.status != "BOOKED":
        stands.append(Stand(booking.changed_at, booking.status, booking.starts_at))
    asks = booking.outcome == "NOT_ASKED" and booking.screening_id is None
    return Visit(
        str(booking.uid),
        stands,
        [(booking.created_at, asks)],
        long=booking.ends_at - booking.starts_at,
    )


def _plans() -> dict[int, list[Plan]]:
    found: dict[int, list[Plan]] = defaultdict(list)
    for plan in Plan.objects.order_by("proposed_at", "pk"):
        found[plan.client_id].append(plan)
    return found


def _series(plans: list[Plan]) -> Series:
    """Return a client's last plan; what was only proposed, or stopped, calls for nothing."""
    plan = plans[-1]
    state = plan.state if plan.state in ("ACTIVE", "PAUSED", "COMPLETED") else "STOPPED"
    return Series(
        plan, plan.sessions, plan.counts_from, [(plan.proposed_at, state)], until=plan.closed_at
    )
