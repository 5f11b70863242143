"""What should have been said in a quarter, worked out from the diary in the plainest way: at each
look, for each visit and each client, whether a thing is to be said now. Shares no code with the
planner or the sender; the numbers are those of the default policy, written down again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tests.bookings.quarter_diary import LIVE, Look, Person, Stand, Visit, latest
from tests.bookings.recall_oracle import (
    ADVERTISED,
    RULES,
    ZONE,
    Life,
    called_for,
    is_night,
    morning,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GRACE = 3 * MINUTE
TIDINGS = ("CONFIRMATION", "MOVED", "CANCELLED")
CAPPED = {"AFTERCARE", "CHECK_IN", *RULES}
BY_EMAIL = {"OUTCOME", "MAINTENANCE", "LAPSED", "LAPSED_LAST"}
HAPPENED = (*LIVE, "ARRIVED", "IN_SESSION", "DONE", "FORGOTTEN")


class Thing(NamedTuple):
    """One thing to say: what, about which visit ("" for the client), of which moment."""

    kind: str
    of: str
    moment: Any


class Said(NamedTuple):
    """A letter that arrived, once, as the thing it said."""

    look: datetime
    who: int
    thing: Thing
    channel: str


@dataclass
class Memory:
    """What the clerk remembers of a client. `over`: said, or never to be said any more. `news`: by
    visit what was last said, or tried to be said, of how it stands; `told` what arrived of it."""

    over: set[Thing] = field(default_factory=set)
    news: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    noted: dict[Thing, datetime] = field(default_factory=dict)
    capped: list[datetime] = field(default_factory=list)
    waited: datetime | None = None
    dead: bool = False
    cleared: int = 0


class Clerk:
    """Looks when the workers looked, and compares what is to be said then with what arrived."""

    def __init__(
        self, people: Iterable[Person], said: Iterable[Said], before: Iterable[Said] = ()
    ) -> None:
        """before: what had been said when the diary was begun, the oldest first."""
        self.people = list(people)
        self.said: Mapping[tuple[datetime, int], list[Said]] = _grouped(said)
        self.known = {who.row.pk: Memory() for who in self.people}
        self.wrong: list[str] = []
        for who in self.people:
            for visit in who.visits:
                if visit.told:
                    self._tell(self.known[who.row.pk], visit, _news(visit.stands[0]))
        whose = {who.row.pk: who for who in self.people}
        for each in before:
            self._tick_off(whose[each.who], self.known[each.who], each.thing)
            if each.thing.kind in CAPPED:
                self.known[each.who].capped.append(each.look)

    def go_through(self, looks: Iterable[Look]) -> list[str]:
        """Return in words everything that was not as it should be."""
        for look in looks:
            for who in self.people:
                self._look(who, self.known[who.row.pk], look)
        return self.wrong

    def _look(self, who: Person, memory: Memory, look: Look) -> None:
        at = look.at
        if memory.cleared < len(who.cleared) and who.cleared[memory.cleared] <= at:
            memory.dead, memory.cleared = False, memory.cleared + 1
        if look.planned:
            self._note(who, memory, at)
        arrived = {each.thing: each for each in self.said.get((at, who.row.pk), [])}
        due = [*self._of_visits(who, memory, at), *self._of_client(who, memory, at)]
        may: set[Thing] = set()
        for thing in due:
            ways = self._ways(who, thing.kind, at)
            if not ways:
                self._give_up(memory, thing)
                continue
            way = self._way(who, memory, ways, look)
            if way == "":
                self._give_up(memory, thing)
            elif way is None:
                memory.waited = at
            else:
                may.add(thing)
                if thing in arrived and arrived[thing].channel != way:
                    self._say(who, look, thing, f"by {arrived[thing].channel} and not {way}")
        for thing in arrived.keys() - may - self._by_the_end(who, memory, look):
            self._say(who, look, thing, "arrived and should not have")
        for thing in may - arrived.keys():
            if thing.kind not in CAPPED:
                self._say(who, look, thing, "should have arrived and did not")
        self._count(who, memory, look, may, arrived.keys())
        for thing in arrived:
            self._tick_off(who, memory, thing)

    def _by_the_end(self, who: Person, memory: Memory, look: Look) -> set[Thing]:
        """Return what had its moment while the workers were at it."""
        of_client = {thing for thing, due in memory.noted.items() if look.at < due <= look.until}
        return of_client | set(self._of_visits(who, memory, look.until))

    def _count(
        self, who: Person, memory: Memory, look: Look, may: set[Thing], arrived: Iterable[Thing]
    ) -> None:
        """Of what nobody asked for one goes a day and three in a week; the others wait."""
        at, had = look.at, memory.capped
        today = any(_day(each) == _day(at) for each in had)
        # A look takes some minutes where workers die: just a week ago is still within it, or not.
        surely, perhaps = (
            today or sum(each > at - 7 * DAY + edge for each in had) >= 3
            for edge in (15 * MINUTE, -15 * MINUTE)
        )
        went = [thing for thing in arrived if thing.kind in CAPPED]
        waiting = [thing for thing in may if thing.kind in CAPPED]
        if len(went) > (0 if surely else 1):
            self._say(who, look, went[0], "was too much")
        held = memory.waited is not None and _day(memory.waited) == _day(at)
        if waiting and not went and not perhaps and not held:
            self._say(who, look, waiting[0], "should have arrived, or another, and did not")
        had += [at] * len(went)

    # Visits

    def _of_visits(self, who: Person, memory: Memory, at: datetime) -> Iterator[Thing]:
        for visit in who.visits:
            stand = visit.at(at)
            if stand is None:
                continue
            yield from self._tidings(visit, stand, memory, at)
            for thing in _followups(visit, stand, at):
                # At night nobody is asked, so nothing is found out of it either.
                if thing not in memory.over and not is_night(at):
                    yield thing

    def _tidings(self, visit: Visit, stand: Stand, memory: Memory, at: datetime) -> Iterator[Thing]:
        news, told = _news(stand), memory.told.get(visit.uid)
        if news is None or news in (told, memory.news.get(visit.uid)):
            return
        if stand.status == "CANCELLED":
            kind = "CANCELLED"
            until = max(stand.starts_at + visit.long, stand.at + GRACE + 2 * DAY)
            if told is None or told == "CANCELLED":
                return
        else:
            kind = "MOVED" if told not in (None, "CANCELLED") else "CONFIRMATION"
            until = stand.starts_at + visit.long
        if at < until:
            yield Thing(kind, visit.uid, news)

    # Clients

    def _note(self, who: Person, memory: Memory, at: datetime) -> None:
        """The planner looks: what is called for is noted, what is not any more is struck out."""
        now = self._called(who, at)
        for thing in [*memory.noted]:
            if thing not in now:
                del memory.noted[thing]
        for thing, until in now.items():
            due, late = thing.moment, RULES[thing.kind].may_be_late
            if thing in memory.noted or thing in memory.over or due > at + 14 * DAY:
                continue
            if at <= due:
                memory.noted[thing] = due
            elif late and morning(at) < until:
                memory.noted[thing] = morning(at)

    def _of_client(self, who: Person, memory: Memory, at: datetime) -> Iterator[Thing]:
        now, agreed = self._called(who, at), self._called(who, at, whatever_they_said=True)
        for thing, due in [*memory.noted.items()]:
            if due > at:
                continue
            if thing not in agreed:
                del memory.noted[thing]
            elif thing in memory.over or (thing in now and at >= now[thing]):
                memory.over.add(thing)
            elif thing not in now or not is_night(at):
                yield thing

    def _called(
        self, who: Person, at: datetime, *, whatever_they_said: bool = False
    ) -> dict[Thing, datetime]:
        found = {
            Thing(kind, "", due): until
            for (kind, due), until in called_for(_life(who, at), at).items()
            if not RULES[kind].is_task
        }
        if whatever_they_said:
            return found
        return {thing: until for thing, until in found.items() if self._ways(who, thing.kind, at)}

    # Ways

    def _ways(self, who: Person, kind: str, at: datetime) -> list[str]:
        """Return by which channels a kind may go to somebody, by what they said."""
        email, sms = (who.says(channel, "CARE", at) for channel in ("EMAIL", "SMS"))
        may = {"EMAIL": kind in TIDINGS or email is not False, "SMS": sms is True}
        if kind in ADVERTISED:
            news = who.says("EMAIL", "MARKETING", at)
            may["EMAIL"] = news if news is not None else email is not False
            may["SMS"] = who.says("SMS", "MARKETING", at) is True
        to = {"EMAIL": who.row.email, "SMS": who.row.phone}
        order = ["SMS", "EMAIL"] if kind == "CHECK_IN" else ["EMAIL", "SMS"]
        order = ["EMAIL"] if kind in BY_EMAIL else order
        return [channel for channel in order if to[channel] and may[channel]]

    def _way(self, who: Person, memory: Memory, ways: list[str], look: Look) -> str | None:
        """Return the way that takes it now; None for none yet, "" for none ever."""
        for way in ways:
            if way == "EMAIL" and memory.dead:
                continue
            if way not in look.up:
                return None
            if way == "EMAIL" and who.bounces:
                memory.dead = True
                continue
            return way
        return ""

    def _give_up(self, memory: Memory, thing: Thing) -> None:
        if thing.kind in TIDINGS:
            memory.news[thing.of] = thing.moment
        else:
            memory.over.add(thing)

    def _tick_off(self, who: Person, memory: Memory, thing: Thing) -> None:
        if thing.kind in TIDINGS:
            visit = next(each for each in who.visits if each.uid == thing.of)
            self._tell(memory, visit, thing.moment)
        else:
            memory.over.add(thing)

    def _tell(self, memory: Memory, visit: Visit, news: Any) -> None:
        memory.told[visit.uid] = memory.news[visit.uid] = news

    def _say(self, who: Person, look: Look, thing: Thing, what: str) -> None:
        self.wrong.append(f"{look.at:%m-%d %H:%M} {who.row.name} {thing}: {what}")


def _followups(visit: Visit, stand: Stand, at: datetime) -> Iterator[Thing]:
    """Yield what belongs to a moment of a visit, as far as that moment is now."""
    start, end = stand.starts_at, stand.starts_at + visit.long
    since = _since(visit, stand, at)
    if stand.status in LIVE and at < start:
        first = visit.stands[0].at + GRACE
        if latest(visit.asks, at) and morning(first) <= at:
            yield Thing("QUESTIONS", visit.uid, None)
        if since <= start - 48 * HOUR <= at:
            yield Thing("PREPARATION", visit.uid, start)
        if start - since >= 26 * HOUR and start - 24 * HOUR <= at:
            yield Thing("REMINDER", visit.uid, start)
    if stand.status in HAPPENED:
        if end + HOUR <= at < end + 36 * HOUR:
            yield Thing("AFTERCARE", visit.uid, end)
        if end + 24 * HOUR <= at < end + 48 * HOUR:
            yield Thing("CHECK_IN", visit.uid, end)


def _since(visit: Visit, stand: Stand, at: datetime) -> datetime:
    """Return since when a visit is at the time at which it is."""
    since = stand.at
    for each in reversed([each for each in visit.stands if each.at <= at]):
        if each.starts_at != stand.starts_at:
            break
        since = each.at
    return since


def _news(stand: Stand) -> Any:
    if stand.status == "CANCELLED":
        return "CANCELLED"
    return stand.starts_at if stand.status in LIVE else None


def _life(who: Person, at: datetime) -> Life:
    """Return how it stands with a client, as the clerk of all that is said between visits sees it."""
    stands = [(visit, stand) for visit in who.visits if (stand := visit.at(at)) is not None]
    done = sorted(stand.starts_at for _visit, stand in stands if stand.status == "DONE")
    series = who.series
    return Life(
        plan=(latest(series.states, at) or "STOPPED") if series else "STOPPED",
        done=done,
        coming=[
            stand.starts_at
            for _visit, stand in stands
            if stand.status in (*LIVE, "ARRIVED", "IN_SESSION", "FORGOTTEN")
        ],
        hurts=bool(latest(who.hurts, at)),
        sessions=series.sessions if series else None,
        of_plan=[start for start in done if series and series.counts(start)],
        took={stand.starts_at: visit.long for visit, stand in stands},
    )


def _day(at: datetime) -> Any:
    return at.astimezone(ZONE).date()


def _grouped(said: Iterable[Said]) -> Mapping[tuple[datetime, int], list[Said]]:
    found: dict[tuple[datetime, int], list[Said]] = defaultdict(list)
    for each in said:
        found[each.look, each.who].append(each)
    return found
