"""Sessions in the database: kept once, by nobody but their practitioner, signed for ever."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from bookings import actions
from bookings.errors import NotChangeable, NotScreened
from bookings.models import Booking
from clients.models import ClientKey
from clinic.models import AuditEntry, User
from tests.copying import copy, refused
from tests.factories import bookings, clinic
from treatments.actions import chart, open_session, sign_session, write_addendum
from treatments.errors import AddendumEmpty, NeedlesStillIn, SessionSigned
from treatments.models import AdverseEvent, BoxUse, NeedleBox, SessionAction, SessionRecord
from treatments.queries.sessions import last_before, session_of, state_of
from treatments.session_actions import Action, Kind, read

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def act(kind: Kind, after: float = 0, **payload: Any) -> Action:
    """Return an action so many minutes after the start."""
    return Action(uuid.uuid4(), kind, NOW + after * MINUTE, read(kind, payload))


def place(needle: uuid.UUID | None = None, minutes: float = 15, **more: Any) -> Action:
    given = {"code": "ST4", "side": "L", "region": "cheek", **more}
    return act(Kind.PLACE, minutes, needle=str(needle or uuid.uuid4()), **given)


@pytest.fixture
def mei(db: None) -> User:
    return clinic.user(role="PRACTITIONER", name="Mei Tanaka")


@pytest.fixture
def booking(mei: User) -> Booking:
    who = clinic.practitioner(user=mei, name="Mei Tanaka")
    made = bookings.booking(practitioner=who, status="ARRIVED")
    ClientKey.objects.of(made.client, now=NOW)  # type: ignore[arg-type]
    return made


@pytest.fixture
def session(booking: Booking, mei: User) -> SessionRecord:
    return actions.begin_session(now=NOW, author=mei, booking=booking)


def write(session: SessionRecord, mei: User, *made: Action, at: float = 20) -> int:
    return chart(now=NOW + at * MINUTE, author=mei, session=session, actions=made)


def box(**fields: Any) -> NeedleBox:
    return NeedleBox.objects.create(
        **{
            "location": clinic.location(),
            "brand": "Seirin",
            "diameter_mm": "0.16",
            "length_mm": "15",
            "lot": "A12",
            "expires_on": "2028-01-01",
            "pieces": 100,
            "received_on": "2026-10-01",
            **fields,
        }
    )


def test_a_session_begun_twice_is_one_and_plans_the_treatments_phases(
    booking: Booking, session: SessionRecord, mei: User
) -> None:
    again = actions.begin_session(now=NOW + MINUTE, author=mei, booking=booking)
    assert again == session
    assert session.planned == [["LYMPHATIC_MASSAGE", 13], ["NEEDLING", 28], ["JADE_ROLLER", 9]]
    booking.refresh_from_db()
    assert (booking.status, booking.session) == ("IN_SESSION", session)


@pytest.mark.parametrize("status", ["BOOKED", "CONFIRMED"])
def test_a_client_nobody_marked_as_here_is_so_when_the_session_begins(
    booking: Booking, mei: User, status: str
) -> None:
    Booking.objects.filter(pk=booking.pk).update(status=status)
    actions.begin_session(now=NOW, author=mei, booking=booking)
    booking.refresh_from_db()
    assert booking.status == "IN_SESSION"


def test_nothing_begins_before_the_answers_are_seen_nor_after_the_visit_was_called_off(
    booking: Booking, mei: User
) -> None:
    Booking.objects.filter(pk=booking.pk).update(outcome="NOT_ASKED", status="BOOKED")
    with pytest.raises(NotScreened):
        actions.begin_session(now=NOW, author=mei, booking=booking)
    Booking.objects.filter(pk=booking.pk).update(outcome="FINE", status="CANCELLED")
    with pytest.raises(NotChangeable):
        actions.begin_session(now=NOW, author=mei, booking=booking)
    booking.refresh_from_db()
    assert (booking.status, booking.session) == ("CANCELLED", None)
    assert not SessionRecord.objects.exists()


def test_two_hundred_actions_sent_twice_make_the_same_record(
    session: SessionRecord, mei: User
) -> None:
    made = [place(minutes=10 + number / 20) for number in range(100)]
    made += [act(Kind.REMOVE, 30, needle=each.payload["needle"]) for each in made[:90]]
    made += [act(Kind.EXTEND, 31, phase="NEEDLING", minutes=1) for _ in range(10)]
    assert write(session, mei, *made, at=40) == 200
    before = state_of(session)
    assert write(session, mei, *made, at=50) == 200
    assert write(session, mei, *made[50:150], at=60) == 200
    assert state_of(session) == before
    assert (before.count.put_in, before.count.still_in) == (100, 10)


def test_an_action_whose_tablet_is_in_tomorrow_is_kept_as_of_now(
    session: SessionRecord, mei: User
) -> None:
    write(session, mei, place(minutes=60 * 24), place(minutes=-60 * 24))
    late, early = SessionAction.objects.order_by("number")
    assert late.at == late.received_at
    assert early.at == session.started_at - 5 * MINUTE


def test_a_signed_session_takes_no_action_but_knows_those_it_has(
    booking: Booking, session: SessionRecord, mei: User
) -> None:
    first = place()
    write(session, mei, first, act(Kind.REMOVE_ALL, 18))
    version = actions.sign(now=NOW + 50 * MINUTE, author=mei, booking=booking, document={"a": 1})
    assert (version.number, version.is_late, version.document) == (1, False, {"a": 1})
    booking.refresh_from_db()
    assert booking.status == "DONE"
    assert write(session, mei, first) == 2
    with pytest.raises(SessionSigned):
        write(session, mei, first, place())
    with pytest.raises(SessionSigned):
        actions.sign(now=NOW + 51 * MINUTE, author=mei, booking=booking, document={})
    assert SessionAction.objects.count() == 2


def test_no_session_is_signed_with_a_needle_in_unless_an_incident_is_noted(
    session: SessionRecord, mei: User
) -> None:
    needle, other = uuid.uuid4(), uuid.uuid4()
    write(session, mei, place(needle), place(other), act(Kind.REMOVE, 30, needle=str(other)))
    with pytest.raises(NeedlesStillIn) as told:
        sign_session(now=NOW + 50 * MINUTE, author=mei, session=session, document={})
    assert told.value.still_in == 1
    assert "1 needle is still in" in str(told.value.sentence)
    incident = act(
        Kind.EVENT, 40, event=str(uuid.uuid4()), what="retained_needle", grade="SERIOUS",
        action="Found in the hair, taken out.",
    )  # fmt: skip
    write(session, mei, incident, at=45)
    sign_session(now=NOW + 50 * MINUTE, author=mei, session=session, document={})


def test_an_adverse_event_stands_before_the_signature_and_is_withdrawn_when_taken_back(
    session: SessionRecord, mei: User
) -> None:
    faint = act(Kind.EVENT, 12, event=str(uuid.uuid4()), what="faint", grade="MODERATE")
    write(session, mei, faint)
    event = AdverseEvent.objects.select_related("client__key").get()
    assert event.details["what"] == "faint"
    assert event.follow_up_due == NOW + 12 * MINUTE + timedelta(hours=24)
    assert event.withdrawn_at is None
    write(session, mei, act(Kind.UNDO, 13, action=str(faint.uid)), at=21)
    event.refresh_from_db()
    assert event.withdrawn_at is not None


def test_an_addendum_joins_what_was_signed_and_changes_none_of_it(
    session: SessionRecord, mei: User
) -> None:
    with pytest.raises(AddendumEmpty):
        write_addendum(now=NOW, author=mei, session=session, text="More", reason="Forgot")
    first = sign_session(now=NOW + timedelta(hours=26), author=mei, session=session, document={})
    assert first.is_late
    with pytest.raises(AddendumEmpty):
        write_addendum(now=NOW, author=mei, session=session, text="More", reason=" ")
    second = write_addendum(
        now=NOW + timedelta(days=2), author=mei, session=session, text="Lot A13", reason="Misread"
    )
    assert (second.number, second.type) == (2, "ADDENDUM")
    assert second.document["follows"] == first.digest


def test_the_boxes_a_session_takes_from_are_known_at_once_and_counted_at_the_end(
    session: SessionRecord, mei: User
) -> None:
    used, corrected = box(), box(lot="B7")
    needle = uuid.uuid4()
    write(session, mei, place(needle, box=str(used.uid)), place(box=str(used.uid)))
    assert list(BoxUse.objects.values_list("box__lot", "needles")) == [("A12", None)]
    write(
        session, mei,
        act(Kind.ADJUST, 21, needle=str(needle), box=str(corrected.uid)),
        act(Kind.REMOVE_ALL, 22),
        place(box=str(uuid.uuid4()), minutes=19),  # a box nobody knows
        at=25,
    )  # fmt: skip
    sign_session(now=NOW + 50 * MINUTE, author=mei, session=session, document={})
    counted = dict(BoxUse.objects.values_list("box__lot", "needles"))
    assert counted == {"A12": 1, "B7": 1}


def test_nobody_else_finds_a_practitioners_session(session: SessionRecord, mei: User) -> None:
    assert session_of(mei, session.uid) == session
    assert session_of(clinic.user(role="PRACTITIONER"), session.uid) is None
    assert session_of(clinic.user(role="OWNER"), session.uid) is None
    assert session_of(mei, uuid.uuid4()) is None


def test_last_time_is_the_last_session_that_was_signed(session: SessionRecord, mei: User) -> None:
    for days, signed in ((30, True), (10, True), (2, False)):
        before = open_session(
            now=NOW - timedelta(days=days), client=session.client,
            practitioner=session.practitioner, treatment=session.treatment,
        )  # fmt: skip
        if signed:
            sign_session(now=before.started_at + MINUTE, author=mei, session=before, document={})
    found = last_before(session)
    assert found is not None
    assert found.started_at == NOW - timedelta(days=10)


def _change(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_itself_lets_nobody_change_what_was_done_or_signed(
    session: SessionRecord, mei: User
) -> None:
    write(session, mei, place(), act(Kind.REMOVE_ALL, 18))
    sign_session(now=NOW + 50 * MINUTE, author=mei, session=session, document={})
    kept = SessionAction.objects.earliest("number")
    assert refused(lambda: copy(kept, number=77)) == "session_signed_is_closed"
    for table in ("sessionaction", "sessionversion", "sessionrecord"):
        name = f"treatments_{table}"
        uid = str(uuid.uuid4())
        for statement in (f"UPDATE {name} SET uid = '{uid}'", f"DELETE FROM {name}"):  # noqa: S608
            with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
                _change(statement)


def test_what_was_noted_is_sealed(session: SessionRecord, mei: User) -> None:
    write(session, mei, act(Kind.NOTE, 3, note=str(uuid.uuid4()), text="Marigold fainted"))
    sign_session(
        now=NOW + 50 * MINUTE, author=mei, session=session, document={"s": "Marigold fainted"}
    )
    with connection.cursor() as cursor:
        for table in ("treatments_sessionaction", "treatments_sessionversion"):
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608
            assert all("Marigold" not in row for (row,) in cursor.fetchall())
    assert not AuditEntry.objects.filter(after__icontains="Marigold").exists()
