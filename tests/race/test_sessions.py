"""Two tablets on one session, and a signature at the moment of a needle."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import QuerySet

from bookings import actions
from clinic.models import User
from tests.factories import bookings, clinic
from tests.harness.databases import Database
from tests.race.crowd import Crowd, at_once
from treatments.actions import chart, sign_session
from treatments.errors import NeedlesStillIn, SessionSigned
from treatments.models import SessionAction, SessionRecord
from treatments.session_actions import Action, Kind, read

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TABLETS, NEEDLES, TRIES = 6, 5, 20


def running() -> tuple[User, SessionRecord]:
    mei = clinic.user(role="PRACTITIONER")
    booked = bookings.booking(practitioner=clinic.practitioner(user=mei), status="ARRIVED")
    return mei, actions.begin_session(now=NOW, author=mei, booking=booked)


def place() -> Action:
    spot = {"needle": str(uuid.uuid4()), "code": "ST4", "side": "L", "region": "mouth"}
    return Action(uuid.uuid4(), Kind.PLACE, NOW, read(Kind.PLACE, spot))


def write_at_once() -> Crowd:
    """Let tablets write needles of their own, and all of them one that they share."""
    mei, session = running()
    shared = place()

    def write() -> None:
        for _ in range(NEEDLES):
            chart(now=NOW, author=mei, session=session, actions=[place(), shared])

    return at_once([write] * TABLETS)


def sign_and_place() -> tuple[Crowd, SessionRecord]:
    """Sign a session at the moment in which a needle is written down."""
    mei, session = running()
    later = NOW + timedelta(minutes=30)
    crowd = at_once(
        [
            lambda: chart(now=NOW, author=mei, session=session, actions=[place()]),
            lambda: sign_session(now=later, author=mei, session=session, document={}),
        ]
    )
    session.refresh_from_db()
    return crowd, session


def test_tablets_that_write_at_once_lose_nothing_and_number_everything_once(
    fresh_db: Database,
) -> None:
    write_at_once().only_lose_by()
    numbers = list(SessionAction.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, TABLETS * NEEDLES + 2))


def test_canary_without_the_lock_two_tablets_take_one_number(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_how: self)
    for _ in range(TRIES):
        if write_at_once().losers:
            return
    pytest.fail("no two tablets ever met: the race is none")


def test_a_signature_and_a_needle_at_the_same_moment_never_both_count(fresh_db: Database) -> None:
    for _ in range(TRIES // 4):
        crowd, session = sign_and_place()
        crowd.only_lose_by(SessionSigned, NeedlesStillIn)
        assert len(crowd.losers) == 1
        assert session.is_signed is not session.actions.exists()


def test_canary_without_the_lock_a_session_is_signed_with_a_needle_in(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_how: self)
    for _ in range(TRIES):
        _crowd, session = sign_and_place()
        if session.is_signed and session.actions.exists():
            return
    pytest.fail("no needle ever slipped in: the race is none")
