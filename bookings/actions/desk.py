"""What the front desk does to the calendar: book, move and cancel for a client.

Notice, horizon, grid, window and opening hours bind the public. Staff may pass them after one
confirmation with a reason, which stands in the log book; an overlap is refused to everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings import intake, lifecycle, links, messages
from bookings.actions import once
from bookings.actions.booking import Booked
from bookings.actions.changing import facts, locked
from bookings.actions.placing import (
    Place,
    Wish,
    candidates,
    lock,
    place,
    promise,
    won_or_nearest,
)
from bookings.actions.safety import reassess
from bookings.actions.undoing import GRACE, Changed, keep, remember
from bookings.errors import NeedsReason, NotChangeable, NotOffered, Rule
from bookings.models import Booking, BookingChange, Review
from bookings.policy import changeable_until
from bookings.queries import calendar
from bookings.queries.catalogue import Offering, offering_of
from clients.actions import resolve
from clients.contact import Contact
from clients.models import Client
from clinic import audit
from clinic.audit import Actor
from clinic.models import Clinic, Location


def book_by_staff(
    *,
    now: datetime,
    actor: Actor,
    key: str,
    offering: Offering,
    location: Location,
    practitioner: int | None,
    starts_at: datetime,
    client: Client | None = None,
    contact: Contact | None = None,
    tell_client: bool = True,
    override: str | None = None,
) -> Booked:
    """Book a session for a client we have (`client`), or for somebody new (`contact`, who may have
    neither e-mail nor mobile number); exactly one of the two is given.

    The booking is BOOKED with outcome NOT_ASKED: the safety questions go to the client by link,
    and the session can't start before they are answered. The confirmation waits for the three
    minutes in which staff may think again; with `tell_client=False` there is none, while the
    questions and reminders still go. key: names the request, as in `book`. practitioner: an id, or
    None for anybody who works then. starts_at: seconds are dropped. override: why a rule for the
    public is passed.

    Raises NeedsReason (`which` has every rule the start breaks; ask once, then send `override`);
    InPast for a day before today; KeyMismatch; NotOffered (also for a client merged into another);
    SlotTaken with the nearest openings as staff see them. Nothing has been written when it raises.
    """
    who = _contact(client, contact)
    wish = Wish(offering, location, practitioner, _to_the_minute(starts_at))
    request = once.recognised(key, _body(wish, client, who))
    known = once.by_key(request)
    if known is not None:
        return Booked(known, created=False)
    passed = calendar.rules_against(wish.starts_at, now=now, offering=offering, location=location)
    found = candidates(wish)
    try:
        with won_or_nearest(wish, now=now, for_staff=True):
            once.lock(request, who.key)
            if client is None:
                client = resolve(who, now=now, source=Booking.Source.DESK).client
            else:
                client = _standing(client)
            lock(found, now=now, attempt=None)
            at = place(wish, found, now=now, for_staff=True)
            said = _reason(passed, at, override)
            booking = _insert(wish, at, now=now, client=client, contact=who)
            once.remember(request, booking, now=now)
            intake.plan_new(booking, now=now, zone=location.zone, known=True)
            messages.plan_new(
                booking,
                now=now,
                location=location,
                clinic=offering.clinic,
                grace=GRACE,
                tell=tell_client,
            )
            audit.record(
                now=now,
                actor=actor,
                verb="booking.booked",
                about=f"booking:{booking.uid}",
                after={**facts(booking), **said},
            )
    except once.Known as twice:
        return Booked(twice.booking, created=False)
    return Booked(booking, created=True)


def move_by_staff(
    *,
    now: datetime,
    actor: Actor,
    booking: Booking,
    starts_at: datetime,
    practitioner: int | None = None,
    tell_client: bool = True,
    override: str | None = None,
) -> Changed:
    """Move a booking to another start or practitioner at its location, with the minutes promised.

    practitioner: an id, or None for whoever has it now. It stays in its room where that is free.
    The old time stays closed to the public for three minutes, the client hears of it after them,
    and within them `undo` takes it back. Safety answers are judged again for the new date: a
    booking they now ask to be reviewed stays booked and goes to the practitioner's queue. Moving
    to where it is already changes nothing (`change` is None).

    Raises NotChangeable for what is in session, over or dead; NeedsReason; InPast; NotOffered;
    NotBefore (without a reason: that is the practitioner's) when the answers speak against that
    date and no practitioner has accepted it; SlotTaken; BeingChanged.
    """
    location = booking.room.location
    offering = replace(
        offering_of(booking.treatment_id, Clinic.objects.the_only()), minutes=booking.minutes
    )
    starts_at = _to_the_minute(starts_at)
    wish = Wish(offering, location, practitioner or booking.practitioner_id, starts_at)
    with won_or_nearest(wish, now=now, except_booking=booking.pk, for_staff=True):
        current = locked(booking)
        if current.status not in lifecycle.BEFORE_SESSION:
            raise NotChangeable
        wish = replace(wish, practitioner=practitioner or current.practitioner_id)
        if (current.starts_at, current.practitioner_id) == (starts_at, wish.practitioner):
            return Changed(current, None)
        passed = _window(current, now)
        passed += calendar.rules_against(starts_at, now=now, offering=offering, location=location)
        found = candidates(wish)
        lock(found, now=now, attempt=None)
        at = place(
            wish,
            found,
            now=now,
            except_booking=current.pk,
            for_staff=True,
            room=current.room_id,
        )
        said = _reason(passed, at, override)
        change = remember(current, BookingChange.Kind.MOVED, now=now, actor=actor)
        reassess(
            current,
            on=starts_at.astimezone(location.zone).date(),
            now=now,
            offering=offering,
            by_staff=True,
            accepted=_is_accepted(current),
        )
        if current.status == lifecycle.REQUESTED:
            current.respond_by = offering.policy.respond_by(now, starts_at)
        elif current.status == lifecycle.CONFIRMED and current.starts_at != starts_at:
            # Their yes was to another time.
            current.status = lifecycle.BOOKED
        current.practitioner_id = at.practitioner
        current.room_id = at.room
        current.starts_at = at.starts_at
        current.ends_at = at.ends_at
        current.practitioner_until = at.practitioner_until
        current.room_until = at.room_until
        intake.follow(current, now=now)
        return keep(current, change, now=now, actor=actor, tell=tell_client, said=said)


def cancel_by_staff(
    *,
    now: datetime,
    actor: Actor,
    booking: Booking,
    tell_client: bool = True,
    override: str | None = None,
) -> Changed:
    """Cancel a booking for the client or the clinic; `undo` takes it back within three minutes,
    in which its time stays closed to the public. Cancelling again changes nothing.

    override: the reason; needed once the client could no longer have cancelled online.

    Raises NotChangeable for what is in session, over or dead; NeedsReason; BeingChanged.
    """
    with transaction.atomic():
        current = locked(booking)
        if current.status == lifecycle.CANCELLED:
            return Changed(current, None)
        if current.status not in lifecycle.BEFORE_SESSION:
            raise NotChangeable
        said = _reason(_window(current, now), None, override)
        change = remember(current, BookingChange.Kind.CANCELLED, now=now, actor=actor)
        current.status = lifecycle.CANCELLED
        return keep(current, change, now=now, actor=actor, tell=tell_client, said=said)


def _contact(client: Client | None, contact: Contact | None) -> Contact:
    """Return who is booked for. Raises NotOffered for a client merged into another."""
    if client is not None and contact is None:
        _refuse_merged(client)
        return Contact(name=client.name, email=client.email, phone=client.phone)
    if contact is not None and client is None:
        return contact
    raise ValueError("A booking is for a client or for a contact, and for one of them.")


def _refuse_merged(client: Client) -> None:
    if client.status == Client.Status.MERGED:
        raise NotOffered(
            "client", _("This record was merged into another. Please choose that one.")
        )
    if client.status == Client.Status.ERASED:
        raise NotOffered("client", _("This record was erased. Please enter the person anew."))


def _standing(client: Client) -> Client:
    """Return a client as they stand, kept from being merged until the booking is made. Raises
    NotOffered where that has happened meanwhile."""
    current = Client.objects.select_for_update(of=("self",), no_key=True).get(pk=client.pk)
    _refuse_merged(current)
    return current


def _to_the_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _body(wish: Wish, client: Client | None, contact: Contact) -> dict[str, object]:
    return {
        "treatment": wish.offering.slug,
        "location": wish.location.slug,
        "practitioner": wish.practitioner,
        "starts_at": int(wish.starts_at.timestamp()),
        "client": str(client.uid) if client else [contact.name, contact.email, contact.phone],
    }


def _window(booking: Booking, now: datetime) -> list[Rule]:
    late = now >= changeable_until(booking.starts_at, booking.window_minutes)
    return [Rule.WINDOW] if late else []


def _reason(passed: Sequence[Rule], at: Place | None, override: str | None) -> dict[str, object]:
    """Return what the log book keeps of rules that are passed. Raises NeedsReason where none is
    given for them."""
    which = [*passed, *([Rule.HOURS] if at is not None and not at.in_hours else [])]
    reason = " ".join((override or "").split())
    if which and not reason:
        raise NeedsReason(which)
    said: dict[str, object] = {"reason": reason} if reason else {}
    return said | ({"passed": [str(rule) for rule in which]} if which else {})


def _is_accepted(booking: Booking) -> bool:
    reviews = Review.objects.filter(booking=booking, ended_at__isnull=True)
    return reviews.filter(decision=Review.Decision.ACCEPT).exists()


def _insert(wish: Wish, at: Place, *, now: datetime, client: Client, contact: Contact) -> Booking:
    uid = uuid4()
    return Booking.objects.create(
        **promise(wish, at),
        uid=uid,
        status=lifecycle.BOOKED,
        source=Booking.Source.DESK,
        client=client,
        contact_name=contact.name,
        contact_email=contact.email,
        contact_phone=contact.phone,
        booked_by=contact.booked_by,
        token_digest=links.digest(links.token(uid, version=1)),
        created_at=now,
        changed_at=now,
    )
