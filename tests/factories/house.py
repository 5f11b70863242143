"""A clinic that can be booked today, around the real clock that the views read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bookings.models import Booking
from clinic.models import Clinic, Location, Practitioner, Room
from tests.factories import bookings, clinic, treatments
from treatments.models import Treatment


@dataclass
class House:
    """One location with its rooms, people who work nine to five every day, and two treatments."""

    clinic: Clinic
    location: Location
    rooms: list[Room]
    people: list[Practitioner]
    session: Treatment
    first_visit: Treatment
    others: list[Location] = field(default_factory=list)

    def day(self, ahead: int = 3) -> date:
        """Return the local date so many days ahead of today."""
        return datetime.now(self.location.zone).date() + timedelta(days=ahead)

    def at(self, hour: int = 10, minute: int = 0, ahead: int = 3) -> datetime:
        """Return the instant of a local time so many days ahead."""
        local = datetime.combine(self.day(ahead), time(hour, minute), self.location.zone)
        return local.astimezone(UTC)

    def taken(self, starts_at: datetime, *, who: int = 0, room: int = 0) -> Booking:
        """Return somebody else's booking of a practitioner and a room, both by number."""
        return bookings.booking(
            starts_at=starts_at,
            practitioner=self.people[who],
            room=self.rooms[room],
            treatment=self.session,
        )


def house(*, people: int = 2, rooms: int = 2, locations: int = 1, **fields: Any) -> House:
    """Return a clinic with so many practitioners and rooms; `fields` go to its location."""
    one = clinic.clinic(name="Linden Row")
    place = clinic.location(
        **{"slug": "queen", "name": "Queen West", "address": "8 Queen St W, Toronto", **fields}
    )
    names = [("mei", "Mei Tanaka"), ("sofia", "Sofia Reyes"), ("daniel", "Daniel Okafor")]
    team = [clinic.practitioner(slug=slug, name=name) for slug, name in names[:people]]
    for who in team:
        clinic.hours(practitioner=who, location=place)
    made = House(
        clinic=one,
        location=place,
        rooms=[clinic.room(location=place) for _ in range(rooms)],
        people=team,
        session=treatments.treatment(
            slug="facial", name="Facial rejuvenation", offered_by=team, position=1
        ),
        first_visit=treatments.treatment(
            slug="first",
            name="First visit",
            offered_by=team,
            for_new_clients=True,
            consultation_minutes=30,
            position=2,
        ),
    )
    for number in range(1, locations):
        other = clinic.location(slug=f"other-{number}", name=f"Other place {number}")
        clinic.room(location=other)
        who = clinic.practitioner(slug=f"away-{number}", name=f"Away {number}")
        clinic.hours(practitioner=who, location=other)
        treatments.offer(treatment=made.session, practitioner=who)
        made.others.append(other)
    return made


CONTACT = {"name": "Priya Raman", "email": "priya@example.com", "phone": "416 555 0142"}
NOTHING_APPLIES = {
    "q-bq_age": "yes",
    "q-bq_pregnant": "no",
    "q-bq_health": "no",
    "q-bq_procedures": "none",
    "q-bq_skin_treatments": "none",
    "q-bq_isotretinoin": "no",
    "q-bq_now": "none",
    "q-bq_review": "none",
}
