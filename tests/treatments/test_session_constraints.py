"""What the database refuses in the tables of sessions, needles and tools."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import models

from bookings import actions
from bookings.models import Booking
from tests.copying import Case, copy, refused
from tests.factories import bookings, clinic
from treatments.actions import chart, sign_session
from treatments.models import (
    AdverseEvent,
    BoxUse,
    NeedleBox,
    SessionAction,
    SessionRecord,
    SessionVersion,
    Tool,
    ToolUse,
)
from treatments.session_actions import Action, Kind

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LATER, EARLIER = (NOW + timedelta(days=by) for by in (1, -1))

CASES: dict[str, Case] = {
    "session_signed_by_somebody": (SessionRecord, {}, {"signed_at": LATER.isoformat()}),
    "session_retention_range": (SessionRecord, {}, {"retention_minutes": 0}),
    "session_action_kind_known": (SessionAction, {"number": 9}, {"kind": "SING"}),
    "session_action_has_happened": (SessionAction, {"number": 9}, {"at": LATER.isoformat()}),
    "session_version_signed_first": (
        SessionVersion,
        {"number": 2, "type": "ADDENDUM"},
        {"type": "SIGNED"},
    ),
    "adverse_event_grade_known": (AdverseEvent, {}, {"grade": "AWFUL"}),
    "adverse_event_resolved_after": (AdverseEvent, {}, {"resolved_at": EARLIER.isoformat()}),
    "needle_box_diameter_range": (NeedleBox, {}, {"diameter_mm": "0.60"}),
    "needle_box_length_range": (NeedleBox, {}, {"length_mm": "90"}),
    "needle_box_pieces_range": (NeedleBox, {}, {"pieces": 0}),
    "needle_box_finished_after": (NeedleBox, {}, {"finished_on": "2026-09-30"}),
}
OF_THEIR_OWN = {
    "booking_one_a_session",
    "box_use_once",
    "session_action_number",
    "session_version_number",
    "tool_name_once",
    "tool_use_once",
}


@pytest.fixture
def session() -> SessionRecord:
    user = clinic.user(role="PRACTITIONER")
    booked = bookings.booking(practitioner=clinic.practitioner(user=user), status="ARRIVED")
    return actions.begin_session(now=NOW, author=user, booking=booked)


def row(model: type[models.Model], session: SessionRecord) -> Any:
    """Return one good row of a table."""
    author = session.practitioner.user
    assert author
    match model.__name__:
        case "SessionRecord":
            return session
        case "SessionAction":
            made = Action(uuid.uuid4(), Kind.PAUSE, NOW, {})
            chart(now=NOW, author=author, session=session, actions=[made])
            return SessionAction.objects.get()
        case "SessionVersion":
            return sign_session(now=NOW, author=author, session=session, document={})
        case "AdverseEvent":
            return AdverseEvent.objects.create(
                client=session.client, practitioner=session.practitioner, grade="MINOR",
                noticed_at=NOW, reported_by="CLIENT", created_at=NOW, details={},
            )  # fmt: skip
        case "NeedleBox":
            return NeedleBox.objects.create(
                location=clinic.location(), brand="Seirin", diameter_mm="0.16", length_mm="15",
                lot="A12", expires_on="2028-01-01", pieces=100, received_on="2026-10-01",
            )  # fmt: skip
        case _:
            return Tool.objects.create(location=clinic.location(), name="Roller 1")


@pytest.mark.parametrize("name", CASES)
def test_a_constraint_refuses_what_it_says_and_only_that(name: str, session: SessionRecord) -> None:
    model, good, bad = CASES[name]
    first = row(model, session)
    assert refused(lambda: copy(first, **{**good, **bad})) == name
    copy(first, **good)


def test_what_is_once_is_once(session: SessionRecord) -> None:
    box, tool = row(NeedleBox, session), row(Tool, session)
    assert refused(lambda: copy(tool)) == "tool_name_once"
    use = BoxUse.objects.create(session=session, box=box)
    assert refused(lambda: copy(use)) == "box_use_once"
    use_of_tool = ToolUse.objects.create(session=session, tool=tool, at=NOW)
    assert refused(lambda: copy(use_of_tool)) == "tool_use_once"
    action = row(SessionAction, session)
    assert refused(lambda: copy(action)) == "session_action_number"
    version = row(SessionVersion, session)
    assert refused(lambda: copy(version)) == "session_version_number"


def test_a_session_is_of_one_booking(session: SessionRecord) -> None:
    other = bookings.booking(starts_at=NOW + timedelta(days=9))
    attach = Booking.objects.filter(pk=other.pk)
    assert refused(lambda: attach.update(session=session)) == "booking_one_a_session"
