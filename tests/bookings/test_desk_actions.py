"""What the front desk may do that the public may not, and what nobody may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import actions, links
from bookings.errors import (
    InPast,
    KeyMismatch,
    NeedsReason,
    NotBefore,
    NotChangeable,
    NotOffered,
    NotScreened,
    NotYet,
    Rule,
    SlotTaken,
)
from bookings.models import Booking, BookingChange
from bookings.queries import calendar
from clients import outbox
from clients.contact import Contact
from clients.models import Client, Message
from clinic.audit import CLIENT
from clinic.models import AuditEntry
from tests.bookings.front_desk import ANA, Desk, client, desk, logged, said
from tests.bookings.world import (
    HOUR,
    NOW,
    REVIEW,
    SLOT,
    botox,
    cancel,
    contact,
    live,
    offering,
    overlaps,
    row_counts,
    toronto,
)
from tests.factories import clinic
from tests.harness.smtp import Sink

pytestmark = pytest.mark.django_db

GRACE = timedelta(minutes=3)
MINUTE = timedelta(minutes=1)


def refused_for(desk: Desk, starts_at: object, **request: object) -> tuple[Rule, ...]:
    """Return the rules for which a reason is asked, having seen that nothing was written."""
    before = row_counts()
    with pytest.raises(NeedsReason) as refused:
        desk.book(starts_at, **request)  # type: ignore[arg-type]
    assert row_counts() == before
    return refused.value.which


# Booking


def test_somebody_on_the_telephone_is_booked_and_asked_the_questions_by_link() -> None:
    front = desk()
    booking = front.book()
    assert (booking.status, booking.source, booking.outcome) == ("BOOKED", "DESK", "NOT_ASKED")
    assert booking.screening is None
    assert (booking.contact_name, booking.client.email) == ("Ana Silva", "ana@example.org")
    assert said(booking).keys() == {
        "CONFIRMATION", "QUESTIONS", "PREPARATION", "REMINDER", "AFTERCARE", "CHECK_IN",
    }  # fmt: skip
    entry = logged(booking)
    assert (entry.verb, entry.actor) == ("booking.booked", front.actor.user)
    assert "reason" not in entry.after


def test_nothing_leaves_before_staff_could_think_again(sink: Sink) -> None:
    front = desk()
    booking = front.book()
    assert said(booking)["CONFIRMATION"] == ("PLANNED", NOW + GRACE)
    assert said(booking)["QUESTIONS"] == ("PLANNED", NOW + GRACE)
    assert outbox.send_due(clock=lambda: NOW + GRACE - MINUTE) == 0
    assert outbox.send_due(clock=lambda: NOW + GRACE) == 2
    questions = next(mail for mail in sink.messages if "questions" in str(mail["Subject"]))
    assert questions["Subject"] == "A few questions before Monday 8 March 2027"
    assert links.answers_url(booking) in questions.get_body(("plain",)).get_content()


def test_somebody_without_any_address_is_booked_too_and_stands_in_the_desks_list() -> None:
    booking = desk().book(contact=Contact(name="Walter"))
    assert (booking.client.email, booking.client.phone) == ("", "")
    assert {status for status, _due in said(booking).values()} == {"SUPPRESSED"}


def test_who_was_told_at_the_telephone_gets_no_confirmation_but_is_reminded() -> None:
    booking = desk().book(tell_client=False)
    statuses = {kind: status for kind, (status, _due) in said(booking).items()}
    assert statuses.pop("CONFIRMATION") == "TOLD"
    assert statuses == dict.fromkeys(
        ["QUESTIONS", "PREPARATION", "REMINDER", "AFTERCARE", "CHECK_IN"], "PLANNED"
    )


def test_a_client_we_have_is_booked_under_their_own_record() -> None:
    known = client()
    booking = desk().book(client=known)
    assert booking.client == known
    assert booking.contact_email == known.email
    assert Client.objects.count() == 1


def test_a_record_that_was_merged_away_is_not_booked_for() -> None:
    front = desk()
    with pytest.raises(NotOffered):
        front.book(client=client(status="MERGED", merged_into=client()))


def test_the_same_form_twice_is_one_booking_and_another_form_with_its_key_is_refused() -> None:
    front = desk()
    first = front.ask(key="one")
    again = front.ask(key="one")
    assert (again.booking, again.created) == (first.booking, False)
    with pytest.raises(KeyMismatch):
        front.ask(SLOT + HOUR, key="one")
    assert Booking.objects.count() == 1


def test_a_walk_in_at_seven_past_is_booked_after_one_question() -> None:
    front = desk()
    start = NOW + 67 * MINUTE  # 10:07 by the wall
    assert refused_for(front, start) == (Rule.NOTICE, Rule.GRID)
    booking = front.book(start, override="  She stands  at the desk ")
    assert booking.starts_at == start
    assert logged(booking).after["reason"] == "She stands at the desk"
    assert logged(booking).after["passed"] == ["NOTICE", "GRID"]
    # There is no time left for a link: the questions are asked in the room.
    assert "QUESTIONS" in said(booking)


def test_a_walk_in_who_sits_down_now_is_not_sent_a_link() -> None:
    booking = desk().book(NOW, override="Walk-in")
    assert "QUESTIONS" not in said(booking)


@pytest.mark.parametrize(
    ("start", "rules"),
    [
        (toronto(2027, 5, 3, 10, 0), (Rule.HORIZON,)),
        (toronto(2027, 3, 8, 19, 0), (Rule.HOURS,)),
        (toronto(2027, 3, 8, 16, 15), (Rule.HOURS,)),
        (toronto(2027, 3, 1, 8, 30), (Rule.PAST, Rule.HOURS)),
        (toronto(2027, 5, 3, 19, 7), (Rule.HORIZON, Rule.GRID, Rule.HOURS)),
    ],
)
def test_every_rule_that_is_passed_is_named_at_once(start: object, rules: tuple[Rule, ...]) -> None:
    front = desk()
    assert refused_for(front, start) == rules
    assert front.book(start, override="Agreed with Mei").starts_at == start  # type: ignore[arg-type]


def test_a_closed_day_and_a_day_off_are_passed_with_a_reason_too() -> None:
    front = desk(practitioners=1)
    clinic.closure(first_day=date(2027, 3, 8))
    assert refused_for(front, SLOT) == (Rule.HOURS,)
    later = SLOT + timedelta(days=1)
    clinic.time_off(practitioner=front.house.practitioners[0], starts_at=later - HOUR)
    assert refused_for(front, later, override="  ") == (Rule.HOURS,)
    front.book(SLOT, override="An emergency")
    front.book(later, override="She comes in for it")


def test_nobody_is_called_in_while_somebody_works() -> None:
    front = desk()
    away, works = front.house.practitioners
    clinic.time_off(practitioner=away, starts_at=SLOT - HOUR)
    assert front.book().practitioner == works
    with pytest.raises(SlotTaken):
        front.book(override="Whoever it is")
    with pytest.raises(NeedsReason):
        front.book(practitioner=away.pk)


def test_no_reason_lets_two_sessions_overlap() -> None:
    front = desk(practitioners=1, rooms=1)
    front.book()
    for minutes in (-59, -7, 0, 7, 59):
        with pytest.raises(SlotTaken):
            front.book(SLOT + minutes * MINUTE, override="It must be")
    front.book(SLOT + 60 * MINUTE)
    assert overlaps() == 0


def test_the_desk_is_shown_what_is_near_even_where_the_public_would_have_to_wait() -> None:
    front = desk(practitioners=1, rooms=1)
    soon = NOW + HOUR
    front.book(soon, override="Walk-in")
    with pytest.raises(SlotTaken) as taken:
        front.book(soon, override="Walk-in")
    nearest = [opening.minute * 60 for opening in taken.value.openings]
    assert len(nearest) == 3
    assert all(at < (NOW + 5 * HOUR).timestamp() for at in nearest)


def test_yesterday_is_not_booked_with_any_reason() -> None:
    with pytest.raises(InPast):
        desk().book(NOW - timedelta(days=1), override="It was so")


# Moving and cancelling


def test_a_booking_moved_by_staff_keeps_its_room_and_what_was_promised() -> None:
    front = desk()
    other = front.book(contact=contact(2))
    booking = front.book()
    assert booking.room != other.room
    Booking.objects.filter(pk=booking.pk).update(minutes=40, status="CONFIRMED")
    booking.refresh_from_db()
    moved = front.move(booking, SLOT + 2 * HOUR).booking
    assert moved.room == booking.room
    assert moved.ends_at - moved.starts_at == timedelta(minutes=40)
    assert moved.status == "BOOKED"  # their yes was to another time


def test_a_client_who_is_here_is_moved_to_whoever_is_free_and_stays_here() -> None:
    front = desk()
    booking = front.book(practitioner=front.house.practitioners[0].pk)
    front.do("arrive", booking)
    moved = front.move(
        booking, SLOT, practitioner=front.house.practitioners[1].pk, tell_client=False
    )
    assert (moved.booking.status, moved.booking.starts_at) == ("ARRIVED", SLOT)
    assert moved.booking.practitioner == front.house.practitioners[1]


def test_a_move_to_where_it_is_changes_nothing() -> None:
    front = desk()
    booking = front.book()
    assert front.move(booking, SLOT).change is None
    assert front.cancel(front.cancel(booking).booking).change is None
    assert AuditEntry.objects.filter(about=f"booking:{booking.uid}").count() == 2


def test_too_late_for_the_client_is_not_too_late_for_staff_with_a_reason() -> None:
    front = desk()
    booking = front.book()
    late = SLOT - 23 * HOUR
    for act in (
        lambda **reason: front.move(booking, SLOT + HOUR, now=late, **reason),
        lambda **reason: front.cancel(booking, now=late, **reason),
    ):
        with pytest.raises(NeedsReason) as refused:
            act()
        assert refused.value.which == (Rule.WINDOW,)
        assert act(override="Her child is ill").change is not None
        assert logged(booking).after["reason"] == "Her child is ill"


@pytest.mark.parametrize("verb", ["start", "complete", "no_show"])
def test_what_is_in_session_or_over_is_neither_moved_nor_cancelled(verb: str) -> None:
    front = desk()
    booking = front.book()
    front.answer(booking)
    if verb != "no_show":
        front.do("arrive", booking, now=SLOT)
        front.do("start", booking, now=SLOT)
    if verb != "start":
        front.do(verb, booking, now=SLOT)
    for act in (front.cancel, lambda b, **more: front.move(b, SLOT + HOUR, **more)):
        with pytest.raises(NotChangeable):
            act(booking, now=SLOT, override="Please")


def test_a_move_to_an_unsafe_day_is_refused_to_the_desk_without_saying_why() -> None:
    front = desk()
    safe = toronto(2027, 3, 20, 10, 0)
    booking = front.house.book(safe, answers=botox(NOW.date()))
    with pytest.raises(NotBefore) as refused:
        front.move(booking, SLOT)
    assert refused.value.earliest > SLOT.date()
    assert refused.value.sentences == []
    front.review(booking, "ACCEPT", reason="Forehead only, we leave it out.")
    moved = front.move(booking, SLOT).booking
    assert (moved.outcome, moved.screening.outcome) == ("NOT_BEFORE", "NOT_BEFORE")


def test_a_day_that_needs_review_leaves_a_moved_booking_booked() -> None:
    front = desk()
    booking = front.book()
    front.answer(booking, REVIEW)
    moved = front.move(booking, SLOT + timedelta(days=1)).booking
    assert (moved.status, moved.outcome) == ("BOOKED", "REVIEW")


def test_a_silent_move_is_what_the_client_knows_from_then_on(sink: Sink) -> None:
    front = desk()
    booking = front.house.book()
    outbox.send_due(clock=lambda: NOW)
    moved = front.move(booking, SLOT + HOUR, tell_client=False).booking
    assert said(moved)["MOVED"][0] == "TOLD"
    front.do("confirm", moved, now=NOW + HOUR)
    assert outbox.send_due(clock=lambda: NOW + 2 * HOUR) == 0
    # Moved back, and told this time: the first place is news again.
    front.move(moved, SLOT, now=NOW + 3 * HOUR)
    outbox.send_due(clock=lambda: NOW + 4 * HOUR)
    sent = Message.objects.filter(status="SENT").order_by("pk")
    assert list(sent.values_list("kind", flat=True)) == ["CONFIRMATION", "MOVED"]


def test_a_silent_move_leaves_a_confirmation_that_was_going_to_go(sink: Sink) -> None:
    front = desk()
    booking = front.book()
    front.move(booking, SLOT + HOUR, tell_client=False, now=NOW + MINUTE)
    assert said(booking)["CONFIRMATION"] == ("PLANNED", NOW + MINUTE + GRACE)
    outbox.send_due(clock=lambda: NOW + HOUR)
    assert "Your appointment on Monday 8 March 2027, 11:00 am" in sink.subjects()


def test_who_was_told_in_person_hears_of_a_cancellation_without_an_empty_invite(sink: Sink) -> None:
    front = desk()
    booking = front.book(tell_client=False)
    outbox.send_due(clock=lambda: NOW + GRACE)
    front.cancel(booking, now=NOW + HOUR)
    outbox.send_due(clock=lambda: NOW + 2 * HOUR)
    assert any("cancel" in subject.lower() for subject in sink.subjects())
    kinds = {part.get_content_type() for mail in sink.messages for part in mail.walk()}
    assert "text/html" in kinds
    assert "text/calendar" not in kinds


# What staff frees


def free(front: Desk, now: object, **request: object) -> bool:
    found = front.house.openings(SLOT.date(), now=now, **request)
    return any(opening.minute * 60 == SLOT.timestamp() for opening in found)


@pytest.mark.parametrize("verb", ["move", "cancel"])
def test_a_time_that_staff_freed_is_closed_to_the_public_until_they_can_no_longer_undo(
    verb: str,
) -> None:
    front = desk(practitioners=1, rooms=1)
    booking = front.book()
    if verb == "move":
        front.move(booking, SLOT + 3 * HOUR)
    else:
        front.cancel(booking)
    just = NOW + GRACE - timedelta(seconds=1)
    assert not free(front, just)
    assert free(front, just, for_staff=True)
    assert free(front, NOW + GRACE)
    with pytest.raises(SlotTaken):
        front.house.hold(now=just)
    with pytest.raises(SlotTaken):
        front.house.book(now=just, contact=contact(2))
    assert front.house.book(now=NOW + GRACE, contact=contact(2)).starts_at == SLOT


def test_the_part_of_a_time_that_a_small_move_frees_is_closed_as_well() -> None:
    front = desk(practitioners=1, rooms=1)
    booking = front.book()
    front.move(booking, SLOT + 30 * MINUTE)
    before = SLOT - 30 * MINUTE
    starts = [o.minute * 60 for o in front.house.openings(SLOT.date())]
    assert before.timestamp() not in starts
    assert (before - 30 * MINUTE).timestamp() in starts
    later = [o.minute * 60 for o in front.house.openings(SLOT.date(), now=NOW + GRACE)]
    assert before.timestamp() in later


def test_the_desk_may_give_a_freed_time_away_at_once() -> None:
    front = desk(practitioners=1, rooms=1)
    front.cancel(front.book())
    assert front.book(contact=contact(2)).starts_at == SLOT


def test_a_client_moves_back_to_the_time_staff_took_them_from() -> None:
    front = desk(practitioners=1, rooms=1)
    booking = front.book()
    moved = front.move(booking, SLOT + 3 * HOUR).booking
    back = actions.move(now=NOW, actor=front.actor, booking=moved, starts_at=SLOT)
    assert back.starts_at == SLOT


def test_a_clients_own_change_frees_at_once() -> None:
    front = desk(practitioners=1, rooms=1)
    cancel(front.book())
    assert free(front, NOW)


def test_reading_what_is_free_takes_three_statements_from_the_indexes_alone() -> None:
    front = desk(practitioners=3, rooms=3)
    for number in range(3):
        front.cancel(front.book(contact=contact(number)))
    with CaptureQueriesContext(connection) as queries:
        front.house.openings(SLOT.date())
    assert len(queries) == 3
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        # Of so few rows the planner takes any index, so each question is left its own.
        for sql, other in (
            (calendar.BUSY["practitioner", False, False].sql, "booking_freed_room"),
            (calendar.BUSY["room", False, False].sql, "booking_freed_practitioner"),
        ):
            cursor.execute(f"SAVEPOINT whole; DROP INDEX {other}, change_once_a_sequence")
            cursor.execute(
                "EXPLAIN " + sql,
                {"ids": [1, 2], "back": NOW, "until": SLOT, "now": NOW, "attempt": None},
            )
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert plan.count("Index Only Scan") == 2, plan
            cursor.execute("ROLLBACK TO whole")


# The day itself


def test_a_visit_goes_from_booked_to_done() -> None:
    front = desk()
    booking = front.book()
    front.answer(booking)
    for verb, status in (
        ("confirm", "CONFIRMED"),
        ("arrive", "ARRIVED"),
        ("start", "IN_SESSION"),
        ("complete", "DONE"),
    ):
        done = front.do(verb, booking, now=SLOT)
        assert done.booking.status == status
        assert logged(booking).after["status"] == status
        assert front.do(verb, booking, now=SLOT).change is None
    assert BookingChange.objects.count() == 4


@pytest.mark.parametrize("verb", ["start", "complete"])
def test_no_step_of_a_visit_is_left_out(verb: str) -> None:
    front = desk()
    with pytest.raises(NotChangeable):
        front.do(verb, front.book())


@pytest.mark.parametrize("verb", ["confirm", "arrive", "no_show"])
def test_a_request_is_not_confirmed_past_its_practitioner(verb: str) -> None:
    front = desk()
    with pytest.raises(NotChangeable):
        front.do(verb, front.house.book(answers=REVIEW), now=SLOT)


def test_who_did_not_come_did_not_come_before_the_start() -> None:
    front = desk()
    booking = front.book()
    with pytest.raises(NotYet):
        front.do("no_show", booking, now=SLOT - MINUTE)
    assert front.do("no_show", booking, now=SLOT).booking.status == "NO_SHOW"
    assert {status for status, _due in said(booking).values()} <= {"TOLD", "EXPIRED"}


def test_no_needle_before_somebody_has_seen_answers() -> None:
    front = desk()
    booking = front.book()
    front.do("arrive", booking, now=SLOT)
    with pytest.raises(NotScreened):
        front.do("start", booking, now=SLOT)
    front.answer(booking, now=SLOT)
    assert front.do("start", booking, now=SLOT).booking.status == "IN_SESSION"


def test_only_staff_do_what_can_be_taken_back() -> None:
    front = desk()
    booking = front.book()
    with pytest.raises(ValueError, match="staff"):
        actions.cancel_by_staff(now=NOW, actor=CLIENT, booking=booking)
    assert [each.status for each in live()] == ["BOOKED"]
    assert booking.contact_name == ANA.name


def test_what_the_desk_does_takes_as_many_statements_whatever_else_there_is() -> None:
    counts = []
    for number in (1, 3):
        front = desk(practitioners=number, rooms=number)
        for other in range(number - 1):
            front.book(contact=contact(other))
        booking = front.book(contact=contact(9))
        each = []
        with CaptureQueriesContext(connection) as queries:
            done = front.move(booking, SLOT + 2 * HOUR)
        each.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            front.undo(done)
        each.append(len(queries))
        counts.append(each)
    assert counts[0] == counts[1]


def test_a_treatment_that_is_offered_no_more_is_still_moved() -> None:
    front = desk()
    booking = front.book()
    front.house.treatment.phases.all().update(minutes=5)
    assert offering(front.house.treatment).minutes == 15
    moved = front.move(booking, SLOT + HOUR).booking
    assert moved.ends_at - moved.starts_at == timedelta(minutes=50)
