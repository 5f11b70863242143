"""The demo's cupboard: needles by the box, one about to expire, and rollers with their cleanings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

from bookings.seed.people import uuid
from clinic.models import Location, Role, User
from treatments.models import Cleaning, NeedleBox, Tool

# Brand, thickness, length, needles in the box, days until it expires, days since it came.
BOXES = (
    ("Linden Fine", "0.16", "15", 1000, 900, 40),
    ("Linden Fine", "0.18", "15", 100, 38, 320),
    ("Linden Body", "0.25", "30", 500, 1100, 75),
)
ROLLERS = 3
DISINFECTANT = "Accelerated hydrogen peroxide 0.5 %"
DAYS = 5


def add(places: Sequence[Location], *, now: datetime, today: date, seed: int) -> None:
    """Fill the cupboard of each location. Without a login nobody has cleaned anything."""
    random = Random(f"{seed} stock")
    NeedleBox.objects.bulk_create(
        box for place in places for box in _boxes(place, today=today, random=random)
    )
    tools = Tool.objects.bulk_create(
        Tool(uid=uuid(random), location=place, name=f"Roller {number}")
        for place in places
        for number in range(1, ROLLERS + 1)
    )
    who = User.objects.filter(role=Role.FRONT_DESK).order_by("pk").first()
    if who is not None:
        Cleaning.objects.bulk_create(
            Cleaning(
                uid=uuid(random),
                tool=tool,
                at=now - timedelta(days=days, minutes=random.randrange(20, 300)),
                by=who,
                disinfectant=DISINFECTANT,
            )
            for number, tool in enumerate(tools, start=1)
            # The last one of each location is new.
            if number % ROLLERS
            for days in range(DAYS)
        )


def _boxes(place: Location, *, today: date, random: Random) -> Iterator[NeedleBox]:
    for brand, diameter, length, pieces, good_for, came in BOXES:
        yield NeedleBox(
            uid=uuid(random),
            location=place,
            brand=brand,
            diameter_mm=diameter,
            length_mm=length,
            material="Steel",
            lot=f"{random.choice('ABCDEFGH')}{random.randrange(10_000, 99_999)}",
            expires_on=today + timedelta(days=good_for),
            pieces=pieces,
            received_on=today - timedelta(days=came),
        )
