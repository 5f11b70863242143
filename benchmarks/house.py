"""Clinics whose size and density are known, for measuring in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

ZONE = "America/Toronto"
FIRST_START, LAST_START = 9 * 60, 17 * 60
DENSITY = 0.6


def clean_now() -> datetime:
    """Return tomorrow's noon in Toronto: what is measured must not depend on the hour it is run."""
    zone = ZoneInfo(ZONE)
    tomorrow = datetime.now(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(12), zone).astimezone(UTC)


def treatment(slug: str) -> Any:
    from clients.phases import Phase as Kind
    from treatments.models import Phase, Treatment

    made = Treatment.objects.create(
        slug=slug, name="Session", price=Decimal("145.00"), turnover_minutes=10
    )
    minutes = ((Kind.LYMPHATIC_MASSAGE, 13), (Kind.NEEDLING, 28), (Kind.JADE_ROLLER, 9))
    for position, (kind, length) in enumerate(minutes, start=1):
        Phase.objects.create(treatment=made, position=position, kind=kind, minutes=length)
    return made


def location(slug: str, what: Any, *, people: int, rooms: int) -> Any:
    """Return a location with practitioners who work 9 to 18 every day, each offering `what`."""
    from clinic.models import Location, Practitioner, Room, WorkingHours
    from treatments.models import Offer

    place = Location.objects.create(
        slug=slug, name=slug, address=slug, phone="+14165550199", time_zone=ZONE
    )
    Room.objects.bulk_create(Room(location=place, name=f"Room {n}") for n in range(rooms))
    for number in range(people):
        who = Practitioner.objects.create(slug=f"{slug}-{number}", name=f"{slug} {number}")
        Offer.objects.create(treatment=what, practitioner=who)
        WorkingHours.objects.bulk_create(
            WorkingHours(
                practitioner=who, location=place, weekday=weekday, starts_minute=FIRST_START,
                ends_minute=LAST_START + 60, valid_from=date(2020, 1, 1),
            )
            for weekday in range(7)
        )  # fmt: skip
    return place


def starts(first: date, days: int) -> list[datetime]:
    """Return starts an hour apart on some local days."""
    zone = ZoneInfo(ZONE)
    return [
        (
            datetime.combine(first + timedelta(days=day), time.min, zone)
            + timedelta(minutes=minute)
        ).astimezone(UTC)
        for day in range(days)
        for minute in range(FIRST_START, LAST_START + 1, 60)
    ]


def fill(
    place: Any,
    what: Any,
    *,
    first: date,
    days: int,
    now: datetime,
    density: float = DENSITY,
    most: int | None = None,
) -> int:
    """Book a fixed share of a location's diaries; return how many bookings that made."""
    from bookings.models import Booking
    from clients.models import Client
    from clinic.models import Practitioner, Room

    random = Random("density")
    client = Client.objects.create(name="Measured", name_key="measured", created_at=now)
    rooms = list(Room.objects.filter(location=place).order_by("pk"))
    people = Practitioner.objects.filter(hours__location=place).distinct().order_by("pk")
    made = [
        Booking(
            status="BOOKED", source="ONLINE", client=client, treatment=what, practitioner=who,
            room=rooms[(number + start.day) % len(rooms)], starts_at=start, ends_at=start + timedelta(minutes=50),
            practitioner_until=start + timedelta(minutes=60),
            room_until=start + timedelta(minutes=60), treatment_name=what.name, minutes=50,
            price=what.price, currency=what.currency, window_minutes=24 * 60, created_at=now,
            changed_at=now,
        )
        for start in starts(first, days)
        for number, who in enumerate(people)
        if random.random() < density
    ][:most]  # fmt: skip
    Booking.objects.bulk_create(made, batch_size=500)
    return len(made)
