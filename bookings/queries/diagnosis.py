"""Why a client did or did not get a message: every moment that calls for one, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from bookings import lifecycle, messages, recalls, unplanned
from bookings.models import Booking, StaffTask
from bookings.queries.client_facts import World, about, known, world
from bookings.queries.timeline import WAITING, visits_of, ways_now
from clients.models import Channel, ChannelState, Client, ContactConsent, ContactFailure, Message
from clients.notices import Suppressed
from clinic.models import AuditEntry

MOST = 500
NEVER = "NEVER"  # no row was made
STOPPED = "STOPPED"  # something stands in the way as things are now
TO_COME = "TO_COME"  # it has its moment later
STUCK_AFTER = timedelta(minutes=10)
# What the log book calls it when a booking comes to stand at its time later than it was made.
MADE_STAND = ("booking.moved", "booking.accepted", "booking.undone")


@dataclass(frozen=True, slots=True)
class Finding:
    """One message or task: its moment, its state (a status of `Message` or `StaffTask`, NEVER,
    STOPPED or TO_COME), and why."""

    at: datetime
    kind: str
    about: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that bears on a client's messages. `ways`: what holds for each way to them, in words;
    `visits`: when those are that something is about, by `about`."""

    findings: list[Finding]
    visits: dict[str, datetime]
    ways: list[str]


def diagnosis(client: Client, *, now: datetime, since: datetime) -> Diagnosis:
    """Return what became of each message to a client with its moment after `since` (a fixed number
    of queries)."""
    all_of = world()
    rows = list(Message.objects.filter(client=client).order_by("due_at", "pk")[:MOST])
    tasks = list(StaffTask.objects.filter(client=client).order_by("due_at", "pk")[:MOST])
    kept = _kept(rows, now)
    keys = {row.dedupe_key for row in rows} | {task.dedupe_key for task in tasks}
    found = [
        *(_of_row(row, kept.get(row.pk, ""), now) for row in rows),
        *(Finding(one.due_at, one.kind, about(client), one.status, _done(one)) for one in tasks),
        *_of_bookings(client, keys, all_of, since),
        *_of_client(client, keys, all_of, now),
    ]
    visits = visits_of(each.about for each in found)
    return Diagnosis(
        findings=sorted((each for each in found if each.at >= since), key=_order),
        visits={what: booking.starts_at for what, booking in visits.items()},
        ways=list(_ways(client, now)),
    )


def _order(each: Finding) -> tuple[datetime, str]:
    return each.at, each.kind


def _kept(rows: Iterable[Message], now: datetime) -> dict[int, str]:
    """Return why those that wait will not go, where they won't as things are, by primary key."""
    waiting = [row for row in rows if row.status in WAITING]
    ways = ways_now(waiting, now=now)
    return {pk: way.reason for pk, way in ways.items() if isinstance(way, Suppressed)}


def _of_row(row: Message, kept: str, now: datetime) -> Finding:
    why = _told(row, kept, now)
    return Finding(row.sent_at or row.due_at, row.kind, row.about, row.status, why)


def _done(task: StaffTask) -> str:
    """Return how it stands with a task, as a sentence."""
    match task.status:
        case StaffTask.Status.DONE:
            return "A task for staff: somebody has done it."
        case StaffTask.Status.WITHDRAWN:
            return "A task for staff: nothing calls for it any more."
        case _:
            return "A task for staff: it stands in their list from its moment on."


def _told(row: Message, kept: str, now: datetime) -> str:
    """Return what is known of a row, as sentences."""
    said = [row.reason] if row.reason else []
    if row.cleared_at and row.status != Message.Status.TOLD:
        said.append("Somebody at the desk has seen to it.")
    name = Channel(row.channel).label
    if row.status == Message.Status.SENT:
        said.append(f"Sent by {name}.")
        said += [
            f"{word} {at:%Y-%m-%d %H:%M} UTC."
            for word, at in (
                ("Delivered", row.delivered_at),
                ("Opened", row.opened_at),
                ("Came back", row.bounced_at),
                ("Complained of", row.complained_at),
            )
            if at
        ]
    waits = row.status in WAITING
    if kept:
        said.append(f"It will not go as things are: {kept}")
    elif waits and row.due_at > now:
        said.append("Waits for its moment.")
    elif waits and now - row.due_at > STUCK_AFTER:
        said.append("Due and not sent: does a worker run?")
    elif waits:
        said.append("Due now: it goes with the next sweep.")
    if row.given_up:
        said.append(f"Given up on: {row.given_up.replace('+', ', ')}.")
    if row.tries > 1:
        said.append(f"Tried {row.tries} times.")
    return " ".join(said)


def _of_bookings(
    client: Client, keys: set[str], all_of: World, since: datetime
) -> Iterator[Finding]:
    """Yield what the client's bookings call for and is not there."""
    rows = (
        Booking.objects.filter(client=client, ends_at__gte=since)
        .exclude(status__in=(lifecycle.HELD, lifecycle.EXPIRED))
        .select_related("room__location")
        .annotate(asked_at=messages.ASKED_AT)
        .order_by("starts_at", "pk")[:MOST]
    )
    # What tells staff of a request is a message to nobody's record.
    to_staff = Message.objects.filter(about__in=[messages.about(one) for one in rows], client=None)
    keys = keys | set(to_staff.values_list("dedupe_key", flat=True))
    stands_since = _stands_since(rows)
    for booking in rows:
        facts = messages.facts(
            booking,
            location=booking.room.location,
            clinic=all_of.clinic,
            asked_at=booking.asked_at,
        )
        which = messages.about(booking)
        since = stands_since.get(which, booking.created_at)
        for each, why in unplanned.absent(facts, keys, since=since, schedules=all_of.schedules):
            yield Finding(each.due_at, each.kind, which, NEVER, why)


def _stands_since(bookings: Iterable[Booking]) -> dict[str, datetime]:
    """Return when bookings came to stand at their time, where that was not when they were made."""
    rows = (
        AuditEntry.objects.filter(about__in=[messages.about(one) for one in bookings])
        .filter(verb__in=MADE_STAND)
        .values("about")
        .annotate(newest=Max("at"))
    )
    return dict(rows.values_list("about", "newest"))


def _of_client(client: Client, keys: set[str], all_of: World, now: datetime) -> Iterator[Finding]:
    """Yield what the client's life calls for and is not there."""
    facts = known([client], world=all_of, now=now)[client.pk].facts
    for each, stop in recalls.considered(facts, all_of.schedules):
        if each.key in keys:
            continue
        if stop is not None:
            state, why = STOPPED, stop
        elif each.due_at > now:
            state, why = TO_COME, "It is written into the outbox two weeks before."
        else:
            state, why = NEVER, "Its moment passed while something else held."
        yield Finding(each.due_at, each.kind, facts.about, state, why)


def _ways(client: Client, now: datetime) -> Iterator[str]:
    """Yield what holds for the ways to a client: addresses, what they said, what failed, what is away."""
    yield f"e-mail: {'known' if client.email else 'not known'}"
    yield f"mobile number: {'known' if client.phone else 'not known'}"
    newest = (
        ContactConsent.objects.filter(client=client)
        .order_by("channel", "purpose", "-at", "-pk")
        .distinct("channel", "purpose")
    )
    for one in newest:
        word = "yes" if one.granted else "no"
        yield f"said {word} to {one.purpose} by {one.channel} on {one.at:%Y-%m-%d} ({one.source})"
    for failure in ContactFailure.objects.filter(client=client, cleared_at=None).order_by("at"):
        yield f"{failure.channel} failed for good on {failure.at:%Y-%m-%d}: {failure.reason}"
    for state in ChannelState.objects.filter(open_until__gt=now).order_by("channel"):
        yield f"{state.channel} is away until {state.open_until:%H:%M} UTC: {state.reason}"
