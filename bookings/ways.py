"""By which ways a client may be written to, from what they said and what the law lets pass. Pure.

Canada's CASL (in force since 2014) takes a purchase within 24 months for a yes to marketing by
e-mail, until there is a no; a text message always needs a yes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bookings.schedules import Schedule

EMAIL, SMS = "EMAIL", "SMS"
CARE, MARKETING = "CARE", "MARKETING"

Said = Mapping[tuple[str, str], bool]
"""What a client said last, by channel and purpose; what they were never asked is missing."""


def ways(
    schedule: Schedule,
    addresses: Mapping[str, str],
    said: Said,
    *,
    last_visit: datetime | None,
    at: datetime,
) -> tuple[tuple[str, str], ...]:
    """Return the channels with their addresses by which a message may go at an instant, the first
    to be tried first."""
    return tuple(
        (channel, addresses[channel])
        for channel in schedule.channels
        if addresses.get(channel) and _may(schedule, channel, said, last_visit, at)
    )


def _may(
    schedule: Schedule, channel: str, said: Said, last_visit: datetime | None, at: datetime
) -> bool:
    care, marketing = said.get((channel, CARE)), said.get((channel, MARKETING))
    if schedule.purpose == CARE:
        return care is not False if channel == EMAIL else care is True
    if marketing is not None:
        return marketing
    # Who was never asked about marketing, and said no to the rest, said no.
    if channel != EMAIL or care is False or last_visit is None:
        return False
    return at <= last_visit + timedelta(days=365 * schedule.implied_months // 12)
