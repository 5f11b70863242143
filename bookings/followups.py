"""What a booking calls for being said, and when. Pure: facts and what stands queued in, plan out.

Two sorts of message. *Tidings* tell how the booking stands (booked, moved, cancelled): one is
wanted whenever the client was last told something else. *Follow-ups* belong to a moment (the day
before, the hour after): one a kind and moment, ever; the link to the safety questions goes once,
and again each time that the practitioner asks.

When each goes, what becomes of it at night and when it is late is data (`schedules`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bookings import lifecycle
from bookings.schedules import Anchor, Late, Night, Schedules
from clients.quiet import Quiet

CONFIRMATION = "CONFIRMATION"
REQUEST_RECEIVED = "REQUEST_RECEIVED"
MOVED = "MOVED"
CANCELLED = "CANCELLED"
DECLINED = "DECLINED"
REVIEW_WAITING = "REVIEW_WAITING"
PREPARATION = "PREPARATION"
REMINDER = "REMINDER"
AFTERCARE = "AFTERCARE"
CHECK_IN = "CHECK_IN"
QUESTIONS = "QUESTIONS"
ASKED_AGAIN = "ASKED_AGAIN"
LINK = "LINK"  # the booking's own link once more, since somebody asked for it

TIDINGS = frozenset({CONFIRMATION, REQUEST_RECEIVED, MOVED, CANCELLED, DECLINED})
# Of the booking and not of its moment: wherever it is moved to, they are of use until it begins.
TO_ANSWER = frozenset({QUESTIONS, ASKED_AGAIN})
FOLLOWUPS = frozenset({PREPARATION, REMINDER, AFTERCARE, CHECK_IN}) | TO_ANSWER
STAFF = frozenset({REVIEW_WAITING})
# No booking calls for these: staff send them.
ASKED_FOR = frozenset({LINK})
KINDS = TIDINGS | FOLLOWUPS | STAFF | ASKED_FOR

BAD_NEWS_BEFORE = timedelta(hours=4)
OLD_NEWS_AFTER = timedelta(days=2)

_BOOKED = (lifecycle.BOOKED, lifecycle.CONFIRMED)
HAPPENING = (*_BOOKED, lifecycle.ARRIVED, lifecycle.IN_SESSION, lifecycle.DONE)

_FITS: dict[str, tuple[str, ...]] = {
    CONFIRMATION: _BOOKED,
    MOVED: _BOOKED,
    REQUEST_RECEIVED: (lifecycle.REQUESTED,),
    CANCELLED: (lifecycle.CANCELLED,),
    DECLINED: (lifecycle.DECLINED,),
}

# How a message ended, as far as planning asks.
PLANNED = "PLANNED"
WITHDRAWN = "WITHDRAWN"
EXPIRED = "EXPIRED"
TOLD = "TOLD"  # by a member of staff, at the telephone or at the desk
REACHED = ("SENT", "SENDING", TOLD)
MAY_STILL_GO = (PLANNED, "SENDING", "FAILED")

LINK_LASTS = timedelta(days=2)

NO_GRACE = timedelta()


@dataclass(frozen=True, slots=True)
class Facts:
    """What planning needs to know of a booking. `about` is `booking:<uid>`, `place` the location's
    id; instants are aware. `asks`: nobody has answered its safety questions yet. `asked_at`: when
    the practitioner asked the client to answer them again, who has not done so yet."""

    about: str
    status: str
    starts_at: datetime
    ends_at: datetime
    place: int
    quiet: Quiet
    respond_by: datetime | None = None
    asks: bool = False
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A message of the booking as it stands in the outbox. `audience`: whom the row is for, where a
    kind may be for one or another; "" where it goes without saying."""

    id: int
    key: str
    kind: str
    status: str
    carries: str = ""
    due_at: datetime | None = None
    audience: str = ""
    expires_at: datetime | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message that should exist. `key` names its purpose; `carries` is what it tells. `told`:
    staff say it themselves, so it is kept and not sent."""

    kind: str
    key: str
    carries: str
    due_at: datetime
    expires_at: datetime
    told: bool = False


@dataclass(slots=True)
class Difference:
    """What has to change in the outbox: rows to add, to bring back or bring up to date, to
    withdraw, and those that are only of use until another moment, which they keep all else of."""

    add: list[Wanted] = field(default_factory=list)
    renew: list[tuple[Standing, Wanted]] = field(default_factory=list)
    withdraw: list[Standing] = field(default_factory=list)
    until: list[tuple[Standing, datetime]] = field(default_factory=list)


def tells(facts: Facts) -> str:
    """Return how the booking stands, as tidings of it would tell; "" when there is nothing to."""
    if facts.status in (lifecycle.CANCELLED, lifecycle.DECLINED):
        return facts.status
    if facts.status in lifecycle.COMING:
        word = lifecycle.REQUESTED if facts.status == lifecycle.REQUESTED else lifecycle.BOOKED
        return f"{word} {_epoch(facts.starts_at)} {_epoch(facts.ends_at)} {facts.place}"
    return ""


def reached(standing: Iterable[Standing]) -> str:
    """Return what the client was told last; "" for nothing yet. What is being sent counts."""
    return _newest(each for each in standing if each.kind in TIDINGS and each.status in REACHED)


def difference(
    facts: Facts,
    standing: Sequence[Standing],
    *,
    now: datetime,
    schedules: Schedules,
    grace: timedelta = NO_GRACE,
    tell: bool = True,
    anew: Collection[str] = (),
) -> Difference:
    """Compare what a booking calls for at `now` with all its messages, withdrawn ones too.

    What has been said, has failed or is on its way is never wanted again; what is planned stays as
    it is while the booking still calls for it; the rest of what is planned is withdrawn. Until when
    something is of use follows the booking, however it stands with it: mail may be away meanwhile.

    grace: nothing new goes before so much time has passed. tell: where it is False, staff tell the
    client themselves how the booking stands; what was going to be told anyway still is. anew: kinds
    whose schedule was changed: what is planned of them goes at the time it has now.
    """
    result = Difference()
    soonest = now + grace
    due = moments(facts, now, schedules)
    fitting = {each.key: each for each in (*_tidings(facts, standing, soonest), *due)}
    live = {each.key: each for each in standing if each.status != WITHDRAWN}
    withdrawn = {each.key: each for each in standing if each.status == WITHDRAWN}
    for known in live.values():
        wanted = fitting.get(known.key)
        until = _until(known, wanted, facts)
        is_planned = known.status == PLANNED and not fits_as_asked(known.kind, facts)
        if is_planned and (wanted is None or _begins_before(known, until)):
            result.withdraw.append(known)
            continue
        changed: Wanted | None = None
        if wanted is not None and is_planned and wanted.carries != known.carries:
            changed = wanted
        elif wanted is not None and (
            (is_planned and known.kind in anew) or _is_of_use_again(known, until)
        ):
            planned = as_planned(wanted, facts, schedules, now, soonest, in_time=True)
            changed = planned if planned and planned.due_at != known.due_at else None
        if changed is not None:
            result.renew.append((known, changed))
        elif until is not None and until != known.expires_at and known.status in MAY_STILL_GO:
            result.until.append((known, until))
    for key, wanted in fitting.items():
        if key in live:
            continue
        planned = as_planned(wanted, facts, schedules, now, soonest)
        if planned is None:
            continue
        if planned.kind in TIDINGS and not tell:
            planned = replace(planned, told=True)
        if key in withdrawn:
            result.renew.append((withdrawn[key], planned))
        else:
            result.add.append(planned)
    return result


def link_until(ends_at: datetime, asked_at: datetime) -> datetime:
    """Return until when a link is of use that somebody asked for."""
    return min(ends_at, asked_at + LINK_LASTS)


def _until(known: Standing, wanted: Wanted | None, facts: Facts) -> datetime | None:
    """Return until when a message is of use as the booking stands now. Of tidings and of what is not
    wanted any more that is as it was: a booking that stands otherwise is told anew."""
    if fits_as_asked(known.kind, facts) and known.created_at is not None:
        return link_until(facts.ends_at, known.created_at)
    if wanted is None or known.kind in TIDINGS:
        return known.expires_at
    return wanted.expires_at


def _begins_before(known: Standing, until: datetime | None) -> bool:
    """Return whether the booking was moved to before the moment at which something goes."""
    if until is None or known.due_at is None or until == known.expires_at:
        return False
    return until <= known.due_at


def _is_of_use_again(known: Standing, until: datetime | None) -> bool:
    """Return whether what came too late asks about a booking that was moved to later."""
    if known.status != EXPIRED or known.kind not in TO_ANSWER:
        return False
    return until is not None and known.expires_at is not None and known.expires_at < until


def fits(kind: str, carries: str, facts: Facts) -> bool:
    """Return whether a message planned earlier still fits the booking as it is now.

    Tidings speak of the present, so only the status matters; a follow-up is of one moment.
    """
    if kind in _FITS:
        return facts.status in _FITS[kind]
    if kind in ASKED_FOR:
        return fits_as_asked(kind, facts)
    if kind == QUESTIONS:
        return facts.asks and facts.status in _BOOKED
    moment = {
        PREPARATION: (_BOOKED, facts.starts_at),
        REMINDER: (_BOOKED, facts.starts_at),
        AFTERCARE: (HAPPENING, facts.ends_at),
        CHECK_IN: (HAPPENING, facts.ends_at),
        REVIEW_WAITING: ((lifecycle.REQUESTED,), facts.respond_by),
        ASKED_AGAIN: (lifecycle.COMING, facts.asked_at),
    }.get(kind)
    if moment is None or moment[1] is None:
        return False
    return facts.status in moment[0] and carries == str(_epoch(moment[1]))


def fits_as_asked(kind: str, facts: Facts) -> bool:
    """Return whether it is a message staff sent by hand, and the booking still comes."""
    return kind in ASKED_FOR and facts.status in lifecycle.COMING


def for_new(facts: Facts, *, now: datetime, schedules: Schedules) -> list[Wanted]:
    """Return what a booking calls for that was made just now."""
    return difference(facts, (), now=now, schedules=schedules).add


def not_before(kind: str, facts: Facts, *, at: datetime, schedules: Schedules) -> datetime:
    """Return when a message that would go at `at` may go: then, or when the quiet is over.

    Tidings answer what somebody just did and are exempt, but for a request that is declined.
    """
    if kind == DECLINED:
        return _bad_news(facts, at)
    if kind in FOLLOWUPS and schedules[kind].night != Night.ANY_TIME:
        return facts.quiet.morning(at)
    return at


def _tidings(facts: Facts, standing: Sequence[Standing], at: datetime) -> list[Wanted]:
    told = [each for each in standing if each.kind in TIDINGS]
    over = [each for each in told if each.status not in (PLANNED, WITHDRAWN)]
    present, last, known = tells(facts), _newest(over), reached(over)
    # What could not be told is not tried again before there is something else to tell.
    if not present or present in (last, known):
        return []
    kind = _kind(facts.status, known)
    if kind is None:
        return []
    until = facts.ends_at
    if kind in (CANCELLED, DECLINED):
        until = max(until, at + OLD_NEWS_AFTER)
    ordinal = max((_ordinal(each) for each in over), default=-1) + 1
    key = f"{facts.about}:{kind}:{ordinal}"
    due = at if kind != DECLINED else _bad_news(facts, at)
    return [Wanted(kind, key, present, due, until)] if due < until else []


def _kind(status: str, known: str) -> str | None:
    if status == lifecycle.REQUESTED:
        return REQUEST_RECEIVED
    if status == lifecycle.DECLINED:
        return DECLINED
    if status == lifecycle.CANCELLED:
        # Who was told nothing need not be told that it is off.
        return CANCELLED if known.startswith((lifecycle.BOOKED, lifecycle.REQUESTED)) else None
    return MOVED if known.startswith(lifecycle.BOOKED) else CONFIRMATION


def _bad_news(facts: Facts, at: datetime) -> datetime:
    return min(facts.quiet.morning(at), max(at, facts.starts_at - BAD_NEWS_BEFORE))


def moments(facts: Facts, now: datetime, schedules: Schedules) -> list[Wanted]:
    """Return the follow-ups that fit the booking, due when they would be if quiet hours and short
    notice did not matter."""
    start, end = facts.starts_at, facts.ends_at
    visit: dict[str, datetime] = {Anchor.START: start, Anchor.END: end}
    found: list[Wanted] = []

    def add(kind: str, moment: datetime, due_at: datetime, until: datetime, nth: str = "") -> None:
        if schedules[kind].is_on:
            key = f"{facts.about}:{kind}:{_epoch(moment)}{nth}"
            found.append(Wanted(kind, key, str(_epoch(moment)), due_at, until))

    def timed(kind: str, moment: datetime, nth: str = "") -> None:
        """It belongs to a moment by its name, and counts from the one its schedule says."""
        plan = schedules[kind]
        since = visit.get(plan.anchor, moment)
        add(kind, moment, plan.at(since), plan.over(since), nth)

    if facts.asks and facts.status in _BOOKED and schedules[QUESTIONS].is_on:
        found.append(Wanted(QUESTIONS, f"{facts.about}:{QUESTIONS}", "", now, start))
    if facts.asked_at and facts.status in lifecycle.COMING:
        add(ASKED_AGAIN, facts.asked_at, now, start)
    if facts.status in _BOOKED:
        timed(PREPARATION, start)
        timed(REMINDER, start)
    if facts.status in HAPPENING:
        timed(AFTERCARE, end)
        timed(CHECK_IN, end)
    if facts.status == lifecycle.REQUESTED and facts.respond_by:
        add(REVIEW_WAITING, facts.respond_by, now, facts.respond_by)
        timed(REVIEW_WAITING, facts.respond_by, ":again")
    return found


def as_planned(
    wanted: Wanted,
    facts: Facts,
    schedules: Schedules,
    now: datetime,
    soonest: datetime,
    *,
    in_time: bool = False,
) -> Wanted | None:
    """Return a message that is new at `now` with the moment it is really due, not before
    `soonest`, or None where it came too late to be of use. in_time: short notice does not count."""
    due, quiet = wanted.due_at, facts.quiet
    if wanted.kind in TIDINGS:
        due = max(due, soonest)
        return replace(wanted, due_at=due) if due < wanted.expires_at else None
    plan = schedules[wanted.kind]
    if plan.notice is not None and not in_time and facts.starts_at - now < plan.notice:
        return None
    # What comes too late for a message of its own, the confirmation says.
    if plan.late == Late.DROP and due < now:
        return None
    if plan.night == Night.EARLIER and quiet.evening(due) >= soonest:
        due = quiet.evening(due)
    due = max(due, soonest)
    if plan.night != Night.ANY_TIME:
        due = quiet.morning(due)
    return replace(wanted, due_at=due) if due < wanted.expires_at else None


def _newest(tidings: Iterable[Standing]) -> str:
    """Return what the last of some tidings carries."""
    newest = max(tidings, key=_ordinal, default=None)
    return newest.carries if newest else ""


def _ordinal(tidings: Standing) -> int:
    return int(tidings.key.rpartition(":")[2])


def _epoch(at: datetime) -> int:
    return int(at.timestamp())
