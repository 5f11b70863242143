"""Answers that come after the booking, and the practitioner's word on them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import actions, links
from bookings.errors import (
    AbsoluteRule,
    AnsweredAlready,
    NotAPractitioner,
    NotChangeable,
    NotScreened,
    ReasonMissing,
)
from bookings.models import Booking, Review
from bookings.queries.worklists import review_queue, waiting_for_answers
from clients import outbox
from clients.models import Screening
from clients.screening import AnswersInvalid
from clinic.audit import CLIENT
from clinic.models import AuditEntry
from tests.bookings.front_desk import Desk, desk, logged, said
from tests.bookings.world import (
    HOUR,
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
from tests.factories import clinic
from tests.harness.smtp import Sink

pytestmark = pytest.mark.django_db

GRACE = timedelta(minutes=3)
SECRET = "Seizures until 2019, none since; no points on the scalp."


def by_link(front: Desk, booking: Booking, said: object = None, **request: Any) -> actions.Answered:
    return front.answer(booking, said, source="LINK", actor=CLIENT, **request)


# Answers


def test_fine_answers_by_link_settle_the_booking() -> None:
    front = desk()
    booking = front.book()
    answered = by_link(front, booking)
    assert (answered.call_us, list(answered.sentences)) == (False, [])
    assert (answered.booking.outcome, answered.booking.status) == ("FINE", "BOOKED")
    assert answered.booking.screening.source == "LINK"
    assert "QUESTIONS" not in said(booking)
    assert logged(booking).after == {"outcome": "FINE", "source": "LINK"}


def test_answers_that_need_a_look_leave_it_booked_and_in_the_practitioners_queue() -> None:
    front = desk()
    booking = front.book(practitioner=front.house.practitioners[0].pk)
    answered = by_link(front, booking, REVIEW)
    assert not answered.call_us
    assert (answered.booking.outcome, answered.booking.status) == ("REVIEW", "BOOKED")
    assert [one.pk for one in review_queue(front.house.practitioners[0], now=NOW)] == [booking.pk]
    assert review_queue(front.house.practitioners[1], now=NOW) == []


def test_answers_that_refuse_are_kept_as_bad_as_they_are_and_the_client_is_asked_to_call() -> None:
    front = desk()
    booking = front.book()
    answered = by_link(front, booking, REFUSED)
    assert answered.call_us
    assert answered.sentences
    assert (answered.booking.outcome, answered.booking.status) == ("REFUSED", "BOOKED")
    assert Screening.objects.get().answers != {}


def test_answers_that_ask_for_patience_say_until_when() -> None:
    front = desk()
    answered = by_link(front, front.book(), botox(NOW.date()))
    assert answered.call_us
    assert answered.not_before == NOW.date() + timedelta(days=14)
    assert answered.booking.screening.not_before == answered.not_before


def test_what_a_client_told_us_once_is_not_lost_by_answering_no() -> None:
    front = desk()
    front.house.book(contact=contact(1), answers=REVIEW)
    booking = front.book(SLOT + timedelta(days=1), contact=contact(1))
    assert by_link(front, booking).booking.outcome == "REVIEW"


def test_a_link_is_answered_once_and_the_room_as_often_as_need_be() -> None:
    front = desk()
    booking = front.book()
    by_link(front, booking)
    before = row_counts()
    with pytest.raises(AnsweredAlready):
        by_link(front, booking, REVIEW)
    assert row_counts() == before
    assert front.answer(booking, REVIEW).booking.outcome == "REVIEW"


def test_half_an_answer_is_none() -> None:
    front = desk()
    booking = front.book()
    half = answers()
    del half["bq_now"]
    with pytest.raises(AnswersInvalid):
        by_link(front, booking, half)
    booking.refresh_from_db()
    assert booking.outcome == "NOT_ASKED"


def test_a_booking_that_is_off_takes_no_answers() -> None:
    front = desk()
    booking = front.cancel(front.book()).booking
    with pytest.raises(NotChangeable):
        by_link(front, booking)


def test_answers_lie_sealed_in_the_database() -> None:
    front = desk()
    by_link(front, front.book(), REVIEW)
    for table in ("clients_screening", "clinic_auditentry", "bookings_booking"):
        assert "epilepsy" not in raw_table(table)


# The practitioner's word


def reviewed(
    front: Desk, said: object = REVIEW, *, at: datetime = SLOT, arrive: bool = True
) -> Booking:
    booking = front.book(at, practitioner=front.house.practitioners[0].pk)
    front.answer(booking, said)
    return front.do("arrive", booking, now=at).booking if arrive else booking


def test_no_session_begins_before_its_answers_were_accepted() -> None:
    front = desk()
    booking = reviewed(front)
    for decision in (None, "ASK"):
        if decision:
            front.review(booking, decision)
        with pytest.raises(NotScreened):
            front.do("start", booking, now=SLOT)
    front.review(booking, "ACCEPT", now=SLOT)
    assert front.do("start", booking, now=SLOT).booking.status == "IN_SESSION"


def test_other_answers_end_what_was_said_of_the_old_ones() -> None:
    front = desk()
    booking = reviewed(front)
    front.review(booking, "ACCEPT", now=SLOT)
    front.answer(booking, REFUSED, now=SLOT)
    with pytest.raises(NotScreened):
        front.do("start", booking, now=SLOT)


def test_only_a_practitioner_reviews() -> None:
    front = desk()
    booking = reviewed(front)
    for actor in (front.actor, CLIENT):
        with pytest.raises(NotAPractitioner):
            front.review(booking, "ACCEPT", actor=actor)
    assert Review.objects.count() == 0


@pytest.mark.parametrize("said", [REVIEW, REFUSED, botox(NOW.date())])
def test_to_go_on_against_the_answers_takes_a_written_reason(said: object) -> None:
    front = desk()
    booking = reviewed(front, said)
    with pytest.raises(ReasonMissing):
        front.review(booking, "ACCEPT", reason="   ")
    assert Review.objects.count() == 0
    if said is REFUSED:
        with pytest.raises(AbsoluteRule):
            front.review(booking, "ACCEPT", reason=SECRET)
    front.review(booking, "ACCEPT", reason=SECRET, despite_absolute=True)
    assert front.do("start", booking, now=SLOT).booking.status == "IN_SESSION"


def test_nobody_accepts_what_nobody_answered() -> None:
    front = desk()
    with pytest.raises(NotScreened):
        front.review(front.book(), "ACCEPT")


def test_the_reason_is_the_practitioners_alone() -> None:
    front = desk()
    front.review(reviewed(front), "ACCEPT", reason=SECRET)
    assert Review.objects.get().reason == SECRET
    for table in (
        "bookings_review",
        "clinic_auditentry",
        "bookings_bookingchange",
        "clients_message",
    ):
        assert SECRET not in raw_table(table)
        assert SECRET.encode().hex() not in raw_table(table)
    assert AuditEntry.objects.get(verb="booking.reviewed").after == {"decision": "ACCEPT"}


def test_a_request_accepted_is_booked_and_confirmed_after_three_minutes(sink: Sink) -> None:
    front = desk()
    booking = front.house.book(answers=REVIEW)
    outbox.send_due(clock=lambda: NOW)
    accepted = front.review(booking, "ACCEPT")
    assert (accepted.status, accepted.respond_by) == ("BOOKED", None)
    assert said(booking)["CONFIRMATION"] == ("PLANNED", NOW + GRACE)


def test_a_request_declined_is_told_after_three_minutes_and_may_be_taken_back() -> None:
    front = desk()
    booking = front.house.book(answers=REVIEW)
    asked = front.review(booking, "ASK")
    declined = front.review(booking, "DECLINE", now=NOW + GRACE, not_before=date(2027, 4, 1))
    assert (asked.status, declined.status) == ("REQUESTED", "DECLINED")
    assert said(booking)["DECLINED"] == ("PLANNED", NOW + 2 * GRACE)
    change = declined.changes.get()
    back = actions.undo(now=NOW + GRACE, actor=front.doctor, booking=declined, change=change.uid)
    assert back.status == "REQUESTED"
    assert "DECLINED" not in said(booking)
    # The word before it holds again.
    assert Review.objects.get(ended_at=None).decision == "ASK"


def test_a_kind_no_says_from_when_on_they_are_welcome_and_nothing_else(sink: Sink) -> None:
    front = desk()
    for booking in (
        front.house.book(contact=contact(1), answers=REVIEW),
        front.book(SLOT + HOUR, contact=contact(2), tell_client=False),
    ):
        front.review(booking, "DECLINE", reason=SECRET, not_before=date(2027, 4, 1))
    outbox.send_due(clock=lambda: NOW + GRACE)
    told = [
        mail.get_body((form,)).get_content()
        for mail in sink.messages
        for form in ("plain", "html")
        if "welcome" in mail.get_body(("plain",)).get_content()
    ]
    assert len(told) == 4
    for text in told:
        assert "From Thursday 1 April 2027 on you are welcome." in text
        assert SECRET not in text


def test_asking_sends_the_client_the_link_after_three_minutes_and_not_a_word_on_health(
    sink: Sink,
) -> None:
    front = desk()
    booking = front.house.book(answers=REVIEW)
    front.review(booking, "ASK", reason=SECRET)
    assert said(booking)["ASKED_AGAIN"] == ("PLANNED", NOW + GRACE)
    outbox.send_due(clock=lambda: NOW + GRACE)
    mail = next(one for one in sink.messages if "once more" in one["subject"])
    for form in ("plain", "html"):
        text = mail.get_body((form,)).get_content()
        assert links.answers_url(booking) in text
        for word in (SECRET, "epilep", "health", booking.treatment_name):
            assert word not in text


def test_whoever_decides_before_the_question_left_sends_none() -> None:
    front = desk()
    for number, decision in enumerate(("ACCEPT", "DECLINE")):
        booking = reviewed(front, at=SLOT + number * HOUR, arrive=False)
        front.review(booking, "ASK")
        front.review(booking, decision)
        assert "ASKED_AGAIN" not in said(booking)


def test_a_client_who_was_asked_answers_again_by_link_once_each_time() -> None:
    front = desk()
    booking = reviewed(front, arrive=False)
    with pytest.raises(AnsweredAlready):
        by_link(front, booking)
    for number in range(2):
        front.review(booking, "ASK", now=NOW + number * HOUR)
        by_link(front, booking, REVIEW, now=NOW + number * HOUR)
        assert "ASKED_AGAIN" not in said(booking), "what is answered is not asked"
        with pytest.raises(AnsweredAlready):
            by_link(front, booking)
    assert not Review.objects.filter(ended_at=None).exists()


def test_what_is_booked_and_declined_is_cancelled() -> None:
    front = desk()
    booking = reviewed(front)
    assert front.review(booking, "DECLINE", now=SLOT).status == "CANCELLED"


def test_the_queue_has_what_is_not_decided_the_next_deadline_first() -> None:
    front = desk(practitioners=1, rooms=1)
    doctor = front.house.practitioners[0]
    later = front.book(SLOT + timedelta(days=2))
    front.answer(later, REVIEW)
    request = front.house.book(contact=contact(1), answers=REVIEW)
    worse = front.book(SLOT + timedelta(days=1), contact=contact(2))
    front.answer(worse, REFUSED)
    fine = front.book(SLOT + timedelta(days=3), contact=contact(3))
    front.answer(fine)
    front.book(SLOT + timedelta(days=4), contact=contact(4))
    assert [one.pk for one in review_queue(doctor, now=NOW)] == [request.pk, worse.pk, later.pk]
    front.review(worse, "ASK", now=NOW + HOUR)
    front.review(later, "ACCEPT")
    queue = review_queue(doctor, now=NOW)
    assert [(one.pk, one.asked_at) for one in queue] == [
        (request.pk, None),
        (worse.pk, NOW + HOUR),
    ]
    assert review_queue(doctor, now=SLOT + timedelta(days=9)) == []


def test_the_desk_sees_who_has_not_answered_and_whether_the_link_left(sink: Sink) -> None:
    front = desk()
    waits = front.book(SLOT + HOUR)
    silent = front.book(SLOT, contact=contact(2, email="", phone=""))
    answered = front.book(SLOT + 2 * HOUR, contact=contact(3))
    front.answer(answered, REVIEW)
    front.cancel(front.book(SLOT + 3 * HOUR, contact=contact(4)))
    outbox.send_due(clock=lambda: NOW + GRACE)
    found = waiting_for_answers(front.house.location, now=NOW + GRACE)
    assert [(one.pk, one.link_status) for one in found] == [
        (silent.pk, "SUPPRESSED"),
        (waits.pk, "SENT"),
    ]
    assert waiting_for_answers(clinic.location(), now=NOW) == []


def test_the_worklists_take_one_statement_each_however_long_they_are() -> None:
    for number in (1, 3):
        front = desk(practitioners=1, rooms=1)
        for day in range(number):
            front.book(SLOT + timedelta(days=day), contact=contact(day))
            asked = front.book(SLOT + timedelta(days=day, hours=2), contact=contact(9 + day))
            front.answer(asked, REVIEW)
        with CaptureQueriesContext(connection) as queries:
            waiting = waiting_for_answers(front.house.location, now=NOW)
            review = review_queue(front.house.practitioners[0], now=NOW)
            for one in (*waiting, *review):
                assert one.client.name
                assert one.practitioner.name
                assert one.room.location.name
        assert (len(waiting), len(review), len(queries)) == (number, number, 2)
