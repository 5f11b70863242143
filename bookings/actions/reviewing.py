"""The safety answers of a booking that has been made, and what the practitioner says to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from bookings import lifecycle, messages
from bookings.actions.changing import locked
from bookings.actions.safety import judge_booked, judge_by_current_rules
from bookings.actions.safety import keep as keep_screening
from bookings.actions.undoing import GRACE, keep, remember
from bookings.errors import (
    AbsoluteRule,
    AnsweredAlready,
    CannotJudge,
    NotAPractitioner,
    NotChangeable,
    NotScreened,
    ReasonMissing,
)
from bookings.models import Booking, BookingChange, Review
from bookings.queries.booked import takes_answers
from bookings.queries.catalogue import offering_of
from clients import screening
from clients.answers import AnswersInvalid
from clients.models import ClientKey, Source
from clients.queries import current_rule_set
from clients.queries.rules import absolute_rules
from clients.rules import Outcome
from clinic import audit
from clinic.audit import Actor
from clinic.models import Clinic, Practitioner

Decision = Review.Decision

# With these the answers themselves speak against the day.
_AGAINST = (Outcome.NOT_BEFORE, Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of the answers. `call_us`: tell the client to call, with `sentences` (theirs to
    read, health text); the booking stands until they do. `not_before` is the earliest day."""

    booking: Booking
    call_us: bool
    sentences: Sequence[str]
    not_before: date | None


def answer_questions(
    *,
    now: datetime,
    actor: Actor,
    booking: Booking,
    answers: Mapping[str, object],
    source: str,
) -> Answered:
    """Keep the answers to the safety questions of a booking, sealed, and judge them for its date.

    answers: to every booking question of its treatment, in the shapes of the API. source: LINK (the
    client, by `links.answers_url`), ROOM (asked by the practitioner) or DESK; answers by LINK are
    taken once, and once more each time that the practitioner asks (`review`). The booking keeps its
    status whatever they say; what the practitioner must look at is in their queue.

    Raises clients.screening.AnswersInvalid, AnsweredAlready, NotChangeable (in session, over or
    dead) or BeingChanged.
    """
    offering = offering_of(booking.treatment_id, Clinic.objects.the_only())
    zone = booking.room.location.zone
    today = now.astimezone(zone).date()
    rules = current_rule_set(now)
    given = screening.parse_answers(
        rules.questions_for(offering.phase_kinds), answers, answered_on=today
    )
    with transaction.atomic():
        current = locked(booking)
        if current.status not in lifecycle.BEFORE_SESSION or current.client is None:
            raise NotChangeable
        if source == Source.LINK and not takes_answers(current):
            raise AnsweredAlready
        on = current.starts_at.astimezone(zone).date()
        judged = judge_booked(
            given,
            rules=rules,
            client=current.client,
            offering=offering,
            on=on,
            answered_on=today,
        )
        kept = keep_screening(
            judged, client=current.client, known=True, source=source,
            on=on, answered_on=today, now=now,
        )  # fmt: skip
        before = {"outcome": current.outcome}
        current.screening = kept
        current.outcome = judged.outcome
        current.sequence += 1
        current.changed_at = now
        current.save()
        # What was said of other answers holds no longer.
        Review.objects.filter(booking=current, ended_at__isnull=True).update(ended_at=now)
        messages.plan([current.pk], now=now)
        audit.record(
            now=now,
            actor=actor,
            verb="booking.answered",
            about=f"booking:{current.uid}",
            before=before,
            after={"outcome": current.outcome, "source": source},
        )
    call_us = judged.outcome in _AGAINST
    return Answered(
        booking=current,
        call_us=call_us,
        sentences=judged.result.messages_of(judged.outcome) if call_us else (),
        not_before=judged.result.not_before if judged.outcome is Outcome.NOT_BEFORE else None,
    )


def review(
    *,
    now: datetime,
    actor: Actor,
    booking: Booking,
    decision: str,
    reason: str,
    not_before: date | None = None,
    despite_absolute: bool = False,
) -> Booking:
    """The practitioner has looked at the answers of a booking.

    decision: one of `Decision`. ACCEPT lets the session take place and turns a request into a
    booking. ASK decides nothing: after three minutes the client gets the link to the questions, to
    answer them again or to call. DECLINE turns a request down, and cancels what is booked; the
    client is told after three minutes. not_before:
    the first day on which they are welcome, kept beside the decision. reason: health text, sealed,
    never shown to the desk; needed to accept where the answers ask for a review or worse.
    despite_absolute: they have said a second time that a rule which knows no ifs shall not stand in
    the way. A later review takes the place of an earlier one.

    Raises NotAPractitioner unless the actor is one, ReasonMissing, AbsoluteRule without that second
    word, NotScreened when nobody has answered yet, NotChangeable or BeingChanged.
    """
    who = _practitioner(actor)
    decision = Decision(decision)
    with transaction.atomic():
        current = locked(booking)
        if current.status not in lifecycle.BEFORE_SESSION or current.client is None:
            raise NotChangeable
        if decision == Decision.ACCEPT:
            _refuse_to_accept(current, reason=reason, despite_absolute=despite_absolute)
        ClientKey.objects.of(current.client, now=now)
        Review.objects.filter(booking=current, ended_at__isnull=True).update(ended_at=now)
        made = Review.objects.create(
            booking=current,
            client=current.client,
            practitioner=who,
            decision=decision,
            reason=reason.strip(),
            not_before=not_before,
            at=now,
        )
        to, kind = _where_to(current, decision)
        audit.record(
            now=now,
            actor=actor,
            verb="booking.reviewed",
            about=f"booking:{current.uid}",
            after={"decision": str(decision)},
        )
        if to == current.status:
            messages.plan([current.pk], now=now, grace=GRACE)
            return current
        change = remember(current, kind, now=now, actor=actor)
        change.review = made
        current.status = to
        current.respond_by = None
        return keep(current, change, now=now, actor=actor).booking


def judge_again(*, now: datetime, actor: Actor, booking: Booking) -> Booking:
    """Judge a coming booking by the rules in force now, for its practitioner.

    What was said of it holds on unless the outcome is worse now. A request that nothing speaks
    against any more becomes a booking, and the client is told after three minutes; nothing else
    is said to anybody. What is judged by these rules already stays as it is.

    Raises NotAPractitioner, NotScreened, NotChangeable, CannotJudge when the questions have changed
    so that the answers are none to them, or BeingChanged.
    """
    _practitioner(actor)
    offering = offering_of(booking.treatment_id, Clinic.objects.the_only())
    rules = current_rule_set(now)
    with transaction.atomic():
        current = locked(booking)
        if current.status not in lifecycle.BEFORE_SESSION or current.client is None:
            raise NotChangeable
        if current.screening is None:
            raise NotScreened
        before = Outcome(current.outcome)
        settled = current.status == lifecycle.REQUESTED
        change = remember(current, BookingChange.Kind.ACCEPTED, now=now, actor=actor)
        try:
            if not judge_by_current_rules(
                current, current.screening, rules=rules, now=now, offering=offering
            ):
                return current
        except AnswersInvalid as invalid:
            raise CannotJudge from invalid
        became = Outcome(current.outcome)
        if became.rank > before.rank:
            Review.objects.filter(booking=current, ended_at__isnull=True).update(ended_at=now)
        audit.record(
            now=now,
            actor=actor,
            verb="booking.judged_again",
            about=f"booking:{current.uid}",
            before={"outcome": before},
            after={"outcome": became, "rules": rules.version},
        )
        if settled and became not in lifecycle.TO_BE_SEEN:
            current.status = lifecycle.BOOKED
            current.respond_by = None
            return keep(current, change, now=now, actor=actor).booking
        current.sequence += 1
        current.changed_at = now
        current.save()
        messages.plan([current.pk], now=now, grace=GRACE)
    return current


def _refuse_to_accept(booking: Booking, *, reason: str, despite_absolute: bool) -> None:
    if booking.screening is None:
        raise NotScreened
    if booking.outcome in lifecycle.TO_BE_SEEN and not reason.strip():
        raise ReasonMissing
    if not despite_absolute and absolute_rules(booking.screening):
        raise AbsoluteRule


def _practitioner(actor: Actor) -> Practitioner:
    found = Practitioner.objects.filter(user=actor.user, is_active=True).first()
    if actor.user is None or found is None:
        raise NotAPractitioner
    return found


def _where_to(booking: Booking, decision: str) -> tuple[str, str]:
    """Return the status a decision leads to, and what is then done to the booking."""
    requested = booking.status == lifecycle.REQUESTED
    if decision == Decision.ACCEPT and requested:
        return lifecycle.BOOKED, BookingChange.Kind.ACCEPTED
    if decision == Decision.DECLINE:
        if requested:
            return lifecycle.DECLINED, BookingChange.Kind.DECLINED
        return lifecycle.CANCELLED, BookingChange.Kind.CANCELLED
    return booking.status, ""
