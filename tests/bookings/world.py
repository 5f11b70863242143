"""A small clinic that can be booked, at a fixed moment, and the requests people make of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from bookings import actions
from bookings.actions import Booked
from bookings.availability import Opening
from bookings.models import Booking
from bookings.queries import calendar, catalogue
from bookings.queries.catalogue import Offering
from clients import models, publishing
from clients.contact import Contact
from clients.rule_document import DEFAULTS, read
from clinic.audit import CLIENT, CLOCK, Actor
from clinic.models import Clinic, Location, Practitioner, Room
from tests.factories import clinic, treatments
from treatments.models import Treatment

TORONTO = ZoneInfo("America/Toronto")

# A Monday, 9 am in Toronto; a fortnight before the clock goes forward there.
NOW = datetime(2027, 3, 1, 14, 0, tzinfo=UTC)
TODAY = date(2027, 3, 1)
# The Monday after, 10 am in Toronto.
SLOT = datetime(2027, 3, 8, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def toronto(*parts: int, fold: int = 0) -> datetime:
    """Return the UTC instant of a wall clock reading in Toronto: year, month, day, hour, minute."""
    return datetime(*parts, tzinfo=TORONTO, fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]


def answers(**said: object) -> dict[str, object]:
    """Return answers to all booking questions: nothing applies, but for what is `said`."""
    nothing: dict[str, object] = {
        "bq_age": "yes",
        "bq_pregnant": "no",
        "bq_health": "no",
        "bq_procedures": "none",
        "bq_skin_treatments": "none",
        "bq_isotretinoin": "no",
        "bq_now": "none",
        "bq_review": "none",
    }
    return nothing | said


REVIEW = answers(bq_review={"items": {"epilepsy": None}})
REFUSED = answers(bq_pregnant="yes")


def botox(day: date) -> dict[str, object]:
    """Return answers of somebody who had Botox on that day: no session for 14 days."""
    return answers(bq_procedures={"items": {"botulinum": day.isoformat()}})


def contact(number: int = 1, **fields: Any) -> Contact:
    """Return the same person for the same number, somebody else for another."""
    return Contact(
        **{
            "name": f"Person Number{number}",
            "email": f"person{number}@example.org",
            "phone": f"+1416555{number:04d}",
            "by_email": True,
            **fields,
        }
    )


@dataclass
class World:
    """A location with rooms, practitioners who work nine to five every day, and one treatment."""

    location: Location
    practitioners: list[Practitioner]
    rooms: list[Room]
    treatment: Treatment
    offering: Offering

    def hold(self, starts_at: datetime = SLOT, **request: Any) -> Booking:
        return actions.hold(
            **{
                "now": NOW,
                "attempt": uuid.uuid4(),
                "held_from": uuid.uuid4().hex,
                "offering": self.offering,
                "location": self.location,
                "practitioner": None,
                "starts_at": starts_at,
                **request,
            }
        )

    def ask(self, starts_at: datetime = SLOT, **request: Any) -> Booked:
        """Book as person 1, with a new key, unless the request says otherwise."""
        return actions.book(
            **{
                "now": NOW,
                "actor": CLIENT,
                "source": "ONLINE",
                "key": uuid.uuid4().hex,
                "offering": self.offering,
                "location": self.location,
                "practitioner": None,
                "starts_at": starts_at,
                "contact": contact(),
                "answers": answers(),
                **request,
            }
        )

    def book(self, starts_at: datetime = SLOT, **request: Any) -> Booking:
        return self.ask(starts_at, **request).booking

    def openings(self, first: date, last: date | None = None, **request: Any) -> list[Opening]:
        return calendar.openings(
            **{
                "now": NOW,
                "offering": self.offering,
                "location": self.location,
                "first": first,
                "last": last or first,
                **request,
            }
        )


def move(booking: Booking, starts_at: datetime, *, now: datetime = NOW, **request: Any) -> Booking:
    return actions.move(
        **{"now": now, "actor": CLIENT, "booking": booking, "starts_at": starts_at, **request}
    )


def cancel(booking: Booking, *, now: datetime = NOW, actor: Actor = CLIENT) -> Booking:
    return actions.cancel(now=now, actor=actor, booking=booking)


def accept(booking: Booking, *, now: datetime = NOW, actor: Actor = CLIENT) -> Booking:
    return actions.accept(now=now, actor=actor, booking=booking)


def decline(booking: Booking, *, now: datetime = NOW, actor: Actor = CLOCK) -> Booking:
    return actions.decline(now=now, actor=actor, booking=booking)


def world(*, practitioners: int = 2, rooms: int = 2, **treatment: Any) -> World:
    """Make such a clinic beside whatever else there is; treatment: its fields."""
    publish_rules()
    location = clinic.location()
    people = [clinic.practitioner() for _ in range(practitioners)]
    for person in people:
        clinic.hours(practitioner=person, location=location)
    made = treatments.treatment(offered_by=people, **treatment)
    return World(
        location=location,
        practitioners=people,
        rooms=[clinic.room(location=location) for _ in range(rooms)],
        treatment=made,
        offering=offering(made),
    )


def offering(treatment: Treatment) -> Offering:
    return catalogue.offering_of(treatment.pk, Clinic.objects.the_only())


def publish_rules() -> None:
    """Let the default rules hold at NOW, whatever the computer's own clock said at their loading."""
    if models.RuleSet.objects.filter(published_at__lte=NOW).exists():
        return
    with DEFAULTS.open(encoding="utf-8") as file:
        rules = read(json.load(file), version=1)
    publishing.publish(rules, now=NOW - timedelta(days=365), actor=CLOCK, source="the tests")


def live() -> list[Booking]:
    """Return what takes time off the calendar, holds that lapsed without a sweep included."""
    return list(Booking.objects.exclude(status__in=("EXPIRED", "DECLINED", "CANCELLED", "NO_SHOW")))


def overlaps() -> int:
    """Return how many pairs of live bookings claim a practitioner or a room at the same time.

    Asked in plain SQL of its own, so that it shares nothing with what it checks.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM bookings_booking a JOIN bookings_booking b ON a.id < b.id
             WHERE a.status NOT IN ('EXPIRED', 'DECLINED', 'CANCELLED', 'NO_SHOW')
               AND b.status NOT IN ('EXPIRED', 'DECLINED', 'CANCELLED', 'NO_SHOW')
               AND ((a.practitioner_id = b.practitioner_id
                     AND a.starts_at < b.practitioner_until AND b.starts_at < a.practitioner_until)
                 OR (a.room_id = b.room_id
                     AND a.starts_at < b.room_until AND b.starts_at < a.room_until))
            """
        )
        return int(cursor.fetchone()[0])


def row_counts() -> Mapping[str, int]:
    """Return how many rows each table of ours has."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables)  # noqa: S608
        )
        return dict(cursor.fetchall())


def raw_table(table: str) -> str:
    """Return every row of a table as text, as somebody who stole the disk would read it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")  # noqa: S608
        return str(cursor.fetchone()[0])
