"""The last step to a booking: who comes, is it safe, and then exactly one booking."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from bookings import actions
from bookings.availability import Opening
from bookings.errors import CallUs, KeyMismatch, NotBefore, SlotTaken
from bookings.forms.choosing import Choice, read_choice
from bookings.forms.contact import ContactForm
from bookings.forms.questions import SafetyForm
from bookings.models import Booking
from bookings.queries import booked, calendar, catalogue
from bookings.views import wording
from bookings.views.answers import CONFLICT, INVALID, SeeOther, manage_path, private
from bookings.views.attempts import read_attempt
from bookings.views.details_page import (
    DetailsPage,
    details_page,
    offered_again,
    others_of,
    summary,
    times_href,
)
from bookings.views.public import hold_time, is_open, status_of
from bookings.views.times_page import NOON, Wanted
from clients.contact import example_phone
from clients.errors import sentences
from clients.queries import current_rule_set
from clients.screening import AnswersInvalid, parse_answers
from clinic import audit
from clinic.errors import Refusal
from clinic.models import Clinic
from clinic.opening import instant_of

MOST_OTHERS = 3
LATER_SPAN = timedelta(days=14)


class Details:
    """An attempt's last page: loaded once, shown, confirmed or refused."""

    def __init__(self, request: HttpRequest, held: Booking) -> None:
        self.request, self.held, self.now = request, held, timezone.now()
        self.clinic = Clinic.objects.the_only()
        self.location = held.room.location
        self.offering = catalogue.offering_of(held.treatment_id, self.clinic)
        self.people = catalogue.practitioners(self.offering.id, self.location.pk)
        self.rules = current_rule_set(self.now)

    def page(self, *, judged: bool = False) -> DetailsPage:
        """Return the page with what was typed; `judged` with what is wrong in it as well."""
        typed = self.request.POST if self.request.method == "POST" else None
        country = self.location.country
        contact = ContactForm(
            typed if judged else None,
            initial=typed.dict() if typed else None,
            country=country,
            example=example_phone(country),
        )
        questions = self.rules.questions_for(self.offering.phase_kinds)
        page = details_page(
            self.held,
            clinic=self.clinic,
            contact=contact,
            safety=SafetyForm(questions, typed, words=self.rules.texts),
            now=self.now,
            several_places=len(catalogue.locations()) > 1,
        )
        if typed and (offered := typed.getlist("offered")):
            chosen = typed.get("at", "")
            page.others = offered_again(offered, chosen, self.people, self.location)
        return page

    def show(self, page: DetailsPage, status: int = 200) -> HttpResponse:
        context = {"page": page}
        return render(self.request, "bookings/public/details.html", context, status=status)

    def confirm(self) -> HttpResponse:
        """Book, or show the page again with what stands against it and all that was typed."""
        page = self.page(judged=True)
        choice = read_choice(self.request.POST.get("at", ""))
        if choice is None:
            page.at_error = _("Please choose one of these times.")
        contradictions = page.safety.contradictions()
        page.safety.say(contradictions)
        if not page.contact.is_valid() or choice is None or contradictions:
            page.safety.say({**self._missing(page), **contradictions})
            return self.show(page, INVALID)
        try:
            made = self._book(page, choice)
        except AnswersInvalid as invalid:
            page.safety.say(sentences(invalid))
            return self.show(page, INVALID)
        except Refusal as refusal:
            return self.refuse(page, choice, refusal)
        return SeeOther(f"{manage_path(made)}?new=1")

    def _missing(self, page: DetailsPage) -> dict[str, str | Promise]:
        """Say at once, with whatever else is wrong, which questions are still open."""
        try:
            self._parse(page)
        except AnswersInvalid as invalid:
            return dict(sentences(invalid))
        return {}

    def _parse(self, page: DetailsPage) -> None:
        today = self.now.astimezone(self.location.zone).date()
        questions = self.rules.questions_for(self.offering.phase_kinds)
        parse_answers(questions, page.safety.answers, answered_on=today)

    def _book(self, page: DetailsPage, choice: Choice) -> Booking:
        who = next((one.pk for one in self.people if one.slug == choice.practitioner), None)
        return actions.book(
            now=self.now,
            actor=audit.CLIENT,
            source="ONLINE",
            key=f"attempt:{self.held.attempt}",
            offering=self.offering,
            location=self.location,
            practitioner=who,
            starts_at=choice.starts_at,
            contact=page.contact.contact,
            answers=page.safety.answers,
            attempt=self.held.attempt,
        ).booking

    def refuse(self, page: DetailsPage, choice: Choice, refusal: Refusal) -> HttpResponse:
        """Answer a refusal: whom to call, the earliest safe date, or other times in its place."""
        if isinstance(refusal, KeyMismatch):
            return SeeOther(self.request.path)
        if isinstance(refusal, CallUs | NotBefore) and self.held.attempt:
            actions.release(now=self.now, attempt=self.held.attempt)
        if isinstance(refusal, CallUs):
            context = {"page": summary(self.held, self.now), "reasons": refusal.sentences}
            return render(self.request, "bookings/public/call_us.html", context, status=CONFLICT)
        if isinstance(refusal, NotBefore):
            self._from(page, refusal)
        else:
            page.title = _("This time is gone")
            page.notice = refusal.sentence
            self._offer(page, self._near(choice, refusal))
        return self.show(page, status_of(refusal) if isinstance(refusal, SlotTaken) else INVALID)

    def _near(self, choice: Choice, refusal: Refusal) -> list[Opening]:
        if isinstance(refusal, SlotTaken):
            return refusal.openings
        return calendar.nearest(
            choice.starts_at,
            now=self.now,
            offering=self.offering,
            location=self.location,
            practitioner=self.held.practitioner_id,
            attempt=self.held.attempt,
        )

    def _offer(self, page: DetailsPage, openings: list[Opening]) -> None:
        page.others = others_of(openings, self.people, self.location)
        page.seconds_left = 0

    def _from(self, page: DetailsPage, refusal: NotBefore) -> None:
        day = wording.day(refusal.earliest)
        page.title = _("Your earliest safe date is %(day)s") % {"day": day}
        page.reasons = refusal.sentences
        page.from_words = _("All times from %(day)s") % {"day": day}
        page.from_href = times_href(
            self.location,
            self.offering.slug,
            attempt=page.attempt,
            day=refusal.earliest.isoformat(),
        )
        self._offer(page, self._later(refusal))

    def _later(self, refusal: NotBefore) -> list[Opening]:
        """Return three times from the earliest safe date on: the first of each half day, with whom
        the time was held before anybody else."""
        last = refusal.earliest + LATER_SPAN
        found = calendar.openings(
            now=self.now,
            offering=self.offering,
            location=self.location,
            first=refusal.earliest,
            last=last,
        )
        halves: dict[tuple[bool, date, bool], Opening] = {}
        for one in found:
            local = instant_of(one.minute).astimezone(self.location.zone)
            other = one.practitioner != self.held.practitioner_id
            halves.setdefault((other, local.date(), local.hour < NOON), one)
        best = sorted(halves, key=lambda half: (half[0], halves[half].minute))[:MOST_OTHERS]
        return [halves[half] for half in best]


def _held(text: str) -> Booking | None:
    """Return what came of the attempt an address names; None when it holds nothing any more.

    Raises Http404 for an attempt we did not give out."""
    attempt = read_attempt(text)
    if attempt is None:
        raise Http404
    return booked.of_attempt(attempt)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def attempt(request: HttpRequest, attempt: str) -> HttpResponse:
    """Who comes, and is it safe; the POST books. Once booked, it leads to the booking."""
    held = _held(attempt)
    if held is None:
        return redirect("book")
    if not is_open(held):
        return SeeOther(manage_path(held))
    details = Details(request, held)
    if request.method == "POST":
        return details.confirm()
    return details.show(details.page())


@csrf_exempt
@require_POST
@private
def extend(request: HttpRequest, attempt: str) -> HttpResponse:
    """Hold the time for another ten minutes; what was typed so far stays."""
    held = _held(attempt)
    if held is None or not is_open(held):
        return SeeOther(reverse("book-attempt", args=[attempt]))
    details = Details(request, held)
    wanted = Wanted(
        details.now, details.offering, details.location, details.people, held.practitioner, ""
    )
    choice = Choice(held.starts_at, held.practitioner.slug)
    try:
        details.held = hold_time(request, wanted, choice, UUID(str(held.attempt)))
    except Refusal as refusal:
        return details.refuse(details.page(), choice, refusal)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"seconds": details.page().seconds_left})
    return details.show(details.page())
