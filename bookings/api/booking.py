"""Booking, and what its holder can still do with it. The token is the key to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router
from ninja.params.functions import Header
from pydantic import StringConstraints

from bookings import actions, links, models
from bookings.api import schemas
from bookings.api.answers import answer, booking_of
from bookings.api.errors import asked, invalid, plain, practitioner_named, refused
from bookings.api.reading import ANYONE
from bookings.errors import CannotStart
from bookings.forms.contact import ContactForm
from bookings.queries import booked, calendar, catalogue, named
from clients.contact import example_phone
from clinic import audit
from clinic.errors import Refusal
from clinic.models import Clinic
from clinic.opening import minute_of

router = Router(tags=["Bookings"])

Key = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
PROBLEMS = dict.fromkeys((403, 404, 409, 413, 415, 422, 429, 503), schemas.Problem)


@router.post("/bookings", response={201: schemas.Booking, 200: schemas.Booking, **PROBLEMS})
def book(
    request: HttpRequest,
    body: schemas.NewBooking,
    key: Key = Header(alias="Idempotency-Key"),  # noqa: B008 (how the library asks)
) -> HttpResponse:
    """Book a session. The same `Idempotency-Key` with the same body is answered with the same
    booking for seven days; with another body it is refused."""
    now, found = timezone.now(), named.find(body.treatment, body.location)
    offering, location, who = asked(found, body.practitioner)
    form = contact_form(body.client, country=location.country)
    if not form.is_valid():
        return invalid(
            {f"client.{name}": [str(each) for each in said] for name, said in form.errors.items()}
        )
    try:
        made = actions.book(
            now=now,
            actor=audit.CLIENT,
            source=models.Booking.Source.API,
            key=f"api:{key}",
            offering=offering,
            location=location,
            practitioner=who,
            starts_at=body.starts_at,
            contact=form.contact,
            answers=body.answers,
        )
    except Refusal as refusal:
        near = (
            calendar.nearest(
                max(body.starts_at, now),
                now=now,
                offering=offering,
                location=location,
                practitioner=who,
            )
            if isinstance(refusal, CannotStart)
            else ()
        )
        return refused(
            refusal, location=location, people=found.people, minutes=offering.minutes, near=near
        )
    return _told(made.booking, status=201 if made.created else 200)


@router.get(
    "/bookings/{token}",
    response={
        200: schemas.Booking,
        404: schemas.Problem,
        429: schemas.Problem,
        503: schemas.Problem,
    },
)
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The booking as it is now."""
    return answer(booking_of(_booking(token)))


@router.post("/bookings/{token}/move", response={200: schemas.Booking, **PROBLEMS})
def move(request: HttpRequest, token: str, body: schemas.Move) -> HttpResponse:
    """Move a booking to another time at its location. The safety answers are looked at again for
    the new date; when the move is refused, the booking is as it was."""
    booking, now = _booking(token), timezone.now()
    location = booking.room.location
    found = catalogue.practitioners(booking.treatment_id, location.pk)
    people = {one.pk: one.slug for one in found}
    try:
        moved = actions.move(
            now=now,
            actor=audit.CLIENT,
            booking=booking,
            starts_at=body.starts_at,
            practitioner=_mover(booking, body, people, now),
        )
    except Refusal as refusal:
        return refused(
            refusal, location=location, people=people, minutes=booking.minutes, is_move=True
        )
    return _told(moved)


@router.post("/bookings/{token}/cancel", response={200: schemas.Booking, **PROBLEMS})
def cancel(request: HttpRequest, token: str, body: schemas.Cancel | None = None) -> HttpResponse:
    """Cancel a booking; its time is free at once. Cancelling again is answered the same."""
    try:
        cancelled = actions.cancel(
            now=timezone.now(),
            actor=audit.CLIENT,
            booking=_booking(token),
            reason=(body.reason or "") if body else "",
        )
    except Refusal as refusal:
        return plain(refusal)
    return _told(cancelled)


def contact_form(client: schemas.Person, *, country: str) -> ContactForm:
    """Return the website's own form for a contact, filled in."""
    return ContactForm(
        {
            "name": client.name,
            "email": client.email,
            "phone": client.phone,
            "by_email": client.consents.email,
            "by_sms": client.consents.sms,
        },
        country=country,
        example=example_phone(country),
    )


def _booking(token: str) -> models.Booking:
    """Return the booking of a token. Raises Http404 for any other text."""
    booking = booked.by_token(token)
    if booking is None:
        raise Http404
    return booking


def _told(booking: models.Booking, status: int = 200) -> HttpResponse:
    """Answer with a booking as it stands now, read anew with all that is told of it."""
    token = links.token(booking.uid, version=booking.token_version)
    return answer(booking_of(_booking(token)), status)


def _mover(
    booking: models.Booking, body: schemas.Move, people: Mapping[int, str], now: datetime
) -> int | None:
    """Return the id of whom a move is to, None for whoever has the booking. Raises NotOffered."""
    if body.practitioner is None:
        return None
    if body.practitioner != ANYONE:
        return practitioner_named(body.practitioner, people)
    day = body.starts_at.astimezone(booking.room.location.zone).date()
    openings = calendar.openings(
        now=now,
        offering=catalogue.offering_of(booking.treatment_id, Clinic.objects.the_only()),
        location=booking.room.location,
        first=day,
        last=day,
        except_booking=booking.pk,
    )
    minute = minute_of(body.starts_at)
    free = [one.practitioner for one in openings if one.minute == minute]
    if not free or booking.practitioner_id in free:
        return None
    return free[0]
