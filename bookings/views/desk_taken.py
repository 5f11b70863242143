"""Why a time can't be had, in words: whose it is, and from when it is free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from bookings.errors import SlotTaken
from bookings.queries.catalogue import Offering
from bookings.queries.in_the_way import InTheWay, in_the_way
from bookings.views import wording
from bookings.views.marks import clock
from clinic.models import Location

MOST = 3


def opened(text: str, now: datetime) -> datetime:
    """Return when a panel was opened, as its form says; now for any other text."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return now
    return read if read.tzinfo is not None else now


def stamp(now: datetime) -> str:
    """Return when a panel was opened, as it stands in its form."""
    return now.astimezone(UTC).isoformat()


def why_taken(
    refusal: SlotTaken,
    *,
    now: datetime,
    opened_at: datetime,
    offering: Offering,
    location: Location,
    practitioner: int | None,
    starts_at: datetime,
    but: int | None = None,
) -> str | Promise:
    """Return what stands at a time that was refused; where all of it came after the panel was
    opened, that somebody was faster."""
    found = in_the_way(
        now=now,
        offering=offering,
        location=location,
        practitioner=practitioner,
        starts_at=starts_at,
        but=but,
    )
    if not found or any(one.since > opened_at for one in found):
        return refusal.sentence
    ends_at = starts_at + timedelta(minutes=offering.minutes)
    zone = location.zone
    said = " ".join(_said(one, starts_at, ends_at, zone) for one in found[:MOST])
    if all(one.is_room for one in found):
        return _("No room is free then. %(rooms)s") % {"rooms": said}
    return said


def _said(one: InTheWay, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    facts = {
        "who": one.who if one.is_room else wording.first_name(one.who),
        "client": one.client,
        "start": clock(one.starts_at, zone),
        "end": clock(one.ends_at, zone),
        "free": clock(one.free_from, zone),
    }
    if not one.client:
        return _("%(who)s is held for somebody who is booking online, from %(start)s.") % facts
    if one.starts_at >= ends_at:
        return (
            _("%(who)s has %(client)s from %(start)s, and the minutes after a session run into it.")
            % facts
        )
    if one.free_from > one.ends_at:
        return _("%(who)s has %(client)s until %(end)s and is free from %(free)s.") % facts
    return _("%(who)s has %(client)s until %(end)s.") % facts


__all__: Sequence[str] = ["opened", "stamp", "why_taken"]
