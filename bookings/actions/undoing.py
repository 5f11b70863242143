"""Taking back what staff did, for three minutes: the booking, its messages and its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bookings.models import Booking
from clinic.audit import Actor

GRACE = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Changed:
    """A booking as it stands now, and what `undo` needs: `change.uid`, good until `change.until`.

    `change` is None where nothing changed.
    """

    booking: Booking
    change: object | None


def undo(*, now: datetime, actor: Actor, booking: Booking, change: UUID) -> Booking:
    """Take back what a member of staff did to a booking; any member of staff may.

    change: the uid of what was done. The booking stands as before, and so do its messages; what
    was to be said of the change is not said. After it the change before that may be taken back.

    Raises CannotUndo when three minutes are over, or it is not the last thing that happened to the
    booking; SlotTaken when the desk has given the time away meanwhile; BeingChanged.
    """
    raise NotImplementedError
