"""What waits for somebody: bookings without answers, and answers for the practitioner."""

from __future__ import annotations

from datetime import datetime

from bookings.models import Booking
from clinic.models import Location, Practitioner


def waiting_for_answers(location: Location, *, now: datetime) -> list[Booking]:
    """Return the coming bookings whose safety questions nobody has answered, the soonest first (one
    query). Each has `link_status`: the status of the message with the link, "" where there is none.
    """
    raise NotImplementedError


def review_queue(practitioner: Practitioner, *, now: datetime) -> list[Booking]:
    """Return the coming bookings whose answers the practitioner must look at, those with the next
    deadline first (one query): requests, and bookings not accepted yet. Each has `asked_at`: when
    they last said that they will ask the client, or None. For the practitioner's eyes."""
    raise NotImplementedError
