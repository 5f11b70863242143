"""The next booking of somebody who is signed in: a time, and "has anything changed?"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import actions
from bookings.errors import CallUs, KeyMismatch, NotBefore, SlotTaken
from bookings.forms.choosing import ANYONE, Choice, TimeForm, read_choice, read_day
from bookings.forms.questions import SafetyForm
from bookings.models import Booking
from bookings.queries import booked, catalogue
from bookings.queries.catalogue import Offering
from bookings.queries.next_visit import NextVisit, next_visit
from bookings.queries.plans import Standing
from bookings.views import wording
from bookings.views.answers import INVALID, SeeOther, manage_path
from bookings.views.attempts import held_from, read_attempt, write_attempt
from bookings.views.details_page import summary
from bookings.views.me.home_page import due_on, plan_of
from bookings.views.me.theirs import Me, theirs
from bookings.views.plan_words import gap_unconfirmed, plan_line, session_words
from bookings.views.public import is_open, status_of
from bookings.views.times_page import Wanted, times_page
from clients.contact import Contact
from clients.errors import sentences
from clients.given_before import Before, given_before
from clients.queries import current_rule_set
from clients.screening import AnswersInvalid
from clinic.errors import Refusal
from clinic.limits import Limit, limit_posts
from clinic.models import Clinic

limited = limit_posts(Limit("bookings.me", most=60, seconds=600))


def _following(me: Me, now: datetime) -> NextVisit | None:
    return next_visit(me.client, now=now, due=due_on(plan_of(me, now=now)))


@theirs
@limited
@require_http_methods(["GET", "HEAD", "POST"])
def times(request: HttpRequest, me: Me) -> HttpResponse:
    """Which day and time; the POST keeps it for ten minutes. `?practitioner=`, `?day=`, `?at=`."""
    now = timezone.now()
    following = _following(me, now)
    if following is None:
        return SeeOther(reverse("book"))
    wanted = _wanted(request, me, following, now)
    if request.method != "POST":
        day, chosen = read_day(request.GET.get("day", "")), read_choice(request.GET.get("at", ""))
        return _times(request, me, wanted, day=day, chosen=chosen)
    time = TimeForm(request.POST)
    if not time.is_valid():
        return _times(request, me, wanted, error=time.at_error, status=INVALID)
    return _hold(request, me, wanted, time.cleaned_data["at"])


def _wanted(request: HttpRequest, me: Me, following: NextVisit, now: datetime) -> Wanted:
    usual = following.practitioner.slug if following.practitioner else ANYONE
    slug = request.GET.get("practitioner", usual)
    who = next((one for one in following.people if one.slug == slug), None)
    return Wanted(
        now=now,
        offering=following.offering,
        location=following.location,
        practitioners=following.people,
        practitioner=who,
        path=reverse("me-book", args=[me.client.uid]),
        keep={"practitioner": who.slug if who else ANYONE},
        by_name=True,
    )


def _times(
    request: HttpRequest, me: Me, wanted: Wanted, *, status: int = 200, **more: object
) -> HttpResponse:
    page = times_page(wanted, **more)  # type: ignore[arg-type]
    standing = plan_of(me, now=wanted.now, treatment=wanted.offering.id)
    plan = plan_line(standing) if standing else None
    context = {
        "me": me,
        "page": page,
        "plan": plan,
        "anyone_href": f"{wanted.path}?practitioner={ANYONE}",
    }
    return render(request, "bookings/me/times.html", context, status=status)


def _hold(request: HttpRequest, me: Me, wanted: Wanted, choice: Choice) -> HttpResponse:
    attempt = uuid4()
    who = next((one.pk for one in wanted.practitioners if one.slug == choice.practitioner), None)
    try:
        actions.hold(
            now=wanted.now,
            attempt=attempt,
            held_from=held_from(request),
            offering=wanted.offering,
            location=wanted.location,
            practitioner=who,
            starts_at=choice.starts_at,
            limited=settings.RATE_LIMITS,
        )
    except Refusal as refusal:
        day = choice.starts_at.astimezone(wanted.location.zone).date()
        return _times(
            request, me, wanted, day=day, error=refusal.sentence, status=status_of(refusal)
        )
    return SeeOther(reverse("me-confirm", args=[me.client.uid, write_attempt(attempt)]))


@dataclass(slots=True)
class Confirming:
    """The last page before the booking: what is kept, and what was answered before."""

    request: HttpRequest
    me: Me
    held: Booking
    offering: Offering
    now: datetime
    safety: SafetyForm
    before: Before | None
    changed: bool
    error: str | Promise = ""
    reasons: tuple[str, ...] = ()
    times_href: str = ""
    plan: Standing | None = None

    def show(self, status: int = 200) -> HttpResponse:
        context = {"me": self.me, "page": self, "summary": summary(self.held, self.now)}
        return render(self.request, "bookings/me/confirm.html", context, status=status)

    @property
    def session(self) -> str:
        """Which session of their plan it is."""
        if self.plan is None:
            return ""
        where = self.plan.position
        return session_words(where.numbers, where.number_at(self.held.starts_at))

    @property
    def gap(self) -> str | Promise:
        """What their plan has against this time; they may book it all the same."""
        return gap_unconfirmed(self.plan, self.held.starts_at, said="")

    @property
    def attempt(self) -> str:
        return write_attempt(self.held.attempt) if self.held.attempt else ""

    @property
    def asks_all(self) -> bool:
        return self.changed or self.before is None

    @property
    def since(self) -> str:
        return wording.day(self.before.on) if self.before else ""

    def book(self) -> HttpResponse:
        """Book, or show the page again with what stands against it."""
        answers: Mapping[str, object] = self.safety.answers
        if not self.asks_all and self.before is not None:
            answers = self.before.answers
        elif problems := self.safety.contradictions():
            self.safety.say(problems)
            return self.show(INVALID)
        try:
            made = self._book(answers)
        except AnswersInvalid as invalid:
            self.changed = True
            self.safety.say(sentences(invalid))
            return self.show(INVALID)
        except Refusal as refusal:
            return self._refused(refusal)
        return SeeOther(f"{manage_path(made)}?new=1")

    def _book(self, answers: Mapping[str, object]) -> Booking:
        return actions.book(
            now=self.now,
            actor=self.me.actor,
            source="ONLINE",
            key=f"attempt:{self.held.attempt}",
            offering=self.offering,
            location=self.held.room.location,
            practitioner=self.held.practitioner_id,
            starts_at=self.held.starts_at,
            contact=contact_of(self.me),
            answers=answers,
            attempt=self.held.attempt,
            client=self.me.client,
        ).booking

    def _refused(self, refusal: Refusal) -> HttpResponse:
        if isinstance(refusal, KeyMismatch):
            return SeeOther(self.request.path)
        if isinstance(refusal, CallUs | NotBefore) and self.held.attempt:
            actions.release(now=self.now, attempt=self.held.attempt)
        if isinstance(refusal, CallUs):
            context = {"page": summary(self.held, self.now), "reasons": refusal.sentences}
            return render(self.request, "bookings/public/call_us.html", context, status=409)
        book = reverse("me-book", args=[self.me.client.uid])
        if isinstance(refusal, NotBefore):
            day = wording.day(refusal.earliest)
            self.error = _("Your earliest safe date is %(day)s") % {"day": day}
            self.reasons = tuple(refusal.sentences)
            self.times_href = f"{book}?day={refusal.earliest.isoformat()}"
        else:
            self.error = refusal.sentence
            on = self.held.starts_at.astimezone(self.held.room.location.zone).date()
            self.times_href = f"{book}?day={on.isoformat()}"
        return self.show(status_of(refusal) if isinstance(refusal, SlotTaken) else INVALID)


def contact_of(me: Me) -> Contact:
    """Return the contact of a booking: the client's own, with whoever books for them beside."""
    client, own = me.client, me.link.relation == "SELF"
    return Contact(
        name=client.name,
        email=client.email or me.user.email,
        phone=client.phone,
        booked_by="" if own else me.user.name,
    )


@theirs
@limited
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, me: Me, attempt: str) -> HttpResponse:
    """Has anything changed? The POST books."""
    found = read_attempt(attempt)
    held = booked.of_attempt(found) if found else None
    if held is None or (held.client_id not in {None, me.client.pk}):
        raise Http404
    if not is_open(held):
        return SeeOther(manage_path(held))
    page = _confirming(request, me, held)
    if request.method == "POST":
        return page.book()
    return page.show()


def _confirming(request: HttpRequest, me: Me, held: Booking) -> Confirming:
    now = timezone.now()
    rules = current_rule_set(now)
    offering = catalogue.offering_of(held.treatment_id, Clinic.objects.the_only())
    today = now.astimezone(held.room.location.zone).date()
    questions = rules.questions_for(offering.phase_kinds)
    typed = request.POST if request.method == "POST" else None
    said = (typed or request.GET).get("changed", "")
    return Confirming(
        request=request,
        me=me,
        held=held,
        offering=offering,
        now=now,
        safety=SafetyForm(questions, typed, words=rules.texts),
        before=given_before(me.client, questions=questions, today=today),
        changed=said == "yes",
        plan=plan_of(me, now=now, treatment=held.treatment_id),
    )
