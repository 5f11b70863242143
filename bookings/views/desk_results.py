"""What the desk found, and what waits, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.models import Booking
from bookings.queries.found_clients import Found
from bookings.views import wording
from bookings.views.desk_grid import book_href
from bookings.views.marks import STATUS, Mark, clock, moment
from clients.contact import phone_words
from clinic.models import Location


@dataclass(frozen=True, slots=True)
class Result:
    """A client found. `href` books for them; `visit_href` shows the visit named beside."""

    uid: UUID
    name: str
    initials: str
    contact: str
    href: str
    visit: str
    visit_href: str
    status: Mark | None


def results(
    found: Sequence[Found], *, location: Location, day: date, now: datetime
) -> list[Result]:
    return [_result(one, location, day, now) for one in found]


def _result(one: Found, location: Location, day: date, now: datetime) -> Result:
    contact = phone_words(one.client.phone) if one.client.phone else one.client.email
    visit, href, status = "", "", None
    if one.coming is not None:
        visit, status = visit_words(one.coming, now), STATUS[one.coming.status]
        href = reverse("desk-booking", args=[one.coming.uid])
    elif one.last is not None:
        on = one.last.starts_at.astimezone(one.last.room.location.zone).date()
        visit = _("Last here %(day)s") % {"day": wording.day_short(on)}
    return Result(
        uid=one.client.uid,
        name=one.client.name,
        initials=wording.initials(one.client.name),
        contact=contact or _("no phone, no e-mail"),
        href=book_href(location.slug, client=str(one.client.uid), day=day.isoformat()),
        visit=visit,
        visit_href=href,
        status=status,
    )


def visit_words(booking: Booking, now: datetime) -> str:
    """Return "Today 10:30, Mei" or "Tue 24 Nov 10:30, Mei" on a 24-hour clock."""
    zone = booking.room.location.zone
    on = booking.starts_at.astimezone(zone).date()
    day = _("Today") if on == now.astimezone(zone).date() else wording.day_short(on)
    return _("%(day)s %(time)s, %(who)s") % {
        "day": day,
        "time": clock(booking.starts_at, zone),
        "who": wording.first_name(booking.practitioner.name),
    }


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A booking nobody has answered the questions of. `by_hand`: no link can reach the client."""

    name: str
    when: str
    href: str
    phone: str
    link: str
    by_hand: bool


def waiting_rows(bookings: Sequence[Booking], location: Location) -> list[WaitingRow]:
    return [
        WaitingRow(
            name=one.client.name if one.client else one.contact_name,
            when=moment(one.starts_at, location.zone),
            href=reverse("desk-booking", args=[one.uid]),
            phone=phone_words(one.contact_phone) if one.contact_phone else "",
            link=_link_words(getattr(one, "link_status", "")),
            by_hand=getattr(one, "link_status", "") not in {"PLANNED", "SENDING", "SENT"},
        )
        for one in bookings
    ]


def _link_words(status: str) -> str:
    if status == "SENT":
        return _("The link was sent.")
    if status in {"PLANNED", "SENDING"}:
        return _("The link goes out soon.")
    if status:
        return _("The link could not be sent. Please call, or ask in the room.")
    return _("No link: there is no e-mail address. Ask in the room.")
