"""Other rules are tried on the bookings there were, and coming ones are judged again when asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings import actions
from bookings.errors import CannotJudge, NotAPractitioner, NotChangeable, NotScreened
from bookings.models import Booking, Review
from bookings.queries import replay
from clients.models import Screening
from clients.queries.rules import draft
from clients.rule_editing import edited
from clients.rules import Outcome, RuleSet
from clients.screening import evaluate, is_quiet
from tests.bookings.front_desk import Desk, desk, logged, said
from tests.bookings.rules import edit, publish
from tests.bookings.world import (
    NOW,
    REFUSED,
    REVIEW,
    SLOT,
    answers,
    botox,
    contact,
    raw_table,
    row_counts,
)
from tests.clients.rules import (
    ALL_PHASES,
    DOCUMENT,
    RULES,
    TODAY,
    answers_to,
    appointments,
    event_days,
    phases,
    replies,
)

DAY = timedelta(days=1)
FLAGGED = {"action": "flag", "severity": "flag"}


def softer(rules: RuleSet = RULES, code: str = "epilepsy", **changes: Any) -> RuleSet:
    return edited(rules, {code: {**rules.by_code[code].document(), **FLAGGED, **changes}})


def booked(front: Desk, answer: Any, start: Any = SLOT, number: int = 1) -> Booking:
    booking = front.book(
        start, contact=contact(number), practitioner=front.house.practitioners[0].pk
    )
    return front.answer(booking, answer).booking


def in_force(front: Desk, code: str = "epilepsy", **changes: Any) -> None:
    """Edit a rule and publish."""
    edit(NOW, front.doctor, code, **{**FLAGGED, **changes})
    publish(NOW, front.doctor)


# What would have happened


@pytest.mark.django_db
def test_it_says_what_would_change_from_what_to_what_and_touches_nothing() -> None:
    front = desk()
    booked(front, REVIEW)
    booked(front, answers(), SLOT + DAY, 2)
    booked(front, botox(NOW.date()), SLOT + 2 * DAY, 3)
    before, kept = row_counts(), raw_table("clients_screening")
    found = replay.replay(RULES, softer(), now=SLOT + DAY)
    assert (found.looked_at, found.of, found.unreadable) == (3, 3, 0)
    assert found.outcomes == {(Outcome.REVIEW, Outcome.FLAG): 1}
    assert found.by_rule == {"epilepsy": {(Outcome.REVIEW, Outcome.FLAG): 1}}
    assert [one.booking.client.name for one in found.changed] == ["Person Number1"]
    assert found.coming == []
    assert (row_counts(), raw_table("clients_screening")) == (before, kept)


@pytest.mark.django_db
def test_coming_bookings_stand_apart_the_soonest_first() -> None:
    front = desk()
    late = booked(front, REVIEW, SLOT + 3 * DAY, 1)
    soon = booked(front, REVIEW, SLOT + DAY, 2)
    past = booked(front, REVIEW, SLOT, 3)
    found = replay.replay(RULES, softer(), now=SLOT + timedelta(hours=5))
    assert [one.booking.pk for one in found.coming] == [soon.pk, late.pk]
    assert [one.booking.pk for one in found.changed] == [past.pk]


@pytest.mark.django_db
def test_longer_waits_are_counted_against_the_day_of_each_appointment() -> None:
    front = desk()
    booked(front, botox(NOW.date() - 10 * DAY))
    longer = edited(
        RULES, {"botulinum": {**RULES.by_code["botulinum"].document(), "delay_days_default": 28}}
    )
    (found,) = replay.replay(RULES, longer, now=NOW).coming
    assert found.change == (Outcome.FINE, Outcome.NOT_BEFORE)
    assert found.after.not_before == NOW.date() + 18 * DAY


@pytest.mark.django_db
def test_a_limit_within_a_part_counts_though_the_outcome_stays() -> None:
    front = desk()
    booked(front, REVIEW)
    limits = [*DOCUMENT["rules"][0]["restrictions"][1:2]]
    more = edited(
        RULES, {"epilepsy": {**RULES.by_code["epilepsy"].document(), "restrictions": limits}}
    )
    found = replay.replay(RULES, more, now=NOW)
    assert len(found.coming) == 1
    assert not found.outcomes


@pytest.mark.django_db
def test_what_was_not_looked_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "MOST_COMING", 1)
    front = desk()
    booked(front, REVIEW)
    booked(front, REVIEW, SLOT + DAY, 2)
    found = replay.replay(RULES, softer(), now=NOW)
    assert (found.looked_at, found.of, len(found.coming)) == (1, 2, 1)


@pytest.mark.django_db
def test_the_number_of_statements_does_not_grow_with_the_bookings() -> None:
    counts = []
    for number in (1, 5):
        front = desk(practitioners=1, rooms=1)
        for day in range(number):
            booked(front, REVIEW, SLOT + day * DAY, day)
        with CaptureQueriesContext(connection) as queries:
            replay.replay(RULES, softer(), now=SLOT + 2 * DAY)
        counts.append(len(queries))
    assert counts[0] <= 7
    assert counts[1] <= 7


def edits(rules: RuleSet) -> st.SearchStrategy[dict[str, dict[str, Any]]]:
    """Edits of any kind a form can make to some of the rules that are asked before a booking."""
    codes = [code for question in rules.booking_questions for code in question.rules]
    change = st.fixed_dictionaries(
        {},
        optional={
            "action": st.sampled_from(["flag", "practitioner_review", "block_online_booking"]),
            "off_reason": st.just("Not here."),
            "delay_days_default": st.integers(0, 60),
            "applies_to": st.sampled_from([["needle_face"], ["lymphatic_massage", "jade_roller"]]),
            "restrictions": st.just([]),
        },
    )
    return st.dictionaries(st.sampled_from(codes), change, max_size=4).map(
        lambda found: {
            code: {**rules.by_code[code].document(), **changes} for code, changes in found.items()
        }
    )


@given(edits(RULES), replies(DOCUMENT, all_asked=True), appointments, phases)
@settings(max_examples=60, deadline=None)
def test_the_short_cut_for_those_to_whom_nothing_applies_leads_to_the_same(
    found: dict[str, Any], raw: dict[str, Any], on: Any, some: Any
) -> None:
    rules = edited(RULES, found)
    given_answers = answers_to(raw).carried_to(rules)
    if is_quiet(rules, given_answers):
        results = [
            evaluate(rules, given_answers, on=day, answered_on=TODAY, phases=some)
            for day in (on, TODAY + timedelta(days=4000))
        ]
        assert results[0].phases == results[1].phases
        assert results[0].triggers == results[1].triggers == ()


@given(
    replies(DOCUMENT, all_asked=True),
    st.sampled_from([code for q in RULES.booking_questions if q.items for code in q.rules]),
    event_days,
    appointments,
)
@settings(max_examples=100, deadline=None)
def test_an_answer_more_that_triggers_a_rule_never_makes_the_outcome_weaker(
    raw: dict[str, Any], code: str, day: str, on: Any
) -> None:
    question = next(q for q in RULES.booking_questions if code in q.rules)
    item = question.item_by_id[code]
    was = raw[question.code]
    items = dict(was["items"]) if isinstance(was, dict) else {}
    if was == "unsure" or code in items:
        return
    more = {**raw, question.code: {"items": {**items, code: day if item.date_label else None}}}
    results = [
        evaluate(RULES, answers_to(one), on=on, answered_on=TODAY, phases=ALL_PHASES)
        for one in (raw, more)
    ]
    assert results[1].outcome.rank >= results[0].outcome.rank
    for phase in ALL_PHASES:
        assert results[1].phases[phase].outcome.rank >= results[0].phases[phase].outcome.rank


# Judging again


@pytest.mark.django_db
def test_nothing_is_judged_again_by_itself_when_the_rules_change() -> None:
    front = desk()
    booking = booked(front, REVIEW)
    in_force(front)
    booking.refresh_from_db()
    assert (booking.outcome, booking.screening.rule_set_id) == ("REVIEW", 1)
    (found,) = replay.judged_otherwise(draft(NOW).base, now=NOW)
    assert (found.booking.pk, found.change) == (booking.pk, (Outcome.REVIEW, Outcome.FLAG))


@pytest.mark.django_db
def test_judged_again_it_says_which_rules_and_answers_and_the_old_word_stays_on_record() -> None:
    front = desk()
    booking = booked(front, REVIEW)
    old = booking.screening
    in_force(front)
    again = actions.judge_again(now=NOW, actor=front.doctor, booking=booking)
    assert (again.outcome, again.status) == ("FLAG", "BOOKED")
    assert again.screening.rule_set_id == again.screening.results["version"] == 2
    assert again.screening.answers == old.answers
    old.refresh_from_db()
    assert (old.outcome, old.rule_set_id) == ("REVIEW", 1)
    assert replay.judged_otherwise(draft(NOW).base, now=NOW) == []
    entry = logged(booking)
    assert (entry.verb, entry.before, entry.after) == (
        "booking.judged_again",
        {"outcome": "REVIEW"},
        {"outcome": "FLAG", "rules": 2},
    )
    before = row_counts()
    assert actions.judge_again(now=NOW, actor=front.doctor, booking=again).outcome == "FLAG"
    assert row_counts() == before


@pytest.mark.django_db
def test_a_rule_eased_does_not_come_back_by_what_was_told_before_or_by_a_move() -> None:
    front = desk()
    booking = booked(front, REVIEW)
    in_force(front, off_reason="Only with a doctor's letter.")
    actions.judge_again(now=NOW, actor=front.doctor, booking=booking)
    moved = front.move(booking, SLOT + DAY).booking
    assert moved.outcome == "FINE"
    assert booked(front, answers(), SLOT + 2 * DAY).outcome == "FINE"


@pytest.mark.django_db
def test_a_request_nothing_speaks_against_any_more_is_booked_and_not_left_to_lapse() -> None:
    front = desk()
    request = front.house.book(answers=REVIEW)
    assert request.status == "REQUESTED"
    in_force(front)
    again = actions.judge_again(now=NOW, actor=front.doctor, booking=request)
    assert (again.status, again.respond_by) == ("BOOKED", None)
    assert "CONFIRMATION" in said(again)


@pytest.mark.django_db
def test_what_was_accepted_holds_unless_it_is_worse_now() -> None:
    front = desk()
    booking = booked(front, REVIEW)
    front.review(booking, "ACCEPT")
    in_force(front, code="minor", client_message="Call us.", action="practitioner_review")
    actions.judge_again(now=NOW, actor=front.doctor, booking=booking)
    assert Review.objects.filter(ended_at=None).exists()
    in_force(front, action="block_online_booking")
    worse = actions.judge_again(now=NOW, actor=front.doctor, booking=booking)
    assert worse.outcome == "REFUSED"
    assert not Review.objects.filter(ended_at=None).exists()


@pytest.mark.django_db
def test_answers_that_fit_no_question_any_more_are_asked_for_anew() -> None:
    front = desk()
    booking = booked(front, answers(bq_pregnant="unsure"))
    document = draft(NOW).base.document()
    question = next(q for q in document["booking_questions"] if q["id"] == "bq_pregnant")
    edit(NOW, front.doctor, "bq_pregnant", **{**question, "type": "yes_no"})
    publish(NOW, front.doctor)
    with pytest.raises(CannotJudge):
        actions.judge_again(now=NOW, actor=front.doctor, booking=booking)
    assert Screening.objects.count() == 1


@pytest.mark.django_db
def test_only_a_practitioner_judges_again_and_only_what_is_to_come_and_answered() -> None:
    front = desk()
    booking = booked(front, REFUSED)
    with pytest.raises(NotAPractitioner):
        actions.judge_again(now=NOW, actor=front.actor, booking=booking)
    unanswered = front.book(SLOT + DAY, contact=contact(2))
    with pytest.raises(NotScreened):
        actions.judge_again(now=NOW, actor=front.doctor, booking=unanswered)
    off = front.cancel(booking).booking
    with pytest.raises(NotChangeable):
        actions.judge_again(now=NOW, actor=front.doctor, booking=off)
