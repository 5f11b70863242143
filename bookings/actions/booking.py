"""Booking a session, exactly once (docs/decisions/0001 has the order and the locks)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db import DatabaseError

from bookings import intake, lifecycle, links, messages
from bookings.actions import once
from bookings.actions.changing import facts
from bookings.actions.placing import (
    Place,
    Wish,
    candidates,
    lock,
    place,
    promise,
    won_or_nearest,
)
from bookings.actions.safety import judge, keep
from bookings.constraints import is_twice
from bookings.errors import SlotTaken
from bookings.models import Booking
from bookings.queries import calendar
from bookings.queries.booked import booking_of
from bookings.queries.catalogue import Offering
from clients import screening
from clients.actions import Resolved, resolve
from clients.contact import Contact
from clients.models import Client, ClientKey, Message, Screening
from clients.queries import current_rule_set
from clients.rules import Outcome
from clients.zones import zone_apart
from clinic import audit
from clinic.audit import Actor
from clinic.models import Location
from clinic.models.adding import add, gathered, made

# Rows that others of the same booking point to, or that a worker is told of.
_IDS = {Client: 1, ClientKey: 1, Screening: 1, Booking: 1, Message: 8}


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking, and whether this request made it or an earlier one with the same key."""

    booking: Booking
    created: bool


def book(
    *,
    now: datetime,
    actor: Actor,
    source: str,
    key: str,
    offering: Offering,
    location: Location,
    practitioner: int | None,
    starts_at: datetime,
    contact: Contact,
    answers: Mapping[str, object],
    attempt: UUID | None = None,
    client: Client | None = None,
) -> Booked:
    """Book a session for somebody who schedules themselves.

    key: names the request; the same key with the same request is answered with the same booking
    for seven days. practitioner: an id, or None for anybody. answers: to every booking question
    of the treatment, in the shapes of the API. attempt: whose hold is turned into the booking; the
    hold may have lapsed. client: whose booking it is, where somebody who may act for them is signed
    in; else the contact says. The booking is BOOKED, or REQUESTED (with `respond_by`) when the
    practitioner has to look at the answers first.

    Raises KeyMismatch; InPast, ShortNotice, TooFarAhead, OffGrid, NotOpen, NotOffered;
    clients.screening.AnswersInvalid; NotBefore or CallUs (nothing of the answers is kept); SlotTaken
    with the nearest openings. Nothing has been written when it raises.
    """
    wish = Wish(offering, location, practitioner, starts_at)
    request = _recognised(key, wish, contact, answers)
    known = once.by_key(request)
    if known is not None:
        return Booked(known, created=False)
    calendar.check_start(starts_at, now=now, offering=offering, location=location)
    rules = current_rule_set(now)
    on = starts_at.astimezone(location.zone).date()
    today = now.astimezone(location.zone).date()
    given = screening.parse_answers(
        rules.questions_for(offering.phase_kinds), answers, answered_on=today
    )
    found = candidates(wish)
    contact = replace(contact, time_zone=zone_apart(contact.time_zone, location.zone, at=now))
    try:
        with won_or_nearest(wish, now=now, attempt=attempt), ExitStack() as stack:
            once.lock(request, contact.key, *([str(attempt)] if attempt else []))
            stack.enter_context(gathered(_IDS))
            resolved = _who(client, contact, now=now, source=source)
            lock(found, now=now, attempt=attempt)
            at = place(wish, found, now=now, attempt=attempt)
            judged = judge(
                given,
                rules=rules,
                client=resolved.client,
                known=resolved.known,
                offering=offering,
                on=on,
                answered_on=today,
            )
            kept = keep(
                judged, client=resolved.client, known=resolved.known, source=source,
                on=on, answered_on=today, now=now,
            )  # fmt: skip
            booking = _insert(
                wish, at, now=now, source=source, client=resolved.client, contact=contact,
                attempt=attempt, outcome=judged.outcome, screening_id=kept.pk,
            )  # fmt: skip
            once.remember(request, booking, now=now)
            intake.plan_new(booking, now=now, zone=location.zone, known=resolved.known)
            messages.plan_new(booking, now=now, location=location, clinic=offering.clinic)
            audit.record(
                now=now,
                actor=actor,
                verb="booking.requested" if booking.respond_by else "booking.booked",
                about=f"booking:{booking.uid}",
                after=facts(booking),
            )
    except once.Known as twice:
        return Booked(twice.booking, created=False)
    except (SlotTaken, DatabaseError) as error:
        # Another request of this attempt, with another key, may have booked it: that is the answer.
        # Where it took the last room, its own booking is what stood in the way.
        mine = booking_of(attempt) if attempt else None
        if mine is None or not (isinstance(error, SlotTaken) or is_twice(error)):
            raise
        return Booked(mine, created=False)
    return Booked(booking, created=True)


def _who(client: Client | None, contact: Contact, *, now: datetime, source: str) -> Resolved:
    if client is not None:
        return Resolved(client, known=True)
    return resolve(contact, now=now, source=source)


def _insert(
    wish: Wish,
    at: Place,
    *,
    now: datetime,
    source: str,
    client: Client,
    contact: Contact,
    attempt: UUID | None,
    outcome: Outcome,
    screening_id: int,
) -> Booking:
    must_look = outcome is Outcome.REVIEW
    policy = wish.offering.policy
    uid = uuid4()
    booking = made(
        Booking,
        **promise(wish, at),
        uid=uid,
        status=lifecycle.REQUESTED if must_look else lifecycle.BOOKED,
        respond_by=policy.respond_by(now, at.starts_at) if must_look else None,
        source=source,
        client=client,
        contact_name=contact.name,
        contact_email=contact.email,
        contact_phone=contact.phone,
        booked_by=contact.booked_by,
        screening_id=screening_id,
        outcome=outcome,
        attempt=attempt,
        token_digest=links.digest(links.token(uid, version=1)),
        created_at=now,
        changed_at=now,
    )
    return add(booking)


def _recognised(
    key: str, wish: Wish, contact: Contact, answers: Mapping[str, object]
) -> once.Request:
    return once.recognised(
        key,
        {
            "treatment": wish.offering.slug,
            "location": wish.location.slug,
            "practitioner": wish.practitioner,
            "starts_at": int(wish.starts_at.timestamp()),
            "client": [contact.name, contact.email, contact.phone, contact.booked_by],
            "consents": [contact.by_email, contact.by_sms],
            "answers": answers,
        },
    )
