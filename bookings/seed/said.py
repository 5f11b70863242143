"""What was said because of the demo clinic's bookings before it is looked at, and what is yet to be:
as the planner would have planned it when each was booked, and the mail had always been there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from bookings import followups, lifecycle, messages
from bookings.followups import Wanted
from bookings.models import Booking, Schedule
from bookings.schedules import Schedules
from bookings.seed.catalogue import LOGIN
from bookings.seed.people import uuid
from bookings.ways import CARE, EMAIL, ways
from clients.models import ContactConsent, Message
from clinic.models import Clinic, User

BACK = timedelta(days=90)
LATELY = timedelta(days=3)  # what calls for something after its end
SEEN_TO_AFTER = timedelta(days=2)
BATCH = 500
REFUSED = "The client doesn't want such e-mail."

Said = Mapping[int, dict[tuple[str, str], bool]]


def say(coming: Sequence[Booking], *, now: datetime, random: Random) -> None:
    """Let the outbox hold what was said because of these and of the past three months' bookings, and
    plan what is yet to be said."""
    clinic, schedules = Clinic.objects.the_only(), Schedule.objects.by_kind()
    past = _past(now)
    bookings = [*past, *coming]
    said = _consents(bookings)
    desk = User.objects.filter(email=LOGIN).first()
    Message.objects.bulk_create(
        (
            row
            for booking in bookings
            for row in _rows(booking, clinic, schedules, said, desk=desk, now=now)
        ),
        batch_size=BATCH,
    )
    live = [
        each.pk
        for each in bookings
        if each.status in lifecycle.LIVE and each.ends_at > now - LATELY
    ]
    for start in range(0, len(live), BATCH):
        messages.plan(live[start : start + BATCH], now=now)
    rows = list(Message.objects.filter(created_at=now).order_by("dedupe_key"))
    for row in rows:
        row.uid = uuid(random)
    Message.objects.bulk_update(rows, ["uid"], batch_size=BATCH)


def _past(now: datetime) -> list[Booking]:
    return list(
        Booking.objects.filter(ends_at__lte=now, ends_at__gt=now - BACK, client__isnull=False)
        .exclude(status__in=(lifecycle.HELD, lifecycle.EXPIRED))
        .select_related("client", "room__location", "practitioner__user")
        .order_by("uid")
    )


def _consents(bookings: Sequence[Booking]) -> Said:
    found: dict[int, dict[tuple[str, str], bool]] = {}
    rows = ContactConsent.objects.filter(client__in={each.client_id for each in bookings})
    for row in rows.order_by("at", "pk"):
        found.setdefault(row.client_id, {})[row.channel, row.purpose] = row.granted
    return found


def _rows(
    booking: Booking,
    clinic: Clinic,
    schedules: Schedules,
    said: Said,
    *,
    desk: User | None,
    now: datetime,
) -> Iterator[Message]:
    """Yield the messages of a booking: what had its moment by `now` was sent or kept."""
    for wanted in _called_for(booking, clinic, schedules):
        row = messages.as_row(booking, wanted, schedules, clinic=clinic, now=booking.created_at)
        row.uid = uuid(Random(f"message {row.dedupe_key}"))
        if row.status == Message.Status.PLANNED and row.due_at <= now:
            _send(row, booking, schedules, said)
        if row.status == Message.Status.SUPPRESSED and desk and row.due_at < now - SEEN_TO_AFTER:
            row.cleared_at, row.cleared_by = row.due_at, desk
        yield row


def _called_for(booking: Booking, clinic: Clinic, schedules: Schedules) -> Iterator[Wanted]:
    was_asked = booking.status in (lifecycle.REQUESTED, lifecycle.DECLINED)
    facts = messages.facts(booking, location=booking.room.location, clinic=clinic)
    as_made = replace(
        facts,
        status=lifecycle.REQUESTED if was_asked else lifecycle.BOOKED,
        asks=booking.source == Booking.Source.DESK,
    )
    is_dead = booking.status in lifecycle.DEAD
    for wanted in followups.for_new(as_made, now=booking.created_at, schedules=schedules):
        if not is_dead or wanted.kind in followups.TIDINGS or wanted.due_at < booking.changed_at:
            yield wanted
    if booking.status in (lifecycle.CANCELLED, lifecycle.DECLINED):
        yield Wanted(
            booking.status,
            f"{facts.about}:{booking.status}:1",
            followups.tells(facts),
            booking.changed_at,
            max(booking.ends_at, booking.changed_at + followups.OLD_NEWS_AFTER),
        )


def _send(row: Message, booking: Booking, schedules: Schedules, said: Said) -> None:
    """Let a message have gone at its moment, by the first way that the client wants it by."""
    theirs = dict(said.get(booking.client_id or 0, {}))
    if row.kind in followups.TIDINGS:
        theirs.pop((EMAIL, CARE), None)
    schedule, addresses = schedules[row.kind], messages.addresses_of(booking)
    may = ways(schedule, addresses, theirs, last_visit=None, at=row.due_at)
    if row.kind not in followups.STAFF and not may:
        row.status, row.reason = Message.Status.SUPPRESSED, REFUSED
        return
    row.status, row.sent_at, row.tries = Message.Status.SENT, row.due_at, 1
    row.channel = may[0][0] if may else row.channel
    row.admitted_at = None if row.transactional else row.due_at
