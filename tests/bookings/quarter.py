"""A quarter of a clinic's life by a clock of its own, with outages and deaths at random moments. Only
real actions and tasks; what happened is written in a diary."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any

from bookings import actions, tasks
from bookings.actions import checking_in
from bookings.models import Booking, Schedule
from clients import contact_consents
from clients.actions.hearing import hear
from clients.contact import Contact
from clients.tasks import send_due_messages, send_urgent_messages
from clinic import audit
from clinic.audit import CLIENT
from clinic.errors import Refusal
from clinic.models import User
from tests.bookings.quarter_diary import LIVE, Died, Look, Person, Stand, Visit, World
from tests.bookings.recall_oracle import GAP_DAYS, SESSIONS
from tests.bookings.world import TORONTO, answers, world
from tests.factories import bookings, clinic, plans
from treatments import actions as care
from treatments.models import AdverseEvent
from treatments.session_facts import EventKind

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# A Monday, five weeks before Toronto's clocks go forward.
BEGINS = datetime(2099, 2, 2, tzinfo=TORONTO).date()
LOOKS = [time(8, 30), time(11, 30), time(14, 30), time(17, 30), time(22, 30)]
STARTS = (9, 11, 13, 15)


class Quarter:
    """The clinic, whoever comes to it, and what happens there."""

    def __init__(self, seed: int, outside: World, *, days: int = 91) -> None:
        self.random = random.Random(seed)
        self.outside, self.days = outside, days
        self.now = self._local(0, time(7))
        self.house = world(practitioners=2, rooms=3)
        self.desk: User = clinic.user(role="FRONT_DESK")
        self.doctor: User = clinic.user(role="PRACTITIONER")
        self.looks: list[Look] = []
        self.down: dict[str, datetime] = {}
        self.planner_back = self.now
        self.happened: dict[str, int] = {}
        self.each_week: Callable[[], None] = lambda: None
        self.people = [self._person(number) for number in range(15)]

    def live(self) -> None:
        """Live through all of it."""
        for day in range(self.days):
            for at in LOOKS:
                look = self._local(day, at)
                if day == self.days - 1:
                    # In the end everything is there again.
                    self.down, self.planner_back = {}, look
                else:
                    self._trouble(look, first=at == LOOKS[0])
                self._visits(look)
                for nth in range(self.random.choice((0, 1, 2, 3))):
                    self.now = look - (20 - nth) * MINUTE
                    self._something(by_day=at != LOOKS[-1])
                self.now = look
                self._workers(look, first=at == LOOKS[0])
            if day % 7 == 6:
                self.now += 10 * MINUTE
                self.each_week()

    def send(self) -> None:
        """A sweep, and the next one after whatever a dead worker left has become stale."""
        for _sweep in range(6):
            try:
                if self.random.random() < 0.2:
                    send_urgent_messages()
                    # Whoever tried a provider that was away leaves it to nobody else for a while.
                    self.now += MINUTE
                send_due_messages()
            except Died:
                self.now += 2 * MINUTE
                self.outside.dies = self.random.choice(("", "", "before", "after"))
                continue
            return
        self.outside.dies = ""
        send_due_messages()

    def _local(self, day: int, at: time) -> datetime:
        return datetime.combine(BEGINS + timedelta(days=day), at, TORONTO).astimezone(UTC)

    def _person(self, number: int) -> Person:
        phone = f"+1416555{1000 + number}"
        email = f"person{number}@example.org"
        # One without any address, one by telephone alone.
        row = bookings.client(
            name=f"Person Number{number}",
            email="" if number in (10, 11) else email,
            phone=phone if number in (1, 2, 3, 10, 13) else "",
            created_at=self.now,
        )
        who = Person(row, bounces=number in (12, 13))
        if who.bounces:
            self.outside.dead.add(email)
        if row.phone:
            self._say(who, "SMS", "CARE", yes=True)
        if number in (4, 5):
            self._say(who, "EMAIL", "MARKETING", yes=number == 5)
        if number in (0, 1, 2, 4, 5, 6, 7, 12):
            who.series = plans.plan(
                now=self.now, client=row, treatment=self.house.treatment,
                practitioner=self.house.practitioners[0], counts_from=self.now,
                of=plans.template(sessions=SESSIONS, max_gap_days=GAP_DAYS, reviews_at=[]),
                agreed=True,
            )  # fmt: skip
            who.plan.append((self.now, "ACTIVE"))
        return who

    # What the clock brings

    def _visits(self, until: datetime) -> None:
        """Whatever began since the last look comes, or does not, or is forgotten at the desk."""
        for who in self.people:
            for visit in who.visits:
                if visit.status in LIVE and visit.starts_at + HOUR <= until:
                    self._visit(visit)

    def _visit(self, visit: Visit) -> None:
        fate = self.random.random()
        start, actor = visit.starts_at, audit.staff(self.doctor)
        booking = Booking.objects.get(uid=visit.uid)
        if visit.stands[-1].at > start:
            return
        if fate < 0.05:
            visit.stands.append(Stand(start + 55 * MINUTE, "FORGOTTEN", start))
        elif fate < 0.15:
            self.now = start + 20 * MINUTE
            actions.no_show(now=self.now, actor=actor, booking=booking)
            self._stands(visit, "NO_SHOW")
        else:
            self.now = start - 5 * MINUTE
            actions.arrive(now=self.now, actor=actor, booking=booking)
            self._stands(visit, "ARRIVED")
            if visit.asks[-1][1]:
                self._answer(visit, "ROOM")
            self.now = start
            actions.start(now=self.now, actor=actor, booking=booking)
            self._stands(visit, "IN_SESSION")
            self.now = start + 52 * MINUTE
            actions.complete(now=self.now, actor=actor, booking=booking)
            self._stands(visit, "DONE")
        self._count("visits")

    def _trouble(self, look: datetime, *, first: bool) -> None:
        """Something goes away, now and then."""
        rnd = self.random
        for channel in ("EMAIL", "SMS"):
            if look >= self.down.get(channel, look) and rnd.random() < 0.015:
                self.down[channel] = look + rnd.choice((3, 8, 20, 40, 60)) * HOUR
        if first and look >= self.planner_back and rnd.random() < 0.03:
            self.planner_back = look + 7 * DAY
            self._count("planner away")

    def _workers(self, look: datetime, *, first: bool) -> None:
        """The planner and the sender, unless they or the providers are away; now and then twice."""
        outside, rnd = self.outside, self.random
        outside.look = look
        outside.up = frozenset(
            channel for channel in ("EMAIL", "SMS") if look >= self.down.get(channel, look)
        )
        planned = look >= self.planner_back and (first or rnd.random() < 0.05)
        if planned:
            for _twice in range(rnd.choice((1, 1, 2))):
                tasks.plan_clients()
            if rnd.random() < 0.1:
                Schedule.objects.filter(kind__in=["PREPARATION", "REMINDER"]).update(
                    unplanned_since=self.now
                )
                tasks.plan_anew()
                self._count("planned anew")
        outside.dies = rnd.choice(("before", "after")) if rnd.random() < 0.1 else ""
        outside.after = rnd.choice((0, 0, 1))
        self.looks.append(Look(look, planned, outside.up))
        self._count("looks without a channel", len(outside.up) < 2)
        self.send()
        outside.dies = ""
        if rnd.random() < 0.1:
            send_due_messages()

    # What people do

    def _something(self, *, by_day: bool) -> None:
        who = self.random.choice(self.people)
        does: list[tuple[int, str]] = [
            (14, "book"), (6, "move"), (5, "cancel"), (3, "yes"), (1, "says"), (1, "fine"),
            (2, "bruise"), (8, "heals"), (2, "pause"), (4, "resume"), (5, "complete"),
            (3, "answer"), (2, "stop"), (1, "writes"),
        ]  # fmt: skip
        [what] = self.random.choices([name for _, name in does], [often for often, _ in does])
        # What is refused has not happened.
        with suppress(Refusal):
            if getattr(self, f"_{what}")(who, by_day):
                self._count(what)

    def _book(self, who: Person, by_day: bool) -> bool:
        coming = [each for each in who.visits if each.status in LIVE and each.starts_at > self.now]
        ended = who.plan and who.plan[-1][1] == "COMPLETED"
        if len(coming) > 1 or ended:
            return False
        starts_at, row = self._slot(), who.row
        if self.random.random() < 0.5 and row.email:
            made = actions.book(
                now=self.now, actor=CLIENT, source="ONLINE", key=self._key(),
                offering=self.house.offering, location=self.house.location, practitioner=None,
                starts_at=starts_at, contact=Contact(row.name, row.email, row.phone),
                answers=answers(), client=row,
            ).booking  # fmt: skip
            asks, told = False, False
        elif by_day:
            told = self.random.random() < 0.2
            made = actions.book_by_staff(
                now=self.now, actor=audit.staff(self.desk), key=self._key(),
                offering=self.house.offering, location=self.house.location, practitioner=None,
                starts_at=starts_at, client=row, tell_client=not told, override="They ask for it.",
            ).booking  # fmt: skip
            asks = True
        else:
            return False
        who.visits.append(
            Visit(
                str(made.uid), [Stand(self.now, "BOOKED", starts_at)], [(self.now, asks)], told=told
            )
        )
        return True

    def _move(self, who: Person, by_day: bool) -> bool:
        visit = self._coming(who)
        if visit is None:
            return False
        booking, starts_at = Booking.objects.get(uid=visit.uid), self._slot()
        if starts_at == visit.starts_at:
            return False
        if by_day and self.random.random() < 0.5:
            actions.move_by_staff(
                now=self.now, actor=audit.staff(self.desk), booking=booking,
                starts_at=starts_at, override="They ask for it.",
            )  # fmt: skip
        else:
            actions.move(now=self.now, actor=CLIENT, booking=booking, starts_at=starts_at)
        visit.stands.append(Stand(self.now, "BOOKED", starts_at))
        return True

    def _cancel(self, who: Person, by_day: bool) -> bool:
        visit = self._coming(who)
        if visit is None:
            return False
        booking = Booking.objects.get(uid=visit.uid)
        if by_day and self.random.random() < 0.5:
            actions.cancel_by_staff(
                now=self.now, actor=audit.staff(self.desk), booking=booking,
                override="They are ill.",
            )  # fmt: skip
        else:
            actions.cancel(now=self.now, actor=CLIENT, booking=booking)
        self._stands(visit, "CANCELLED")
        return True

    def _yes(self, who: Person, _by_day: bool) -> bool:
        visit = self._coming(who)
        if visit is None or visit.status != "BOOKED":
            return False
        actions.say_yes(now=self.now, actor=CLIENT, booking=Booking.objects.get(uid=visit.uid))
        self._stands(visit, "CONFIRMED")
        return True

    def _says(self, who: Person, _by_day: bool) -> bool:
        purpose = self.random.choice(("CARE", "MARKETING"))
        self._say(who, "EMAIL", purpose, yes=self.random.random() < 0.5)
        return True

    def _stop(self, who: Person, _by_day: bool) -> bool:
        if not who.row.phone or self.random.random() < 0.5:
            return False
        self._hear(who, "STOP")
        self._note(who, "SMS", "CARE", yes=False)
        self._note(who, "SMS", "MARKETING", yes=False)
        who.stops.append(self.now)
        return True

    def _writes(self, who: Person, _by_day: bool) -> bool:
        if who.row.phone:
            self._hear(who, "Could somebody call me about the parking, please?")
        return bool(who.row.phone)

    def _fine(self, who: Person, _by_day: bool) -> bool:
        done = self._done(who)
        if done is not None:
            checking_in.say_fine(now=self.now, booking=Booking.objects.get(uid=done.uid))
        return done is not None

    def _bruise(self, who: Person, _by_day: bool) -> bool:
        done = self._done(who)
        if done is None or done.reported or (who.hurts and who.hurts[-1][1]):
            return False
        booking = Booking.objects.get(uid=done.uid)
        checking_in.report(now=self.now, booking=booking, what=EventKind.BRUISE, words="Blue.")
        done.reported = True
        who.hurts.append((self.now, True))
        return True

    def _heals(self, who: Person, by_day: bool) -> bool:
        if not by_day or not who.hurts or not who.hurts[-1][1]:
            return False
        event = AdverseEvent.objects.get(client=who.row, resolved_at=None)
        care.note_event(
            now=self.now, author=self.doctor, event=event, uid=uuid.UUID(self._key()),
            text="Gone.", is_over=True,
        )  # fmt: skip
        who.hurts.append((self.now, False))
        return True

    def _pause(self, who: Person, by_day: bool) -> bool:
        return self._plan(who, by_day, "ACTIVE", "PAUSED", care.pause)

    def _resume(self, who: Person, by_day: bool) -> bool:
        return self._plan(who, by_day, "PAUSED", "ACTIVE", care.resume)

    def _complete(self, who: Person, by_day: bool) -> bool:
        done = sum(visit.status == "DONE" for visit in who.visits)
        if self._coming(who) is not None or done < SESSIONS:
            return False
        return self._plan(who, by_day, "ACTIVE", "COMPLETED", care.complete, done=done)

    def _answer(self, visit_or_who: Visit | Person, source: Any) -> bool:
        visit = self._coming(visit_or_who) if isinstance(visit_or_who, Person) else visit_or_who
        if visit is None or not visit.asks[-1][1]:
            return False
        actions.answer_questions(
            now=self.now, actor=CLIENT, booking=Booking.objects.get(uid=visit.uid),
            answers=answers(), source="ROOM" if source == "ROOM" else "LINK",
        )  # fmt: skip
        visit.asks.append((self.now, False))
        return True

    # How they do it

    def _plan(
        self, who: Person, by_day: bool, was: str, to: str, act: Callable[..., Any], **how: Any
    ) -> bool:
        if not by_day or who.series is None or who.plan[-1][1] != was:
            return False
        if not any(visit.status == "DONE" for visit in who.visits):
            return False
        act(now=self.now, actor=audit.staff(self.doctor), plan=who.series, **how)
        who.plan.append((self.now, to))
        return True

    def _slot(self) -> datetime:
        day = (self.now.astimezone(TORONTO).date() - BEGINS).days + self.random.choice(
            (0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12)
        )
        at = self._local(day, time(self.random.choice(STARTS)))
        return at if at > self.now + HOUR else at + DAY

    def _coming(self, who: Person) -> Visit | None:
        return next((v for v in who.visits if v.status in LIVE and v.starts_at > self.now), None)

    def _done(self, who: Person) -> Visit | None:
        since = self.now - 13 * DAY
        return next((v for v in who.visits if v.status == "DONE" and v.starts_at > since), None)

    def _stands(self, visit: Visit, status: str) -> None:
        visit.stands.append(Stand(self.now, status, visit.starts_at))

    def _say(self, who: Person, channel: str, purpose: str, *, yes: bool) -> None:
        act = contact_consents.allow if yes else contact_consents.refuse
        act(
            now=self.now, actor=CLIENT, client=who.row, channel=channel, purposes=[purpose],
            source="PAGES",
        )  # fmt: skip
        self._note(who, channel, purpose, yes=yes)

    def _note(self, who: Person, channel: str, purpose: str, *, yes: bool) -> None:
        who.said.setdefault((channel, purpose), []).append((self.now, yes))

    def _hear(self, who: Person, text: str) -> None:
        hear(now=self.now, phone=who.row.phone, text=text, provider="here", provider_id=self._key())

    def _key(self) -> str:
        return uuid.UUID(int=self.random.getrandbits(128), version=4).hex

    def _count(self, what: str, so_many: int = 1) -> None:
        self.happened[what] = self.happened.get(what, 0) + so_many
