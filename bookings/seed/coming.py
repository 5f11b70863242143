"""What a coming booking of the demo clinic brings with it: safety answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from bookings import lifecycle
from bookings.models import Booking
from bookings.seed.people import uuid
from clients import screening
from clients.models import Client, ClientKey, Screening
from clients.models import RuleSet as PublishedRules
from clients.phases import Phase
from clients.queries import rule_set
from clients.rules import AnswerType, Outcome, RuleSet
from clients.screening import Answers, Result

AHEAD = timedelta(days=60)  # of a larger clinic; of a small one, all
SMALL = 2_000
MOST = 20_000  # of a larger clinic, planning each message would take longer than all the rest
BATCH = 500
# Answered to the question that is named, these ask for the practitioner's review.
TO_REVIEW = ({"bq_review": "anticoagulant"}, {"bq_review": "epilepsy"})


def coming(now: datetime, *, of: int) -> list[Booking]:
    """Return the bookings that are still ahead, of a clinic with so many."""
    rows = Booking.objects.filter(ends_at__gt=now, client__isnull=False)
    if of > SMALL:
        rows = rows.filter(starts_at__lt=now + AHEAD)
    return list(
        rows.select_related("client", "room__location", "treatment")
        .prefetch_related("treatment__phases")
        .order_by("uid")
    )


def screen(bookings: Sequence[Booking]) -> None:
    """Give every booking made online its safety answers; a request those that ask for review.

    A client's key and what it seals are random: they are the one thing that no seed repeats.
    """
    rules = rule_set(PublishedRules.objects.latest("version").version)
    online = [each for each in bookings if each.source == Booking.Source.ONLINE]
    keys: dict[int, ClientKey] = {}
    kept: list[Screening] = []
    for number, booking in enumerate(online):
        client = booking.client
        if client is None:
            continue
        key = keys.setdefault(client.pk, ClientKey.made_for(client, now=booking.created_at))
        client.key = key
        review = booking.status == lifecycle.REQUESTED
        extra = number % len(TO_REVIEW) if review else None
        kept.append(_screened(booking, client, rules, extra))
    ClientKey.objects.bulk_create(keys.values(), batch_size=BATCH)
    Screening.objects.bulk_create(kept, batch_size=BATCH)
    Booking.objects.bulk_update(online, ["outcome", "screening"], batch_size=BATCH)


def screen_past(visits: Sequence[Booking]) -> None:
    """Give visits that took place the answers they began with; their clients have their keys."""
    rules = rule_set(PublishedRules.objects.latest("version").version)
    unasked = [each for each in visits if each.client and not each.screening_id]
    kept = [_screened(each, each.client, rules, None) for each in unasked if each.client]
    Screening.objects.bulk_create(kept, batch_size=BATCH)
    Booking.objects.bulk_update(unasked, ["outcome", "screening"], batch_size=BATCH)


def _screened(booking: Booking, client: Client, rules: RuleSet, extra: int | None) -> Screening:
    """Return a booking's answers, not saved, and let the booking have what they mean."""
    zone = booking.room.location.zone
    on, answered_on = (at.astimezone(zone).date() for at in (booking.starts_at, booking.created_at))
    phases = tuple(Phase(phase.kind) for phase in booking.treatment.phases.all())
    answers, result = _judged(rules, phases, on, answered_on, extra)
    booking.outcome = Outcome(result.outcome)
    booking.screening = Screening(
        uid=uuid(Random(f"screening {booking.uid}")),
        client=client,
        rule_set_id=rules.version,
        source=booking.source,
        assessed_for=on,
        answered_on=answered_on,
        outcome=result.outcome,
        not_before=result.not_before,
        answers=answers.document(),
        results=result.document(),
        created_at=booking.created_at,
    )
    return booking.screening


def _judged(
    rules: RuleSet, phases: tuple[Phase, ...], on: date, answered_on: date, extra: int | None
) -> tuple[Answers, Result]:
    """Return "nothing of this" to every question, but for what asks for a review, and the result."""
    asked = rules.questions_for(phases)
    given: dict[str, object] = {}
    for question in asked:
        calm = "yes" if str(question.trigger_answer).lower() == "no" else "no"
        given[question.code] = "none" if question.type is AnswerType.PICK_ANY else calm
    if extra is not None:
        given |= {code: {"items": {item: None}} for code, item in TO_REVIEW[extra].items()}
    answers = screening.parse_answers(asked, given, answered_on=answered_on)
    return answers, screening.evaluate(
        rules, answers, on=on, answered_on=answered_on, phases=phases
    )
