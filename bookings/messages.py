"""Planning what is to be said because of a booking, in the transaction that changes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Case, Field, Value, When

from bookings import followups
from bookings.followups import Facts, Quiet, Standing, Wanted
from bookings.models import Booking
from clients import nudge, outbox
from clients.models import Channel, Message, Purpose
from clinic.models import Clinic, Location

NO_ADDRESS = "No e-mail address or mobile number is known."
CHANGED = "The booking was changed."


def plan(booking_ids: Iterable[int], *, now: datetime) -> None:
    """Make the outbox hold what these bookings call for as they stand now.

    Call it in the transaction that changed them, after the change and with their rows locked.
    At most six statements, however many bookings there are.
    """
    bookings = list(
        Booking.objects.filter(pk__in=booking_ids, client__isnull=False)
        .select_related("client", "room__location", "practitioner__user")
        .order_by("pk")
    )
    clinic = Clinic.objects.the_only()
    standing: dict[str, list[Message]] = defaultdict(list)
    for message in (
        Message.objects.select_for_update(of=("self",))
        .filter(about__in=[about(booking) for booking in bookings])
        .order_by("pk")
    ):
        standing[message.about].append(message)
    add: list[Message] = []
    renew: list[tuple[int, Message]] = []
    withdraw: list[int] = []
    for booking in bookings:
        change = followups.difference(
            facts(booking, location=booking.room.location, clinic=clinic),
            [as_standing(message) for message in standing[about(booking)]],
            now=now,
        )
        withdraw += [known.id for known in change.withdraw]
        add += [_row(booking, wanted, clinic=clinic, now=now) for wanted in change.add]
        renew += [
            (known.id, _row(booking, wanted, clinic=clinic, now=now))
            for known, wanted in change.renew
        ]
    if withdraw:
        outbox.withdraw(withdraw, reason=CHANGED)
    if renew:
        _renew(renew, now=now)
    if add:
        outbox.queue(add, now=now)


def plan_new(
    booking: Booking,
    *,
    now: datetime,
    location: Location | None = None,
    clinic: Clinic | None = None,
) -> None:
    """Queue what a booking made just now calls for: one INSERT.

    location, clinic: read from the database where they are left out.
    """
    location = location or booking.room.location
    clinic = clinic or Clinic.objects.the_only()
    wanted = followups.for_new(facts(booking, location=location, clinic=clinic), now=now)
    outbox.queue([_row(booking, each, clinic=clinic, now=now) for each in wanted], now=now)


def about(booking: Booking) -> str:
    """Return what messages of a booking are about."""
    return f"booking:{booking.uid}"


def facts(booking: Booking, *, location: Location, clinic: Clinic) -> Facts:
    """Return what planning needs to know of a booking."""
    return Facts(
        about=about(booking),
        status=booking.status,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        place=location.pk,
        quiet=Quiet(location.zone, clinic.quiet_from_minute, clinic.quiet_until_minute),
        respond_by=booking.respond_by,
    )


def as_standing(message: Message) -> Standing:
    return Standing(message.pk, message.dedupe_key, message.kind, message.status, message.carries)


def email_of(booking: Booking) -> str:
    """Return where a booking's e-mail goes: the address typed for it, else the client's."""
    return booking.contact_email or (booking.client.email if booking.client else "")


def phone_of(booking: Booking) -> str:
    """Return where a booking's text messages go."""
    return booking.contact_phone or (booking.client.phone if booking.client else "")


def staff_email_of(booking: Booking, *, clinic: Clinic) -> str:
    """Return who is told that a request waits: its practitioner, else the clinic, else nobody."""
    user = booking.practitioner.user
    return user.email if user is not None and user.is_active else clinic.email


def _row(booking: Booking, wanted: Wanted, *, clinic: Clinic, now: datetime) -> Message:
    row = Message(
        dedupe_key=wanted.key,
        about=about(booking),
        client_id=booking.client_id,
        kind=wanted.kind,
        purpose=Purpose.CARE,
        channel=Channel.EMAIL,
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
        reachable = bool(email_of(booking) or phone_of(booking))
        if not email_of(booking) and phone_of(booking):
            row.channel = Channel.SMS
    if not reachable:
        row.status, row.reason = Message.Status.SUPPRESSED, NO_ADDRESS
    return row


def _renew(changes: Sequence[tuple[int, Message]], *, now: datetime) -> None:
    """Bring rows back, or up to date, as if they were planned now (one statement)."""

    def each(column: str) -> Case:
        return Case(
            *(When(pk=pk, then=Value(getattr(row, column), _field(column))) for pk, row in changes),
            output_field=_field(column),
        )

    columns = ("status", "reason", "channel", "due_at", "expires_at", "carries", "staff_email")
    Message.objects.filter(pk__in=[pk for pk, _row in changes]).update(
        tries=0, **{column: each(column) for column in columns}
    )
    nudge.after_commit(
        [pk for pk, row in changes if row.status == Message.Status.PLANNED and row.due_at <= now]
    )


def _field(column: str) -> Field[Any, Any]:
    return next(field for field in Message._meta.concrete_fields if field.name == column)
