"""Every named constraint refuses what it says, asked in plain SQL by whoever goes past the code.

Each case is a row that the table accepts, and the one change that makes it refuse.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from bookings import actions, constraints
from bookings.models import Booking, BookingChange, Merge, Review
from clients.models import (
    BookingQuestion,
    Client,
    ClientKey,
    DuplicateProposal,
    Message,
    RuleSet,
    Screening,
    ScreeningRule,
)
from clinic.audit import staff
from clinic.models import (
    AuditEntry,
    Clinic,
    Closure,
    Location,
    Practitioner,
    Room,
    TimeOff,
    User,
    WorkingHours,
)
from tests.bookings import test_check_in, test_recalling, test_schedules
from tests.bookings.world import NOW, TODAY, contact, toronto, world
from tests.clients import test_record_constraints, test_wording
from tests.clinic import test_running_constraints
from tests.copying import Case, copy, refused
from tests.factories import clinic
from tests.treatments import test_plan_constraints, test_points, test_session_constraints
from treatments.models import Offer, Phase, Treatment

pytestmark = pytest.mark.django_db

OURS = ("clinic", "clients", "treatments", "bookings")
DAY = timedelta(days=1)
LATER = {
    name: (NOW + DAY * 8 + timedelta(minutes=minutes)).isoformat()
    for name, minutes in {
        "starts_at": 0,
        "ends_at": 50,
        "practitioner_until": 60,
        "room_until": 60,
    }.items()
}


@dataclass
class Rows:
    """One good row of every table."""

    by_model: dict[type[models.Model], models.Model]

    def __getitem__(self, model: type[models.Model]) -> Any:
        return self.by_model[model]


@pytest.fixture
def rows(db: None) -> Rows:
    house = world(practitioners=2)
    booking = house.book()
    other = house.book(contact=contact(1, name="Somebody Else"))
    assert other.client != booking.client
    rules = RuleSet.objects.get(
        pk=copy(RuleSet.objects.earliest("pk"), version=900, rule_count=99, question_count=99)
    )
    at = toronto(2027, 3, 9, 15)
    member = staff(clinic.user())
    done = actions.move_by_staff(now=NOW, actor=member, booking=booking, starts_at=at)
    doctor = clinic.user(role="PRACTITIONER")
    clinic.practitioner(user=doctor)
    actions.review(
        now=NOW, actor=staff(doctor), booking=booking, decision="ASK", reason="What was it?"
    )
    rule, question = ScreeningRule.objects.earliest("pk"), BookingQuestion.objects.earliest("pk")
    return Rows(
        {
            User: User.objects.create(email="o@example.org", name="O", role="OWNER"),
            Practitioner: house.practitioners[0],
            Clinic: clinic.clinic(),
            Location: house.location,
            Room: house.rooms[0],
            WorkingHours: house.practitioners[0].hours.earliest("pk"),
            TimeOff: clinic.time_off(practitioner=house.practitioners[0], starts_at=NOW),
            Closure: clinic.closure(first_day=TODAY),
            Client: booking.client,
            DuplicateProposal: DuplicateProposal.objects.get(),
            Message: Message.objects.filter(client=booking.client).earliest("pk"),
            RuleSet: rules,
            ScreeningRule: ScreeningRule.objects.get(pk=copy(rule, rule_set_id=900)),
            BookingQuestion: BookingQuestion.objects.get(pk=copy(question, rule_set_id=900)),
            Screening: booking.screening,
            ClientKey: booking.client.key,
            Treatment: house.treatment,
            Phase: house.treatment.phases.earliest("pk"),
            Offer: house.treatment.offers.earliest("pk"),
            Booking: done.booking,
            BookingChange: done.change,
            Review: Review.objects.get(),
            Merge: _undone_merge(booking.client, other.client),
        }
    )


def _undone_merge(survivor: Client, merged: Client) -> Merge:
    user = clinic.user()
    return Merge.objects.create(
        survivor=survivor,
        merged=merged,
        by=user,
        at=NOW,
        until=NOW + DAY,
        undone_at=NOW,
        undone_by=user,
    )


def _bare() -> dict[str, object]:
    """Return what a second booking differs in."""
    return {**LATER, "token_digest": None, "attempt": None}


def _hold(attempt: uuid.UUID | None = None) -> dict[str, object]:
    return {
        **_bare(),
        "status": "HELD",
        "client_id": None,
        "attempt": str(attempt or uuid.uuid4()),
        "hold_expires_at": NOW.isoformat(),
    }


def _at(**minutes: int) -> dict[str, object]:
    return {name: (NOW + DAY * 8 + timedelta(minutes=m)).isoformat() for name, m in minutes.items()}


ATTEMPT = uuid.uuid4()
SOMEBODY = {"email": "x@example.org"}
A_CODE = {"code": "something", "position": 98}
HOURS = {"valid_from": "1990-01-01", "valid_until": "1991-01-01"}
PLACE = {"slug": "elsewhere"}

CASES: dict[str, Case] = {
    "user_email_lower_case": (User, SOMEBODY, {"email": "X@example.org"}),
    "user_role_known": (User, SOMEBODY, {"role": "GOD"}),
    "practitioner_pause_short": (Practitioner, {"slug": "p"}, {"pause_minutes": 121}),
    "location_country": (Location, PLACE, {"country": "ca"}),
    "location_currency": (Location, PLACE, {"currency": "C$"}),
    "location_has_zone": (Location, PLACE, {"time_zone": ""}),
    "hours_weekday_known": (WorkingHours, HOURS, {"weekday": 7}),
    "hours_within_day": (WorkingHours, HOURS, {"ends_minute": 1441}),
    "hours_valid_range": (WorkingHours, HOURS, {"valid_until": "1990-01-01"}),
    "hours_no_overlap": (WorkingHours, HOURS, {"valid_until": "2000-01-02"}),
    "time_off_forwards": (TimeOff, {}, {"ends_at": NOW.isoformat()}),
    "closure_forwards": (Closure, {}, {"last_day": "2000-01-01"}),
    "client_has_name": (Client, {}, {"name": ""}),
    "client_phone_e164": (Client, {}, {"phone": "416 555 0100"}),
    "message_once_a_purpose": (Message, {"status": "WITHDRAWN"}, {"status": "PLANNED"}),
    "message_has_recipient": (Message, {"dedupe_key": "x"}, {"client_id": None}),
    "message_sent_has_time": (Message, {"dedupe_key": "x"}, {"status": "SENT"}),
    "message_sending_has_claim": (Message, {"dedupe_key": "x"}, {"status": "SENDING"}),
    "rule_set_version_from_one": (RuleSet, {"version": 901}, {"version": 0}),
    "rule_set_digest_sha256": (RuleSet, {"version": 901}, {"digest": "short"}),
    "rule_position_once": (ScreeningRule, A_CODE, {"position": 1}),
    "rule_code_plain": (ScreeningRule, A_CODE, {"code": "Not plain"}),
    "rule_action_known": (ScreeningRule, A_CODE, {"action": "PRAY"}),
    "rule_severity_known": (ScreeningRule, A_CODE, {"severity": "SO SO"}),
    "rule_has_one_trigger": (ScreeningRule, A_CODE, {"trigger_under_age": 18}),
    "rule_delay_has_days": (ScreeningRule, A_CODE, {"action": "DELAY_UNTIL", "days": None}),
    "rule_days_within_ten_years": (ScreeningRule, A_CODE, {"days": 3651}),
    "question_position_once": (BookingQuestion, A_CODE, {"position": 1}),
    "question_type_and_trigger": (BookingQuestion, A_CODE, {"trigger_answer": "MAYBE"}),
    "screening_outcome_known": (Screening, {}, {"outcome": "HM"}),
    "screening_source_known": (Screening, {}, {"source": "GOSSIP"}),
    "screening_delay_has_date": (
        Screening,
        {"outcome": "NOT_BEFORE", "assessed_for": "2027-03-08", "not_before": "2027-03-09"},
        {"not_before": "2027-03-08"},
    ),
    "treatment_price_not_negative": (Treatment, {"slug": "t"}, {"price": -1}),
    "treatment_minutes_range": (Treatment, {"slug": "t"}, {"turnover_minutes": 121}),
    "treatment_grid_known": (Treatment, {"slug": "t"}, {"grid_minutes": 7}),
    "treatment_horizon_range": (Treatment, {"slug": "t"}, {"horizon_days": 0}),
    "phase_place_once": (Phase, {"position": 9}, {"position": 1}),
    "phase_minutes_range": (Phase, {"position": 9}, {"minutes": 0}),
    "booking_goes_forwards": (Booking, _bare(), {"ends_at": LATER["starts_at"]}),
    "booking_at_most_12_hours": (Booking, _bare(), _at(room_until=721)),
    "booking_status_known": (Booking, _bare(), {"status": "MAYBE"}),
    "booking_has_client": (Booking, _bare(), {"client_id": None}),
    "booking_hold_expires": (Booking, _hold(), {"hold_expires_at": None}),
    "change_has_grace": (BookingChange, {"sequence": 9}, {"until": NOW.isoformat()}),
    "change_goes_forwards": (BookingChange, {"sequence": 9}, {"follows": 9}),
    "review_decision_known": (
        Review,
        {"ended_at": NOW.isoformat()},
        {"decision": "SHRUG"},
    ),
    "merge_can_be_undone": (Merge, {}, {"until": NOW.isoformat()}),
    "merge_undone_by_somebody": (Merge, {}, {"undone_by_id": None}),
    "booking_request_has_deadline": (
        Booking,
        {**_bare(), "status": "REQUESTED", "respond_by": NOW.isoformat()},
        {"respond_by": None},
    ),
}
# What takes more than one row to say is told apart below.
OF_THEIR_OWN = {
    "opening_forwards",  # tests/bookings/test_opening_records.py
    "withholding_forwards",
    "booking_one_an_attempt",
    "booking_one_hold_an_attempt",
    "booking_practitioner_free",
    "booking_room_free",
    "booking_token_once",
    "change_once_a_sequence",
    "client_key_kept_or_destroyed",
    "clinic_accent_is_a_colour",
    "clinic_grid_known",
    "clinic_hold_range",
    "clinic_horizon_range",
    "clinic_keep_range",
    "clinic_only_one",
    "clinic_opening_range",
    "clinic_quiet_in_day",
    "clinic_treating_range",
    "duplicate_not_of_itself",
    "merge_not_into_itself",
    "merge_once_at_a_time",
    "duplicate_proposed_once",
    "offered_once",
    "question_code_once_a_set",
    "review_one_holds_a_booking",
    "room_name_once_a_location",
    "rule_code_once_a_set",
}
# In test_importing.
TRIED_BY_IMPORTING = {
    "import_error_has_reason",
    "import_row_once",
    "import_status_known",
    "imported_key_names_one_thing",
}
# In test_media and test_contact_told.
TRIED_ELSEWHERE = {
    "contact_proposal_one_open",
    "contact_proposal_open_or_ended",
    "document_released_while_it_stands",
    "photo_released_while_it_stands",
}
# In test_rule_editing.
TRIED_BY_RULE_EDITING = {"rule_draft_one_open", "rule_draft_open_or_closed"}
# tests/clients/test_ways.py, test_gates.py, test_trouble.py, tests/bookings/test_texts.py
TRIED_BY_MESSAGING = {
    "channel_open_has_failures",
    "contact_cleared_has_time",
    "contact_fails_once",
    "conversation_once_a_number",
    "conversation_phone_e164",
    "message_cleared_by_somebody",
    "message_urgency_known",
    "text_message_heard_once",
    "text_message_out_has_author",
}


def test_every_constraint_of_ours_has_a_case_here() -> None:
    named = {
        constraint.name
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for constraint in model._meta.constraints
    }
    tried = [
        CASES,
        test_schedules.CASES,
        test_recalling.CASES,
        test_check_in.CASES,
        OF_THEIR_OWN,
        TRIED_BY_IMPORTING,
        TRIED_BY_RULE_EDITING,
        TRIED_BY_MESSAGING,
        TRIED_ELSEWHERE,
    ]
    for elsewhere in (
        test_running_constraints,
        test_record_constraints,
        test_plan_constraints,
        test_points,
        test_session_constraints,
        test_wording,
    ):
        tried += [elsewhere.CASES, elsewhere.OF_THEIR_OWN]
    assert sorted(chain.from_iterable(tried)) == sorted(named)


@pytest.mark.parametrize("name", CASES)
def test_a_constraint_refuses_what_it_says_and_only_that(name: str, rows: Rows) -> None:
    model, good, bad = CASES[name]
    assert refused(lambda: copy(rows[model], **{**good, **bad})) == name
    copy(rows[model], **good)


# Two bookings


def _second(rows: Rows, **changes: object) -> Callable[[], object]:
    """Return the insert of a second booking at the time and place of the first."""
    fresh = {"token_digest": None, "attempt": None}
    return lambda: copy(rows[Booking], **fresh, **changes)


def _elsewhere(rows: Rows) -> dict[str, object]:
    return {
        "room_id": clinic.room(location=rows[Location]).pk,
        "practitioner_id": clinic.practitioner().pk,
    }


@pytest.mark.parametrize(
    ("kept", "name"),
    [("practitioner_id", "booking_practitioner_free"), ("room_id", "booking_room_free")],
)
def test_nobody_and_no_room_is_taken_twice(rows: Rows, kept: str, name: str) -> None:
    other = _elsewhere(rows)
    del other[kept]
    assert refused(_second(rows, **other)) == name
    # What touches does not overlap: the end is not part of a booking.
    first = rows[Booking]
    until = first.practitioner_until
    touching = {
        "starts_at": until.isoformat(),
        "ends_at": (until + timedelta(minutes=50)).isoformat(),
        "practitioner_until": (until + timedelta(minutes=60)).isoformat(),
        "room_until": (until + timedelta(minutes=60)).isoformat(),
    }
    inside = {**touching, "starts_at": (until - timedelta(seconds=1)).isoformat()}
    assert refused(_second(rows, **{**other, **inside})) == name
    _second(rows, **{**other, **touching})()


@pytest.mark.parametrize("status", ["EXPIRED", "DECLINED", "CANCELLED", "NO_SHOW"])
def test_what_is_dead_is_in_nobodys_way(rows: Rows, status: str) -> None:
    _second(rows, status=status)()


@pytest.mark.parametrize(
    "status", ["REQUESTED", "CONFIRMED", "ARRIVED", "IN_SESSION", "DONE", "HELD"]
)
def test_everything_that_lives_takes_its_time(rows: Rows, status: str) -> None:
    changes = {"status": status, "respond_by": NOW.isoformat()}
    if status == "HELD":
        changes |= {"hold_expires_at": NOW.isoformat(), "attempt": str(uuid.uuid4())}
    made = {"token_digest": None, "attempt": None, **changes}
    assert refused(lambda: copy(rows[Booking], **made)) in constraints.SLOT_CONSTRAINTS


def test_the_dead_do_not_come_back_to_life_over_the_living(rows: Rows) -> None:
    key = _second(rows, status="CANCELLED")()
    back = Booking.objects.filter(pk=key)
    assert refused(lambda: back.update(status="BOOKED")) in constraints.SLOT_CONSTRAINTS


def test_two_bookings_can_swap_their_times_in_one_transaction(rows: Rows) -> None:
    one = rows[Booking]
    two = Booking.objects.get(pk=copy(one, **_bare()))
    times = ("starts_at", "ends_at", "practitioner_until", "room_until")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for mine, theirs in ((one, two), (two, one)):
            Booking.objects.filter(pk=mine.pk).update(**{t: getattr(theirs, t) for t in times})
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    one.refresh_from_db()
    assert one.starts_at == two.starts_at


def test_an_attempt_has_one_live_hold_and_one_booking_whatever_became_of_it(rows: Rows) -> None:
    held = _hold(ATTEMPT)
    copy(rows[Booking], **held)
    elsewhere = _elsewhere(rows)
    assert (
        refused(lambda: copy(rows[Booking], **{**held, **elsewhere}))
        == "booking_one_hold_an_attempt"
    )
    booked = {**_bare(), "attempt": str(ATTEMPT), **elsewhere}
    key = copy(rows[Booking], **booked)
    for status in ("BOOKED", "CANCELLED"):
        Booking.objects.filter(pk=key).update(status=status)
        assert (
            refused(lambda: copy(rows[Booking], **{**booked, **_elsewhere(rows)}))
            == "booking_one_an_attempt"
        )


def test_a_manage_link_leads_to_one_booking(rows: Rows) -> None:
    again = {**_bare(), "token_digest": rows[Booking].token_digest}
    assert refused(lambda: copy(rows[Booking], **again)) == "booking_token_once"


def test_of_one_state_of_a_booking_there_is_one_last_change(rows: Rows) -> None:
    change = rows[BookingChange]
    assert refused(lambda: copy(change)) == "change_once_a_sequence"
    copy(change, undone_at=NOW.isoformat())


def test_one_review_of_a_booking_holds(rows: Rows) -> None:
    assert refused(lambda: copy(rows[Review])) == "review_one_holds_a_booking"


# Others of more than one row


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"grid_minutes": 7}, "clinic_grid_known"),
        ({"hold_minutes": 0}, "clinic_hold_range"),
        ({"horizon_days": 731}, "clinic_horizon_range"),
        ({"quiet_from_minute": 1441}, "clinic_quiet_in_day"),
        ({"treating_months": 0}, "clinic_treating_range"),
        ({"opening_minutes": 4}, "clinic_opening_range"),
        ({"accent": "red"}, "clinic_accent_is_a_colour"),
        ({"accent": "#1D6A55"}, "clinic_accent_is_a_colour"),
        ({"id": 2}, "clinic_only_one"),
    ],
)
def test_the_clinic_is_one_and_its_policy_can_be_kept(
    rows: Rows, changes: dict[str, object], name: str
) -> None:
    assert refused(lambda: Clinic.objects.filter(pk=1).update(**changes)) == name


def test_a_key_is_either_there_or_destroyed(rows: Rows) -> None:
    keys = ClientKey.objects.filter(pk=rows[ClientKey].pk)
    for changes in ({"wrapped": None}, {"destroyed_at": NOW}):
        assert refused(lambda changes=changes: keys.update(**changes)) == (
            "client_key_kept_or_destroyed"
        )
    keys.update(wrapped=None, destroyed_at=NOW)


def test_a_pair_is_proposed_once_and_nobody_with_themselves(rows: Rows) -> None:
    proposal = rows[DuplicateProposal]
    assert refused(lambda: copy(proposal)) == "duplicate_proposed_once"
    itself = {"known_id": proposal.newcomer_id}
    assert refused(lambda: copy(proposal, **itself)) == "duplicate_not_of_itself"


def test_a_record_is_merged_into_one_other(rows: Rows) -> None:
    merge = rows[Merge]
    itself = {"survivor_id": merge.merged_id}
    assert refused(lambda: copy(merge, **itself)) == "merge_not_into_itself"
    again = {"undone_at": None, "undone_by_id": None}
    copy(merge, **again)
    assert refused(lambda: copy(merge, **again)) == "merge_once_at_a_time"


def test_names_and_codes_are_given_once(rows: Rows) -> None:
    assert refused(lambda: copy(rows[Room])) == "room_name_once_a_location"
    assert refused(lambda: copy(rows[Offer])) == "offered_once"
    place = {"position": 98}
    assert refused(lambda: copy(rows[ScreeningRule], **place)) == "rule_code_once_a_set"
    assert refused(lambda: copy(rows[BookingQuestion], **place)) == "question_code_once_a_set"


# The log book and the published rules


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE clinic_auditentry SET verb = 'nothing'",
        "DELETE FROM clinic_auditentry",
        "TRUNCATE clinic_auditentry",
        "UPDATE clients_screeningrule SET action = 'FLAG'",
        "DELETE FROM clients_bookingquestion",
        "TRUNCATE clients_ruleset CASCADE",
    ],
)
def test_the_log_book_and_the_rules_are_only_added_to(rows: Rows, statement: str) -> None:
    before = AuditEntry.objects.count(), ScreeningRule.objects.count()
    assert min(before) > 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # what is pending keeps tables from TRUNCATE
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (AuditEntry.objects.count(), ScreeningRule.objects.count()) == before
