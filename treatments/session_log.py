"""What happened in a session, told from its actions alone (pure).

The actions are put in the order in which they happened (`at`, then id), not in which they arrived.
So two tablets, one of them without a network for a while, agree as soon as each has all of them;
and an action that arrives twice is one action. What makes no sense (a needle removed that nobody
placed) changes nothing. No count is kept anywhere: it is always counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from clients.phases import Phase
from treatments.session_actions import Action, Kind
from treatments.session_facts import EventKind

ORDER = tuple(Phase)
# An event of one of these kinds explains why fewer needles came out than went in.
EXPLAINS_COUNT = frozenset({EventKind.RETAINED_NEEDLE, EventKind.BENT_BROKEN})


@dataclass(frozen=True, slots=True)
class Needle:
    """A needle from its placing on. `details` is what was said of it: code, side, region, depth_mm,
    angle, layer, response, box, …"""

    uid: str
    placed_at: datetime
    details: Mapping[str, Any]
    removed_at: datetime | None = None
    bled: bool = False

    @property
    def is_in(self) -> bool:
        return self.removed_at is None


@dataclass(frozen=True, slots=True)
class Count:
    """Needles by number: put in, taken out, still in. One at each of two sides is two."""

    put_in: int
    out: int

    @property
    def still_in(self) -> int:
        return self.put_in - self.out


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the clock in a phase; `end` is None while it runs."""

    phase: Phase
    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class SessionState:
    """A session as it stands. `started_at` is when its clock first ran; `running` says whether it
    does; `skipped` is by (phase, area), where area "" is the whole phase."""

    phase: Phase | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    stopped_early: str = ""
    stretches: tuple[Stretch, ...] = ()
    extra_minutes: Mapping[Phase, int] = field(default_factory=dict)
    needles: tuple[Needle, ...] = ()
    massage: Mapping[str, Any] = field(default_factory=dict)
    roller: Mapping[str, Any] = field(default_factory=dict)
    skipped: Mapping[tuple[Phase, str], str] = field(default_factory=dict)
    oil_off_at: datetime | None = None
    ratings: Mapping[tuple[str, str, str], int | str] = field(default_factory=dict)
    notes: tuple[tuple[datetime, str], ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    events: tuple[Mapping[str, Any], ...] = ()
    aftercare: tuple[str, ...] | None = None

    @property
    def running(self) -> bool:
        return bool(self.stretches) and self.stretches[-1].end is None

    @property
    def count(self) -> Count:
        return Count(len(self.needles), sum(not needle.is_in for needle in self.needles))

    @property
    def count_by_region(self) -> dict[str, Count]:
        """Return the count of each region that has had a needle, in the order of the first one."""
        put_in = Counter(str(needle.details["region"]) for needle in self.needles)
        out = Counter(str(n.details["region"]) for n in self.needles if not n.is_in)
        return {region: Count(put_in[region], out[region]) for region in put_in}

    @property
    def count_is_explained(self) -> bool:
        """Whether a needle that is still in has an incident that says what happened to it."""
        return any(event["what"] in EXPLAINS_COUNT and event.get("action") for event in self.events)

    @property
    def may_be_signed(self) -> bool:
        return self.count.still_in == 0 or self.count_is_explained

    def spent(self, phase: Phase, now: datetime) -> timedelta:
        """Return how long the clock has run in a phase, pauses left out."""
        return sum(
            (
                max((stretch.end or now) - stretch.start, timedelta(0))
                for stretch in self.stretches
                if stretch.phase is phase
            ),
            timedelta(0),
        )

    @property
    def retained(self) -> timedelta | None:
        """Return the time from the first needle in to the last one out (STRICTA 2f)."""
        ends = [needle.removed_at for needle in self.needles if needle.removed_at]
        if not ends:
            return None
        return max(max(ends) - min(needle.placed_at for needle in self.needles), timedelta(0))


def fold(actions: Iterable[Action]) -> SessionState:
    """Return the session that some actions make, whatever order and how often they come in."""
    once = {action.uid: action for action in actions}
    ordered = sorted(once.values(), key=lambda action: (action.at, action.uid))
    undone = {UUID(a.payload["action"]) for a in ordered if a.kind is Kind.UNDO}
    valid = [a for a in ordered if a.kind is not Kind.UNDO and a.uid not in undone]
    return SessionState(**_clock(valid), needles=_needles(valid), **_written(valid))


def _clock(actions: list[Action]) -> dict[str, Any]:
    stretches: list[Stretch] = []
    phase: Phase | None = None
    extra: Counter[Phase] = Counter()
    ended_at: datetime | None = None
    early = ""

    def stop(at: datetime) -> None:
        if stretches and stretches[-1].end is None:
            stretches[-1] = Stretch(stretches[-1].phase, stretches[-1].start, at)

    for action in actions:
        match action.kind:
            case Kind.PHASE:
                stop(action.at)
                phase, ended_at, early = Phase(action.payload["phase"]), None, ""
                stretches.append(Stretch(phase, action.at, None))
            case Kind.PAUSE:
                stop(action.at)
            case Kind.RESUME if phase and stretches[-1].end is not None:
                ended_at, early = None, ""
                stretches.append(Stretch(phase, action.at, None))
            case Kind.END if phase and ended_at is None:
                stop(action.at)
                ended_at, early = action.at, action.payload.get("early", "")
            case Kind.EXTEND:
                extra[Phase(action.payload["phase"])] += action.payload["minutes"]
            case _:
                pass
    return {
        "phase": phase,
        "started_at": stretches[0].start if stretches else None,
        "ended_at": ended_at,
        "stopped_early": early,
        "stretches": tuple(stretches),
        "extra_minutes": dict(extra),
    }


def _needles(actions: list[Action]) -> tuple[Needle, ...]:
    """Placings first, so that a removal finds its needle though two tablets' clocks differ a little."""
    placed: dict[str, Action] = {}
    details: dict[str, dict[str, Any]] = {}
    for action in actions:
        if action.kind is Kind.PLACE:
            placed.setdefault(action.payload["needle"], action)
    for uid, action in placed.items():
        details[uid] = {k: v for k, v in action.payload.items() if k != "needle"}
    removed: dict[str, Action] = {}
    for action in actions:
        uid = action.payload.get("needle", "")
        match action.kind:
            case Kind.ADJUST if uid in details:
                details[uid] |= {k: v for k, v in action.payload.items() if k != "needle"}
            case Kind.REMOVE if uid in placed:
                removed.setdefault(uid, action)
            case Kind.REMOVE_ALL:
                for each, placing in placed.items():
                    if placing.at <= action.at:
                        removed.setdefault(each, action)
            case _:
                pass
    return tuple(
        Needle(
            uid,
            action.at,
            details[uid],
            max(removed[uid].at, action.at) if uid in removed else None,
            bled=uid in removed and bool(removed[uid].payload.get("bled")),
        )
        for uid, action in placed.items()
    )


def _written(actions: list[Action]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    notes: dict[str, tuple[datetime, str]] = {}
    events: dict[str, dict[str, Any]] = {}
    skipped: dict[tuple[Phase, str], str] = {}
    ratings: dict[tuple[str, str, str], int | str] = {}
    words: dict[str, str] = {}
    for action in actions:
        said = action.payload
        match action.kind:
            case Kind.MASSAGE:
                found["massage"] = said
            case Kind.ROLLER:
                found["roller"] = said
            case Kind.OIL_OFF:
                found["oil_off_at"] = action.at
            case Kind.AFTERCARE:
                found["aftercare"] = tuple(said["given"])
            case Kind.SKIP:
                skipped[Phase(said["phase"]), said.get("area", "")] = said["reason"]
            case Kind.RATING:
                ratings[said["scale"], said.get("of", ""), said.get("by", "")] = said["value"]
            case Kind.NOTE:
                first = notes.get(said["note"], (action.at, ""))[0]
                notes[said["note"]] = (first, said["text"])
            case Kind.WORDS:
                words[said["part"]] = said["text"]
            case Kind.EVENT:
                first_seen = events.get(said["event"], {}).get("noticed_at", action.at)
                events[said["event"]] = {**said, "noticed_at": first_seen}
            case _:
                pass
    return {
        **found,
        "notes": tuple(note for note in notes.values() if note[1]),
        "events": tuple(events.values()),
        "skipped": skipped,
        "ratings": ratings,
        "words": words,
    }
