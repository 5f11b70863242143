"""The safety questions of a booking that has been made: by the client's link, or in the room."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bookings import actions, lifecycle
from bookings.actions import Answered
from bookings.forms.questions import Ask, SafetyForm
from bookings.models import Booking
from bookings.queries import booked, catalogue
from bookings.views import wording
from bookings.views.answers import INVALID, SeeOther, private
from bookings.views.details_page import MOST_LISTED, Problem, Summary, summary
from clients.errors import sentences
from clients.models import Source
from clients.queries import current_rule_set
from clients.screening import AnswersInvalid
from clinic import audit
from clinic.audit import Actor
from clinic.errors import Refusal
from clinic.models import Clinic


class Questions:
    """The questions of a booking's treatment, with what was answered so far."""

    def __init__(self, request: HttpRequest, booking: Booking) -> None:
        self.booking, self.now = booking, timezone.now()
        rules = current_rule_set(self.now)
        offering = catalogue.offering_of(booking.treatment_id, Clinic.objects.the_only())
        typed = request.POST if request.method == "POST" else None
        self.safety = SafetyForm(
            rules.questions_for(offering.phase_kinds), typed, words=rules.texts
        )
        self.notice: str | Promise = ""

    @property
    def asks(self) -> list[Ask]:
        return self.safety.asks

    @property
    def summary(self) -> Summary:
        return summary(self.booking, self.now)

    @property
    def problems(self) -> Sequence[Problem]:
        """What keeps the answers from being sent, in the order of the page."""
        open_ = [ask for ask in self.asks if ask.error]
        if len(open_) > MOST_LISTED:
            words = _("%(count)d safety questions still need an answer.") % {"count": len(open_)}
            return [Problem(open_[0].name, words)]
        return [Problem(ask.name, f"{ask.text} {ask.error}") for ask in open_]

    def keep(self, *, actor: Actor, source: str) -> Answered | None:
        """Keep the answers; None where some are missing or wrong, which is then said at each.

        Raises what `actions.answer_questions` does.
        """
        contradictions = self.safety.contradictions()
        try:
            if not contradictions:
                return actions.answer_questions(
                    now=self.now,
                    actor=actor,
                    booking=self.booking,
                    answers=self.safety.answers,
                    source=source,
                )
        except AnswersInvalid as invalid:
            self.safety.say(sentences(invalid))
        self.safety.say(contradictions)
        return None


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Ask a client the safety questions of a booking the desk made for them, or that the practitioner
    wants answered again; the POST stores them, once. Opening the link changes nothing."""
    booking = booked.by_token(token)
    if booking is None:
        raise Http404
    if not booked.takes_answers(booking):
        return render(request, "bookings/answers/over.html", over_context(booking))
    page = Questions(request, booking)
    if request.method != "POST":
        return ask(request, page)
    try:
        answered = page.keep(actor=audit.CLIENT, source=Source.LINK)
    except Refusal:
        return SeeOther(request.path)  # answered or called off meanwhile: the page says so
    if answered is None:
        return ask(request, page, INVALID)
    context = {
        **over_context(answered.booking),
        "answered": answered,
        "earliest": earliest(answered),
    }
    return render(request, "bookings/answers/thanks.html", context)


def ask(request: HttpRequest, page: Questions, status: int = 200) -> HttpResponse:
    return render(request, "bookings/answers/ask.html", {"page": page}, status=status)


def over_context(booking: Booking) -> dict[str, object]:
    return {
        "summary": summary(booking, timezone.now()),
        "is_coming": booking.status in lifecycle.BEFORE_SESSION,
        "is_answered": booking.screening_id is not None,
    }


def earliest(answered: Answered) -> str:
    """Return the first day on which the session is safe, in words; "" where any day is."""
    return wording.day(answered.not_before) if answered.not_before else ""
