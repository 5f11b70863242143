"""What every page of the settings does alike: show, validate, act, answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.errors import Strands
from bookings.models import Booking
from bookings.queries import stranded
from bookings.views import marks, wording
from bookings.views.answers import CONFLICT, INVALID, SeeOther
from clinic import audit
from clinic.access import only
from clinic.audit import Actor
from clinic.errors import Refusal
from clinic.models import Role, User

owner_only = only(Role.OWNER)
GET_OR_POST = ["GET", "HEAD", "POST"]
OURS = {"csrfmiddlewaretoken", "confirmed"}

SECTIONS = (
    ("settings-start", _("Getting started"), "clipboard-list"),
    ("settings-clinic", _("Clinic"), "house"),
    ("settings-look", _("Logo and colour"), "sparkles"),
    ("settings-places", _("Locations and rooms"), "map-pin"),
    ("settings-people", _("People"), "users"),
    ("settings-hours", _("Weekly hours"), "clock"),
    ("settings-away", _("Time off and closures"), "calendar-x"),
    ("settings-treatments", _("Treatments"), "droplets"),
    ("settings-messages", _("Messages"), "mail"),
    ("settings-wording", _("What messages say"), "pencil"),
    ("consent-texts", _("Consent texts"), "file-text"),
    ("settings-clients", _("Bring clients along"), "file-text"),
    ("settings-openings", _("Records opened"), "lock"),
    ("settings-keeping", _("Keeping and erasing"), "hourglass"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page with a form: its template, the section it belongs to, its words and where it leads.

    `back` is the list it came from, where a change leads too. `context` is the template's own.
    """

    section: str
    title: str | Promise
    form: forms.Form
    back: str
    template: str = "bookings/settings/form.html"
    context: Mapping[str, object] | None = None

    def answer(self, request: HttpRequest, status: int = 200) -> HttpResponse:
        context = {
            "title": self.title,
            "form": self.form,
            "back": self.back,
            **(self.context or {}),
        }
        return show(request, self.template, self.section, context, status)


def show(
    request: HttpRequest,
    template: str,
    section: str,
    context: Mapping[str, object],
    status: int = 200,
) -> HttpResponse:
    """Return a page of the settings with the list of its sections."""
    whole = {"sections": SECTIONS, "section": section, **context}
    return render(request, template, whole, status=status)


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a POST brought, be it nothing; None for a GET."""
    return request.POST if request.method == "POST" else None


def me(request: HttpRequest) -> Actor:
    return audit.staff(cast(User, request.user))


def answer(
    request: HttpRequest, page: Page, act: Callable[[str], object], done: str | Promise
) -> HttpResponse:
    """Answer a page's GET or POST. A POST is validated and done by one action.

    act: called with what was confirmed; raises refusals. done: said on the page it leads to.
    """
    if request.method != "POST":
        return page.answer(request)
    if not page.form.is_valid():
        return page.answer(request, INVALID)
    try:
        act(request.POST.get("confirmed", ""))
    except Strands as refusal:
        return ask_first(request, page, refusal.bookings)
    except Refusal as refusal:
        field = refusal.field if refusal.field in page.form.fields else None
        page.form.add_error(field, str(refusal.sentence))
        return page.answer(request, INVALID)
    messages.success(request, str(done))
    return SeeOther(page.back)


def ask_first(request: HttpRequest, page: Page, bookings: Sequence[Booking]) -> HttpResponse:
    """Show the bookings a change strands, with the same form to send again once they were seen."""
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in OURS
        for value in values
    ]
    count = len(bookings)
    context: dict[str, Any] = {
        "title": page.title,
        "back": page.back,
        "typed": typed,
        "confirmed": stranded.digest(bookings),
        "rows": [_row(booking) for booking in bookings],
        "heading": ngettext(
            "%(count)d booking no longer fits", "%(count)d bookings no longer fit", count
        )
        % {"count": count},
        "confirm": ngettext(
            "Save, and sort this booking out", "Save, and sort these %(count)d bookings out", count
        )
        % {"count": count},
    }
    return show(request, "bookings/settings/stranded.html", page.section, context, CONFLICT)


@dataclass(frozen=True, slots=True)
class Row:
    """A stranded booking in words; `path` leads to its day at the desk."""

    day: str
    time: str
    client: str
    practitioner: str
    treatment: str
    place: str
    query: str


def _row(booking: Booking) -> Row:
    location = booking.room.location
    zone = location.zone
    day = booking.starts_at.astimezone(zone).date()
    return Row(
        day=f"{wording.day_short(day)} {day.year}",
        time=marks.span(booking.starts_at, booking.ends_at, zone),
        client=booking.contact_name or (booking.client.name if booking.client else ""),
        practitioner=booking.practitioner.name,
        treatment=booking.treatment_name,
        place=f"{location.name}, {booking.room.name}",
        query=f"day={day.isoformat()}&location={location.slug}",
    )
