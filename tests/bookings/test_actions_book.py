"""Booking: what is kept of it, who it is for, and what the safety answers make of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.errors import CallUs, KeyMismatch, NotBefore, SlotTaken
from bookings.models import Booking, RequestKey
from clients.answers import AnswersInvalid, Problem
from clients.contact import Contact
from clients.models import Client, ClientKey, ContactConsent, DuplicateProposal, Screening
from clients.queries import current_rule_set
from clinic.audit import CLIENT
from clinic.models import AuditEntry
from tests.bookings.world import (
    HOUR,
    NOW,
    REFUSED,
    REVIEW,
    SLOT,
    TODAY,
    answers,
    botox,
    cancel,
    contact,
    live,
    move,
    offering,
    raw_table,
    row_counts,
    toronto,
    world,
)
from tests.factories import treatments

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_booking_keeps_what_was_promised_and_the_contact_as_typed() -> None:
    house = world(price="99.00", window_minutes=60)
    who = contact(name="Zoë  Ångström", booked_by="Her Mother")
    said = house.ask(contact=who)
    booking = Booking.objects.get()
    assert said.created
    assert booking.status == "BOOKED"
    assert (booking.contact_name, booking.booked_by) == (who.name, "Her Mother")
    assert (booking.contact_email, booking.contact_phone) == (who.email, who.phone)
    assert (booking.minutes, str(booking.price), booking.window_minutes) == (50, "99.00", 60)
    assert booking.outcome == "FINE"
    assert booking.respond_by is None
    house.treatment.name = "Something else"
    house.treatment.save()
    assert Booking.objects.get().treatment_name != "Something else"


def test_a_booking_is_in_the_log_book_without_contact_or_health() -> None:
    booking = world().book(answers=REVIEW)
    entry = AuditEntry.objects.get(about=f"booking:{booking.uid}")
    assert (entry.verb, entry.actor_label, entry.before) == ("booking.requested", CLIENT.label, {})
    assert set(entry.after) == {"status", "starts_at", "practitioner", "room"}


def test_the_hold_of_the_attempt_becomes_the_booking() -> None:
    house, attempt = world(practitioners=1, rooms=1), uuid.uuid4()
    house.hold(attempt=attempt)
    booking = house.book(attempt=attempt)
    assert [row.pk for row in live()] == [booking.pk]


def test_a_form_sent_after_its_hold_lapsed_is_booked_while_nobody_else_took_the_time() -> None:
    house, attempt = world(practitioners=1, rooms=1), uuid.uuid4()
    house.hold(attempt=attempt)
    assert house.book(attempt=attempt, now=NOW + HOUR).status == "BOOKED"


def test_a_form_sent_after_somebody_else_took_the_time_is_told_and_shown_three_others() -> None:
    house, attempt = world(practitioners=1, rooms=1), uuid.uuid4()
    house.hold(attempt=attempt)
    house.hold(now=NOW + HOUR)
    with pytest.raises(SlotTaken) as lost:
        house.book(attempt=attempt, now=NOW + HOUR)
    nearest = [opening.minute * 60 for opening in lost.value.openings]
    assert nearest == sorted(nearest)
    assert len(nearest) == 3
    assert all(abs(at - SLOT.timestamp()) <= 2 * 3600 for at in nearest)


def test_a_second_tab_of_an_attempt_that_is_booked_is_shown_its_booking() -> None:
    for pairs in (1, 3):
        house, attempt = world(practitioners=pairs, rooms=pairs), uuid.uuid4()
        first = house.ask(attempt=attempt)
        for start in (SLOT, SLOT + 2 * HOUR):
            again = house.ask(start, attempt=attempt, contact=contact(2))
            assert (again.booking, again.created) == (first.booking, False)
        assert Booking.objects.filter(attempt=attempt).count() == 1
        cancel(first.booking)
        assert house.ask(attempt=attempt).booking.status == "CANCELLED"


# The request key


def test_the_same_request_again_gets_the_same_booking_whatever_became_of_it() -> None:
    house = world()
    booking = house.book(key="mine")
    counted = row_counts()
    assert not house.ask(key="mine").created
    cancel(booking)
    assert house.ask(key="mine", now=NOW + 6 * DAY + 23 * HOUR).booking == booking
    assert row_counts()["bookings_booking"] == counted["bookings_booking"]


@pytest.mark.parametrize(
    "other",
    [
        {"starts_at": SLOT + HOUR},
        {"contact": contact(2)},
        {"contact": contact(1, booked_by="Somebody")},
        {"answers": REVIEW},
        {"answers": {}},
        {"answers": {"bq_age": {"a": [None, 1.5]}}},
    ],
    ids=["start", "person", "booked by", "answers", "no answers", "nonsense"],
)
def test_a_key_used_for_another_request_is_refused(other: dict) -> None:
    house = world()
    house.book(key="mine")
    before = row_counts()
    with pytest.raises(KeyMismatch):
        house.ask(**{"key": "mine", **other})
    assert row_counts() == before


@pytest.mark.parametrize("key", ["", "x" * 100_000, "\x00", "\ud800", "🗝️", "' OR 1=1 --"])
def test_any_text_is_a_key(key: str) -> None:
    house = world()
    assert house.ask(key=key).created
    assert not house.ask(key=key).created
    assert len(RequestKey.objects.get().digest) == 64


def test_a_key_of_a_request_that_was_refused_can_be_used_again() -> None:
    house = world()
    with pytest.raises(CallUs):
        house.book(key="mine", answers=REFUSED)
    assert house.ask(key="mine").created


# Answers


@pytest.mark.parametrize(
    "said",
    [
        {},
        answers(bq_age=None),
        answers(bq_age="maybe"),
        answers(bq_age=["yes"]),
        answers(bq_procedures={"items": {"botulinum": "2027-02-30"}}),
        answers(bq_procedures={"items": {"botulinum": "2030-01-01"}}),
        answers(bq_procedures={"items": {"no such": None}}),
        answers(bq_unknown="yes"),
        {**answers(), "\ud800": "yes"},
    ],
)
def test_answers_that_can_not_be_used_are_told_and_nothing_is_saved(said: dict) -> None:
    house = world()
    before = row_counts()
    with pytest.raises(AnswersInvalid) as told:
        house.book(answers=said)
    assert set(told.value.errors.values()) <= set(Problem)
    assert row_counts() == before


def test_nothing_at_all_is_kept_of_somebody_who_is_refused() -> None:
    house, attempt = world(), uuid.uuid4()
    house.hold(attempt=attempt)
    before = row_counts()
    with pytest.raises(CallUs) as told:
        house.book(answers=REFUSED, attempt=attempt)
    assert told.value.sentences
    assert row_counts() == before
    assert Client.objects.count() == Screening.objects.count() == 0
    assert [row.status for row in live()] == ["HELD"]


def test_who_comes_too_soon_is_told_the_day_and_can_book_it() -> None:
    house = world()
    day = TODAY - DAY
    before = row_counts()
    with pytest.raises(NotBefore) as told:
        house.book(answers=botox(day))
    assert told.value.earliest == day + 14 * DAY
    assert told.value.sentences
    assert row_counts() == before
    eve, first = (toronto(2027, 3, told.value.earliest.day + n, 10, 0) for n in (-1, 0))
    with pytest.raises(NotBefore):
        house.book(eve, answers=botox(day))
    assert house.book(first, answers=botox(day)).status == "BOOKED"


def test_not_sure_when_counts_from_today_and_ends() -> None:
    house = world()
    unsure = answers(bq_procedures={"items": {"botulinum": "unsure"}})
    with pytest.raises(NotBefore) as told:
        house.book(answers=unsure)
    assert told.value.earliest == TODAY + 14 * DAY
    assert house.book(toronto(2027, 3, 15, 10, 0), answers=unsure).status == "BOOKED"


def test_the_day_is_the_locations_and_not_the_servers() -> None:
    # 9 pm on 14 March in Toronto is the 15th in UTC: still a day too soon.
    house = world(practitioners=1)
    hours = house.practitioners[0].hours
    hours.update(ends_minute=23 * 60)
    with pytest.raises(NotBefore):
        house.book(toronto(2027, 3, 14, 21, 0), answers=botox(TODAY))
    assert house.book(toronto(2027, 3, 15, 9, 0), answers=botox(TODAY))


def test_what_the_practitioner_has_to_look_at_is_a_request_with_a_deadline() -> None:
    house = world()
    booking = house.book(answers=REVIEW)
    assert (booking.status, booking.outcome) == ("REQUESTED", "REVIEW")
    assert booking.respond_by == NOW + DAY
    soon = house.book(toronto(2027, 3, 2, 9, 30), answers=REVIEW, contact=contact(2))
    assert soon.respond_by == soon.starts_at - 12 * HOUR
    house.book(answers=REVIEW, contact=contact(3))
    with pytest.raises(SlotTaken):
        house.book(answers=REVIEW, contact=contact(4))


# What we know already


def test_a_client_who_once_named_a_risk_is_looked_at_however_often_they_deny_it() -> None:
    house = world()
    house.book(SLOT, answers=REVIEW)
    for number in (1, 2, 3):
        again = house.book(SLOT + number * DAY)
        assert (again.status, again.outcome) == ("REQUESTED", "REVIEW")
    assert Client.objects.count() == 1


def test_a_client_who_once_was_not_sure_is_asked_again_and_believed() -> None:
    house = world()
    unsure = house.book(SLOT, answers=answers(bq_review="unsure"))
    assert (unsure.status, unsure.outcome) == ("REQUESTED", "REVIEW")
    again = house.book(SLOT + DAY)
    assert (again.status, again.outcome) == ("BOOKED", "FINE")


def test_a_request_made_at_the_last_minute_leaves_the_practitioner_two_hours() -> None:
    house = world()
    starts_at = toronto(2027, 3, 2, 9, 30)
    late = house.book(starts_at, answers=REVIEW, now=starts_at - 12 * HOUR)
    assert late.respond_by == starts_at - 10 * HOUR


def test_known_risks_never_refuse_and_a_stranger_reads_the_same_words() -> None:
    """Whoever types a client's name, e-mail and phone must not learn what the clinic knows."""
    house = world()
    house.book(toronto(2027, 3, 16, 10, 0), answers=botox(TODAY))
    # On the 10th the client's own Botox would say "not before the 15th".
    known = house.book(toronto(2027, 3, 10, 10, 0))
    stranger = house.book(toronto(2027, 3, 11, 10, 0), contact=contact(2), answers=REVIEW)
    assert (known.status, known.outcome) == (stranger.status, stranger.outcome)
    assert known.respond_by == stranger.respond_by == NOW + DAY
    # Asked about something else, both read the same of it.
    said = []
    for who in (contact(1), contact(2)):
        with pytest.raises(NotBefore) as told:
            house.book(
                contact=who, answers=answers(bq_skin_treatments={"items": {"laser": "2027-03-01"}})
            )
        said.append((told.value.earliest, told.value.sentences))
    assert said[0] == said[1]


def test_a_risk_that_has_passed_by_then_asks_nobody_to_look() -> None:
    house = world()
    house.book(toronto(2027, 3, 16, 10, 0), answers=botox(TODAY))
    assert house.book(toronto(2027, 3, 17, 10, 0)).status == "BOOKED"


def test_what_does_not_touch_the_treatments_phases_is_not_asked_and_not_in_the_way() -> None:
    house = world()
    roller = offering(
        treatments.treatment(phases=[("JADE_ROLLER", 30)], offered_by=house.practitioners)
    )
    taking = answers(bq_isotretinoin={"value": "yes", "date": TODAY.isoformat()})
    with pytest.raises(NotBefore):
        house.book(answers=taking)
    asked = {each.code for each in current_rule_set(NOW).questions_for(roller.phase_kinds)}
    assert "bq_isotretinoin" not in asked
    said = {code: answer for code, answer in taking.items() if code in asked}
    assert house.book(answers=said, offering=roller).status == "BOOKED"
    with pytest.raises(AnswersInvalid):
        house.book(answers=taking, offering=roller)


def test_sealed_answers_can_not_be_read_from_the_tables() -> None:
    house = world()
    booking = house.book(answers=REVIEW)
    kept = Screening.objects.get(pk=booking.screening_id)
    assert kept.answers["given"]["bq_review"] == {"items": {"epilepsy": None}}
    for table in row_counts():
        if table.startswith(
            (
                "clients_screeningrule",
                "clients_bookingquestion",
                "clients_ruleset",
                "clients_intakedefinition",
            )
        ):
            continue
        assert "epilepsy" not in raw_table(table), table
        assert "bq_review" not in raw_table(table), table


# Moving asks again


def test_a_move_into_the_wait_is_refused_with_its_day_and_the_booking_stays() -> None:
    house = world()
    booking = house.book(toronto(2027, 3, 16, 10, 0), answers=botox(TODAY))
    before = row_counts()
    with pytest.raises(NotBefore) as told:
        move(booking, toronto(2027, 3, 12, 10, 0))
    assert told.value.earliest == TODAY + 14 * DAY
    assert row_counts() == before
    booking.refresh_from_db()
    assert booking.starts_at == toronto(2027, 3, 16, 10, 0)


def test_a_move_to_another_date_is_judged_for_that_date_and_one_of_hours_is_not_judged_again() -> (
    None
):
    house = world()
    booking = house.book(toronto(2027, 3, 16, 10, 0), answers=botox(TODAY))
    first = booking.screening_id
    moved = move(booking, toronto(2027, 3, 16, 14, 0))
    assert moved.screening_id == first
    moved = move(booking, toronto(2027, 3, 17, 10, 0))
    assert moved.screening_id != first
    again = Screening.objects.get(pk=moved.screening_id)
    assert again.assessed_for == toronto(2027, 3, 17, 10, 0).date()
    assert again.answered_on == TODAY
    assert again.answers == Screening.objects.get(pk=first).answers


def test_a_move_onto_a_date_that_needs_the_practitioners_eye_becomes_a_request() -> None:
    house = world()
    house.book(toronto(2027, 3, 16, 10, 0), answers=botox(TODAY))
    booking = house.book(toronto(2027, 3, 18, 10, 0))
    assert booking.status == "BOOKED"
    moved = move(booking, toronto(2027, 3, 10, 10, 0))
    assert (moved.status, moved.outcome) == ("REQUESTED", "REVIEW")
    assert moved.respond_by == NOW + DAY


def test_a_move_does_not_make_the_clinic_forget_a_known_risk() -> None:
    house = world()
    house.book(SLOT, answers=REVIEW)
    booking = house.book(SLOT + DAY)
    moved = move(booking, SLOT + 2 * DAY)
    assert (moved.status, moved.outcome) == ("REQUESTED", "REVIEW")


# Who it is for


@pytest.mark.parametrize(
    "name",
    [
        "X" * 120,
        "李小龍",
        "محمد بن عبد الله",
        "👩‍👩‍👧 Family 🪷",
        "Robert'); DROP TABLE bookings_booking;--",
        "<script>alert(1)</script>",
        "{{ 7*7 }} %s %(x)s",
        "\uff21\uff4c\uff49\uff43\uff45",
        "Z\u0351\u036b\u0343a\u0363lgo",
        "ß" * 120,
        "ﷺ" * 13,
        "a",
    ],
)
def test_any_name_can_be_booked_for_and_is_kept_as_typed(name: str) -> None:
    booking = world().book(contact=contact(name=name))
    assert Booking.objects.get().contact_name == name
    assert booking.client is not None
    assert booking.client.name == name
    assert world().book(contact=contact(name=name)).client == booking.client


def test_somebody_without_mail_and_phone_can_be_booked_for_and_is_nobody_else() -> None:
    house = world()
    nobody = Contact(name="A. Smith")
    one = house.book(contact=nobody)
    two = house.book(SLOT + HOUR, contact=nobody)
    assert one.client != two.client
    assert DuplicateProposal.objects.count() == 0


def test_consents_are_kept_with_the_booking() -> None:
    world().book(contact=contact(by_email=True, by_sms=False))
    said = {(row.channel, row.granted) for row in ContactConsent.objects.all()}
    assert said == {("EMAIL", True), ("SMS", False)}


def test_a_client_met_at_the_desk_without_a_key_gets_one() -> None:
    house = world()
    who = contact()
    client = Client.objects.create(
        name=who.name, name_key="person number1", email=who.email, phone=who.phone, created_at=NOW
    )
    booking = house.book(contact=who)
    assert booking.client == client
    assert ClientKey.objects.get().client == client


def test_booking_makes_no_more_statements_for_a_full_day_than_for_an_empty_one() -> None:
    empty, full = world(), world(practitioners=4, rooms=4)
    for number in range(6):
        full.book(SLOT + HOUR * number, contact=contact(number))
    assert _statements(lambda: empty.book(contact=contact(50))) == _statements(
        lambda: full.book(contact=contact(51))
    )


def _statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as made:
        act()
    return len(made)
