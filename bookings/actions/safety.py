"""Screening within a booking: what the answers mean for its date, and keeping them sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from bookings.errors import CallUs, NotBefore
from bookings.models import Booking
from bookings.queries.catalogue import Offering
from clients import screening
from clients.joining import join
from clients.models import Client, ClientKey, Screening
from clients.queries import rule_set
from clients.rules import Outcome, RuleSet
from clients.screening import Answers, Result
from clinic.models.adding import add, made

MOST_KNOWN = 50


@dataclass(frozen=True, slots=True)
class Judged:
    """What was answered and what it means. `result` is joined with what we know of the client
    already; `outcome` is what the booking bears, at worst a practitioner's review."""

    rules: RuleSet
    answers: Answers
    result: Result
    outcome: Outcome


def judge(
    answers: Answers,
    *,
    rules: RuleSet,
    client: Client,
    known: bool,
    offering: Offering,
    on: date,
    answered_on: date,
) -> Judged:
    """Return what the answers mean for a session on the local date `on`.

    What a known client told us earlier joins, but never refuses: a stranger who types somebody's
    name must not learn of it, so the worst it does is to ask for the practitioner's review.

    Raises NotBefore or CallUs when the answers themselves stand in the way.
    """
    result = screening.evaluate(
        rules, answers, on=on, answered_on=answered_on, phases=offering.phase_kinds
    )
    _refuse(result)
    if known:
        earlier = Screening.objects.filter(client=client)
        found = _known(earlier, rules=rules, offering=offering, on=on)
        result = join(result, *found)
    return Judged(rules, answers, result, _at_worst_review(result.outcome))


def judge_booked(
    answers: Answers,
    *,
    rules: RuleSet,
    client: Client,
    offering: Offering,
    on: date,
    answered_on: date,
    is_proven: bool = True,
) -> Judged:
    """Return what answers mean for what is booked already: nothing is refused any more, so the
    outcome is as bad as the answers themselves are. What the client told us earlier joins; where
    nobody proved that it was the client who answered, it weighs as much as the answers do."""
    own = screening.evaluate(
        rules, answers, on=on, answered_on=answered_on, phases=offering.phase_kinds
    )
    earlier = Screening.objects.filter(client=client)
    joined = join(own, *_known(earlier, rules=rules, offering=offering, on=on))
    outcome = _as_bad_as(own, joined) if is_proven else joined.outcome
    return Judged(rules, answers, joined, outcome)


def _as_bad_as(own: Result, joined: Result) -> Outcome:
    """Return the outcome of a booking's own answers; what else we know asks at worst for review."""
    return max(own.outcome, _at_worst_review(joined.outcome), key=lambda each: each.rank)


def _refuse(result: Result) -> None:
    if result.outcome is Outcome.REFUSED:
        raise CallUs(result.messages_of(Outcome.REFUSED))
    if result.outcome is Outcome.NOT_BEFORE and result.not_before is not None:
        raise NotBefore(result.not_before, result.messages_of(Outcome.NOT_BEFORE))


def _at_worst_review(outcome: Outcome) -> Outcome:
    return min(outcome, Outcome.REVIEW, key=lambda each: each.rank)


def _known(
    screenings: QuerySet[Screening], *, rules: RuleSet, offering: Offering, on: date
) -> list[Result]:
    """Return what each of a client's screenings means for a date, by `rules` or by those it was
    given to, whichever are newer: what the practitioner has eased since weighs no longer.

    All of them and not the newest alone: who once named a risk must not lose it by answering "no"
    twice. An earlier "not sure" is no known risk; the same question has just been asked again.
    """
    earlier = list(
        screenings.select_related("client__key").order_by("-created_at", "-pk")[:MOST_KNOWN]
    )
    own = {version: rule_set(version) for version in {each.rule_set_id for each in earlier}}
    found = []
    for each in earlier:
        answers = answers_of(each, own[each.rule_set_id]).without_unsure()
        newer = max(rules, own[each.rule_set_id], key=lambda one: one.version)
        if answers.carried_to(newer) != answers:  # nothing that was told is lost on the way
            newer = own[each.rule_set_id]
        found.append(
            screening.evaluate(
                newer,
                answers,
                on=on,
                answered_on=each.answered_on,
                phases=offering.phase_kinds,
            )
        )
    return found


def answers_of(kept: Screening, rules: RuleSet) -> Answers:
    """Return the answers of a screening, as given to these rules. Raises AnswersInvalid where they
    are none to these."""
    return Answers.from_document(kept.answers, rule_set=rules, answered_on=kept.answered_on)


def evaluate_again(kept: Screening, *, rules: RuleSet, offering: Offering, on: date) -> Result:
    """Return what answers given earlier mean for another date, by the rules they were given to."""
    return screening.evaluate(
        rules,
        answers_of(kept, rules),
        on=on,
        answered_on=kept.answered_on,
        phases=offering.phase_kinds,
    )


def keep(
    judged: Judged,
    *,
    client: Client,
    known: bool,
    source: str,
    on: date,
    answered_on: date,
    now: datetime,
) -> Screening:
    """Save the answers and their results, sealed under the client's key."""
    if known:
        ClientKey.objects.of(client, now=now)
    else:
        ClientKey.objects.create_for(client, now=now)
    kept = made(
        Screening,
        client=client,
        rule_set_id=judged.rules.version,
        source=source,
        assessed_for=on,
        answered_on=answered_on,
        outcome=judged.outcome,
        not_before=judged.result.not_before,
        answers=judged.answers.document(),
        results=judged.result.document(),
        created_at=now,
    )
    return add(kept)


def reassess(
    booking: Booking,
    *,
    on: date,
    now: datetime,
    offering: Offering,
    by_staff: bool = False,
    accepted: bool = False,
) -> None:
    """Judge a booking's answers again for another local date, with what else we know of the client,
    and keep the result with it.

    The booking is changed but not saved. One whose answers nobody has given stays NOT_ASKED.
    Raises NotBefore or CallUs when the session can't be on that date. by_staff: only NotBefore, and
    without the sentences, which are health text; `accepted`: a practitioner has said it may be.
    """
    if booking.screening_id is None:
        return
    kept = Screening.objects.select_related("client__key").get(pk=booking.screening_id)
    if kept.assessed_for == on:
        return
    rules = rule_set(kept.rule_set_id)
    own = evaluate_again(kept, rules=rules, offering=offering, on=on)
    if not by_staff:
        _refuse(own)
    elif own.outcome is Outcome.NOT_BEFORE and own.not_before is not None and not accepted:
        raise NotBefore(own.not_before)
    _keep_again(booking, kept, own, rules=rules, on=on, now=now, offering=offering)


def judge_by_current_rules(
    booking: Booking, kept: Screening, *, rules: RuleSet, now: datetime, offering: Offering
) -> bool:
    """Judge a booking's answers again by `rules`, those in force, and keep the result with it.

    kept: the booking's screening. Returns whether there was anything to do. The booking is changed
    but not saved. Raises AnswersInvalid when the answers are none to the questions as they are asked
    now.
    """
    if kept.rule_set_id >= rules.version:
        return False
    on = kept.assessed_for
    own = evaluate_again(kept, rules=rules, offering=offering, on=on)
    _keep_again(booking, kept, own, rules=rules, on=on, now=now, offering=offering)
    return True


def _keep_again(
    booking: Booking,
    kept: Screening,
    own: Result,
    *,
    rules: RuleSet,
    on: date,
    now: datetime,
    offering: Offering,
) -> None:
    others = Screening.objects.filter(client=kept.client).exclude(pk=kept.pk)
    result = join(own, *_known(others, rules=rules, offering=offering, on=on))
    again = Screening.objects.create(
        client=kept.client,
        rule_set_id=rules.version,
        source=kept.source,
        assessed_for=on,
        answered_on=kept.answered_on,
        outcome=_as_bad_as(own, result),
        not_before=result.not_before,
        answers=kept.answers,
        results=result.document(),
        created_at=now,
    )
    booking.screening = again
    booking.outcome = again.outcome
