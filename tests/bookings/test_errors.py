"""Which database error means what to whoever books."""

from __future__ import annotations

import inspect

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from bookings import constraints, errors
from clinic.errors import Refusal, constraint_of
from tests.factories import bookings

# The codes of the HTTP API (design/api.md); the two of its own are for the booking pages.
API_CODES = {
    *("slot_taken", "too_soon", "refused", "window_closed", "cancelled"),
    *("invalid", "unavailable"),
}
PAGE_CODES = {
    "idempotency_mismatch",
    "too_many_holds",
    # What only staff, and clients by a link, can be told
    "answered_already",
    "cannot_undo",
    "needs_reason",
    "not_a_practitioner",
    "not_screened",
    "not_yet",
    "absolute_rule",
    "cannot_judge",
    "cannot_unmerge",
    "client_merged",
    "client_erased",
    "decided_meanwhile",
    "link_outlasts",
    "not_erasable",
    "erasure_gone",
    "held_already",
    "import_busy",
    "just_sent",
    "no_address",
    "not_mergeable",
    "unreadable",
    "reason_missing",
    "strands",
}

REFUSALS = [
    each
    for _name, each in inspect.getmembers(errors, inspect.isclass)
    if issubclass(each, Refusal) and each not in {Refusal, errors.RowRefused}
]


def _raised(code: str) -> DatabaseError:
    """Return the error Django raises when Postgres reports a condition."""
    with pytest.raises(DatabaseError) as told, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$")
    return told.value


@pytest.mark.django_db
def test_every_constraint_a_refusal_stands_for_is_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class")
        known = {name for (name,) in cursor.fetchall()}
    assert known >= constraints.SLOT_CONSTRAINTS | constraints.TWICE_CONSTRAINTS


def test_every_exclusion_of_bookings_is_a_lost_race() -> None:
    exclusions = {
        constraint.name
        for constraint in apps.get_model("bookings", "Booking")._meta.constraints
        if type(constraint).__name__ == "ExclusionConstraint"
    }
    assert exclusions == constraints.SLOT_CONSTRAINTS


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["55P03", "40P01"])
def test_a_wait_that_was_too_long_and_a_deadlock_are_a_lost_race(code: str) -> None:
    error = _raised(code)
    assert isinstance(error, OperationalError)
    assert constraints.is_lost_race(error)
    assert not constraints.is_twice(error)


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["57014", "53100", "08006", "42P01", "22003", "23502", "23503"])
def test_no_other_trouble_is_taken_for_a_lost_race(code: str) -> None:
    error = _raised(code)
    assert not constraints.is_lost_race(error)
    assert not constraints.is_twice(error)


@pytest.mark.django_db
def test_a_real_overlap_is_a_lost_race_by_its_constraint() -> None:
    first = bookings.booking()
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        bookings.booking(practitioner=first.practitioner)
    assert constraint_of(told.value) == "booking_practitioner_free"
    assert constraints.is_lost_race(told.value)


def test_an_error_that_knows_no_constraint_has_none() -> None:
    assert constraint_of(IntegrityError("made up")) == ""
    assert not constraints.is_lost_race(IntegrityError("made up"))


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: each.__name__)
def test_every_refusal_has_a_code_programs_know_and_a_sentence_people_read(
    refusal: type[Refusal],
) -> None:
    arguments = {
        errors.NotBefore: ["2027-03-08"],
        errors.NotOffered: ["practitioner", "Not here."],
        errors.CannotStart: ["Not then."],
        errors.NeedsReason: [[]],
        errors.Strands: [[]],
        errors.NotMergeable: ["These can't be one."],
        errors.NotErasable: ["It must be kept."],
        errors.CannotUnmerge: ["It is too late."],
        errors.FileUnreadable: ["This is no table."],
    }
    said = refusal(*arguments.get(refusal, []))
    assert said.code in API_CODES | PAGE_CODES
    sentence = str(said.sentence)
    assert sentence.endswith(".")
    assert len(sentence) < 200
    assert "%" not in sentence
