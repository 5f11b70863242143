"""What the front desk does to the calendar: book, move and cancel for a client.

Notice, horizon, grid, window and opening hours bind the public. Staff may pass them after one
confirmation with a reason, which stands in the log book; an overlap is refused to everybody.
"""

from __future__ import annotations

from datetime import datetime

from bookings.actions.booking import Booked
from bookings.actions.undoing import Changed
from bookings.models import Booking
from bookings.queries.catalogue import Offering
from clients.contact import Contact
from clients.models import Client
from clinic.audit import Actor
from clinic.models import Location


def book_by_staff(
    *,
    now: datetime,
    actor: Actor,
    key: str,
    offering: Offering,
    location: Location,
    practitioner: int | None,
    starts_at: datetime,
    client: Client | None = None,
    contact: Contact | None = None,
    tell_client: bool = True,
    override: str | None = None,
) -> Booked:
    """Book a session for a client we have (`client`), or for somebody new (`contact`, who may have
    neither e-mail nor mobile number); exactly one of the two is given.

    The booking is BOOKED with outcome NOT_ASKED: the safety questions go to the client by link,
    and the session can't start before they are answered. The confirmation waits for the three
    minutes in which staff may think again; with `tell_client=False` there is none, while the
    questions and reminders still go. key: names the request, as in `book`. practitioner: an id, or
    None for anybody who works then. starts_at: seconds are dropped. override: why a rule for the
    public is passed.

    Raises NeedsReason (`which` has every rule the start breaks; ask once, then send `override`);
    InPast for a day before today; KeyMismatch; NotOffered (also for a client merged into another);
    SlotTaken with the nearest openings as staff see them. Nothing has been written when it raises.
    """
    raise NotImplementedError


def move_by_staff(
    *,
    now: datetime,
    actor: Actor,
    booking: Booking,
    starts_at: datetime,
    practitioner: int | None = None,
    tell_client: bool = True,
    override: str | None = None,
) -> Changed:
    """Move a booking to another start or practitioner at its location, with the minutes promised.

    practitioner: an id, or None for whoever has it now. It stays in its room where that is free.
    The old time stays closed to the public for three minutes, the client hears of it after them,
    and within them `undo` takes it back. Safety answers are judged again for the new date: a
    booking they now ask to be reviewed stays booked and goes to the practitioner's queue. Moving
    to where it is already changes nothing (`change` is None).

    Raises NotChangeable for what is in session, over or dead; NeedsReason; InPast; NotOffered;
    NotBefore (without a reason: that is the practitioner's) when the answers speak against that
    date and no practitioner has accepted it; SlotTaken; BeingChanged.
    """
    raise NotImplementedError


def cancel_by_staff(
    *,
    now: datetime,
    actor: Actor,
    booking: Booking,
    tell_client: bool = True,
    override: str | None = None,
) -> Changed:
    """Cancel a booking for the client or the clinic; `undo` takes it back within three minutes,
    in which its time stays closed to the public. Cancelling again changes nothing.

    override: the reason; needed once the client could no longer have cancelled online.

    Raises NotChangeable for what is in session, over or dead; NeedsReason; BeingChanged.
    """
    raise NotImplementedError
