"""A booking and the session it becomes: begun from the practitioner's day, signed at its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from bookings import lifecycle
from bookings.actions import attending
from bookings.actions.changing import locked
from bookings.errors import NotChangeable
from bookings.models import Booking
from clinic import audit
from clinic.audit import staff
from clinic.models import User
from treatments.actions import open_session, sign_session
from treatments.models import SessionRecord, SessionVersion

# From where a session is begun, or gone on with.
MAY_BEGIN = (
    lifecycle.BOOKED,
    lifecycle.CONFIRMED,
    lifecycle.ARRIVED,
    lifecycle.IN_SESSION,
)


def begin_session(*, now: datetime, author: User, booking: Booking) -> SessionRecord:
    """Begin a booking's session and return its record; begun already, return that.

    A client who was not marked as here is now. Raises NotScreened while the safety answers are not
    seen, NotChangeable where there is nothing to begin, BeingChanged.
    """
    actor = staff(author)
    with transaction.atomic():
        current = locked(booking)
        if current.client is None or current.status not in MAY_BEGIN:
            raise NotChangeable
        if current.status in {lifecycle.BOOKED, lifecycle.CONFIRMED}:
            attending.arrive(now=now, actor=actor, booking=current)
        if current.status in {lifecycle.BOOKED, lifecycle.CONFIRMED, lifecycle.ARRIVED}:
            attending.start(now=now, actor=actor, booking=current)
        if current.session is not None:
            return current.session
        record = open_session(
            now=now,
            client=current.client,
            practitioner=current.practitioner,
            treatment=current.treatment,
        )
        Booking.objects.filter(pk=current.pk).update(session=record)
        audit.record(
            now=now, actor=actor, verb="session.begun", about=f"booking:{current.uid}",
            after={"session": str(record.uid)},
        )  # fmt: skip
    return record


def sign(
    *, now: datetime, author: User, booking: Booking, document: Mapping[str, Any]
) -> SessionVersion:
    """Sign a booking's session, after which the visit is done.

    Raises NotChangeable without a session, NeedlesStillIn and SessionSigned.
    """
    with transaction.atomic():
        current = locked(booking)
        if current.session is None:
            raise NotChangeable
        version = sign_session(now=now, author=author, session=current.session, document=document)
        if current.status == lifecycle.IN_SESSION:
            attending.complete(now=now, actor=staff(author), booking=current)
    return version
