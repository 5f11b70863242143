"""The statuses of a booking and the moves between them. Pure."""

from __future__ import annotations

HELD = "HELD"
REQUESTED = "REQUESTED"
BOOKED = "BOOKED"
CONFIRMED = "CONFIRMED"
ARRIVED = "ARRIVED"
IN_SESSION = "IN_SESSION"
DONE = "DONE"
EXPIRED = "EXPIRED"
DECLINED = "DECLINED"
CANCELLED = "CANCELLED"
NO_SHOW = "NO_SHOW"

LIVE = (HELD, REQUESTED, BOOKED, CONFIRMED, ARRIVED, IN_SESSION, DONE)
DEAD = (EXPIRED, DECLINED, CANCELLED, NO_SHOW)
STATUSES = LIVE + DEAD

# What a client may still move or cancel, and what reminders are sent for.
COMING = (REQUESTED, BOOKED, CONFIRMED)
# What staff may still move or cancel, and what safety questions are answered for.
BEFORE_SESSION = (*COMING, ARRIVED)
# Outcomes with which no session begins before a practitioner has said so.
TO_BE_SEEN = ("NOT_ASKED", "REVIEW", "NOT_BEFORE", "REFUSED")

ALLOWED: dict[str, tuple[str, ...]] = {
    HELD: (EXPIRED,),
    REQUESTED: (BOOKED, DECLINED, CANCELLED),
    BOOKED: (CONFIRMED, ARRIVED, CANCELLED, NO_SHOW),
    CONFIRMED: (ARRIVED, CANCELLED, NO_SHOW),
    ARRIVED: (IN_SESSION, CANCELLED),
    IN_SESSION: (DONE,),
    DONE: (),
    EXPIRED: (),
    DECLINED: (),
    CANCELLED: (),
    NO_SHOW: (),
}


def may(status: str, to: str) -> bool:
    """Return whether a booking may go from one status to another (undo is an action of its own)."""
    return to in ALLOWED[status]
