"""Moving, cancelling, accepting and declining what is booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from bookings import intake, lifecycle, locks, messages
from bookings.actions.placing import (
    Wish,
    candidates,
    lock,
    place,
    won_or_nearest,
)
from bookings.actions.safety import reassess
from bookings.constraints import is_lost_race
from bookings.errors import BeingChanged, Cancelled, NotChangeable, NotOffered, WindowClosed
from bookings.models import Booking, BookingChange, CancelReason
from bookings.policy import changeable_until
from bookings.queries import calendar
from bookings.queries.catalogue import offering_of
from clients.models import ClientKey
from clients.rules import Outcome
from clinic import audit
from clinic.audit import Actor
from clinic.models import Clinic


def check_changeable(booking: Booking, *, now: datetime) -> None:
    """Raise what stands against the client moving or cancelling a booking themselves.

    Raises NotChangeable for one that is over or dead (Cancelled for one that was called off),
    WindowClosed when it is too late.
    """
    if booking.status in {lifecycle.CANCELLED, lifecycle.DECLINED}:
        raise Cancelled
    if booking.status not in lifecycle.COMING:
        raise NotChangeable
    if now >= changeable_until(booking.starts_at, booking.window_minutes):
        raise WindowClosed


def move(
    *,
    now: datetime,
    actor: Actor,
    booking: Booking,
    starts_at: datetime,
    practitioner: int | None = None,
) -> Booking:
    """Move a client's booking to another start, at its location and with what it promised.

    practitioner: an id, or None for whoever has it now. The safety answers are looked at again for
    the new date; if they now ask for the practitioner's review, the booking is REQUESTED again.
    Moving to where it is already changes nothing.

    Raises NotChangeable, WindowClosed, InPast, ShortNotice, TooFarAhead, OffGrid, NotOpen,
    NotOffered, NotBefore, CallUs, SlotTaken or BeingChanged; the booking is then as it was.
    """
    offering = offering_of(booking.treatment_id, Clinic.objects.the_only())
    if offering.minutes != booking.minutes:
        raise NotOffered(
            "starts_at",
            _("This session has changed since you booked. Please call us to move it."),
        )
    location = booking.room.location
    wish = Wish(offering, location, practitioner or booking.practitioner_id, starts_at)
    with won_or_nearest(wish, now=now, except_booking=booking.pk):
        current = locked(booking)
        check_changeable(current, now=now)
        wish = replace(wish, practitioner=practitioner or current.practitioner_id)
        if (current.starts_at, current.practitioner_id) == (starts_at, wish.practitioner):
            return current
        calendar.check_start(starts_at, now=now, offering=offering, location=location)
        found = candidates(wish)
        lock(found, now=now, attempt=None)
        at = place(wish, found, now=now, except_booking=current.pk)
        before, seen = facts(current), current.outcome
        reassess(current, on=starts_at.astimezone(location.zone).date(), now=now, offering=offering)
        current.practitioner_id = at.practitioner
        current.room_id = at.room
        current.starts_at = at.starts_at
        current.ends_at = at.ends_at
        current.practitioner_until = at.practitioner_until
        current.room_until = at.room_until
        # On the new date the practitioner may have to look first, though not on the old one.
        must_look = current.outcome == Outcome.REVIEW and seen != Outcome.REVIEW
        if must_look or current.status == lifecycle.REQUESTED:
            current.status = lifecycle.REQUESTED
            current.respond_by = offering.policy.respond_by(now, starts_at)
        else:
            current.status = lifecycle.BOOKED
        intake.follow(current, now=now)
        _changed(current, now=now, actor=actor, verb="booking.moved", before=before)
        return current


def cancel(*, now: datetime, actor: Actor, booking: Booking, reason: str = "") -> Booking:
    """Cancel a client's booking; its time is free at once. Cancelling again changes nothing.

    reason: the client's own words, kept sealed for the practitioner.

    Raises NotChangeable, WindowClosed or BeingChanged.
    """
    with transaction.atomic():
        current = locked(booking)
        if current.status == lifecycle.CANCELLED:
            return current
        check_changeable(current, now=now)
        before = facts(current)
        current.status = lifecycle.CANCELLED
        if reason.strip() and current.client is not None:
            ClientKey.objects.of(current.client, now=now)
            CancelReason.objects.create(
                booking=current, client=current.client, text=reason.strip(), at=now
            )
        _changed(current, now=now, actor=actor, verb="booking.cancelled", before=before)
        return current


def say_yes(*, now: datetime, actor: Actor, booking: Booking) -> Booking:
    """The client says that they come: BOOKED becomes CONFIRMED. Saying it again changes nothing.

    Raises NotChangeable for what is no booking yet, or over, or BeingChanged.
    """
    with transaction.atomic():
        current = locked(booking)
        if current.status == lifecycle.CONFIRMED:
            return current
        if current.status != lifecycle.BOOKED or current.starts_at <= now:
            raise NotChangeable
        before = facts(current)
        current.status = lifecycle.CONFIRMED
        _changed(current, now=now, actor=actor, verb="booking.confirmed", before=before)
        return current


def accept(*, now: datetime, actor: Actor, booking: Booking) -> Booking:
    """The practitioner has looked at a request: it is booked. Accepting again changes nothing.

    Raises NotChangeable when it was declined, cancelled or has lapsed meanwhile, or BeingChanged.
    """
    return _answer(now=now, actor=actor, booking=booking, status=lifecycle.BOOKED)


def decline(*, now: datetime, actor: Actor, booking: Booking) -> Booking:
    """Turn a request down, kindly; its time is free. Declining again changes nothing.

    Raises NotChangeable when a person declines what was accepted or cancelled meanwhile; the clock
    leaves such a booking as it is, and one that was moved and has time again. Raises BeingChanged.
    """
    return _answer(now=now, actor=actor, booking=booking, status=lifecycle.DECLINED)


def _answer(*, now: datetime, actor: Actor, booking: Booking, status: str) -> Booking:
    with transaction.atomic():
        current = locked(booking)
        if current.status == status:
            return current
        if current.status != lifecycle.REQUESTED:
            if actor is audit.CLOCK:
                return current
            raise NotChangeable
        if actor is audit.CLOCK and current.respond_by is not None and now < current.respond_by:
            return current
        before = facts(current)
        current.status = status
        current.respond_by = None
        verb = "booking.accepted" if status == lifecycle.BOOKED else "booking.declined"
        _changed(current, now=now, actor=actor, verb=verb, before=before)
        return current


def locked(booking: Booking) -> Booking:
    """Return a booking as it stands now, its row locked until the transaction ends."""
    locks.limit_wait()
    try:
        return Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)
    except OperationalError as error:
        if is_lost_race(error):
            raise BeingChanged from error
        raise


def _changed(
    booking: Booking,
    *,
    now: datetime,
    actor: Actor,
    verb: str,
    before: dict[str, object],
) -> None:
    """Save a changed booking with its next invite number, its messages and its audit entry."""
    booking.sequence += 1
    booking.changed_at = now
    booking.save()
    messages.plan([booking.pk], now=now)
    audit.record(
        now=now,
        actor=actor,
        verb=verb,
        about=f"booking:{booking.uid}",
        before=before,
        after=facts(booking),
    )


def facts(booking: Booking | BookingChange) -> dict[str, object]:
    """Return what the log book keeps of a booking: no contact, no health."""
    return {
        "status": booking.status,
        "starts_at": booking.starts_at.isoformat(),
        "practitioner": booking.practitioner_id,
        "room": booking.room_id,
    }
