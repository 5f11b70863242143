"""Any walk through hold, book, back, second tab, move, cancel, expire and twice, against a model."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bookings import actions
from bookings.actions import Booked
from bookings.errors import NotChangeable, SlotTaken, TooManyHolds
from bookings.models import Booking
from clients.models import Message
from clinic.audit import CLIENT
from tests.bookings.world import (
    NOW,
    REVIEW,
    SLOT,
    accept,
    answers,
    cancel,
    contact,
    decline,
    move,
    overlaps,
    world,
)
from tests.harness.databases import Database
from tests.race.crowd import at_once, deadlocks

QUARTER = timedelta(minutes=15)
# A Monday five weeks on, so that no walk comes near a notice or a window; nine to five.
OPENS = SLOT.replace(month=4, day=5, hour=13)
LAST = 28  # 4 pm: a session of 50 minutes fits before five o'clock
HOLD = timedelta(minutes=10)
DAY = timedelta(hours=24)

QUARTERS = st.integers(0, LAST)
ATTEMPTS = st.integers(0, 3)


class Model:
    """Who has which hour of the one practitioner, counted in quarters since opening."""

    def __init__(self) -> None:
        self.holds: dict[int, tuple[int, datetime]] = {}  # attempt: start, until when
        self.booked: dict[int, tuple[int, str, datetime]] = {}  # attempt: start, status, respond by

    def taken(self, now: datetime) -> dict[tuple[str, int], int]:
        live = {("hold", a): q for a, (q, until) in self.holds.items() if now < until}
        coming = ("BOOKED", "REQUESTED")
        return live | {("book", a): q for a, (q, s, _by) in self.booked.items() if s in coming}

    def free(self, quarter: int, now: datetime, *but: tuple[str, int]) -> bool:
        others = [q for who, q in self.taken(now).items() if who not in but]
        return all(abs(quarter - q) >= 4 for q in others)

    def lapse(self, now: datetime) -> None:
        for attempt, (quarter, status, by) in self.booked.items():
            if status == "REQUESTED" and by <= now:
                self.booked[attempt] = (quarter, "DECLINED", by)


class Walk(RuleBasedStateMachine):
    """One practitioner, one room, four people with a tab or two each."""

    @initialize()
    def open_the_house(self) -> None:
        self.house = world(practitioners=1, rooms=1)
        self.now = NOW
        self.model = Model()
        self.attempts = [uuid.uuid4() for _ in range(4)]
        self.sent: list[tuple[dict, Booking]] = []

    def booking(self, attempt: int) -> Booking:
        return Booking.objects.exclude(status__in=("HELD", "EXPIRED")).get(
            attempt=self.attempts[attempt]
        )

    def start(self, quarter: int) -> datetime:
        return OPENS + QUARTER * quarter

    @rule(attempt=ATTEMPTS, quarter=QUARTERS)
    def hold_or_go_back_and_hold_another(self, attempt: int, quarter: int) -> None:
        free = self.model.free(quarter, self.now, ("hold", attempt))
        already = attempt in self.model.booked
        try:
            held = self.house.hold(
                self.start(quarter), now=self.now, attempt=self.attempts[attempt]
            )
        except SlotTaken:
            assert not free
            assert not already
        else:
            if already:
                assert held.status != "HELD"
                return
            assert free
            assert held.hold_expires_at == self.now + HOLD
            self.model.holds[attempt] = (quarter, self.now + HOLD)

    @rule(attempt=ATTEMPTS, quarter=QUARTERS, risky=st.booleans())
    def book(self, attempt: int, quarter: int, risky: bool) -> None:
        request = {
            "starts_at": self.start(quarter),
            "attempt": self.attempts[attempt],
            "key": uuid.uuid4().hex,
            "contact": contact(attempt * 2 + risky),
            "answers": REVIEW if risky else answers(),
        }
        free = self.model.free(quarter, self.now, ("hold", attempt))
        already = self.model.booked.get(attempt)
        try:
            said: Booked = self.house.ask(now=self.now, **request)
        except SlotTaken:
            assert not free
            assert already is None
            return
        assert said.created is (already is None)
        if said.created:
            assert free
            self.model.holds.pop(attempt, None)
            status = "REQUESTED" if risky else "BOOKED"
            self.model.booked[attempt] = (quarter, status, self.now + DAY)
            self.sent.append((request, said.booking))

    @rule(attempt=ATTEMPTS)
    def book_what_is_held(self, attempt: int) -> None:
        if attempt in self.model.holds:
            self.book(attempt, self.model.holds[attempt][0], False)

    @precondition(lambda self: self.sent)
    @rule(number=st.integers(0, 9))
    def send_the_same_form_twice(self, number: int) -> None:
        request, booking = self.sent[number % len(self.sent)]
        said = self.house.ask(now=self.now, **request)
        assert (said.booking, said.created) == (booking, False)

    @precondition(lambda self: self.model.booked)
    @rule(attempt=ATTEMPTS, quarter=QUARTERS)
    def move(self, attempt: int, quarter: int) -> None:
        if attempt not in self.model.booked:
            return
        was, status, by = self.model.booked[attempt]
        free = self.model.free(quarter, self.now, ("book", attempt))
        try:
            move(self.booking(attempt), self.start(quarter), now=self.now)
        except NotChangeable:
            assert status not in ("BOOKED", "REQUESTED")
        except SlotTaken:
            assert not free
        else:
            assert free or quarter == was
            again = self.now + DAY if quarter != was else by
            self.model.booked[attempt] = (quarter, status, again)

    @precondition(lambda self: self.model.booked)
    @rule(attempt=ATTEMPTS, verb=st.sampled_from(["cancel", "accept", "decline"]))
    def cancel_accept_or_decline_perhaps_again(self, attempt: int, verb: str) -> None:
        if attempt not in self.model.booked:
            return
        quarter, status, by = self.model.booked[attempt]
        act = {"cancel": cancel, "accept": accept, "decline": partial(decline, actor=CLIENT)}[verb]
        goal = {"cancel": "CANCELLED", "accept": "BOOKED", "decline": "DECLINED"}[verb]
        may = {
            "cancel": ("BOOKED", "REQUESTED", "CANCELLED"),
            "accept": ("REQUESTED", "BOOKED"),
            "decline": ("REQUESTED", "DECLINED"),
        }[verb]
        try:
            act(self.booking(attempt), now=self.now)
        except NotChangeable:
            assert status not in may
        else:
            assert status in may
            self.model.booked[attempt] = (quarter, goal, by)

    @rule(attempt=ATTEMPTS)
    def let_go(self, attempt: int) -> None:
        actions.release(now=self.now, attempt=self.attempts[attempt])
        self.model.holds.pop(attempt, None)

    @rule(minutes=st.sampled_from([1, 5, 9, 10, 13 * 60]))
    def time_goes_by(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_clock_sweeps(self) -> None:
        actions.expire_holds(now=self.now)
        actions.decline_unanswered(now=self.now)
        self.model.lapse(self.now)

    @invariant()
    def nothing_overlaps(self) -> None:
        assert overlaps() == 0

    @invariant()
    def the_calendar_is_the_model(self) -> None:
        rows = Booking.objects.filter(attempt__in=self.attempts).exclude(
            status__in=("EXPIRED", "DECLINED", "CANCELLED")
        )
        found = {
            (
                "hold" if row.status == "HELD" else "book",
                self.attempts.index(row.attempt),
            ): (row.starts_at - OPENS) // QUARTER
            for row in rows
            if row.status != "HELD" or row.hold_expires_at > self.now
        }
        assert found == self.model.taken(self.now)

    @invariant()
    def exactly_what_is_free_is_offered(self) -> None:
        offered = self.house.openings(OPENS.date(), now=self.now)
        free = [q for q in range(LAST + 1) if self.model.free(q, self.now)]
        assert [opening.minute * 60 for opening in offered] == [
            int(self.start(q).timestamp()) for q in free
        ]

    @invariant()
    def what_will_be_said_is_of_how_it_stands(self) -> None:
        for attempt, (quarter, status, _by) in self.model.booked.items():
            booking = self.booking(attempt)
            assert booking.status == status
            planned = Message.objects.filter(about=f"booking:{booking.uid}", status="PLANNED")
            later = [m for m in planned if m.kind in ("PREPARATION", "REMINDER", "AFTERCARE")]
            wanted = ["AFTERCARE", "PREPARATION", "REMINDER"] if status == "BOOKED" else []
            assert sorted(m.kind for m in later) == wanted
            for message in later:
                before = self.start(quarter) - message.due_at
                hours = {"PREPARATION": (36, 48), "REMINDER": (24, 36), "AFTERCARE": (-20, -1)}
                least, most = hours[message.kind]
                assert timedelta(hours=least) <= before <= timedelta(hours=most)


def _walk(examples: int) -> None:
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_people_do_in_turn_the_calendar_holds_what_the_model_holds(
    fresh_db: Database,
) -> None:
    _walk(12)


@pytest.mark.deep
def test_whatever_people_do_in_turn_the_calendar_holds_what_the_model_holds_in_many_walks(
    fresh_db: Database,
) -> None:
    _walk(400)


# The same, all at once: what is true at the end whoever was first.


class Visitor:
    """Somebody who does whatever comes to mind, and remembers what they were told they have."""

    def __init__(self, number: int, seed: int, house: object) -> None:
        self.number, self.house = number, house
        self.choice = random.Random(seed)
        self.attempt = uuid.uuid4()
        self.booking: Booking | None = None
        self.cancelled = False
        self.starts_at: datetime | None = None

    def wander(self, steps: int) -> None:
        for _ in range(steps):
            start = OPENS + QUARTER * self.choice.randrange(LAST + 1)
            do = self.choice.choice([self._hold, self._book, self._move, self._cancel, self._sweep])
            try:
                do(start)
            except (SlotTaken, TooManyHolds, NotChangeable):
                continue

    def _hold(self, start: datetime) -> None:
        self.house.hold(start, attempt=self.attempt, held_from=str(self.number))

    def _book(self, start: datetime) -> None:
        if self.booking is None:
            request = {"attempt": self.attempt, "contact": contact(self.number)}
            self.booking = self.house.book(start, **request)
            self.starts_at = start

    def _move(self, start: datetime) -> None:
        if self.booking is not None:
            move(self.booking, start)
            self.starts_at = start

    def _cancel(self, _start: datetime) -> None:
        if self.booking is not None and self.choice.random() < 0.4:
            cancel(self.booking)
            self.cancelled = True

    def _sweep(self, _start: datetime) -> None:
        actions.expire_holds(now=NOW + timedelta(minutes=10))


@pytest.mark.parametrize("seed", [1, 2, pytest.param(range(3, 40), marks=pytest.mark.deep)])
def test_whatever_people_do_at_once_everybody_has_what_they_were_told(
    fresh_db: Database, seed: int | range
) -> None:
    for one in [seed] if isinstance(seed, int) else seed:
        house = world(practitioners=2, rooms=2)
        visitors = [Visitor(one * 100 + n, one * 100 + n, house) for n in range(10)]
        crowd = at_once([partial(visitor.wander, 10) for visitor in visitors])
        crowd.only_lose_by()
        assert overlaps() == 0
        for visitor in visitors:
            rows = Booking.objects.filter(attempt=visitor.attempt)
            booked = rows.exclude(status__in=("HELD", "EXPIRED"))
            assert rows.filter(status="HELD").count() <= 1
            assert [(row.pk, row.status == "CANCELLED", row.starts_at) for row in booked] == (
                [(visitor.booking.pk, visitor.cancelled, visitor.starts_at)]
                if visitor.booking
                else []
            )
    assert deadlocks(fresh_db) == 0
