"""Planning what is to be said because of a booking, in the transaction that changes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery

from bookings import followups
from bookings.followups import Facts, Standing, Wanted
from bookings.models import Booking, Review, Schedule
from bookings.schedules import Schedules
from clients import nudge, outbox
from clients.models import Channel, Message, Purpose
from clients.quiet import Quiet
from clients.rules import Outcome
from clinic.models import Clinic, Location
from clinic.models.adding import made

NO_ADDRESS = "No e-mail address or mobile number is known."
NO_WAY = "It goes by no way the client can be reached by."
CHANGED = "The booking was changed."
UNDONE = "What it spoke of was taken back."
TOLD = "Staff told the client."

# For a queryset of bookings: when the practitioner asked the client to answer again, while that
# stands.
ASKED_AT = Subquery(
    Review.objects.filter(
        booking=OuterRef("pk"), decision=Review.Decision.ASK, ended_at__isnull=True
    ).values("at")[:1]
)


def plan(
    booking_ids: Iterable[int],
    *,
    now: datetime,
    grace: timedelta = followups.NO_GRACE,
    tell: bool = True,
    anew: Collection[str] = (),
) -> None:
    """Make the outbox hold what these bookings call for as they stand now.

    Call it in the transaction that changed them, after the change and with their rows locked.
    At most seven statements, however many bookings there are. grace, tell, anew: see
    followups.difference.
    """
    bookings = list(
        Booking.objects.filter(pk__in=booking_ids, client__isnull=False)
        .select_related("client", "room__location", "practitioner__user")
        .annotate(asked_at=ASKED_AT)
        .order_by("pk")
    )
    clinic = Clinic.objects.the_only()
    schedules = Schedule.objects.by_kind()
    standing: dict[str, list[Message]] = defaultdict(list)
    for message in (
        Message.objects.select_for_update(of=("self",))
        .filter(about__in=[about(booking) for booking in bookings])
        .order_by("pk")
    ):
        standing[message.about].append(message)
    add: list[Message] = []
    write: list[tuple[int, dict[str, Any]]] = []
    withdraw: list[int] = []
    for booking in bookings:
        rows = {message.pk: message for message in standing[about(booking)]}
        change = followups.difference(
            facts(
                booking,
                location=booking.room.location,
                clinic=clinic,
                asked_at=booking.asked_at,
            ),
            [as_standing(message) for message in rows.values()],
            now=now,
            schedules=schedules,
            grace=grace,
            tell=tell,
            anew=anew,
        )
        withdraw += [known.id for known in change.withdraw]
        add += [as_row(booking, wanted, schedules, clinic=clinic, now=now) for wanted in change.add]
        write += [
            (known.id, _columns(as_row(booking, wanted, schedules, clinic=clinic, now=now)))
            for known, wanted in change.renew
        ]
        write += [
            (known.id, _columns(rows[known.id]) | {"expires_at": until})
            for known, until in change.until
        ]
    if withdraw:
        outbox.withdraw(withdraw, reason=CHANGED)
    if write:
        _write(write, now=now)
    if add:
        outbox.queue(add, now=now)


def plan_new(
    booking: Booking,
    *,
    now: datetime,
    location: Location | None = None,
    clinic: Clinic | None = None,
    grace: timedelta = followups.NO_GRACE,
    tell: bool = True,
) -> None:
    """Queue what a booking made just now calls for: one read and one INSERT.

    location, clinic: read from the database where they are left out. grace, tell: see
    followups.difference.
    """
    location = location or booking.room.location
    clinic = clinic or Clinic.objects.the_only()
    schedules = Schedule.objects.by_kind()
    wanted = followups.difference(
        facts(booking, location=location, clinic=clinic),
        (),
        now=now,
        schedules=schedules,
        grace=grace,
        tell=tell,
    ).add
    rows = [as_row(booking, each, schedules, clinic=clinic, now=now) for each in wanted]
    outbox.queue(rows, now=now)


def as_they_are(booking: Booking) -> list[dict[str, Any]]:
    """Return how a booking's messages stand, for `put_back`. Call it with its row locked, before
    the change."""
    return [
        {"id": message.pk, **{column: _text(value) for column, value in _columns(message).items()}}
        for message in Message.objects.filter(about=about(booking)).order_by("pk")
    ]


def put_back(
    booking: Booking, before: Sequence[Mapping[str, Any]], *, now: datetime, grace: timedelta
) -> None:
    """Make a booking's messages stand as they did (`as_they_are`) before a change that is undone.

    They are not planned afresh: a reminder planned in good time would now come too late to be
    planned. What has left meanwhile has left; where the client heard of the change after all,
    they are told once more how the booking stands.
    """
    kept = {each["id"]: each for each in before}
    new: list[int] = []
    back: list[tuple[int, dict[str, Any]]] = []
    for message in (
        Message.objects.select_for_update(of=("self",)).filter(about=about(booking)).order_by("pk")
    ):
        was = kept.get(message.pk)
        if message.status not in _NOT_GONE or (was and was["status"] not in _NOT_GONE):
            continue
        if was is None:
            if message.status != Message.Status.WITHDRAWN:
                new.append(message.pk)
            continue
        columns = {column: _value(column, was[column]) for column in _columns(message)}
        if columns != _columns(message):
            back.append((message.pk, columns))
    if new:
        Message.objects.filter(pk__in=new).update(status=Message.Status.WITHDRAWN, reason=UNDONE)
    if back:
        _write(back, now=now)
    plan([booking.pk], now=now, grace=grace)


def about(booking: Booking) -> str:
    """Return what messages of a booking are about."""
    return f"booking:{booking.uid}"


def facts(
    booking: Booking, *, location: Location, clinic: Clinic, asked_at: datetime | None = None
) -> Facts:
    """Return what planning needs to know of a booking. asked_at: see `ASKED_AT`."""
    return Facts(
        about=about(booking),
        status=booking.status,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        place=location.pk,
        quiet=Quiet(location.zone, clinic.quiet_from_minute, clinic.quiet_until_minute),
        respond_by=booking.respond_by,
        asks=booking.outcome == Outcome.NOT_ASKED and booking.screening_id is None,
        asked_at=asked_at,
    )


def as_standing(message: Message) -> Standing:
    return Standing(
        message.pk,
        message.dedupe_key,
        message.kind,
        message.status,
        message.carries,
        message.due_at,
        expires_at=message.expires_at,
        created_at=message.created_at,
    )


def email_of(booking: Booking) -> str:
    """Return where a booking's e-mail goes: the address typed for it, else the client's."""
    return booking.contact_email or (booking.client.email if booking.client else "")


def phone_of(booking: Booking) -> str:
    """Return where a booking's text messages go."""
    return booking.contact_phone or (booking.client.phone if booking.client else "")


def addresses_of(booking: Booking) -> dict[str, str]:
    """Return where a booking's messages go, by channel."""
    return {Channel.EMAIL: email_of(booking), Channel.SMS: phone_of(booking)}


def staff_email_of(booking: Booking, *, clinic: Clinic) -> str:
    """Return who is told that a request waits: its practitioner, else the clinic, else nobody."""
    user = booking.practitioner.user
    return user.email if user is not None and user.is_active else clinic.email


def as_row(
    booking: Booking, wanted: Wanted, schedules: Schedules, *, clinic: Clinic, now: datetime
) -> Message:
    """Return a message of a booking as the outbox holds it, not added."""
    schedule = schedules[wanted.kind]
    row = made(
        Message,
        dedupe_key=wanted.key,
        about=about(booking),
        client_id=booking.client_id,
        kind=wanted.kind,
        purpose=schedule.purpose,
        channel=Channel.EMAIL,
        urgency=urgency_of(wanted.kind, schedule.purpose),
        transactional=wanted.kind not in _UNASKED,
        due_at=wanted.due_at,
        expires_at=wanted.expires_at,
        carries=wanted.carries,
        created_at=now,
    )
    if wanted.kind in followups.STAFF:
        row.staff_email = staff_email_of(booking, clinic=clinic)
        reachable = bool(row.staff_email)
        if reachable:
            row.client_id = None
    else:
        to = addresses_of(booking)
        ways = [channel for channel in schedule.channels if to[channel]]
        reachable = bool(ways)
        row.channel = ways[0] if ways else row.channel
    if wanted.told:
        row.status, row.reason = Message.Status.TOLD, TOLD
    elif not reachable:
        row.status = Message.Status.SUPPRESSED
        row.reason = NO_WAY if email_of(booking) or phone_of(booking) else NO_ADDRESS
    return row


# What somebody waits for; and what no visit needs, of which a client gets only so much.
_ANSWERS = followups.TIDINGS | followups.STAFF | {followups.QUESTIONS, followups.ASKED_AGAIN}
_UNASKED = frozenset({followups.AFTERCARE, followups.CHECK_IN})


def urgency_of(kind: str, purpose: str) -> Message.Urgency:
    """Return how urgent a kind of message is: what is advertised waits for everything else."""
    if purpose == Purpose.MARKETING:
        return Message.Urgency.LATER
    return Message.Urgency.NOW if kind in _ANSWERS else Message.Urgency.SOON


_NOT_GONE = (
    Message.Status.PLANNED,
    Message.Status.WITHDRAWN,
    Message.Status.SUPPRESSED,
    Message.Status.TOLD,
)
_PLANNED = (
    "status", "reason", "channel", "due_at", "expires_at", "carries", "staff_email", "tries",
)  # fmt: skip


def _columns(row: Message) -> dict[str, Any]:
    return {column: getattr(row, column) for column in _PLANNED}


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _value(column: str, text: Any) -> Any:
    return datetime.fromisoformat(text) if column.endswith("_at") else text


# A CASE for each column takes Postgres longer than all the rest of planning.
_WRITE = """
UPDATE clients_message AS m
   SET status = v.status, reason = v.reason, channel = v.channel, due_at = v.due_at,
       expires_at = v.expires_at, carries = v.carries, staff_email = v.staff_email,
       tries = v.tries,
       cleared_at = CASE WHEN v.status = 'PLANNED' THEN NULL ELSE m.cleared_at END,
       cleared_by_id = CASE WHEN v.status = 'PLANNED' THEN NULL ELSE m.cleared_by_id END
  FROM unnest(
           %s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
           %s::timestamptz[], %s::text[], %s::text[], %s::smallint[]
       ) AS v (id, status, reason, channel, due_at, expires_at, carries, staff_email, tries)
 WHERE m.id = v.id
"""


def _write(changes: Sequence[tuple[int, dict[str, Any]]], *, now: datetime) -> None:
    """Write columns into rows that are there already (one statement)."""
    arrays = [[columns[name] for _pk, columns in changes] for name in _PLANNED]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [[pk for pk, _columns in changes], *arrays])
    nudge.after_commit(
        [
            pk
            for pk, columns in changes
            if columns["status"] == Message.Status.PLANNED and columns["due_at"] <= now
        ]
    )
