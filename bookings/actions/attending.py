"""What happens to a booking on its day, each by one tap and each to be taken back (`undo`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from bookings import lifecycle
from bookings.actions.changing import locked
from bookings.actions.undoing import Changed, keep, remember
from bookings.errors import NotChangeable, NotScreened, NotYet
from bookings.models import Booking, BookingChange
from bookings.queries.worklists import may_begin
from clinic.audit import Actor

Kind = BookingChange.Kind


def confirm(*, now: datetime, actor: Actor, booking: Booking) -> Changed:
    """The client said yes, they are coming: BOOKED becomes CONFIRMED.

    Doing it again changes nothing. Raises NotChangeable or BeingChanged, as all of these do.
    """
    return _step(now, actor, booking, lifecycle.CONFIRMED, Kind.CONFIRMED)


def arrive(*, now: datetime, actor: Actor, booking: Booking) -> Changed:
    """The client is here: BOOKED or CONFIRMED becomes ARRIVED; no reminder follows."""
    return _step(now, actor, booking, lifecycle.ARRIVED, Kind.ARRIVED)


def start(*, now: datetime, actor: Actor, booking: Booking) -> Changed:
    """The session begins: ARRIVED becomes IN_SESSION.

    Raises NotScreened while the safety questions are not answered, or the answers wait for the
    practitioner's review (`actions.review`).
    """
    return _step(now, actor, booking, lifecycle.IN_SESSION, Kind.STARTED, check=_is_screened)


def complete(*, now: datetime, actor: Actor, booking: Booking) -> Changed:
    """The session is over: IN_SESSION becomes DONE."""
    return _step(now, actor, booking, lifecycle.DONE, Kind.DONE)


def no_show(*, now: datetime, actor: Actor, booking: Booking) -> Changed:
    """The client did not come: BOOKED or CONFIRMED becomes NO_SHOW. Nothing more is sent.

    Raises NotYet before the start.
    """

    def has_begun(current: Booking) -> None:
        if now < current.starts_at:
            raise NotYet

    return _step(now, actor, booking, lifecycle.NO_SHOW, Kind.NO_SHOW, check=has_begun)


def _step(
    now: datetime,
    actor: Actor,
    booking: Booking,
    status: str,
    kind: Kind,
    *,
    check: Callable[[Booking], None] | None = None,
) -> Changed:
    with transaction.atomic():
        current = locked(booking)
        if current.status == status:
            return Changed(current, None)
        if not lifecycle.may(current.status, status):
            raise NotChangeable
        if check is not None:
            check(current)
        change = remember(current, kind, now=now, actor=actor)
        current.status = status
        return keep(current, change, now=now, actor=actor)


def _is_screened(booking: Booking) -> None:
    if may_begin(booking):
        return
    raise NotScreened
