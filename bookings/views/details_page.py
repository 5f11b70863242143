"""The last page before the booking: what is held, who comes, the safety questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlencode

from django.forms.utils import ErrorDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from bookings import lifecycle
from bookings.availability import Opening
from bookings.forms.choosing import Choice, read_choice
from bookings.forms.contact import ContactForm
from bookings.forms.questions import Ask, SafetyForm
from bookings.models import Booking
from bookings.policy import changeable_until
from bookings.views import wording
from bookings.views.attempts import write_attempt
from clients.contact import phone_words
from clinic.models import Clinic, Location, Practitioner
from clinic.opening import instant_of

MOST_LISTED = 2


@dataclass(frozen=True, slots=True)
class Summary:
    """A booking or hold in words: when, what, with whom, where, for how much."""

    day: str
    span: str
    zone_words: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    session: str
    minutes: str
    who: str
    initials: str
    place: str
    address: str
    directions: str
    phone: str
    phone_words: str
    price: str
    free_until: str
    free_until_passed: bool


def summary(booking: Booking, now: datetime) -> Summary:
    location = booking.room.location
    zone = location.zone
    until = changeable_until(booking.starts_at, booking.window_minutes)
    return Summary(
        day=wording.day(booking.starts_at.astimezone(zone).date()),
        span=wording.span(booking.starts_at, booking.ends_at, zone),
        zone_words=wording.zone_words(zone, booking.starts_at),
        zone=zone.key,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        session=booking.treatment_name,
        minutes=wording.minutes(booking.minutes),
        who=booking.practitioner.name,
        initials=wording.initials(booking.practitioner.name),
        place=location.name,
        address=location.address,
        directions=location.directions,
        phone=location.phone,
        phone_words=phone_words(location.phone),
        price=wording.money(booking.price, booking.currency),
        free_until=wording.moment(until, zone),
        free_until_passed=now >= until,
    )


@dataclass(frozen=True, slots=True)
class Other:
    """Another time to choose in place of the one that can't be had."""

    value: str
    words: str
    who: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of the summary of errors: what is wrong, and the id of where."""

    anchor: str
    sentence: str | Promise


@dataclass(slots=True)
class DetailsPage:
    """Everything the template shows. `others` take the place of the time that was held."""

    clinic: Clinic
    attempt: str
    summary: Summary
    at: str
    contact: ContactForm
    safety: SafetyForm
    seconds_left: int
    change_href: str
    elsewhere_href: str
    several_places: bool
    others: list[Other] = field(default_factory=list)
    title: str = ""
    notice: str | Promise = ""
    reasons: Sequence[str] = ()
    from_href: str = ""
    from_words: str = ""
    at_error: str | Promise = ""

    @property
    def asks(self) -> list[Ask]:
        return self.safety.asks

    @property
    def left_words(self) -> str:
        return wording.left(self.seconds_left) if self.seconds_left else ""

    @property
    def problems(self) -> list[Problem]:
        """What keeps the form from being sent, in the order of the page."""
        found = [Problem("at", self.at_error)] if self.at_error else []
        errors: ErrorDict | dict[str, list[str]] = (
            self.contact.errors if self.contact.is_bound else {}
        )
        found += [
            Problem(f"id_{name}", str(sentence))
            for name in self.contact.fields
            for sentence in errors.get(name, [])
        ]
        open_ = [ask for ask in self.asks if ask.error]
        if len(open_) > MOST_LISTED:
            words = _("%(count)d safety questions still need an answer.") % {"count": len(open_)}
            return [*found, Problem(open_[0].name, words)]
        return found + [Problem(ask.name, f"{ask.text} {ask.error}") for ask in open_]

    @property
    def button(self) -> str:
        return _("Book this time") if self.others else _("Confirm booking")


def details_page(
    held: Booking,
    *,
    clinic: Clinic,
    contact: ContactForm,
    safety: SafetyForm,
    now: datetime,
    several_places: bool,
) -> DetailsPage:
    """Return the page for an attempt's newest hold, which may have lapsed."""
    location = held.room.location
    attempt = write_attempt(held.attempt) if held.attempt else ""
    left = 0
    if held.status == lifecycle.HELD and held.hold_expires_at:
        left = max(0, int((held.hold_expires_at - now).total_seconds()))
    day = held.starts_at.astimezone(location.zone).date()
    return DetailsPage(
        clinic=clinic,
        attempt=attempt,
        summary=summary(held, now),
        at=str(Choice(held.starts_at, held.practitioner.slug)),
        contact=contact,
        safety=safety,
        seconds_left=left,
        change_href=times_href(location, held.treatment.slug, attempt=attempt, day=day.isoformat()),
        elsewhere_href=f"{reverse('book')}?{urlencode({'treatment': held.treatment.slug})}",
        several_places=several_places,
    )


def times_href(location: Location, treatment: str, **values: str) -> str:
    """Return the address of the page of times."""
    path = reverse("book-times", args=[location.slug, treatment])
    return f"{path}?{urlencode(values)}" if values else path


def others_of(
    openings: Sequence[Opening], people: Sequence[Practitioner], location: Location
) -> list[Other]:
    """Return openings as times to choose from."""
    names = {one.pk: one for one in people}
    return [
        _other(
            Choice(instant_of(one.minute), names[one.practitioner].slug),
            names[one.practitioner].name,
            location,
        )
        for one in openings
        if one.practitioner in names
    ]


def offered_again(
    texts: Sequence[str], chosen: str, people: Sequence[Practitioner], location: Location
) -> list[Other]:
    """Return the times a form offered before, so that it can be shown again as it was."""
    names = {one.slug: one.name for one in people}
    choices = [choice for text in texts[:6] if (choice := read_choice(text))]
    return [
        _other(choice, names[choice.practitioner], location, chosen)
        for choice in choices
        if choice.practitioner in names
    ]


def _other(choice: Choice, name: str, location: Location, chosen: str = "") -> Other:
    value = str(choice)
    return Other(
        value=value,
        words=wording.moment(choice.starts_at, location.zone),
        who=name,
        chosen=value == chosen,
    )


def day_of(at: datetime, location: Location) -> date:
    return at.astimezone(location.zone).date()
