"""Calendar objects (RFC 5545, RFC 5546) of a booking: when and where, never what for.

The client's calendar keeps one entry: the UID stays, SEQUENCE rises with each change. Instants are
UTC, so no VTIMEZONE is needed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vUri

from bookings import lifecycle, links
from bookings.models import Booking
from clients.channels.base import Invite
from clients.channels.email import site_host
from clinic.models import Clinic

REQUEST = "REQUEST"
CANCEL = "CANCEL"
PUBLISH = "PUBLISH"


def invite(booking: Booking, *, method: str, to: str, clinic_name: str, now: datetime) -> Invite:
    """Return the invite of a booking for the mail that tells of it.

    booking: with its room's location. method: REQUEST or CANCEL. to: the address it is sent to,
    shown as having accepted, so that nobody is asked to answer. now: the instant of writing.
    """
    event = _event(booking, clinic_name=clinic_name, now=now)
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    event["ORGANIZER"] = _person(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], name=clinic_name)
    attendee = _person(to)
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = "ACCEPTED"
    attendee.params["RSVP"] = "FALSE"
    event["ATTENDEE"] = attendee
    return Invite(method, _calendar(event, method))


def calendar_file(booking: Booking, now: datetime) -> bytes:
    """Return a booking as a calendar file to download, as it stands at `now`."""
    event = _event(booking, clinic_name=Clinic.objects.the_only().name, now=now)
    if booking.status in lifecycle.DEAD:
        event.add("status", "CANCELLED")
    else:
        requested = booking.status == lifecycle.REQUESTED
        event.add("status", "TENTATIVE" if requested else "CONFIRMED")
    return _calendar(event, PUBLISH)


def _event(booking: Booking, *, clinic_name: str, now: datetime) -> Event:
    location = booking.room.location
    event = Event()
    event.add("uid", f"{booking.uid}@{site_host()}")
    event.add("sequence", booking.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", booking.starts_at.astimezone(UTC))
    event.add("dtend", booking.ends_at.astimezone(UTC))
    event.add("summary", _("Appointment, %(clinic)s") % {"clinic": clinic_name})
    event.add("location", f"{location.name}, {location.address}")
    event.add("url", vUri(links.manage_url(booking)))
    return event


def _person(address: str, *, name: str = "") -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    if name:
        person.params["CN"] = name
    return person


def _calendar(event: Event, method: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Jade//Bookings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())
