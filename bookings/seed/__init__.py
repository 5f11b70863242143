"""A demo clinic of any size: the same seed and the same moment always make the same one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction

from bookings.models import Booking
from bookings.seed import coming, diary, pictures, said, series, sessions, signed, stock, told
from bookings.seed.catalogue import LOGIN, PASSWORD, ZONE, make_house
from bookings.seed.ledger import COLUMNS, Ledger
from bookings.seed.loading import copy, count_on, row, vacuum, without_history, without_indexes
from bookings.seed.people import Person
from clients import nudge
from clients.actions import CONSENT_WORDING
from clients.contact import email_key, name_key
from clients.models import Channel, Client, ContactConsent, Purpose
from clinic import audit
from clinic.models import Location, Practitioner
from treatments.models import Treatment

MOST = 1_000_000
_CLIENT = ("id", "uid", "name", "name_key", "email", "phone", "status", "language", "created_at")
_CONSENT = ("client_id", "channel", "purpose", "granted", "at", "source", "wording")


class NotEmpty(Exception):
    """The database holds a clinic already, which a demo must not be mixed with."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made. `planned` says whether the coming bookings have their messages."""

    locations: int
    practitioners: int
    clients: int
    bookings: int
    planned: bool


def is_empty() -> bool:
    """Return whether nothing of a clinic is in the database but its defaults."""
    return not any(
        model.objects.exists() for model in (Location, Practitioner, Treatment, Client, Booking)
    )


def seed_clinic(
    *,
    bookings: int,
    seed: int,
    now: datetime,
    written: Callable[[int], object] = lambda rows: None,
) -> Seeded:
    """Make a demo clinic with that many bookings (0 to a million), in one transaction.

    now: the moment the clinic is seen at, which decides what is past. The safety rules must be
    published. written: called with a number of bookings as they are written. Call `vacuum`
    afterwards.

    Raises NotEmpty.
    """
    if not 0 <= bookings <= MOST:
        raise ValueError(f"A demo clinic has 0 to {MOST} bookings.")
    with nudge.resting(), transaction.atomic():
        if not is_empty():
            raise NotEmpty
        today = now.astimezone(ZoneInfo(ZONE)).date()
        houses = diary.houses(bookings, seed, today)
        made, treatments = make_house(houses, seed=seed, today=today)
        places = [place for house in made for place in house.places]
        stock.add(places, now=now, today=today, seed=seed)
        ledger = Ledger({each.slug: each for each in treatments}, seed, now, today)
        with without_history([Booking, Client]), without_indexes([Booking, Client, ContactConsent]):
            lines = (line for house in made for line in ledger.lines(house))
            copy(Booking, COLUMNS, lines, written=written)
            copy(Client, _CLIENT, map(_client, ledger.people))
            copy(ContactConsent, _CONSENT, _consents(ledger.people, seed))
        count_on(Client, len(ledger.people))
        planned = bookings <= coming.MOST
        if planned:
            ahead = coming.coming(now, of=bookings)
            coming.screen(ahead)
            signed.sign(ahead)
            pictures.add(now=now, today=today)
            told.tell(now=now)
            series.plan(now=now)
            sessions.run(now=now, seed=seed)
            said.say(ahead, now=now, random=Random(f"{seed} messages"))
        audit.record(
            now=now,
            actor=audit.CLOCK,
            verb="demo.seeded",
            about="clinic:1",
            after={"bookings": bookings, "seed": seed},
        )
    return Seeded(
        locations=sum(len(house.places) for house in made),
        practitioners=sum(len(house.practitioners) for house in made),
        clients=len(ledger.people),
        bookings=bookings,
        planned=planned,
    )


def _client(person: Person) -> str:
    status = Client.Status.ACTIVE if person.met else Client.Status.PROVISIONAL
    return row(
        person.number,
        person.uid,
        person.name,
        name_key(person.name),
        email_key(person.email),
        person.phone,
        status.value,
        "en-ca",
        person.created_at.isoformat(sep=" "),
    )


def _consents(people: list[Person], seed: int) -> Iterator[str]:
    """Yield what each client said about being written to, by each way they can be reached."""
    random = Random(f"{seed} consents")
    for person in people:
        for channel, address, willing in (
            (Channel.EMAIL, person.email, 0.97),
            (Channel.SMS, person.phone, 0.7),
        ):
            if address:
                yield row(
                    person.number,
                    channel.value,
                    Purpose.CARE.value,
                    random.random() < willing,
                    person.created_at.isoformat(sep=" "),
                    Booking.Source.ONLINE.value if person.email else Booking.Source.DESK.value,
                    CONSENT_WORDING,
                )


__all__ = [
    "LOGIN",
    "MOST",
    "PASSWORD",
    "ZONE",
    "NotEmpty",
    "Seeded",
    "is_empty",
    "seed_clinic",
    "vacuum",
]
