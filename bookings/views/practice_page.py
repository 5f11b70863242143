"""What the practitioner's pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import lifecycle
from bookings.models import Booking, Review
from bookings.queries import practice
from bookings.views import wording
from bookings.views.desk_grid import overdue
from bookings.views.marks import SAFETY, STATUS, Mark, moment, span
from bookings.views.seen_answers import SeenAnswers, part_by_part, seen
from clients.queries.rules import absolute_rules
from clients.rules import Outcome

PHASES_SHOWN = 20
# From where the practitioner begins a session; IN_SESSION where the desk has begun it.
BEGINS = (lifecycle.BOOKED, lifecycle.CONFIRMED, lifecycle.ARRIVED, lifecycle.IN_SESSION)


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One line of a practitioner's day or queue."""

    name: str
    initials: str
    time: str
    what: str
    where: str
    status: Mark
    safety: Mark
    overdue: str
    note: str
    href: str
    phases: str = ""


def visit_row(
    one: Booking, *, now: datetime, with_day: bool = False, note: str = "", phases: str = ""
) -> VisitRow:
    zone = one.room.location.zone
    name = one.client.name if one.client else one.contact_name
    return VisitRow(
        name=name,
        initials=wording.initials(name),
        time=moment(one.starts_at, zone) if with_day else span(one.starts_at, one.ends_at, zone),
        what=one.treatment_name,
        where=one.room.name,
        status=STATUS[one.status],
        safety=SAFETY[Outcome(one.outcome)],
        overdue=overdue(one, now),
        note=note,
        phases=phases,
        href=reverse("practice-visit", args=[one.uid]),
    )


def queue_rows(queue: Sequence[Booking], *, now: datetime) -> list[VisitRow]:
    """Return the bookings that wait for a decision, each with until when; the first of them with
    what the answers mean part by part, which is noted in the access log."""
    return [
        visit_row(
            one,
            now=now,
            with_day=True,
            note=_waits(one, now),
            phases=part_by_part(one.screening) if one.screening and number < PHASES_SHOWN else "",
        )
        for number, one in enumerate(queue)
    ]


def _waits(one: Booking, now: datetime) -> str:
    zone = one.room.location.zone
    words = _("Before the visit.")
    if one.respond_by:
        words = _("Answer by %(until)s, then it is declined.") % {
            "until": moment(one.respond_by, zone)
        }
    asked = getattr(one, "asked_at", None)
    if asked:
        said = _("You asked the client on %(day)s.") % {"day": moment(asked, zone)}
        return f"{words} {said}"
    return words


def queue_words(count: int) -> str:
    return ngettext("%(count)d booking waits for you", "%(count)d bookings wait for you", count) % {
        "count": count
    }


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier visit, with what was answered then."""

    when: str
    who: str
    what: str
    status: Mark
    answers: SeenAnswers | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a practitioner said before. `holds`: it has not been replaced."""

    words: str
    when: str
    who: str
    reason: str
    holds: bool


@dataclass(frozen=True, slots=True)
class VisitPage:
    """Everything the page of one visit shows. `first_words`: what comes before the session may
    begin, and `first_href` where that is done."""

    row: VisitRow
    booking: Booking
    is_own: bool
    when: str
    phone: str
    answers: SeenAnswers | None
    waits: bool
    must_say_why: bool
    absolute: list[str]
    may_answer: bool
    may_begin: bool
    first_words: str
    first_href: str
    session_href: str
    session_words: str
    earliest: date | None
    decided: list[Decided]
    earlier: list[Earlier]
    deadline: str | Promise
    cancel_reason: str


def visit_page(one: Booking, *, now: datetime, is_own: bool = True) -> VisitPage:
    """Return the page; reads the sealed answers and reasons of this visit and of those before. Of a
    colleague's visit nothing can be done."""
    waits = is_own and practice.waits_for_review(one, now)
    reason = practice.cancel_reason(one)
    zone = one.room.location.zone
    answers = seen(one.screening) if one.screening else None
    day = wording.day(one.starts_at.astimezone(zone).date())
    reviews = practice.reviews_of(one)
    begins = is_own and one.session is None and one.status in BEGINS
    first = _first(one, reviews, waits=waits) if begins else ("", "")
    return VisitPage(
        row=visit_row(one, now=now),
        booking=one,
        is_own=is_own,
        when=_("%(day)s, %(span)s") % {"day": day, "span": span(one.starts_at, one.ends_at, zone)},
        phone=one.contact_phone or (one.client.phone if one.client else ""),
        answers=answers,
        waits=waits,
        must_say_why=one.outcome in lifecycle.TO_BE_SEEN,
        absolute=[rule.question for rule in absolute_rules(one.screening)] if one.screening else [],
        may_answer=is_own and one.status in lifecycle.BEFORE_SESSION,
        may_begin=begins and not first[0],
        first_words=first[0],
        first_href=first[1],
        session_href=_session_href(one, is_own=is_own),
        session_words=_("The signed session")
        if one.session and one.session.is_signed
        else _("Go on with the session"),
        earliest=answers.earliest if answers else None,
        decided=[_decided(review, zone=zone) for review in reviews],
        earlier=[_earlier(before) for before in practice.earlier_visits(one)],
        deadline=_waits(one, now) if waits else "",
        cancel_reason=reason.text if reason else "",
    )


def _first(one: Booking, reviews: Sequence[Review], *, waits: bool) -> tuple[str, str]:
    """Return what the practitioner does before the session may begin, and where; "" where nothing."""
    if one.status == lifecycle.IN_SESSION or one.outcome not in lifecycle.TO_BE_SEEN:
        return "", ""
    if one.screening is None:
        return _("Ask the safety questions first"), reverse("practice-answers", args=[one.uid])
    accepted = any(
        review.decision == Review.Decision.ACCEPT and review.ended_at is None for review in reviews
    )
    return (
        ("", "") if accepted else (_("Accept the answers first"), "#decide" if waits else "#safety")
    )


def _session_href(one: Booking, *, is_own: bool) -> str:
    if one.session is None or not (is_own or one.session.is_signed):
        return ""
    return reverse("session-record" if one.session.is_signed else "session", args=[one.session.uid])


def _decided(review: Review, *, zone: ZoneInfo) -> Decided:
    return Decided(
        words=review.get_decision_display(),
        when=moment(review.at, zone),
        who=review.practitioner.name,
        reason=review.reason,
        holds=review.ended_at is None,
    )


def _earlier(one: Booking) -> Earlier:
    return Earlier(
        when=moment(one.starts_at, one.room.location.zone),
        who=one.practitioner.name,
        what=one.treatment_name,
        status=STATUS[one.status],
        answers=seen(one.screening) if one.screening else None,
    )
