"""A client sends a form: what it says is judged at once for each of their coming bookings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from bookings import intake, lifecycle, messages
from bookings.actions.changing import locked
from bookings.actions.safety import judge_booked
from bookings.actions.safety import keep as keep_screening
from bookings.models import Booking, Review
from bookings.queries.catalogue import offering_of
from clients import actions as clients
from clients.actions import Sent
from clients.intake_definition import FormKind
from clients.intake_screening import screening_answers
from clients.models import IntakeRequest, IntakeSubmission, Source
from clients.queries import form_of, rule_set
from clients.rules import Outcome
from clinic import audit
from clinic.audit import Actor
from clinic.models import Clinic

_LOOKED_AT = (Outcome.REVIEW, Outcome.NOT_BEFORE, Outcome.REFUSED)


def send_form(
    *,
    now: datetime,
    actor: Actor,
    request: IntakeRequest,
    today: date,
    country: str,
    source: str = IntakeSubmission.Source.ONLINE,
    told_on: date | None = None,
    by_staff: bool = False,
    own: bool = True,
) -> Sent:
    """Send a form as `clients.actions.send_form` does, and judge the client's coming bookings by it.

    Each keeps its status; what the practitioner must look at is in their queue. Raises
    clients.errors.FormOver, FormPrivate, FormIncomplete, and BeingChanged; nothing was sent then.
    """
    with transaction.atomic():
        sent = clients.send_form(
            now=now,
            actor=actor,
            request=request,
            today=today,
            country=country,
            source=source,
            told_on=told_on,
            by_staff=by_staff,
            own=own,
        )
        if sent.created:
            _judge_coming(sent.submission, now=now, actor=actor)
            intake.plan_again(sent.submission.client, now=now, actor=actor)
        return sent


def _judge_coming(told: IntakeSubmission, *, now: datetime, actor: Actor) -> None:
    coming = Booking.objects.filter(
        client=told.client, status__in=lifecycle.BEFORE_SESSION, ends_at__gt=now
    ).order_by("pk")
    for booking in coming:
        _judge(booking, told, now=now, actor=actor)


def _judge(booking: Booking, told: IntakeSubmission, *, now: datetime, actor: Actor) -> None:
    current = locked(booking)
    if current.status not in lifecycle.BEFORE_SESSION:
        return
    offering = offering_of(current.treatment_id, Clinic.objects.the_only())
    rules = rule_set(told.rule_set_id)
    given = screening_answers(
        form_of(told.definition_id),
        rules,
        told.answers,
        asked=told.asked,
        answered_on=told.told_on,
        carry=told.kind == FormKind.WHAT_CHANGED,
    )
    on = current.starts_at.astimezone(current.room.location.zone).date()
    judged = judge_booked(
        given,
        rules=rules,
        client=told.client,
        offering=offering,
        on=on,
        answered_on=told.told_on,
        is_proven=told.source != IntakeSubmission.Source.PAGE,
    )
    before = {"outcome": current.outcome}
    known = dict(current.screening.results) if current.screening else {}
    kept = keep_screening(
        judged,
        client=told.client,
        known=True,
        source=Source.ROOM if told.entered_by_id else Source.LINK,
        on=on,
        answered_on=told.told_on,
        now=now,
    )
    current.screening = kept
    current.outcome = kept.outcome
    current.sequence += 1
    current.changed_at = now
    current.save()
    if _is_news(known, kept.results):
        # What was said of other answers holds no longer.
        Review.objects.filter(booking=current, ended_at__isnull=True).update(ended_at=now)
    messages.plan([current.pk], now=now)
    audit.record(
        now=now,
        actor=actor,
        verb="booking.answered",
        about=f"booking:{current.uid}",
        before=before,
        after={"outcome": current.outcome, "source": kept.source},
    )


def _is_news(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether a practitioner who looked at the results before has not seen all of these."""
    seen: Mapping[str, str] = before.get("rules", {})
    return any(
        Outcome(outcome) in _LOOKED_AT and seen.get(code) != outcome
        for code, outcome in after.get("rules", {}).items()
    )
