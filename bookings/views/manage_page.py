"""What a booking's own page says for each state it can be in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import lifecycle, links
from bookings.models import Booking, Merge
from bookings.views import wording
from bookings.views.care import AFTERCARE, CALL_US, EMERGENCY, PREPARE, Line
from bookings.views.details_page import Summary, summary
from clients.consent_links import token_of
from clients.consent_rules import Kind
from clients.models import Channel
from clients.queries import consents

# What a client agrees to, as the form they booked by words it, by the way it would come.
ASKS: dict[Channel | None, str | Promise] = {
    Channel.EMAIL: gettext_lazy("E-mail me reminders and aftercare"),
    Channel.SMS: gettext_lazy("Text me reminders"),
}
MAPS = "https://www.google.com/maps/search/?api=1&query="


@dataclass(frozen=True, slots=True)
class ManagePage:
    """Everything the template shows. `tone`: good, wait or over."""

    summary: Summary
    token: str
    title: str
    lead: str
    tone: str
    icon: str
    is_coming: bool
    can_change: bool
    is_over: bool
    again_slug: str
    again_place: str
    directions_href: str
    has_been: bool
    consent_href: str
    form_href: str
    ask: str | Promise
    prepare: tuple[Line, ...] = PREPARE
    aftercare: tuple[Line, ...] = AFTERCARE
    call_us: str | Promise = CALL_US
    emergency: str | Promise = EMERGENCY


def manage_page(
    booking: Booking,
    *,
    now: datetime,
    is_new: bool,
    is_moved: bool,
    form_href: str = "",
    ask: str | Promise = "",
) -> ManagePage:
    """Return the page; `is_new` and `is_moved` say what the client did a moment ago; `form_href` is
    where their health form is, "" for none; `ask` is the yes by which they would be reminded, ""
    where they are, or can't be."""
    words = summary(booking, now)
    coming = booking.status in lifecycle.COMING and now < booking.starts_at
    title, lead = _words(booking, words, now=now, is_fresh=is_new or is_moved)
    if is_moved and coming and booking.status != lifecycle.REQUESTED:
        title = _("Your booking is moved to %(day)s") % {"day": words.day}
    tone, icon = _tone(booking, coming=coming)
    return ManagePage(
        summary=words,
        token=links.token(booking.uid, version=booking.token_version),
        title=title,
        lead=lead,
        tone=tone,
        icon=icon,
        is_coming=coming,
        can_change=coming and not words.free_until_passed,
        is_over=not coming,
        again_slug=booking.treatment.slug,
        again_place=booking.room.location.slug,
        directions_href=MAPS + quote(words.address),
        form_href=form_href if coming else "",
        ask=ask if coming else "",
        has_been=booking.status not in lifecycle.DEAD and now >= booking.ends_at,
        consent_href=_consent_href(booking, now) if coming else "",
    )


def _consent_href(booking: Booking, now: datetime) -> str:
    """Return where the client signs before they come, "" where nothing is to be signed.

    Whoever types the name, e-mail and phone of a client we know gets a page of their booking; the
    link to what that client signed goes by message only, to the address we know. A record that
    another was merged into holds what whoever has this page may never have signed.
    """
    client = booking.client
    if client is None:
        return ""
    is_newcomer = client.created_at == booking.created_at
    if not is_newcomer and booking.source != Booking.Source.DESK:
        return ""
    if consents.standing(client, Kind.TREATMENT, now).holds:
        return ""
    if Merge.objects.filter(survivor=client, undone_at=None).exists():
        return ""
    return reverse("consent", args=[token_of(client)])


def _tone(booking: Booking, *, coming: bool) -> tuple[str, str]:
    if booking.status == lifecycle.REQUESTED and coming:
        return "wait", "hourglass"
    if booking.status in {lifecycle.CANCELLED, lifecycle.DECLINED, lifecycle.NO_SHOW}:
        return "over", "calendar-x"
    return ("good", "check") if coming else ("over", "calendar-check")


def _words(booking: Booking, words: Summary, *, now: datetime, is_fresh: bool) -> tuple[str, str]:
    """Return the title and the sentence under it."""
    name = wording.first_name(booking.contact_name)
    if booking.status == lifecycle.CANCELLED:
        return _("This booking is cancelled"), _(
            "Nothing more to do. You are welcome back any time."
        )
    if booking.status == lifecycle.DECLINED:
        return _("We could not confirm this booking"), _(
            "Please call us on %(phone)s, and we will plan it together."
        ) % {"phone": words.phone_words}
    if booking.status not in lifecycle.COMING or now >= booking.starts_at:
        return _("This session was on %(day)s") % {"day": words.day}, ""
    if booking.status == lifecycle.REQUESTED:
        return _("Your time is kept, %(name)s") % {"name": name}, _request_words(booking)
    title = _("You are booked, %(name)s") if not booking.booked_by else _("%(name)s is booked")
    lead = _("This page always shows how your booking stands. Keep its address.")
    if is_fresh:
        lead = _(
            "We are sending the details to %(email)s. This page always shows how it stands."
        ) % {"email": booking.contact_email}
    return title % {"name": name}, lead


def _request_words(booking: Booking) -> str:
    zone = booking.room.location.zone
    until = wording.moment(booking.respond_by, zone) if booking.respond_by else ""
    return _(
        "%(who)s looks at your answers first and confirms by %(until)s. "
        "You need not do anything until then."
    ) % {"who": booking.practitioner.name, "until": until}
