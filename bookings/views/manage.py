"""A booking's own page: its present state for ever, moved and cancelled by POST within the window."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import actions, ical, lifecycle
from bookings.actions.changing import check_changeable
from bookings.errors import CallUs, NotBefore
from bookings.forms.choosing import ANYONE, Choice, TimeForm, read_choice, read_day
from bookings.models import Booking
from bookings.queries import catalogue
from bookings.queries.forms import form_href
from bookings.queries.next_visit import like
from bookings.queries.reminders import way_to_ask
from bookings.views import wording
from bookings.views.answers import INVALID, SeeOther, manage_path, private
from bookings.views.details_page import summary, times_href
from bookings.views.manage_page import ASKS, manage_page
from bookings.views.of_booking import of_booking
from bookings.views.public import status_of
from bookings.views.times_page import TimesPage, Wanted, times_page
from clinic import audit
from clinic.errors import Refusal
from clinic.models import Clinic


@require_safe
@private
@of_booking
def show(request: HttpRequest, booking: Booking) -> HttpResponse:
    """What became of the booking, and what can still be done. `?new`, `?moved`: just now."""
    now = timezone.now()
    page = manage_page(
        booking,
        now=now,
        is_new="new" in request.GET,
        is_moved="moved" in request.GET,
        form_href=form_href(booking, now=now),
        ask=ASKS.get(way_to_ask(booking, now=now), ""),
    )
    context = {
        "page": page,
        "says_yes": "coming" in request.GET,
        "reminds": "remind" in request.GET and not page.ask,
    }
    return render(request, "bookings/manage/show.html", context)


@require_safe
@private
@of_booking
def calendar_file(request: HttpRequest, booking: Booking) -> HttpResponse:
    """The booking as a calendar file, as it is now."""
    response = HttpResponse(
        ical.calendar_file(booking, timezone.now()), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return response


@require_safe
@private
@of_booking
def again(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Lead to the times for another visit like this one, with whoever was seen. Nothing is kept."""
    location, offering = booking.room.location, like(booking)
    if offering is None:
        return redirect(f"{reverse('book')}?{urlencode({'location': location.slug})}")
    return redirect(times_href(location, offering.slug, practitioner=booking.practitioner.slug))


def _changeable(booking: Booking, now: datetime) -> bool:
    try:
        check_changeable(booking, now=now)
    except Refusal:
        return False
    return True


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
@of_booking
def cancel(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Ask, then cancel. Cancelling twice is once."""
    now = timezone.now()
    home = manage_path(booking)
    if request.method == "POST":
        try:
            actions.cancel(now=now, actor=audit.CLIENT, booking=booking)
        except Refusal:
            return SeeOther(home)  # the page says what can still be done, or whom to call
        return SeeOther(home)
    if not _changeable(booking, now):
        return SeeOther(home)
    context = {"page": summary(booking, now), "home": home}
    return render(request, "bookings/manage/cancel.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
@of_booking
def come(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Say with one tap that they come. Looking at the link says nothing yet; saying it twice is
    once."""
    now = timezone.now()
    home = manage_path(booking)
    if booking.status != lifecycle.BOOKED or booking.starts_at <= now:
        return SeeOther(home)
    if request.method == "POST":
        try:
            actions.say_yes(now=now, actor=audit.CLIENT, booking=booking)
        except Refusal:
            return SeeOther(home)  # the page says how it stands
        return SeeOther(f"{home}?coming")
    context = {"page": summary(booking, now), "home": home}
    return render(request, "bookings/manage/come.html", context)


@csrf_exempt
@require_POST
@private
@of_booking
def remind(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Take the yes to reminders that the form did not get. Saying it twice is once."""
    asked = actions.ask_for_reminders(now=timezone.now(), actor=audit.CLIENT, booking=booking)
    return SeeOther(f"{manage_path(booking)}{'?remind' if asked else ''}")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
@of_booking
def move(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Choose another time, with the same practitioner or with anyone; the POST moves."""
    now = timezone.now()
    home = manage_path(booking)
    if not _changeable(booking, now):
        return SeeOther(home)
    wanted = _wanted(request, booking, now, home)
    if request.method == "POST":
        return _moved(request, booking, wanted, home)
    day = read_day(request.GET.get("day", "")) or _own_day(booking, wanted)
    chosen = read_choice(request.GET.get("at", ""))
    return _times(request, booking, times_page(wanted, day=day, chosen=chosen))


def _own_day(booking: Booking, wanted: Wanted) -> date | None:
    """Return the day that is booked, where it is one that can be booked."""
    zone = wanted.location.zone
    day = booking.starts_at.astimezone(zone).date()
    return day if day <= wanted.offering.policy.last_day(wanted.now, zone) else None


def _wanted(request: HttpRequest, booking: Booking, now: datetime, home: str) -> Wanted:
    offering = catalogue.offering_of(booking.treatment_id, Clinic.objects.the_only())
    location = booking.room.location
    people = catalogue.practitioners(offering.id, location.pk)
    slug = request.GET.get("practitioner", booking.practitioner.slug)
    who = next((one for one in people if one.slug == slug), None)
    return Wanted(
        now=now,
        offering=offering,
        location=location,
        practitioners=people,
        practitioner=who,
        path=f"{home}move/",
        keep={"practitioner": who.slug if who else ANYONE},
        booking=booking.pk,
        by_name=True,
    )


def _moved(request: HttpRequest, booking: Booking, wanted: Wanted, home: str) -> HttpResponse:
    time = TimeForm(request.POST)
    if not time.is_valid():
        return _times(request, booking, times_page(wanted, error=time.at_error), status=INVALID)
    choice: Choice = time.cleaned_data["at"]
    who = next((one.pk for one in wanted.practitioners if one.slug == choice.practitioner), None)
    try:
        actions.move(
            now=wanted.now,
            actor=audit.CLIENT,
            booking=booking,
            starts_at=choice.starts_at,
            practitioner=who,
        )
    except Refusal as refusal:
        page = times_page(wanted, day=_day(choice, wanted, refusal), error=_words(refusal))
        return _times(request, booking, page, status=status_of(refusal))
    return SeeOther(f"{home}?moved=1")


def _day(choice: Choice, wanted: Wanted, refusal: Refusal) -> date:
    if isinstance(refusal, NotBefore):
        return refusal.earliest
    return choice.starts_at.astimezone(wanted.location.zone).date()


def _words(refusal: Refusal) -> str | Promise:
    """Return what to say; what the answers gave away stays between the client and us."""
    if isinstance(refusal, NotBefore):
        return _("By your safety answers, your earliest date is %(day)s. Nothing was changed.") % {
            "day": wording.day(refusal.earliest)
        }
    if isinstance(refusal, CallUs):
        return _("Please call us to move this booking, and we will plan it together.")
    return refusal.sentence


def _times(
    request: HttpRequest, booking: Booking, page: TimesPage, status: int = 200
) -> HttpResponse:
    context = {
        "page": page,
        "summary": summary(booking, page.wanted.now),
        "home": manage_path(booking),
        "anyone_href": f"{page.wanted.path}?practitioner={ANYONE}",
    }
    return render(request, "bookings/manage/move.html", context, status=status)
