"""What is said and done between visits, planned from the facts by difference: messages about a client,
and tasks for staff. The same facts always end with the same rows, run twice, late or after an outage.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from bookings import recalls
from bookings.followups import PLANNED, TOLD, WITHDRAWN, Standing, Wanted
from bookings.messages import urgency_of
from bookings.models import Booking, StaffTask
from bookings.queries.client_facts import Known, World, about, known, world
from bookings.schedules import Audience
from bookings.ways import ways
from clients import outbox
from clients.actions.intake import new_request
from clients.intake_definition import FormKind
from clients.models import Channel, Client, IntakeRequest, Message
from clinic import audit
from clinic.audit import CLOCK, Actor
from clinic.models.adding import add_all

log = logging.getLogger(__name__)

BATCH = 200
# Whoever was not here for so long, and has nothing open, calls for nothing.
FORGOTTEN = timedelta(days=400)
STATUSES = {
    StaffTask.Status.OPEN: PLANNED,
    StaffTask.Status.DONE: TOLD,
    StaffTask.Status.WITHDRAWN: WITHDRAWN,
}
RENEWED = (
    "status", "reason", "purpose", "urgency", "channel", "due_at", "expires_at", "tries",
)  # fmt: skip


@dataclass(slots=True)
class _Changes:
    """What a batch changes, to be written together."""

    messages: list[Message] = field(default_factory=list)
    renewed: list[Message] = field(default_factory=list)
    withdrawn: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    tasks: list[StaffTask] = field(default_factory=list)
    renewed_tasks: list[StaffTask] = field(default_factory=list)
    withdrawn_tasks: list[int] = field(default_factory=list)
    forms: list[IntakeRequest] = field(default_factory=list)


def plan_all(*, now: datetime) -> int:
    """Plan what every client calls for, in batches of a transaction each; return how many clients
    were looked at. One that fails is left to the next round, and the others of its batch are planned
    without it."""
    looked_at, after = 0, 0
    while batch := _next(after, now=now):
        after = batch[-1]
        _plan_apart(batch, now=now)
        looked_at += len(batch)
    return looked_at


def _plan_apart(clients: Sequence[int], *, now: datetime) -> None:
    """Plan clients together; where that fails, each half for itself, down to the one that is why."""
    try:
        plan_clients(clients, now=now)
    except Exception:
        connection.ensure_connection()  # without a database none can be planned, and the task fails
        if len(clients) == 1:
            log.exception("A client could not be planned: %s", clients[0])
            return
        half = len(clients) // 2
        for part in (clients[:half], clients[half:]):
            _plan_apart(part, now=now)


def plan_clients(clients: Collection[int], *, now: datetime) -> None:
    """Make outbox and task list hold what these clients call for as the facts stand now. A fixed
    number of queries, however many they are; where nothing has to change, nothing is written."""
    with transaction.atomic():
        all_of = world()
        found = known(_in_turn(clients), world=all_of, now=now)
        messages, tasks = _messages(found.values()), _tasks(found)
        changes = _Changes()
        for pk, one in found.items():
            _compare(one, messages[about(one.client)], tasks[pk], changes, all_of, now=now)
        _write(changes, now=now)


def finish_task(*, now: datetime, actor: Actor, task: StaffTask) -> StaffTask:
    """Somebody has done it. Twice is once, and one no longer needed stays so."""
    with transaction.atomic():
        current = StaffTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
        if current.status == StaffTask.Status.OPEN and actor.user is not None:
            current.status = StaffTask.Status.DONE
            current.done_at, current.done_by = now, actor.user
            current.save(update_fields=["status", "done_at", "done_by"])
            _note("task.done", current, now=now, actor=actor)
    return current


def reopen_task(*, now: datetime, actor: Actor, task: StaffTask) -> StaffTask:
    """It was not done after all."""
    with transaction.atomic():
        current = StaffTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
        if current.status == StaffTask.Status.DONE:
            current.status = StaffTask.Status.OPEN
            current.done_at = current.done_by = None
            current.save(update_fields=["status", "done_at", "done_by"])
            _note("task.reopened", current, now=now, actor=actor)
    return current


def _in_turn(clients: Collection[int]) -> QuerySet[Client]:
    """Return clients, locked: planners of the same one take turns, and bookings don't wait."""
    rows = Client.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(pk__in=clients).order_by("pk")


def _note(verb: str, task: StaffTask, *, now: datetime, actor: Actor) -> None:
    audit.record(now=now, actor=actor, verb=verb, about=f"task:{task.uid}")


def _next(after: int, *, now: datetime) -> list[int]:
    """Return the next clients that may call for something, by key (one query)."""
    since = now - FORGOTTEN
    here = Booking.objects.filter(client=OuterRef("pk"), starts_at__gt=since)
    said = Message.objects.filter(client=OuterRef("pk"), status=Message.Status.PLANNED)
    open_ = StaffTask.objects.filter(client=OuterRef("pk"), status=StaffTask.Status.OPEN)
    rows = Client.objects.filter(Q(Exists(here)) | Q(Exists(said)) | Q(Exists(open_)), pk__gt=after)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _messages(found: Iterable[Known]) -> Mapping[str, Sequence[Message]]:
    rows: dict[str, list[Message]] = defaultdict(list)
    for row in (
        Message.objects.select_for_update(of=("self",))
        .filter(about__in=[about(one.client) for one in found], kind__in=recalls.MESSAGES)
        .order_by("pk")
    ):
        rows[row.about].append(row)
    return rows


def _tasks(clients: Collection[int]) -> Mapping[int, Sequence[StaffTask]]:
    rows: dict[int, list[StaffTask]] = defaultdict(list)
    for row in (
        StaffTask.objects.select_for_update(of=("self",))
        .filter(client__in=clients, kind__in=recalls.KINDS)
        .order_by("pk")
    ):
        rows[row.client_id].append(row)
    return rows


def _compare(
    one: Known,
    messages: Sequence[Message],
    tasks: Sequence[StaffTask],
    changes: _Changes,
    all_of: World,
    *,
    now: datetime,
) -> None:
    """Add to the changes what has to change for a client."""
    # The two tables count for themselves: messages by even numbers, tasks by odd ones.
    standing = [
        Standing(
            2 * row.pk,
            row.dedupe_key,
            row.kind,
            row.status,
            due_at=row.due_at,
            audience=Audience.CLIENT,
        )
        for row in messages
    ] + [
        Standing(
            2 * row.pk + 1,
            row.dedupe_key,
            row.kind,
            STATUSES[StaffTask.Status(row.status)],
            due_at=row.due_at,
            audience=Audience.TASK,
        )
        for row in tasks
    ]
    change = recalls.difference(one.facts, standing, now=now, schedules=all_of.schedules)
    for gone in change.withdraw:
        if gone.audience == Audience.TASK:
            changes.withdrawn_tasks.append(gone.id // 2)
        else:
            why = recalls.why_withdrawn(gone.kind, one.facts, all_of.schedules)
            changes.withdrawn[why].append(gone.id // 2)
    for wanted in change.add:
        if recalls.is_task(wanted.kind, all_of.schedules):
            changes.tasks.append(_task(one, wanted, now=now))
        else:
            changes.messages.append(_message(one, wanted, all_of, now=now))
            changes.forms += _forms(one, wanted, now=now)
    for was, wanted in change.renew:
        if was.audience == Audience.TASK:
            task = _task(one, wanted, now=now)
            task.pk = was.id // 2
            changes.renewed_tasks.append(task)
        else:
            row = _message(one, wanted, all_of, now=now)
            row.pk = was.id // 2
            changes.renewed.append(row)


def _message(one: Known, wanted: Wanted, all_of: World, *, now: datetime) -> Message:
    schedule = all_of.schedules[wanted.kind]
    may = ways(schedule, one.addresses, one.said, last_visit=one.facts.last_visit, at=wanted.due_at)
    return Message(
        dedupe_key=wanted.key,
        about=about(one.client),
        client=one.client,
        kind=wanted.kind,
        purpose=schedule.purpose,
        urgency=urgency_of(wanted.kind, schedule.purpose),
        transactional=False,
        channel=may[0][0] if may else Channel.EMAIL,
        due_at=wanted.due_at,
        expires_at=wanted.expires_at,
        created_at=now,
    )


def _task(one: Known, wanted: Wanted, *, now: datetime) -> StaffTask:
    own = wanted.kind in recalls.PRIVATE or wanted.kind == recalls.REVIEW_DUE
    return StaffTask(
        dedupe_key=wanted.key,
        client=one.client,
        kind=wanted.kind,
        practitioner_id=one.practitioner_of(wanted.key) if own else None,
        due_at=wanted.due_at,
        created_at=now,
    )


def _forms(one: Known, wanted: Wanted, *, now: datetime) -> list[IntakeRequest]:
    """Return the form that a message asks to be filled in."""
    if wanted.kind != recalls.FORM_EXPIRING:
        return []
    return [
        new_request(
            now=now,
            client=one.client,
            kind=FormKind.FULL,
            about=about(one.client),
            valid_until=wanted.expires_at,
        )
    ]


def _write(changes: _Changes, *, now: datetime) -> None:
    for why, ids in changes.withdrawn.items():
        outbox.withdraw(ids, reason=why)
    if changes.messages:
        outbox.queue(changes.messages, now=now)
    if changes.renewed:
        Message.objects.bulk_update(changes.renewed, RENEWED)
    if changes.withdrawn_tasks:
        StaffTask.objects.filter(
            pk__in=changes.withdrawn_tasks, status=StaffTask.Status.OPEN
        ).update(status=StaffTask.Status.WITHDRAWN)
    if changes.tasks:
        add_all(changes.tasks)
    if changes.renewed_tasks:
        StaffTask.objects.bulk_update(changes.renewed_tasks, ["status", "practitioner", "due_at"])
    if changes.forms:
        IntakeRequest.objects.bulk_create(changes.forms, ignore_conflicts=True)
        add_all(
            [
                audit.entry(
                    now=now,
                    actor=CLOCK,
                    verb="intake.asked",
                    about=form.about,
                    after={"kind": form.kind, "about": form.about},
                )
                for form in changes.forms
            ]
        )
