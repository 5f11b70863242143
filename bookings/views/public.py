"""The client's way to a booking: where and what, when, who. No account, no cookie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from bookings import actions, lifecycle
from bookings.errors import SlotTaken
from bookings.forms.choosing import ANYONE, Choice, StartForm, TimeForm, read_choice, read_day
from bookings.models import Booking
from bookings.queries import booked, catalogue
from bookings.queries.catalogue import Offering
from bookings.queries.named import find
from bookings.queries.offered import Works, who_works_where
from bookings.views.answers import CONFLICT, INVALID, SeeOther
from bookings.views.attempts import held_from, read_attempt, write_attempt
from bookings.views.details_page import times_href
from bookings.views.start_page import start_page
from bookings.views.times_page import TimesPage, Wanted, times_page
from clinic.context import clinic_of, remember_clinic
from clinic.errors import Refusal
from clinic.models import Clinic, Location, Practitioner


@dataclass(frozen=True, slots=True)
class House:
    """What the clinic offers, read once a request."""

    clinic: Clinic
    locations: list[Location]
    offerings: list[Offering]
    works: list[Works]

    def start_form(self, data: QueryDict | dict[str, str] | None, **initial: str) -> StartForm:
        return StartForm(
            data,
            initial=initial,
            locations=self.locations,
            offerings=self.offerings,
            practitioners=[one.practitioner for one in self.works],
        )

    def location(self, slug: str) -> Location:
        return next(one for one in self.locations if one.slug == slug)

    def offering(self, slug: str) -> Offering:
        return next(one for one in self.offerings if one.slug == slug)


def _house(request: HttpRequest) -> House:
    clinic = clinic_of(request)
    return House(clinic, catalogue.locations(), catalogue.offerings(clinic), who_works_where())


def _start(request: HttpRequest, house: House, form: StartForm, status: int = 200) -> HttpResponse:
    page = start_page(
        clinic=house.clinic,
        form=form,
        locations=house.locations,
        offerings=house.offerings,
        works=house.works,
        now=timezone.now(),
    )
    return render(request, "bookings/public/start.html", {"page": page}, status=status)


@require_safe
def book(request: HttpRequest) -> HttpResponse:
    """Where, what and with whom. `?location=`, `?treatment=`, `?practitioner=` are remembered."""
    house = _house(request)
    known = {
        "location": {one.slug for one in house.locations},
        "treatment": {one.slug for one in house.offerings},
        "practitioner": {one.practitioner.slug for one in house.works},
    }
    said = {name: request.GET.get(name, "") for name in known}
    initial = {name: slug for name, slug in said.items() if slug in known[name]}
    return _start(request, house, house.start_form(None, **initial))


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Check the first page's choice and go on to the times."""
    house = _house(request)
    form = house.start_form(request.GET)
    if not form.is_valid():
        return _start(request, house, form, INVALID)
    chosen = form.cleaned_data
    values = {"practitioner": chosen["practitioner"]} if chosen["practitioner"] else {}
    return redirect(times_href(house.location(chosen["location"]), chosen["treatment"], **values))


def _wanted(
    location: Location,
    offering: Offering,
    people: Sequence[Practitioner],
    slug: str,
    attempt: UUID,
) -> tuple[Wanted, str]:
    """Return what the times are for, and what to say if a practitioner asked for can't be had."""
    who = next((one for one in people if one.slug == slug), None)
    notice = ""
    if who is None and slug not in {"", ANYONE}:
        notice = _(
            "The practitioner you chose doesn't offer this here. These are everyone's times."
        )
    keep = {"practitioner": who.slug} if who else {}
    wanted = Wanted(
        now=timezone.now(),
        offering=offering,
        location=location,
        practitioners=people,
        practitioner=who,
        path=times_href(location, offering.slug),
        keep=keep,
        attempt=attempt,
    )
    return wanted, notice


def _times(request: HttpRequest, page: TimesPage, attempt: UUID, status: int = 200) -> HttpResponse:
    context = {"page": page, "attempt": write_attempt(attempt)}
    response = render(request, "bookings/public/times.html", context, status=status)
    response["Cache-Control"] = "private, max-age=0"
    return response


@require_safe
def times(request: HttpRequest, location: str, treatment: str) -> HttpResponse:
    """Which day and time. `?practitioner=`, `?day=`, `?at=` and `?attempt=` are optional."""
    named, practitioner = find(treatment, location), request.GET.get("practitioner", "")
    if named.offering is None or named.location is None:
        house = _house(request)
        asked = {"location": location, "treatment": treatment, "practitioner": practitioner}
        return _start(request, house, house.start_form(asked), 404)
    remember_clinic(request, named.offering.clinic)
    attempt = _unbooked(request.GET.get("attempt", "")) or uuid4()
    wanted, notice = _wanted(
        named.location, named.offering, named.practitioners, practitioner, attempt
    )
    if "attempt" in request.GET:
        wanted.keep["attempt"] = write_attempt(attempt)
    typed = request.GET.get("day", "")
    day = read_day(typed)
    if typed and day is None:
        notice = _("There is no such date. Here is the first day with a free time.")
    chosen = read_choice(request.GET.get("at", ""))
    return _times(request, times_page(wanted, day=day, chosen=chosen, notice=notice), attempt)


def _unbooked(text: str) -> UUID | None:
    """Return the attempt an address names, unless it has booked: nobody who follows a copied
    address may end at somebody else's booking."""
    attempt = read_attempt(text)
    row = booked.of_attempt(attempt) if attempt else None
    return attempt if row is None or is_open(row) else None


def is_open(row: Booking) -> bool:
    return row.status in {lifecycle.HELD, lifecycle.EXPIRED}


@csrf_exempt
@require_POST
def hold(request: HttpRequest) -> HttpResponse:
    """Keep the time picked for ten minutes, then ask who comes."""
    house = _house(request)
    form, time = house.start_form(request.POST), TimeForm(request.POST)
    if not form.is_valid():
        return _start(request, house, form, INVALID)
    attempt = read_attempt(request.POST.get("attempt", "")) or uuid4()
    row = booked.of_attempt(attempt)
    if row is not None and not is_open(row):
        return SeeOther(reverse("book-attempt", args=[write_attempt(attempt)]))
    asked = form.cleaned_data
    location, offering = house.location(asked["location"]), house.offering(asked["treatment"])
    people = catalogue.practitioners(offering.id, location.pk)
    wanted, _notice = _wanted(location, offering, people, asked["practitioner"], attempt)
    if not time.is_valid():
        page = times_page(wanted, day=read_day(request.POST.get("day", "")), error=time.at_error)
        return _times(request, page, attempt, INVALID)
    choice = time.cleaned_data["at"]
    try:
        hold_time(request, wanted, choice, attempt)
    except Refusal as refusal:
        day = choice.starts_at.astimezone(wanted.location.zone).date()
        page = times_page(wanted, day=day, error=refusal.sentence)
        return _times(request, page, attempt, status_of(refusal))
    return SeeOther(reverse("book-attempt", args=[write_attempt(attempt)]))


def hold_time(request: HttpRequest, wanted: Wanted, choice: Choice, attempt: UUID) -> Booking:
    who = next((one.pk for one in wanted.practitioners if one.slug == choice.practitioner), None)
    return actions.hold(
        now=wanted.now,
        attempt=attempt,
        held_from=held_from(request),
        offering=wanted.offering,
        location=wanted.location,
        practitioner=who or (wanted.practitioner.pk if wanted.practitioner else None),
        starts_at=choice.starts_at,
        limited=settings.RATE_LIMITS,
    )


def status_of(refusal: Refusal) -> int:
    return CONFLICT if isinstance(refusal, SlotTaken) else INVALID
