"""What a client calls for being said or done between visits, and when: facts and what stands
queued in, plan out. Pure.

Each message or task belongs to one moment of the client's life: a visit, the end of a series, the
day of a form, something reported. Of a kind and moment there is one, ever. When it goes, what stops
it and what becomes of it when it is late is data (`schedules`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bookings.followups import OFF, PLANNED, WITHDRAWN, Difference, Standing, Wanted
from bookings.schedules import Audience, Late, Schedule, Schedules, Stop
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

TASKS = frozenset({REBOOK_CALL, OVERDUE, REVIEW_DUE, ASK_AFTER, ASK_AFTER_AGAIN})
MESSAGES = frozenset({REBOOK, OUTCOME, MAINTENANCE, LAPSED, LAPSED_LAST, FORM_EXPIRING})
KINDS = TASKS | MESSAGES
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
    for kind, moment, name in _moments(facts):
        why = why_not(kind, facts, schedules)
        for each in _timed(kind, moment, name, facts, schedules[kind]):
            yield each, why


def difference(
    facts: Facts, standing: Sequence[Standing], *, now: datetime, schedules: Schedules
) -> Difference:
    """Compare what the facts call for at `now` with all that is there, withdrawn rows too.

    What was sent, was done or failed is never wanted again. What is planned stays while it is
    called for, at the time its schedule says now, if that is still ahead.
    """
    result = Difference()
    fitting = {each.key: each for each in wanted(facts, schedules)}
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


def _is_paused(facts: Facts) -> bool:
    return any(plan.is_paused for plan in facts.plans) and not _is_running(facts)


def _is_ended(facts: Facts) -> bool:
    return bool(facts.plans) and not any(plan.is_running or plan.is_paused for plan in facts.plans)


def _is_running(facts: Facts) -> bool:
    return any(plan.is_running for plan in facts.plans)


def _moments(facts: Facts) -> Iterator[tuple[str, datetime, str]]:
    """Yield the kinds with the moment each counts from, and what names that moment."""
    waiting = [plan for plan in facts.plans if plan.is_running and not plan.is_booked]
    if facts.last_visit is not None:
        name = _epoch(facts.last_visit)
        if any(plan.last is not None for plan in waiting):
            yield REBOOK, facts.last_visit, name
            yield REBOOK_CALL, facts.last_visit, name
        yield LAPSED, facts.last_visit, name
        yield LAPSED_LAST, facts.last_visit, name
    for plan in waiting:
        if plan.latest is not None:
            # It has passed when the day after it begins.
            passed = facts.quiet.instant(plan.latest + timedelta(days=1))
            yield OVERDUE, passed, f"{plan.latest.isoformat()}:{plan.uid}"
    for plan in facts.plans:
        if plan.is_running and plan.review_at is not None:
            yield REVIEW_DUE, plan.review_at, f"{_epoch(plan.review_at)}:{plan.uid}"
        if plan.is_over and not plan.is_followed and plan.last is not None:
            yield OUTCOME, plan.last, f"{_epoch(plan.last)}:{plan.uid}"
            if not _is_running(facts):
                yield MAINTENANCE, plan.last, f"{_epoch(plan.last)}:{plan.uid}"
    if facts.form_on is not None:
        yield FORM_EXPIRING, facts.quiet.instant(facts.form_on), facts.form_on.isoformat()
    for event in facts.reported:
        yield ASK_AFTER, event.noticed_at, event.uid
        yield ASK_AFTER_AGAIN, event.noticed_at, event.uid


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
