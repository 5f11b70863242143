"""A quarter of the demo clinic's life by a clock of its own, with outages and deaths at random moments.
Only real actions and tasks; what happened is written in a diary."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any

from bookings import actions, lifecycle, tasks
from bookings.actions import checking_in
from bookings.models import Booking, Schedule
from bookings.queries import calendar
from bookings.queries.catalogue import Offering, offering_of
from bookings.seed.catalogue import SESSION
from clients import contact_consents
from clients.actions.hearing import hear
from clients.contact import Contact
from clients.tasks import send_due_messages, send_urgent_messages
from clinic import audit
from clinic.audit import CLIENT
from clinic.errors import Refusal
from clinic.models import Clinic, Location
from clinic.opening import instant_of
from tests.bookings.quarter_demo import move_in
from tests.bookings.quarter_diary import LIVE, Died, Look, Person, Series, Stand, Visit, World
from tests.bookings.recall_oracle import GAP_DAYS, SESSIONS
from tests.bookings.world import TORONTO, answers
from tests.factories import bookings, plans
from treatments import actions as care
from treatments.models import AdverseEvent, Treatment
from treatments.session_facts import EventKind

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A Monday, five weeks before Toronto's clocks go forward.
BEGINS = datetime(2099, 2, 2, tzinfo=TORONTO).date()
LOOKS = [time(8, 30), time(11, 30), time(14, 30), time(17, 30), time(22, 30)]
# Those who do most of what is done, so that much comes together; the others have their visits.
REGULARS = 18
NEWCOMERS = 4


class Quarter:
    """The clinic, whoever comes to it, and what happens there."""

    def __init__(self, seed: int, outside: World, *, days: int = 91) -> None:
        self.random = random.Random(seed)
        self.outside, self.days = outside, days
        self.now = self.began = self._local(0, time(7))
        self.demo = move_in(self.now)
        self.desk, self.doctor = self.demo.desk, self.demo.doctor
        self.looks: list[Look] = []
        self.down: dict[str, datetime] = {}
        self.planner_back = self.now
        self.happened: dict[str, int] = {}
        self.each_week: Callable[[], None] = lambda: None
        regulars, others = self.demo.people[:REGULARS], self.demo.people[REGULARS:]
        self.regulars = [*regulars, *(self._newcomer(number) for number in range(NEWCOMERS))]
        self.people = [*self.regulars, *others]
        self._first_morning()

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
        again = self.random.random() < 0.2
        for sweep in range(5):
            try:
                if again and not sweep:
                    send_urgent_messages()
                send_due_messages()
            except Died:
                self.now += 100 * SECOND
                self.outside.dies, again = self.random.choice(("", "", "before", "after")), True
                continue
            break
        if again:
            # A provider that is away is left alone for five minutes at most.
            self.outside.dies = ""
            self.now += 5 * MINUTE + SECOND
            send_due_messages()

    def _local(self, day: int, at: time) -> datetime:
        return datetime.combine(BEGINS + timedelta(days=day), at, TORONTO).astimezone(UTC)

    def _newcomer(self, number: int) -> Person:
        """Return somebody new: by telephone alone, without any address, and two with one that is
        dead."""
        phone = f"+1416555{1000 + number}" if number in (0, 3) else ""
        email = f"person{number}@example.org" if number > 1 else ""
        row = bookings.client(
            name=f"Person Number{number}", email=email, phone=phone, created_at=self.now
        )
        who = Person(row, bounces=number > 1)
        if who.bounces:
            self.outside.dead.add(email)
        if row.phone:
            self._say(who, "SMS", "CARE", yes=True)
        return who

    def _first_morning(self) -> None:
        """Some agree on a short series, one address is dead, and two say whether they want news."""
        without = [who for who in self.regulars if who.series is None]
        for who in without[:8]:
            plan = plans.plan(
                now=self.now, client=who.row, treatment=Treatment.objects.get(slug=SESSION),
                practitioner=self.demo.practitioner, counts_from=self.now,
                of=plans.template(sessions=SESSIONS, max_gap_days=GAP_DAYS, reviews_at=[]),
                agreed=True,
            )  # fmt: skip
            who.series = Series(plan, SESSIONS, self.now, [(self.now, "ACTIVE")])
        own = [who for who in self.regulars if who.row.email and not who.shares and not who.bounces]
        own[0].bounces = True
        self.outside.dead.add(own[0].row.email)
        for who, yes in zip(own[1:3], (True, False), strict=True):
            self._say(who, "EMAIL", "MARKETING", yes=yes)

    # What the clock brings

    def _visits(self, until: datetime) -> None:
        """Whatever began since the last look comes, or does not, or is forgotten at the desk."""
        for who in self.people:
            for visit in who.visits:
                if visit.status in LIVE and visit.starts_at + visit.long + 10 * MINUTE <= until:
                    self._visit(visit)

    def _visit(self, visit: Visit) -> None:
        fate = self.random.random()
        start, actor = visit.starts_at, audit.staff(self.doctor)
        booking = Booking.objects.get(uid=visit.uid)
        if visit.stands[-1].at > start:
            return
        if fate < 0.05:
            visit.stands.append(Stand(start + visit.long + 5 * MINUTE, "FORGOTTEN", start))
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
            self._look_at_answers(visit)
            self.now = start
            actions.start(now=self.now, actor=actor, booking=booking)
            self._stands(visit, "IN_SESSION")
            self.now = start + visit.long + 2 * MINUTE
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
        self._count("looks without a channel", len(outside.up) < 2)
        self.send()
        outside.dies = ""
        if rnd.random() < 0.1:
            send_due_messages()
        self.looks.append(Look(look, planned, outside.up, until=self.now))

    # What people do

    def _something(self, *, by_day: bool) -> None:
        whose = self.regulars if self.random.random() < 0.8 else self.people
        who = self.random.choice(whose)
        does: list[tuple[int, str]] = [
            (14, "book"), (14, "move"), (5, "cancel"), (3, "yes"), (1, "says"), (1, "fine"),
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
        if len(coming) > 1:
            return False
        offering, place, row = self.demo.offering, self.random.choice(self.demo.places), who.row
        starts_at = self._slot(offering, place)
        if starts_at is None:
            return False
        if self.random.random() < 0.5 and row.email:
            made = actions.book(
                now=self.now, actor=CLIENT, source="ONLINE", key=self._key(),
                offering=offering, location=place, practitioner=None,
                starts_at=starts_at, contact=Contact(row.name, row.email, row.phone),
                answers=answers(), client=row,
            ).booking  # fmt: skip
            told = False
        elif by_day:
            told = self.random.random() < 0.2
            made = actions.book_by_staff(
                now=self.now, actor=audit.staff(self.desk), key=self._key(),
                offering=offering, location=place, practitioner=None,
                starts_at=starts_at, client=row, tell_client=not told, override="They ask for it.",
            ).booking  # fmt: skip
        else:
            return False
        self._accept(made)
        asks = made.outcome == "NOT_ASKED" and made.screening_id is None
        stands = [Stand(self.now, "BOOKED", starts_at)]
        who.visits.append(Visit(str(made.uid), stands, [(self.now, asks)], told=told))
        return True

    def _move(self, who: Person, by_day: bool) -> bool:
        visit = self._coming(who)
        if visit is None:
            return False
        booking = Booking.objects.select_related("room__location").get(uid=visit.uid)
        offering = offering_of(booking.treatment_id, Clinic.objects.the_only())
        starts_at = self._slot(offering, booking.room.location)
        if starts_at is None or starts_at == visit.starts_at:
            return False
        if by_day and self.random.random() < 0.5:
            actions.move_by_staff(
                now=self.now, actor=audit.staff(self.desk), booking=booking,
                starts_at=starts_at, override="They ask for it.",
            )  # fmt: skip
        else:
            moved = actions.move(now=self.now, actor=CLIENT, booking=booking, starts_at=starts_at)
            self._accept(moved)
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
        if not who.row.phone or who.shares or self.random.random() < 0.5:
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
        series = who.series
        if series is None or series.sessions is None or self._coming(who) is not None:
            return False
        done = sum(v.status == "DONE" and series.counts(v.starts_at) for v in who.visits)
        if done < series.sessions:
            return False
        if not self._plan(who, by_day, "ACTIVE", "COMPLETED", care.complete, done=done):
            return False
        series.until = self.now
        return True

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
        series = who.series
        if not by_day or series is None or series.state != was:
            return False
        if not any(visit.status == "DONE" for visit in who.visits):
            return False
        act(now=self.now, actor=audit.staff(self.doctor), plan=series.plan, **how)
        series.states.append((self.now, to))
        return True

    def _slot(self, offering: Offering, place: Location) -> datetime | None:
        """Return a start that is free, today or on one of the next days."""
        ahead = self.random.choice((0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12))
        day = self.now.astimezone(TORONTO).date() + timedelta(days=ahead)
        found = calendar.openings(
            now=self.now, offering=offering, location=place, first=day, last=day + DAY
        )
        starts = sorted({at for each in found if (at := instant_of(each.minute)) > self.now + HOUR})
        return self.random.choice(starts) if starts else None

    def _accept(self, booking: Booking) -> None:
        """The practitioner looks at once at what asks for it."""
        if booking.status == "REQUESTED":
            actions.accept(now=self.now, actor=audit.staff(self.doctor), booking=booking)

    def _look_at_answers(self, visit: Visit) -> None:
        booking = Booking.objects.get(uid=visit.uid)
        if booking.outcome in lifecycle.TO_BE_SEEN:
            actions.review(
                now=self.now, actor=audit.staff(self.doctor), booking=booking, decision="ACCEPT",
                reason="Seen, and spoken about.", despite_absolute=True,
            )  # fmt: skip

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
