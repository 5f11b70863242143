"""A booking as the desk sees it: who, when, where, how far it is, and what can be done now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import lifecycle
from bookings.models import Booking
from bookings.queries.desk_day import Card
from bookings.queries.found_clients import visits_of
from bookings.queries.worklists import may_begin
from bookings.views import wording
from bookings.views.consents_page import mark_of
from bookings.views.desk_grid import Phase, book_href, overdue, phases_of
from bookings.views.desk_page import undo_href
from bookings.views.marks import SAFETY, STATUS, Mark, clock, moment, span
from bookings.views.plan_words import VisitInPlan, visit_in_plan
from clients.contact import phone_words
from clients.rules import Outcome
from clinic.models import Location, User

FLOW = (
    lifecycle.BOOKED,
    lifecycle.CONFIRMED,
    lifecycle.ARRIVED,
    lifecycle.IN_SESSION,
    lifecycle.DONE,
)
NO_FLOW = (lifecycle.DECLINED, lifecycle.CANCELLED, lifecycle.NO_SHOW)


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do with one tap. `name` is its word in the address."""

    name: str
    words: str | Promise
    icon: str


CONFIRM = Step("confirm", gettext_lazy("Confirm"), "circle-check")
ARRIVED = Step("arrived", gettext_lazy("Arrived"), "door-open")
START = Step("start", gettext_lazy("Start the session"), "play")
DONE = Step("done", gettext_lazy("Session is done"), "check-check")
NO_SHOW = Step("no-show", gettext_lazy("No-show"), "user-x")

SAFETY_WORDS = {
    Outcome.FLAG: gettext_lazy("The practitioner takes care in the session."),
    Outcome.NOT_ASKED: gettext_lazy(
        "Nobody has answered the questions yet. The session can't start before."
    ),
    Outcome.REVIEW: gettext_lazy("The practitioner looks at the answers first."),
    Outcome.NOT_BEFORE: gettext_lazy(
        "By the answers this day is too early. Please ask the practitioner."
    ),
    Outcome.REFUSED: gettext_lazy("The practitioner speaks with the client first."),
}


@dataclass(frozen=True, slots=True)
class Reached:
    """A station on the way from booked to done."""

    word: str | Promise
    is_reached: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """Another visit of the client."""

    when: str
    what: str
    href: str


@dataclass(frozen=True, slots=True)
class BookingPanel:
    """Everything the panel's template shows."""

    booking: Booking
    name: str
    phone: str
    email: str
    when: str
    overdue: str
    phases: Sequence[Phase]
    consent: Mark | None
    plan: VisitInPlan | None
    note: str
    steps: list[Step]
    undo: str
    undo_change: str
    undo_until: str
    visits: list[Visit]
    asks: str
    ask_href: str

    @property
    def initials(self) -> str:
        return wording.initials(self.name)

    @property
    def phone_words(self) -> str:
        return phone_words(self.phone) if self.phone else ""

    @property
    def who(self) -> str:
        return self.booking.practitioner.name

    @property
    def where(self) -> str:
        return self.booking.room.name

    @property
    def minutes(self) -> str:
        return wording.minutes(self.booking.minutes)

    @property
    def price(self) -> str:
        return wording.money(self.booking.price, self.booking.currency)

    @property
    def status(self) -> Mark:
        return STATUS[self.booking.status]

    @property
    def flow(self) -> list[Reached]:
        return flow_of(self.booking)

    @property
    def safety(self) -> Mark:
        return SAFETY[Outcome(self.booking.outcome)]

    @property
    def safety_words(self) -> str | Promise:
        return SAFETY_WORDS.get(Outcome(self.booking.outcome), "")

    @property
    def first(self) -> Step | None:
        return self.steps[0] if self.steps else None

    @property
    def more(self) -> list[Step]:
        return self.steps[1:]

    @property
    def can_change(self) -> bool:
        return self.booking.status in lifecycle.BEFORE_SESSION

    @property
    def book_href(self) -> str:
        """Where the client's next session like this one is booked."""
        booking = self.booking
        if booking.client is None:
            return ""
        slug = booking.room.location.slug
        return book_href(slug, client=str(booking.client.uid), treatment=booking.treatment.slug)

    @property
    def move_href(self) -> str:
        return reverse("desk-move", args=[self.booking.uid])

    @property
    def cancel_href(self) -> str:
        return reverse("desk-cancel", args=[self.booking.uid])


def booking_panel(
    booking: Booking, card: Card | None, *, now: datetime, viewer: User | None = None
) -> BookingPanel:
    """Return the panel of a booking; `card` is its card of the day, which knows what can be undone.
    viewer: who looks, where they may be the one who asks the safety questions in the room."""
    location = booking.room.location
    name = booking.client.name if booking.client else booking.contact_name
    phone = booking.contact_phone or (booking.client.phone if booking.client else "")
    undo = undo_href(card)
    unasked = booking.outcome == Outcome.NOT_ASKED and booking.status in lifecycle.BEFORE_SESSION
    is_theirs = viewer is not None and booking.practitioner.user_id == viewer.pk
    return BookingPanel(
        booking=booking,
        name=name,
        phone=phone,
        email=booking.contact_email or (booking.client.email if booking.client else ""),
        when=_("%(day)s, %(span)s")
        % {
            "day": wording.day_short(booking.starts_at.astimezone(location.zone).date()),
            "span": span(booking.starts_at, booking.ends_at, location.zone),
        },
        overdue=overdue(booking, now),
        phases=phases_of(card.parts, booking, now) if card else (),
        consent=mark_of(booking.client, now) if booking.status not in NO_FLOW else None,
        plan=visit_in_plan(booking, now=now) if booking.status not in NO_FLOW else None,
        note=_note(booking, location),
        steps=steps_of(booking, now=now),
        undo=undo,
        undo_change=str(card.undo) if card and undo else "",
        undo_until=clock(card.undo_until, location.zone) if card and card.undo_until else "",
        visits=[_visit(one) for one in visits_of(booking)],
        asks=_asks(booking) if unasked and not is_theirs else "",
        ask_href=reverse("practice-answers", args=[booking.uid]) if unasked and is_theirs else "",
    )


def _asks(booking: Booking) -> str:
    return _("%(who)s can ask in the room, from their own day.") % {
        "who": wording.first_name(booking.practitioner.name)
    }


def steps_of(booking: Booking, *, now: datetime) -> list[Step]:
    """Return what can be done now, the most likely first."""
    zone = booking.room.location.zone
    is_today = booking.starts_at.astimezone(zone).date() == now.astimezone(zone).date()
    if booking.status == lifecycle.BOOKED:
        steps = [ARRIVED, CONFIRM] if is_today else [CONFIRM, ARRIVED]
    elif booking.status == lifecycle.CONFIRMED:
        steps = [ARRIVED]
    elif booking.status == lifecycle.ARRIVED:
        steps = [START] if may_begin(booking) else []
    else:
        steps = [DONE] if booking.status == lifecycle.IN_SESSION else []
    may_be_absent = booking.status in {lifecycle.BOOKED, lifecycle.CONFIRMED}
    return [*steps, NO_SHOW] if may_be_absent and now >= booking.starts_at else steps


def flow_of(booking: Booking) -> list[Reached]:
    """Return the way from booked to done; none for a booking that is off."""
    if booking.status in NO_FLOW:
        return []
    at = FLOW.index(booking.status) if booking.status in FLOW else -1
    return [Reached(STATUS[one].word, number <= at) for number, one in enumerate(FLOW)]


def _note(booking: Booking, location: Location) -> str:
    """Return what the desk should know beside: an answer awaited, or who made the booking."""
    if booking.status == lifecycle.REQUESTED and booking.respond_by:
        return _("%(who)s answers this request by %(until)s.") % {
            "who": booking.practitioner.name,
            "until": moment(booking.respond_by, location.zone),
        }
    if booking.booked_by:
        return _("Booked by %(who)s.") % {"who": booking.booked_by}
    return ""


def _visit(one: Booking) -> Visit:
    what = _("%(who)s, %(status)s") % {
        "who": wording.first_name(one.practitioner.name),
        "status": str(STATUS[one.status].word).lower(),
    }
    when = moment(one.starts_at, one.room.location.zone)
    return Visit(when, what, reverse("desk-booking", args=[one.uid]))
