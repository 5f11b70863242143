"""A change of the timetable, made only when nobody's booking is left without a place unseen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import OperationalError, transaction
from django.db.models import Q

from bookings import locks
from bookings.constraints import is_lost_race
from bookings.errors import Strands, TimetableBusy
from bookings.queries import stranded
from clinic import audit
from clinic.audit import Actor


@contextmanager
def sparing(
    which: Q,
    *,
    now: datetime,
    actor: Actor,
    confirmed: str,
    practitioners: Iterable[int] = (),
    rooms: Iterable[int] = (),
) -> Iterator[None]:
    """Make a change in one transaction, and only if the bookings it strands were seen before.

    which: the bookings it could strand. practitioners, rooms: whose bookings wait meanwhile, so
    that one being made is either seen here or sees the change. confirmed: `stranded.digest` of the
    bookings somebody has looked at and agreed to; the bookings themselves stay as they are.

    Raises Strands with the bookings where they are not the confirmed ones; nothing is changed
    then. Raises TimetableBusy when the wait for the locks was too long.
    """
    try:
        with transaction.atomic():
            locks.take(practitioners=practitioners, rooms=rooms)
            before = {booking.pk for booking in stranded.misfits(now=now, which=which)}
            yield
            left = [
                booking
                for booking in stranded.misfits(now=now, which=which)
                if booking.pk not in before
            ]
            if left and stranded.digest(left) != confirmed:
                raise Strands(left)
            if left:
                audit.record(
                    now=now,
                    actor=actor,
                    verb="bookings.stranded",
                    about="clinic:1",
                    after={"bookings": [str(booking.uid) for booking in left]},
                )
    except OperationalError as error:
        if is_lost_race(error):
            raise TimetableBusy from error
        raise
