"""What a client calls for being said or done between visits, and when: facts and what stands
queued in, plan out. Pure.

Each message or task belongs to one moment of the client's life: a visit, the end of a series, the
day of a form, something reported. Of a kind and moment there is one, ever. When it goes, what stops
it and what becomes of it when it is late is data (`schedules`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bookings.followups import PLANNED, WITHDRAWN, Difference, Standing, Wanted
from bookings.schedules import Anchor, Audience, Late, Schedule, Schedules, Stop
from bookings.unplanned import OFF
from clients.quiet import Quiet

REBOOK = "REBOOK"
REBOOK_CALL = "REBOOK_CALL"
OVERDUE = "OVERDUE"
REVIEW_DUE = "REVIEW_DUE"
ASK_AFTER = "ASK_AFTER"
ASK_AFTER_AGAIN = "ASK_AFTER_AGAIN"
OUTCOME = "OUTCOME"
MAINTENANCE = "MAINTENANCE"
LAPSED = "LAPSED"
LAPSED_LAST = "LAPSED_LAST"
FORM_EXPIRING = "FORM_EXPIRING"
REPORTED = "REPORTED"  # a task at once, since a client told us something after a visit

# There are words for these; each may be a task instead, by its schedule. The others are tasks only.
MESSAGES = frozenset({REBOOK, OVERDUE, OUTCOME, MAINTENANCE, LAPSED, LAPSED_LAST, FORM_EXPIRING})
KINDS = MESSAGES | {REBOOK_CALL, REVIEW_DUE, ASK_AFTER, ASK_AFTER_AGAIN}
# Tasks of whoever treats: that something was reported is nothing for the desk to know.
PRIVATE = frozenset({ASK_AFTER, ASK_AFTER_AGAIN, REPORTED})

# Nothing is written into the outbox that is due later: until then much can happen.
AHEAD = timedelta(days=14)
# Whoever has not come for so long is asked for no new form.
STILL_COMES = timedelta(days=183)

# Why what was planned is not wanted any more.
GONE = "The record is closed."
HELD = "The record is held for the law."
BOOKED = "Something is booked."
PAUSED = "The plan is paused."
CLOSED = "The plan has ended."
EVENT_OPEN = "Those who treat ask to wait."  # the desk reads it
NO_CONSENT = "The client has not agreed, or said no."
OVER = "It no longer applies."
A_TASK = "It is a task for staff now."


@dataclass(frozen=True, slots=True)
class Series:
    """A plan as far as it calls for something. `first`, `last`: its visits that happened; `latest`:
    the last day it leaves for the next one; `review_at`: the booked visit at which it is reviewed.

    `is_running`: its next visit is waited for. `is_over`: all its sessions were had, or somebody
    said that it is done; it has an end at all. `is_followed`: another plan goes on from it.
    """

    uid: str
    is_running: bool = False
    is_paused: bool = False
    is_over: bool = False
    is_followed: bool = False
    is_booked: bool = False
    last: datetime | None = None
    latest: date | None = None
    review_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """Something a client reported or that was seen, of a kind that is asked after."""

    uid: str
    noticed_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What planning needs to know of a client. `about` is `client:<uid>`; instants are aware.

    `last_visit`: the end of the last that happened. `is_booked`: one is still to come. `form_on`: the
    day of the last whole form. `event_open`: something reported is followed up. `is_gone`: the record
    was merged or erased. `is_held`: it is to be erased, or is held for the law. `by_way`: the kinds that may go to
    the client at all, by what they said and how they can be reached.
    """

    about: str
    quiet: Quiet
    last_visit: datetime | None = None
    is_booked: bool = False
    plans: tuple[Series, ...] = ()
    form_on: date | None = None
    reported: tuple[Reported, ...] = ()
    event_open: bool = False
    is_gone: bool = False
    is_held: bool = False
    by_way: frozenset[str] = MESSAGES


def wanted(facts: Facts, schedules: Schedules) -> list[Wanted]:
    """Return everything the facts call for, past and to come, by the moment it is due; messages to
    the client out of the quiet hours."""
    found = [each for each, why in considered(facts, schedules) if why is None]
    return sorted(found, key=lambda each: (each.due_at, each.key))


def considered(facts: Facts, schedules: Schedules) -> Iterator[tuple[Wanted, str | None]]:
    """Yield everything that has its moment in a client's life, each with what stops it, if anything
    does."""
    for kind, moment, name in _moments(facts, schedules):
        why = why_not(kind, facts, schedules)
        for each in _timed(kind, moment, name, facts, schedules[kind]):
            yield each, why


def is_task(kind: str, schedules: Schedules) -> bool:
    """Return whether a kind is for staff to do, rather than for the client to read."""
    return schedules[kind].audience == Audience.TASK


def difference(
    facts: Facts, standing: Sequence[Standing], *, now: datetime, schedules: Schedules
) -> Difference:
    """Compare what the facts call for at `now` with all that is there, withdrawn rows too.

    What was sent, was done or failed is never wanted again. What is planned stays while it is
    called for, at the time its schedule says now, if that is still ahead. What waits for one
    audience gives way where its schedule is for another now.
    """
    result = Difference()
    fitting = {each.key: each for each in wanted(facts, schedules)}
    result.withdraw = [
        each for each in standing if each.status == PLANNED and _is_elsewhere(each, schedules)
    ]
    standing = [
        each
        for each in standing
        if each.status not in (PLANNED, WITHDRAWN) or not _is_elsewhere(each, schedules)
    ]
    live = {each.key: each for each in standing if each.status != WITHDRAWN}
    withdrawn = {each.key: each for each in standing if each.status == WITHDRAWN}
    for known in live.values():
        if known.status != PLANNED:
            continue
        found = fitting.get(known.key)
        if found is None:
            result.withdraw.append(known)
        elif found.due_at != known.due_at and now < found.due_at:
            result.renew.append((known, found))
    for key, each in fitting.items():
        if key in live or each.due_at > now + AHEAD:
            continue
        planned = in_time(each, facts, schedules, now=now)
        if planned is None:
            continue
        if key in withdrawn:
            result.renew.append((withdrawn[key], planned))
        else:
            result.add.append(planned)
    return result


def _is_elsewhere(known: Standing, schedules: Schedules) -> bool:
    return known.audience not in ("", schedules[known.kind].audience)


def in_time(each: Wanted, facts: Facts, schedules: Schedules, *, now: datetime) -> Wanted | None:
    """Return what was found only at `now`, due when it really goes; None where it comes too late."""
    if each.due_at >= now:
        return each
    schedule = schedules[each.kind]
    if schedule.late == Late.DROP:
        return None
    due = facts.quiet.morning(now) if schedule.audience == Audience.CLIENT else now
    return replace(each, due_at=due) if due < each.expires_at else None


def why_not(kind: str, facts: Facts, schedules: Schedules) -> str | None:
    """Return what stops a kind for a client, in words; None for nothing."""
    schedule = schedules[kind]
    stops = {
        BOOKED: Stop.BOOKED in schedule.stops and facts.is_booked,
        PAUSED: Stop.PAUSED in schedule.stops and _is_paused(facts),
        CLOSED: Stop.CLOSED in schedule.stops and _is_ended(facts),
        EVENT_OPEN: Stop.EVENT_OPEN in schedule.stops and facts.event_open,
        NO_CONSENT: schedule.audience == Audience.CLIENT and kind not in facts.by_way,
    }
    if facts.is_gone:
        return GONE
    if not schedule.is_on:
        return OFF
    if facts.is_held and kind not in PRIVATE:
        return HELD
    return next((why for why, holds in stops.items() if holds), None)


def why_withdrawn(kind: str, facts: Facts, schedules: Schedules) -> str:
    """Return why a message that was planned does not go, in words."""
    why = why_not(kind, facts, schedules)
    return why or (A_TASK if is_task(kind, schedules) else OVER)


def _is_paused(facts: Facts) -> bool:
    return any(plan.is_paused for plan in facts.plans) and not _is_running(facts)


def _is_ended(facts: Facts) -> bool:
    return bool(facts.plans) and not any(plan.is_running or plan.is_paused for plan in facts.plans)


def _is_running(facts: Facts) -> bool:
    return any(plan.is_running for plan in facts.plans)


Moments = Mapping[Anchor, datetime | None]


def _moments(facts: Facts, schedules: Schedules) -> Iterator[tuple[str, datetime, str]]:
    """Yield the kinds with the moment each counts from by its schedule, and what names it."""
    for kind, name, moments in _occasions(facts):
        moment = moments.get(Anchor(schedules[kind].anchor))
        if moment is not None:
            yield kind, moment, name


def _occasions(facts: Facts) -> Iterator[tuple[str, str, Moments]]:
    """Yield the kinds with what each belongs to, by name, and the moments it may count from. The name
    stays whichever is chosen, so that nothing is said twice."""
    waiting = [plan for plan in facts.plans if plan.is_running and not plan.is_booked]
    last = facts.last_visit
    if last is not None:
        name = _epoch(last)
        if any(plan.last is not None for plan in waiting):
            passing = [day for plan in waiting if (day := _passed(plan, facts)) is not None]
            either = {Anchor.LAST_VISIT: last, Anchor.LATEST: min(passing, default=None)}
            yield REBOOK, name, either
            yield REBOOK_CALL, name, either
        yield LAPSED, name, {Anchor.LAST_VISIT: last}
        yield LAPSED_LAST, name, {Anchor.LAST_VISIT: last}
    for plan in waiting:
        if plan.latest is not None:
            either = {Anchor.LATEST: _passed(plan, facts), Anchor.LAST_VISIT: plan.last}
            yield OVERDUE, f"{plan.latest.isoformat()}:{plan.uid}", either
    for plan in facts.plans:
        if plan.is_running and plan.review_at is not None:
            name = f"{_epoch(plan.review_at)}:{plan.uid}"
            yield REVIEW_DUE, name, {Anchor.REVIEW: plan.review_at}
        if plan.is_over and not plan.is_followed and plan.last is not None:
            name = f"{_epoch(plan.last)}:{plan.uid}"
            either = {Anchor.SERIES_END: plan.last, Anchor.LAST_VISIT: last}
            yield OUTCOME, name, either
            if not _is_running(facts):
                yield MAINTENANCE, name, either
    if facts.form_on is not None:
        moment = facts.quiet.instant(facts.form_on)
        yield FORM_EXPIRING, facts.form_on.isoformat(), {Anchor.FORM: moment}
    for event in facts.reported:
        yield ASK_AFTER, event.uid, {Anchor.EVENT: event.noticed_at}
        yield ASK_AFTER_AGAIN, event.uid, {Anchor.EVENT: event.noticed_at}


def _passed(plan: Series, facts: Facts) -> datetime | None:
    """Return when the last day a plan leaves has passed: when the day after it begins."""
    if plan.latest is None:
        return None
    return facts.quiet.instant(plan.latest + timedelta(days=1))


def _timed(
    kind: str, moment: datetime, name: str, facts: Facts, schedule: Schedule
) -> Iterator[Wanted]:
    for nth in range(schedule.times):
        due, until = schedule.at(moment, nth), schedule.over(moment, nth)
        if schedule.audience == Audience.CLIENT:
            due = facts.quiet.morning(due)
        if kind == FORM_EXPIRING and not _still_comes(facts, due):
            continue
        again = f":{nth}" if nth else ""
        if due < until:
            yield Wanted(kind, f"{facts.about}:{kind}:{name}{again}", "", due, until)


def _still_comes(facts: Facts, at: datetime) -> bool:
    return facts.last_visit is not None and at - facts.last_visit <= STILL_COMES


def _epoch(at: datetime) -> str:
    return str(int(at.timestamp()))
