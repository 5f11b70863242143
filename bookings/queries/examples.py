"""Bookings to try the words of a message on, and what a message would say of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import override

from bookings import lifecycle
from bookings.models import Booking
from bookings.notices import colours_of, first_name
from bookings.saying_when import clock, long_date, moment, short_date, zone_words
from clients.contact import phone_words
from clients.wording import Values, names_of
from clinic.models import Clinic, Location, Practitioner
from treatments.models import Treatment

MOST = 30
# As long as the address of a real link, which only the client gets.
TOKEN = "0" * 43
# Of what waits for the clinic, invented: on most days some of it is nought, and goes unsaid.
COUNTED = {"unsent": "2", "unreached": "1", "replies": "3", "to_do": "4", "visits": "12"}


def bookings_to_try(now: datetime) -> list[Booking]:
    """Return the next bookings, soonest first, with their place (one query)."""
    return list(
        Booking.objects.filter(
            starts_at__gte=now, status__in=lifecycle.COMING, client__isnull=False
        )
        .select_related("room__location")
        .order_by("starts_at", "pk")[:MOST]
    )


def names_unsaid() -> list[str]:
    """Return the names of treatments and of those who treat: built-in messages say neither (two
    queries)."""
    treatments = Treatment.objects.values_list("name", flat=True)
    people = Practitioner.objects.values_list("name", flat=True)
    return sorted({name.strip() for name in (*treatments, *people)} - {""})


def chosen(bookings: Sequence[Booking], uid: UUID | None) -> Booking | None:
    """Return the booking with an id, or else the first; None where there is none at all."""
    return next((one for one in bookings if one.uid == uid), bookings[0] if bookings else None)


def values(
    kind: str, booking: Booking | None, *, language: str, now: datetime, full: bool
) -> Values:
    """Return what a message of a kind would be told of a booking, or of one made up.

    full: with all that is only said sometimes, rather than with nothing of it. No link leads
    anywhere: theirs are the clients'.
    """
    clinic = Clinic.objects.the_only()
    location = booking.room.location if booking else Location.objects.order_by("pk").first()
    with override(language):
        told: dict[str, str | bool] = {
            "clinic": clinic.name,
            "phone": phone_words(location.phone if location else clinic.phone),
            "link": _link("manage"),
            **colours_of(clinic),
        }
        if location is not None:
            told |= _of_appointment(booking, location, now)
        if full:
            told |= {
                "first_name": first_name(booking.contact_name) if booking else "Ana",
                "prepare": True,
                "form": _link("forms"),
                "consent": _link("consent"),
                "confirm": f"{_link('manage')}confirm/",
                "stop": _link("stop"),
                **COUNTED,
                "from_date": long_date(_starts(booking, now).date() + timedelta(days=14)),
            }
        else:
            told["directions"] = ""
    asked = names_of(kind) | told.keys() & {"colour", "dark_colour", "on_dark_colour"}
    return {name: value for name, value in told.items() if name in asked}


def _of_appointment(booking: Booking | None, location: Location, now: datetime) -> dict[str, str]:
    starts = _starts(booking, now).astimezone(location.zone)
    return {
        "date": long_date(starts),
        "short_date": short_date(starts),
        "time": clock(starts),
        "zone": zone_words(starts, location.time_zone),
        "place": location.name,
        "address": location.address,
        "directions": location.directions,
        "answer_by": moment(starts - timedelta(days=1)),
    }


def _starts(booking: Booking | None, now: datetime) -> datetime:
    if booking is not None:
        return booking.starts_at
    return (now + timedelta(days=7)).replace(minute=30, second=0, microsecond=0)


def _link(door: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}/{door}/{TOKEN}/"
