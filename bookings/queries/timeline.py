"""What was said to a client, what will be and why, what was not and why not. No health detail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bookings import messages, notices, recalls
from bookings.followups import Wanted
from bookings.models import Booking, StaffTask
from bookings.queries.client_facts import World, about, known, world
from clients.models import Client, Message
from clients.notices import Suppressed

MOST = 200
WAITING = (Message.Status.PLANNED, Message.Status.SENDING)


@dataclass(frozen=True, slots=True)
class Stopped:
    """A message that would go at its moment, were it not for something."""

    wanted: Wanted
    why: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The messages and tasks of a client. `waiting`: in the outbox; `later`: the facts of today call
    for it, and it is written there two weeks before; `past`: sent, or not sent and why; `stopped`:
    what something keeps from going. `visits`: the bookings that messages are about, by `about`. `kept`: in the outbox, with why it will not go by any way as things are;
    `ways`: by which channel one that waits goes first, by primary key."""

    world: World
    waiting: list[Message]
    kept: list[tuple[Message, str]]
    ways: dict[int, str]
    visits: dict[str, Booking]
    later: list[Wanted]
    past: list[Message]
    stopped: list[Stopped]
    tasks: list[StaffTask]


def timeline(client: Client, *, now: datetime, private: bool) -> Timeline:
    """Return what was, is and will be said to a client (a fixed number of queries). private: with
    the tasks that are for those who treat alone."""
    all_of = world()
    facts = known([client], world=all_of, now=now)[client.pk].facts
    rows = [
        row
        for row in Message.objects.filter(client=client).order_by("-due_at", "-pk")[:MOST]
        if row.status not in WAITING or not _is_task(row.kind, all_of)
    ]
    tasks = list(
        StaffTask.objects.filter(client=client)
        .exclude(status=StaffTask.Status.WITHDRAWN)
        .select_related("practitioner", "done_by")
        .order_by("-due_at", "-pk")[:MOST]
    )
    # What the owner made a message of is none to do any more, planned anew or not yet.
    tasks = [
        task
        for task in tasks
        if task.status != StaffTask.Status.OPEN
        or task.kind not in recalls.KINDS
        or _is_task(task.kind, all_of)
    ]
    there = {row.dedupe_key for row in rows if row.status != Message.Status.WITHDRAWN}
    there |= {task.dedupe_key for task in tasks}
    ahead = [
        (each, why)
        for each, why in recalls.considered(facts, all_of.schedules)
        if each.due_at > now
        and each.key not in there
        and (private or each.kind not in recalls.PRIVATE)
    ]
    ahead.sort(key=lambda one: (one[0].due_at, one[0].key))
    waiting = sorted(
        (row for row in rows if row.status in WAITING), key=lambda row: (row.due_at, row.pk)
    )
    ways = ways_now(waiting, now=now)
    kept = {pk: way for pk, way in ways.items() if isinstance(way, Suppressed)}
    return Timeline(
        world=all_of,
        waiting=[row for row in waiting if row.pk not in kept],
        kept=[(row, kept[row.pk].reason) for row in waiting if row.pk in kept],
        ways={pk: way for pk, way in ways.items() if not isinstance(way, Suppressed)},
        visits=visits_of(row.about for row in rows),
        later=[each for each, why in ahead if why is None],
        past=[row for row in rows if row.status not in WAITING],
        stopped=[Stopped(each, why) for each, why in ahead if why is not None],
        tasks=[task for task in tasks if private or task.kind not in recalls.PRIVATE],
    )


def visits_of(abouts: Iterable[str]) -> dict[str, Booking]:
    """Return the bookings among what messages are about, with their locations (one query)."""
    uids = {
        UUID(uid)
        for what, _colon, uid in (each.partition(":") for each in abouts)
        if what == "booking"
    }
    rows = Booking.objects.filter(uid__in=uids).select_related("room__location")
    return {messages.about(row): row for row in rows}


def ways_now(rows: Sequence[Message], *, now: datetime) -> dict[int, str | Suppressed]:
    """Return by which channel each of some waiting messages about bookings goes first as things are, or
    why by none, by primary key (a fixed number of queries)."""
    about_bookings = [row for row in rows if row.about.startswith("booking:")]
    found = notices.ways_of(about_bookings, now)
    return {
        pk: ways if isinstance(ways, Suppressed) else ways[0].channel for pk, ways in found.items()
    }


def _is_task(kind: str, all_of: World) -> bool:
    return kind in recalls.KINDS and recalls.is_task(kind, all_of.schedules)


def message_of(client: Client, key: str, *, now: datetime) -> Message | None:
    """Return the message to a client that waits under a key; one that is called for and not yet in
    the outbox as it would be written. None for any other key."""
    found = timeline(client, now=now, private=False)
    for row in [*found.waiting, *(row for row, _why in found.kept)]:
        if row.dedupe_key == key:
            return row
    for each in found.later:
        if each.key == key and not recalls.is_task(each.kind, found.world.schedules):
            return Message(
                dedupe_key=key,
                about=about(client),
                client=client,
                kind=each.kind,
                due_at=each.due_at,
                expires_at=each.expires_at,
                created_at=now,
            )
    return None
