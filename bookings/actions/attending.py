"""What happens to a booking on its day, each by one tap and each to be taken back (`undo`)."""

from __future__ import annotations

from datetime import datetime

from bookings.actions.undoing import Changed
from bookings.models import Booking
from clinic.audit import Actor


def confirm(*, now: datetime, actor: Actor, booking: Booking) -> Changed:
    """The client said yes, they are coming: BOOKED becomes CONFIRMED.

    Doing it again changes nothing. Raises NotChangeable or BeingChanged, as all of these do.
    """
    raise NotImplementedError


def arrive(*, now: datetime, actor: Actor, booking: Booking) -> Changed:
    """The client is here: BOOKED or CONFIRMED becomes ARRIVED; no reminder follows."""
    raise NotImplementedError


def start(*, now: datetime, actor: Actor, booking: Booking) -> Changed:
    """The session begins: ARRIVED becomes IN_SESSION.

    Raises NotScreened while the safety questions are not answered, or the answers wait for the
    practitioner's review (`actions.review`).
    """
    raise NotImplementedError


def complete(*, now: datetime, actor: Actor, booking: Booking) -> Changed:
    """The session is over: IN_SESSION becomes DONE."""
    raise NotImplementedError


def no_show(*, now: datetime, actor: Actor, booking: Booking) -> Changed:
    """The client did not come: BOOKED or CONFIRMED becomes NO_SHOW. Nothing more is sent.

    Raises NotYet before the start.
    """
    raise NotImplementedError
