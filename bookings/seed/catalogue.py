"""The demo clinic itself: its places, rooms, people, treatments and hours. Everything is invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from bookings.seed.diary import ROOMS, STRETCHES, WEEKS, House, holidays
from bookings.seed.people import uuid
from clients.phases import Phase as Kind
from clinic.models import (
    Clinic,
    Closure,
    Location,
    Practitioner,
    Role,
    Room,
    TimeOff,
    User,
    WorkingHours,
)
from treatments.models import Offer, Phase, Treatment

ZONE = "America/Toronto"
DEMO_ADDRESS = "@demo.example"
LOGIN = f"desk{DEMO_ADDRESS}"
PASSWORD = "jade-demo"  # noqa: S105 - of a demo that nobody keeps anything in
LONG_AGO = date(2020, 1, 1)

CLINIC = {"name": "Linden Row", "phone": "+14165550100", "email": "hello@lindenrow.example"}
# The first two are the demo; a larger clinic goes on through the list, then numbers them.
PLACES = (
    ("Garden Lane", "12 Garden Lane, Toronto ON", "Green door beside the bakery, first floor."),
    ("Harbour", "340 Heron Quay, Suite 205, Toronto ON", "Ring 205; the lift is on the left."),
    ("Mill Court", "7 Mill Court, Toronto ON", "Through the courtyard."),
    ("Orchard House", "88 Orchard House Road, Toronto ON", "Ground floor, step-free."),
    ("Station Yard", "3 Station Yard, Toronto ON", "Above the bookshop."),
    ("Lantern Hall", "51 Lantern Hall Place, Toronto ON", "Second door on the right."),
)
ROOM_NAMES = (("Willow", "Maple", "Cedar"), ("Heron", "Kingfisher"))
STAFF = (
    ("Mei Tanaka", "R.Ac"),
    ("Sofia Reyes", "R.Ac"),
    ("Daniel Okafor", "R.TCMP"),
    ("Amélie Girard", "R.Ac"),
)
MORE_GIVEN = ("Anjali", "Bo", "Celeste", "Dmitri", "Eun-ji", "Farid", "Greta", "Hiro", "Imani")
MORE_FAMILY = ("Lindgren", "Mwangi", "Nair", "O'Dell", "Pelletier", "Quinn", "Rahman", "Sokolova")

SESSION = "facial-rejuvenation"
FIRST_VISIT = "first-visit"
MAINTENANCE = "maintenance"
_MASSAGE, _NEEDLING, _ROLLER = Kind.LYMPHATIC_MASSAGE, Kind.NEEDLING, Kind.JADE_ROLLER
TREATMENTS: tuple[dict[str, Any], ...] = (
    {
        "slug": FIRST_VISIT,
        "name": "First visit",
        "summary": "Time to talk, then your first session.",
        "for_new_clients": True,
        "consultation_minutes": 30,
        "price": Decimal("190.00"),
        "phases": ((_MASSAGE, 13), (_NEEDLING, 28), (_ROLLER, 9)),
    },
    {
        "slug": SESSION,
        "name": "Facial rejuvenation session",
        "summary": "Lymphatic massage, needling and jade roller.",
        "price": Decimal("145.00"),
        "phases": ((_MASSAGE, 13), (_NEEDLING, 28), (_ROLLER, 9)),
    },
    {
        "slug": MAINTENANCE,
        "name": "Maintenance session",
        "summary": "For after a course: more massage, fewer needles.",
        "price": Decimal("125.00"),
        "phases": ((_MASSAGE, 18), (_NEEDLING, 20), (_ROLLER, 12)),
    },
)
NO_MAINTENANCE = 2  # one of each house's practitioners does not offer it


@dataclass(frozen=True, slots=True)
class Made:
    """One house as it stands in the database: rooms by place, practitioners in order."""

    house: House
    places: list[Location]
    rooms: list[list[Room]]
    practitioners: list[Practitioner]


def make_house(
    houses: list[House], *, seed: int, today: date
) -> tuple[list[Made], list[Treatment]]:
    """Write the clinic without its clients; return its houses and its treatments."""
    random = Random(f"{seed} catalogue")
    Clinic.objects.update_or_create(pk=1, defaults=CLINIC)
    treatments = [_treatment(position, random) for position in range(len(TREATMENTS))]
    made = [_house(house, random) for house in houses]
    WorkingHours.objects.bulk_create(hours for each in made for hours in _hours(each))
    TimeOff.objects.bulk_create(away for each in made for away in _time_off(each, random))
    Offer.objects.bulk_create(
        Offer(treatment=treatment, practitioner=who)
        for each in made
        for number, who in enumerate(each.practitioners)
        for treatment in treatments
        if not (number == NO_MAINTENANCE and treatment.slug == MAINTENANCE)
    )
    Closure.objects.bulk_create(
        Closure(uid=uuid(random), first_day=day, last_day=day, reason="Public holiday")
        for day in holidays(today)
    )
    if made and not settings.PRODUCTION:
        _logins(made[0], random)
    return made, treatments


def _treatment(position: int, random: Random) -> Treatment:
    values = dict(TREATMENTS[position])
    phases = values.pop("phases")
    made = Treatment.objects.create(uid=uuid(random), position=position, **values)
    Phase.objects.bulk_create(
        Phase(treatment=made, position=number, kind=kind, minutes=minutes)
        for number, (kind, minutes) in enumerate(phases, start=1)
    )
    return made


def _house(house: House, random: Random) -> Made:
    places = []
    for number in range(house.number * 2, house.number * 2 + 2):
        turn, index = divmod(number, len(PLACES))
        name, address, directions = PLACES[index]
        name = f"{name} {turn + 1}" if turn else name
        places.append(
            Location(
                uid=uuid(random),
                slug=slugify(name),
                name=name,
                address=f"{turn * 100 + int(address.split()[0])} {address.partition(' ')[2]}",
                directions=directions,
                phone=f"+141655501{number % 100:02}",
                time_zone=ZONE,
                sender_name=CLINIC["name"],
            )
        )
    Location.objects.bulk_create(places)
    rooms = [
        [
            Room(uid=uuid(random), location=place, name=ROOM_NAMES[side][number])
            for number in range(ROOMS[side])
        ]
        for side, place in enumerate(places)
    ]
    Room.objects.bulk_create(room for side in rooms for room in side)
    people = []
    for number, (name, title) in enumerate(STAFF):
        slug = slugify(name)
        if house.number:
            turn = house.number * len(STAFF) + number
            given = MORE_GIVEN[turn % len(MORE_GIVEN)]
            name = f"{given} {MORE_FAMILY[turn % len(MORE_FAMILY)]}"  # noqa: PLW2901
            slug = slugify(f"{name} {turn}")
        people.append(Practitioner(uid=uuid(random), slug=slug, name=name, title=title))
    Practitioner.objects.bulk_create(people)
    return Made(house, places, rooms, people)


def _hours(made: Made) -> list[WorkingHours]:
    return [
        WorkingHours(
            practitioner=who,
            location=made.places[place],
            weekday=weekday,
            starts_minute=start,
            ends_minute=end,
            valid_from=LONG_AGO,
        )
        for number, who in enumerate(made.practitioners)
        for weekday, place in WEEKS[number].items()
        for start, end in STRETCHES[number]
    ]


def _time_off(made: Made, random: Random) -> list[TimeOff]:
    return [
        TimeOff(
            uid=uuid(random),
            practitioner=made.practitioners[who],
            starts_at=_midnight(monday),
            ends_at=_midnight(monday + timedelta(days=7)),
            note="Holiday",
        )
        for who, monday in sorted(made.house.away)
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(ZONE)).astimezone(UTC)


def _logins(made: Made, random: Random) -> None:
    """Make the demo's logins, all with the one password that is told when the demo starts."""
    password = make_password(PASSWORD)
    people = [
        User(email=f"owner{DEMO_ADDRESS}", name="Ruth Castellanos", role=Role.OWNER),
        User(email=LOGIN, name="Noor Haddad", role=Role.FRONT_DESK),
    ]
    for who in made.practitioners:
        email = f"{slugify(who.name.split()[0])}{DEMO_ADDRESS}"
        people.append(User(email=email, name=who.name, role=Role.PRACTITIONER))
    for user in people:
        user.password, user.uid = password, uuid(random)
    User.objects.bulk_create(people)
    for who, user in zip(made.practitioners, people[2:], strict=True):
        who.user = user
    Practitioner.objects.bulk_update(made.practitioners, ["user"])
