"""Coming bookings that the timetable no longer has room for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache

from django.db.models import Q

from bookings import availability, lifecycle
from bookings.availability import Diary, Need
from bookings.models import Booking
from clinic.intervals import Interval
from clinic.models import Closure, TimeOff, WorkingHours
from clinic.opening import Hours, minute_of, open_minutes
from treatments.models import Offer

EVERYTHING = Q()


def misfits(*, now: datetime, which: Q = EVERYTHING) -> list[Booking]:
    """Return the coming bookings that could not be made now at their time, by start (five queries).

    which: narrows the bookings looked at. One fits where its practitioner, room and location are
    active, the practitioner offers the treatment, and the session lies within their hours there,
    clear of time off and closures: what the booking engine itself asks of a start. Notice, horizon,
    start grid and other bookings are not asked: they bind what is booked anew.
    """
    coming = list(
        Booking.objects.filter(which, status__in=lifecycle.BEFORE_SESSION, ends_at__gt=now)
        .select_related("client", "practitioner", "room__location")
        .order_by("starts_at", "pk")
    )
    if not coming:
        return []
    opened = _opened(coming)
    people = {booking.practitioner_id for booking in coming}
    offers = set(
        Offer.objects.filter(practitioner__in=people).values_list("practitioner", "treatment")
    )
    return [
        booking
        for booking in coming
        if not (
            booking.practitioner.is_active
            and booking.room.is_active
            and booking.room.location.is_active
            and (booking.practitioner_id, booking.treatment_id) in offers
            and opened.holds(booking)
        )
    ]


def digest(bookings: Iterable[Booking]) -> str:
    """Return a short text that stands for exactly these bookings at these times."""
    lines = sorted(f"{booking.uid} {booking.starts_at.isoformat()}" for booking in bookings)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:24]


class _Opened:
    """When each practitioner is open at each location, looked up a day at a time."""

    def __init__(
        self,
        hours: dict[tuple[int, int], list[Hours]],
        away: dict[int, list[Interval]],
        closed: Sequence[tuple[int | None, date, date]],
    ) -> None:
        self.hours = hours
        self.away = away
        self.closed = closed
        self.on = cache(self._on)

    def holds(self, booking: Booking) -> bool:
        """Whether the session lies within open minutes; the pause after it may run past them."""
        location = booking.room.location
        day = booking.starts_at.astimezone(location.zone).date()
        open_ = self.on(booking.practitioner_id, location.pk, location.time_zone, day)
        start = minute_of(booking.starts_at)
        need = Need(booking.minutes, 0, 1)
        starts = availability.starts_for_practitioner(Diary(open_, 0), need)
        return any(first <= start < end for first, end in starts)

    def _on(self, who: int, where: int, zone: str, day: date) -> list[Interval]:
        return open_minutes(
            zone,
            day,
            day + timedelta(days=1),
            self.hours.get((who, where), ()),
            self.away.get(who, ()),
            [(first, last) for place, first, last in self.closed if place in {None, where}],
        )


def _opened(coming: Sequence[Booking]) -> _Opened:
    people = {booking.practitioner_id for booking in coming}
    places = {booking.room.location_id for booking in coming}
    # A local day lies within a day of the UTC date, and a session may last into the next.
    first = coming[0].starts_at.date() - timedelta(days=1)
    last = max(booking.ends_at for booking in coming).date() + timedelta(days=2)
    hours: dict[tuple[int, int], list[Hours]] = {}
    for row in WorkingHours.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=first),
        practitioner__in=people,
        location__in=places,
        valid_from__lte=last,
    ):
        hours.setdefault((row.practitioner_id, row.location_id), []).append(
            Hours(row.weekday, row.starts_minute, row.ends_minute, row.valid_from, row.valid_until)
        )
    away: dict[int, list[Interval]] = {}
    for off in TimeOff.objects.filter(practitioner__in=people, ends_at__gt=coming[0].starts_at):
        ends = -(-int(off.ends_at.timestamp()) // 60)
        away.setdefault(off.practitioner_id, []).append((minute_of(off.starts_at), ends))
    closed = list(
        Closure.objects.filter(
            Q(location__isnull=True) | Q(location__in=places),
            last_day__gte=first,
            first_day__lte=last,
        ).values_list("location", "first_day", "last_day")
    )
    return _Opened(hours, away, closed)
