"""The demo clinic's bookings and the clients who made them, in order of time, house by house."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from random import Random

from bookings import lifecycle, links
from bookings.models import Booking
from bookings.seed import catalogue, diary, people
from bookings.seed.catalogue import Made
from bookings.seed.diary import Slot
from bookings.seed.loading import row
from bookings.seed.people import Person
from clients.rules import Outcome
from clinic.opening import instant_of, minute_of
from treatments.models import Treatment

COLUMNS = (
    "uid", "status", "source", "client_id", "treatment_id", "practitioner_id", "room_id",
    "starts_at", "ends_at", "practitioner_until", "room_until", "treatment_name", "minutes",
    "price", "currency", "window_minutes", "contact_name", "contact_email", "contact_phone",
    "booked_by", "outcome", "respond_by", "held_from", "token_digest", "token_version", "sequence",
    "created_at", "changed_at",
)  # fmt: skip
REGULARS = 12  # of each practitioner, from before the first day
REQUESTS = 2  # a house, waiting for its practitioners
DAY = 24 * 60
WINDOW = 24 * 60
PAUSE = diary.BREAK
_ENDS = (
    lifecycle.CANCELLED, lifecycle.CANCELLED, lifecycle.CANCELLED, lifecycle.CANCELLED,
    lifecycle.NO_SHOW, lifecycle.NO_SHOW, lifecycle.DECLINED,
)  # fmt: skip


@dataclass
class Ledger:
    """Writes the lines of one clinic. `people` grows as newcomers book for the first time."""

    treatments: dict[str, Treatment]
    seed: int
    now: datetime
    today: date
    people: list[Person] = field(default_factory=list)

    def lines(self, made: Made) -> Iterator[str]:
        """Yield one COPY line for each booking of a house; its clients are added to `people`."""
        quotas = diary.quotas(made.house, self.today)
        if not quotas:
            return
        random = Random(f"{self.seed} house {made.house.number}")
        known = [
            self._newcomer(
                minute_of(self.now)
                + DAY * ((min(quotas) - self.today).days - random.randrange(30, 300)),
                random,
                met=True,
            )
            for _ in range(REGULARS * diary.PRACTITIONERS)
        ]
        page = _Page(self, made, random, known)
        for day, number in quotas.items():
            yield from page.day(day, number)

    def _newcomer(self, minute: int, random: Random, *, met: bool) -> Person:
        before = self.people[-1] if self.people else None
        person = people.person(len(self.people) + 1, before, instant_of(minute), random)
        person.met = met
        self.people.append(person)
        return person


class _Page:
    """One house's bookings, day by day."""

    def __init__(self, ledger: Ledger, made: Made, random: Random, known: list[Person]) -> None:
        self.ledger = ledger
        self.made = made
        self.random = random
        self.known = known
        self.minute_now = minute_of(ledger.now)
        self.requests = 0

    def day(self, day: date, number: int) -> Iterator[str]:
        slots = diary.slots(self.made.house, day, catalogue.ZONE, self.random)
        chance = 0.12 if day < self.ledger.today else 0.06
        dead = sum(self.random.random() < chance for _ in range(number))
        taken = sorted(
            self.random.sample(slots, number - dead), key=lambda slot: (slot.minute, slot.room)
        )
        seen: set[int] = set()
        for slot in taken:
            yield self._line(slot, seen, live=True)
        for _ in range(dead):
            yield self._line(self.random.choice(slots), seen, live=False)

    def _line(self, slot: Slot, seen: set[int], *, live: bool) -> str:
        random = self.random
        start, now = slot.minute, self.minute_now
        minutes = diary.FIRST_VISIT if slot.first_visit else diary.SESSION
        end = start + minutes
        made_at = min(
            start - 60 - int(min(random.expovariate(1 / 9), 55.0) * DAY),
            now - random.randrange(10, 10 * 60),
        )
        status = self._status(start, end, live=live)
        if slot.first_visit:
            person = self.ledger._newcomer(made_at, random, met=status == lifecycle.DONE)
            self.known.append(person)
        else:
            person = self._regular(seen, start)
            made_at = max(made_at, minute_of(person.created_at))
            person.met = person.met or status == lifecycle.DONE
        seen.add(person.number)
        respond_by = None
        if status == lifecycle.REQUESTED:
            made_at = max(now - random.randrange(20, 200), minute_of(person.created_at))
            respond_by = made_at + DAY
        treatment = self._treatment(slot)
        desk = not person.email or random.random() < 0.28
        uid = people.uuid(random)
        made = self.made
        return row(
            uid,
            status,
            Booking.Source.DESK.value if desk and not respond_by else Booking.Source.ONLINE.value,
            person.number,
            treatment.pk,
            made.practitioners[slot.practitioner].pk,
            made.rooms[slot.place][slot.room].pk,
            _stamp(start),
            _stamp(end),
            _stamp(end + PAUSE),
            _stamp(end + treatment.turnover_minutes),
            treatment.name,
            minutes,
            treatment.price,
            treatment.currency,
            WINDOW,
            person.name,
            person.email,
            person.phone,
            person.booked_by,
            Outcome.NOT_ASKED.value,
            _stamp(respond_by) if respond_by else None,
            "",
            links.digest(links.token(uid, version=1)),
            1,
            0 if status in lifecycle.LIVE else 1,
            _stamp(made_at),
            _stamp(self._changed(status, made_at, start, end)),
        )

    def _status(self, start: int, end: int, *, live: bool) -> str:
        now, random = self.minute_now, self.random
        if not live:
            return random.choice(_ENDS) if start < now else lifecycle.CANCELLED
        if end <= now:
            return lifecycle.DONE
        if start <= now:
            return lifecycle.IN_SESSION
        if start - now <= 20:
            return lifecycle.ARRIVED
        ahead = start - now
        if 2 * DAY < ahead < 15 * DAY and self.requests < REQUESTS and random.random() < 0.08:
            self.requests += 1
            return lifecycle.REQUESTED
        sure = 0.7 if ahead < 3 * DAY else 0.15
        return lifecycle.CONFIRMED if random.random() < sure else lifecycle.BOOKED

    def _changed(self, status: str, made_at: int, start: int, end: int) -> int:
        """Return when the booking came into its present state; never after now."""
        if status == lifecycle.DONE:
            return end
        if status == lifecycle.NO_SHOW:
            return min(start + 15, self.minute_now)
        if status in lifecycle.DEAD or status == lifecycle.CONFIRMED:
            return self.random.randrange(made_at, max(min(start, self.minute_now), made_at + 1))
        if status in (lifecycle.ARRIVED, lifecycle.IN_SESSION):
            return max(made_at, min(start - 5, self.minute_now))
        return made_at

    def _regular(self, seen: set[int], start: int) -> Person:
        """Return somebody who has been here; more often of those who came lately. Nobody twice a
        day."""
        known = self.known
        while True:
            person = known[int(len(known) * (1 - self.random.random() ** 1.6 * 0.999)) - 1]
            if person.number not in seen and minute_of(person.created_at) < start:
                return person

    def _treatment(self, slot: Slot) -> Treatment:
        if slot.first_visit:
            return self.ledger.treatments[catalogue.FIRST_VISIT]
        if slot.practitioner != catalogue.NO_MAINTENANCE and self.random.random() < 0.2:
            return self.ledger.treatments[catalogue.MAINTENANCE]
        return self.ledger.treatments[catalogue.SESSION]


@lru_cache(maxsize=200_000)
def _stamp(minute: int) -> str:
    return instant_of(minute).isoformat(sep=" ")
