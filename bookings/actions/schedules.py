"""How each kind of message goes: the defaults, what the clinic makes of them, and what is coming
planned anew after a change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from bookings import followups, lifecycle, messages, recalls, schedules
from bookings.actions import recalling
from bookings.constraints import IS_IT_ADVERTISING, NOT_FOR_THIS_KIND, SCHEDULE_CONSTRAINTS
from bookings.models import Booking, Schedule
from bookings.schedules import choices_of, minutes, needs_word
from clients.models import Message
from clinic import audit
from clinic.actions import save
from clinic.audit import CLOCK, Actor
from clinic.errors import NotStored

BATCH = 200
# How long after its end a booking may still call for something.
AFTER = timedelta(days=3)
# A booking gives up on a lock after 3 s, and a request after 30: whoever had read a schedule before
# it was changed has ended by then.
SETTLED = timedelta(minutes=1)


def load_schedules(*, now: datetime) -> list[Schedule]:
    """Add the default schedules that were never there, and return them. What the clinic has made of
    one stays as it is. Two processes that start at once add each once.

    What was booked before a newer Jade knew of a kind gets it with `plan_anew`.
    """
    made = []
    known = set(Schedule.objects.values_list("kind", flat=True))
    missing = schedules.defaults().keys() - known
    since = now if missing and Booking.objects.exists() else None
    for position, (kind, default) in enumerate(schedules.defaults().items(), start=1):
        if kind not in missing:
            continue
        values = {**columns(default), "position": position * 10, "unplanned_since": since}
        with transaction.atomic():
            row, is_new = Schedule.objects.get_or_create(kind=kind, defaults=values)
            if is_new:
                audit.record(now=now, actor=CLOCK, verb="schedule.added", about=about(row))
                made.append(row)
    return made


def save_schedule(
    *,
    now: datetime,
    actor: Actor,
    schedule: Schedule,
    values: Mapping[str, object],
    not_advertising: bool = False,
) -> Schedule:
    """Change how a kind of message goes. What is planned already follows with `plan_anew`.

    not_advertising: the owner's word that it invites nobody to buy anything, asked for where it was
    advertising or would be, and kept in the log book.

    Raises clinic.errors.NotStored, at `moment` for what this kind can't do, at `not_advertising` where
    that word is missing.
    """
    with transaction.atomic():
        before = Schedule.objects.select_for_update().get(pk=schedule.pk).pure
        current = save(
            schedule,
            values,
            now=now,
            actor=actor,
            verb="schedule.changed",
            about=about(schedule),
            known=SCHEDULE_CONSTRAINTS,
        )
        after = current.pure
        if after != before and not choices_of(after.kind).allow(after):
            raise NotStored(*NOT_FOR_THIS_KIND)
        if needs_word(before, after):
            if not not_advertising:
                raise NotStored(*IS_IT_ADVERTISING)
            verb = "schedule.said_not_advertising"
            audit.record(now=now, actor=actor, verb=verb, about=about(current))
        if after != before:
            Schedule.objects.filter(pk=current.pk).update(unplanned_since=now)
    return current


def plan_anew(*, now: datetime) -> int:
    """Plan what is coming by the schedules that were changed, in batches of a transaction each;
    return how many bookings and clients were looked at. Cut short, it begins again the next time:
    twice changes nothing more. So it does for what was changed a moment ago: a booking that was
    planned by the old schedule may not be there to be seen yet."""
    changed = dict(
        Schedule.objects.exclude(unplanned_since=None).values_list("kind", "unplanned_since")
    )
    _say_what_for(changed)
    looked_at, after = 0, 0
    while changed.keys() & followups.KINDS:
        batch = _plan_batch(frozenset(changed), after=after, now=now)
        if not batch:
            break
        looked_at, after = looked_at + len(batch), batch[-1]
    if changed.keys() & recalls.KINDS:
        looked_at += recalling.plan_all(now=now)
    for kind, since in changed.items():
        # One that was changed meanwhile asks for another round.
        Schedule.objects.filter(
            kind=kind, unplanned_since=since, unplanned_since__lte=now - SETTLED
        ).update(unplanned_since=None)
    return looked_at


def _say_what_for(kinds: Collection[str]) -> None:
    """Give what is planned the purpose that its kind has now: its consent and its share of a week are
    looked up by that. What was withdrawn may come back."""
    for row in Schedule.objects.filter(kind__in=kinds):
        Message.objects.filter(
            kind=row.kind, status__in=(Message.Status.PLANNED, Message.Status.WITHDRAWN)
        ).exclude(purpose=row.purpose).update(
            purpose=row.purpose, urgency=messages.urgency_of(row.kind, row.purpose)
        )


def _plan_batch(changed: frozenset[str], *, after: int, now: datetime) -> list[int]:
    with transaction.atomic():
        batch = list(
            Booking.objects.select_for_update(no_key=True, of=("self",))
            .filter(pk__gt=after, status__in=lifecycle.LIVE, ends_at__gt=now - AFTER)
            .exclude(client=None)
            .order_by("pk")
            .values_list("pk", flat=True)[:BATCH]
        )
        if batch:
            messages.plan(batch, now=now, anew=changed)
    return batch


def columns(schedule: schedules.Schedule) -> dict[str, Any]:
    """Return a schedule as the row of it."""
    return {
        "audience": schedule.audience,
        "anchor": schedule.anchor,
        "offset_minutes": minutes(schedule.offset),
        "until_minutes": None if schedule.until is None else minutes(schedule.until),
        "late": schedule.late,
        "night": schedule.night,
        "notice_minutes": None if schedule.notice is None else minutes(schedule.notice),
        "channels": list(schedule.channels),
        "purpose": schedule.purpose,
        "stops": sorted(schedule.stops),
        "repeat_minutes": None if schedule.repeat is None else minutes(schedule.repeat),
        "times": schedule.times,
        "implied_months": schedule.implied_months,
        "is_on": schedule.is_on,
    }


def about(schedule: Schedule) -> str:
    return f"schedule:{schedule.kind}"
