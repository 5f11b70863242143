"""The first page: where, what and with whom, and the next free time ahead of all that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.availability import Opening
from bookings.forms.choosing import Choice, StartForm
from bookings.queries import calendar
from bookings.queries.catalogue import Offering
from bookings.queries.offered import Works
from bookings.views import wording
from clinic.models import Clinic, Location
from clinic.opening import instant_of

PHASE_WORDS = {
    "LYMPHATIC_MASSAGE": lambda: _("lymphatic massage"),
    "NEEDLING": lambda: _("needling"),
    "JADE_ROLLER": lambda: _("jade roller"),
}
NEXT_WITHIN = timedelta(days=14)
MOST_PLACES_SEARCHED = 3
MOST_PEOPLE_SHOWN = 12

Thing = TypeVar("Thing", Location, Offering)


@dataclass(frozen=True, slots=True)
class PhaseWords:
    kind: str
    minutes: int
    name: str


@dataclass(frozen=True, slots=True)
class PlaceCard:
    slug: str
    name: str
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class SessionCard:
    slug: str
    name: str
    minutes: str
    summary: str
    price: str
    first_visit: bool
    phases: list[PhaseWords]
    phases_line: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A practitioner; `works` holds "location:treatment" words for the script that narrows."""

    slug: str
    name: str
    title: str
    initials: str
    tint: int
    works: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class NextCard:
    href: str
    when: str
    what: str


@dataclass(slots=True)
class StartPage:
    clinic: Clinic
    form: StartForm
    places: list[PlaceCard]
    sessions: list[SessionCard]
    people: list[PersonCard]
    anyone: bool
    next: NextCard | None
    place: PlaceCard | None = None
    session: SessionCard | None = None


def phases_of(offering: Offering) -> list[PhaseWords]:
    """Return the parts of a session in order, a consultation first where there is one."""
    first = (
        [PhaseWords("CONSULTATION", offering.consultation, _("consultation"))]
        if offering.consultation
        else []
    )
    return first + [
        PhaseWords(kind, minutes, PHASE_WORDS[kind]() if kind in PHASE_WORDS else kind.lower())
        for kind, minutes in offering.phases
    ]


def start_page(
    *,
    clinic: Clinic,
    form: StartForm,
    locations: Sequence[Location],
    offerings: Sequence[Offering],
    works: Sequence[Works],
    now: datetime,
) -> StartPage:
    """Return the page with what `form` holds chosen; a step with one possibility is left out."""
    said = {name: form[name].value() or "" for name in ("location", "treatment", "practitioner")}
    place = _one(locations, said["location"])
    session = _one(offerings, said["treatment"])
    places = [PlaceCard(one.slug, one.name, one.address, chosen=one is place) for one in locations]
    cards = [_session_card(one, chosen=one is session) for one in offerings]
    shown = [
        one
        for one in works
        if place is None or any(where == place.pk for where, _what in one.pairs)
    ]
    if place is None and len(shown) > MOST_PEOPLE_SHOWN:
        shown = []  # a large house: who works there is asked once the place is known
    people = [
        _person_card(one, n, locations, offerings, said["practitioner"])
        for n, one in enumerate(shown)
    ]
    fixed = place if len(locations) == 1 or "location" in form.initial else None
    return StartPage(
        clinic=clinic,
        form=form,
        places=places,
        sessions=cards,
        people=people,
        anyone=not any(person.chosen for person in people),
        next=_next(locations if place is None else [place], offerings, session, works, now),
        place=next((card for card in places if fixed and card.slug == fixed.slug), None),
        session=cards[0] if len(cards) == 1 else None,
    )


def _one(things: Sequence[Thing], slug: str) -> Thing | None:
    if len(things) == 1:
        return things[0]
    return next((one for one in things if one.slug == slug), None)


def _session_card(one: Offering, *, chosen: bool) -> SessionCard:
    phases = phases_of(one)
    return SessionCard(
        slug=one.slug,
        name=one.name,
        minutes=wording.minutes(one.minutes),
        summary=one.summary,
        price=wording.money(one.price, one.currency),
        first_visit=one.for_new_clients,
        phases=phases,
        phases_line=", ".join(f"{phase.minutes} {phase.name}" for phase in phases),
        chosen=chosen,
    )


def _person_card(
    one: Works,
    number: int,
    locations: Sequence[Location],
    offerings: Sequence[Offering],
    said: str,
) -> PersonCard:
    places = {location.pk: location.slug for location in locations}
    sessions = {offering.id: offering.slug for offering in offerings}
    return PersonCard(
        slug=one.practitioner.slug,
        name=one.practitioner.name,
        title=one.practitioner.title,
        initials=wording.initials(one.practitioner.name),
        tint=number % 4,
        works=" ".join(
            f"{places[where]}:{sessions[what]}"
            for where, what in sorted(one.pairs)
            if where in places and what in sessions
        ),
        chosen=one.practitioner.slug == said,
    )


def _next(
    locations: Sequence[Location],
    offerings: Sequence[Offering],
    session: Offering | None,
    works: Sequence[Works],
    now: datetime,
) -> NextCard | None:
    """Return the first free time of the session chosen, else of the first that is no first visit
    (three queries for each location). A
    large house has no such time until the place is known."""
    regular = [one for one in offerings if not one.for_new_clients] or list(offerings)
    offering = session or next(iter(regular), None)
    if offering is None:
        return None
    found: list[tuple[Opening, Location]] = []
    for location in locations if len(locations) <= MOST_PLACES_SEARCHED else ():
        first = now.astimezone(location.zone).date()
        opened = calendar.openings(
            now=now, offering=offering, location=location, first=first, last=first + NEXT_WITHIN
        )
        found.extend((opening, location) for opening in opened[:1])
    if not found:
        return None
    opening, location = min(found, key=lambda pair: pair[0])
    return _next_card(opening, location, offering, works, several=len(locations) > 1)


def _next_card(
    opening: Opening,
    location: Location,
    offering: Offering,
    works: Sequence[Works],
    *,
    several: bool,
) -> NextCard:
    who = next(one.practitioner for one in works if one.practitioner.pk == opening.practitioner)
    starts_at = instant_of(opening.minute)
    on = starts_at.astimezone(location.zone).date()
    path = reverse("book-times", args=[location.slug, offering.slug])
    words = {"session": offering.name, "name": who.name, "place": location.name}
    return NextCard(
        href=f"{path}?day={on.isoformat()}&at={Choice(starts_at)}",
        when=_("Next: %(when)s") % {"when": wording.moment(starts_at, location.zone)},
        what=_("%(session)s with %(name)s at %(place)s, first free time") % words
        if several
        else _("%(session)s with %(name)s, first free time") % words,
    )
