"""Whether a client who comes is reminded, and by which way they may still ask for it."""

from __future__ import annotations

from datetime import datetime

from bookings import lifecycle
from bookings.followups import REMINDER
from bookings.messages import addresses_of
from bookings.models import Booking, Schedule
from bookings.ways import ways
from clients import reach
from clients.actions.people import CONSENT_WORDING
from clients.models import Channel, ContactConsent, Purpose


def way_to_ask(booking: Booking, *, now: datetime) -> Channel | None:
    """Return by which channel the client of a booking may ask for its reminder, where it would come
    by none since they left the boxes of the form empty (at most three queries).

    None where it comes, where it could not come in time or at all, and for whoever ended such
    messages themselves: anybody may type a client's contact and get a page of their booking, and
    that must not undo a "stop".
    """
    if booking.client_id is None or booking.status not in lifecycle.COMING:
        return None
    schedule = Schedule.objects.by_kind()[REMINDER]
    is_ahead = now < schedule.at(booking.starts_at)
    if not schedule.is_on or schedule.purpose != Purpose.CARE or not is_ahead:
        return None
    newest = list(
        ContactConsent.objects.filter(client=booking.client_id, purpose=Purpose.CARE)
        .order_by("channel", "-at", "-pk")
        .distinct("channel")
    )
    addresses = addresses_of(booking)
    said = {(one.channel, one.purpose): one.granted for one in newest}
    may_go = ways(schedule, addresses, said, last_visit=None, at=now)
    if may_go or any(one.wording != CONSENT_WORDING for one in newest):
        return None
    stopped = reach.stopped([addresses[Channel.SMS]])
    open_ways = (one for one in schedule.channels if addresses[Channel(one)])
    return next((Channel(one) for one in open_ways if addresses[Channel(one)] not in stopped), None)
