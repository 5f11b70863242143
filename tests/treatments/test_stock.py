"""Boxes, lots and tools: nothing is counted that was not used, and a recall misses nobody."""

from __future__ import annotations

import csv
import io
import uuid
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from clinic import audit
from clinic.errors import NotStored
from clinic.models import AccessEntry, AuditEntry, User
from tests.factories import bookings, clinic, stock
from tests.harness.databases import Database
from treatments import actions
from treatments.errors import BoxInUse, DisinfectantMissing, LotTooShort
from treatments.models import Cleaning, NeedleBox
from treatments.needle_stock import Shelf, read_expiry, shelf
from treatments.queries import stock as found

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TODAY = NOW.date()
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def mei() -> User:
    return clinic.user(role="PRACTITIONER", name="Mei Tanaka")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2028-03-31", date(2028, 3, 31)),
        ("2028/3/5", date(2028, 3, 5)),
        ("2028-02", date(2028, 2, 29)),
        ("02/2027", date(2027, 2, 28)),
        (" 2 2027 ", date(2027, 2, 28)),
        ("2027-02-29", None),
        ("2027-13", None),
        ("1999-01", None),
        ("soon", None),
        ("", None),
    ],
)
def test_an_expiry_is_read_as_it_is_printed_and_a_month_ends_on_its_last_day(
    typed: str, day: date | None
) -> None:
    assert read_expiry(typed) == day


@given(left=st.integers(-400, 400))
def test_a_box_is_good_on_the_printed_day_and_expired_on_the_next(left: int) -> None:
    state = shelf(TODAY + left * DAY, TODAY)
    assert (state is Shelf.EXPIRED) == (left < 0)
    assert (state is Shelf.SOON) == (0 <= left <= 60)


@given(typed=st.text(alphabet="0123456789-/. ", max_size=12))
def test_no_expiry_that_is_typed_breaks_the_page(typed: str) -> None:
    day = read_expiry(typed)
    assert day is None or 2000 <= day.year <= 2099


@pytest.mark.django_db
def test_what_is_left_counts_signed_sessions_and_names_those_that_are_not() -> None:
    box, user = stock.box(pieces=30), mei()
    first = stock.session(at=NOW, user=user)
    who = first.practitioner
    stock.use(first, box, 14)
    stock.use(stock.session(at=NOW + DAY, user=user, practitioner=who), box, 20)
    stock.use(stock.session(at=NOW + 2 * DAY, user=user, practitioner=who), box)
    other = stock.box(pieces=50)
    counted = {each.row.pk: each for each in found.boxes()}
    mine = counted[box.pk]
    assert (mine.used, mine.sessions, mine.unsigned, mine.most_left) == (34, 3, 1, 0)
    assert counted[other.pk].most_left == 50


@pytest.mark.django_db
def test_boxes_that_expire_first_stand_first_and_used_up_ones_elsewhere() -> None:
    good, old, done = (
        stock.box(expires_on=day) for day in ("2028-01-01", "2026-01-01", "2027-01-01")
    )
    actions.finish_box(now=NOW, actor=audit.CLOCK, box=done, on=TODAY)
    assert [each.row for each in found.boxes()] == [old, good]
    assert [each.row for each in found.finished_boxes()] == [done]
    with pytest.raises(NotStored, match="invalid"):
        actions.finish_box(now=NOW, actor=audit.CLOCK, box=good, on=date(2026, 9, 1))


@pytest.mark.django_db
def test_a_form_that_is_sent_twice_adds_one_box() -> None:
    values = {
        "location": clinic.location(), "brand": "Seirin", "model": "J", "diameter_mm": "0.16",
        "length_mm": "15", "material": "", "lot": "A1", "expires_on": date(2028, 1, 31), "pieces": 100,
        "received_on": TODAY,
    }  # fmt: skip
    key = uuid.uuid4()
    for _ in range(2):
        actions.add_box(now=NOW, actor=audit.CLOCK, uid=key, values=values)
    assert NeedleBox.objects.count() == 1
    assert AuditEntry.objects.filter(verb="needle_box.added").count() == 1
    with pytest.raises(NotStored):
        actions.add_box(
            now=NOW, actor=audit.CLOCK, uid=uuid.uuid4(), values={**values, "pieces": 0}
        )


@pytest.mark.django_db
def test_a_box_is_corrected_until_a_session_used_it() -> None:
    box = stock.box(lot="A12")
    actions.correct_box(now=NOW, actor=audit.CLOCK, box=box, values={"lot": "A13"})
    box.refresh_from_db()
    assert box.lot == "A13"
    stock.use(stock.session(at=NOW), box)
    with pytest.raises(BoxInUse):
        actions.correct_box(now=NOW, actor=audit.CLOCK, box=box, values={"lot": "A14"})
    box.refresh_from_db()
    assert box.lot == "A13"


def test_the_first_needle_and_a_correction_at_one_moment_never_both_win(fresh_db: Database) -> None:
    """Whoever is first: the lot a session saw is the lot the box has."""
    for turn in range(6):
        box, session = stock.box(lot="OLD"), stock.session(at=NOW + turn * DAY)
        barrier, seen = Barrier(2), []

        def take(barrier: Barrier = barrier, session: Any = session, box: Any = box) -> None:
            barrier.wait()
            use = stock.use(session, box)
            seen.append(NeedleBox.objects.get(pk=use.box_id).lot)  # noqa: B023
            connection.close()

        def correct(barrier: Barrier = barrier, box: Any = box) -> None:
            barrier.wait()
            with suppress(BoxInUse):
                actions.correct_box(now=NOW, actor=audit.CLOCK, box=box, values={"lot": "NEW"})
            connection.close()

        threads = [Thread(target=take), Thread(target=correct)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        box.refresh_from_db()
        assert seen == [box.lot]


@pytest.mark.django_db
def test_a_recall_finds_every_session_of_a_lot_signed_or_not_and_is_written_down() -> None:
    user = mei()
    lots = [stock.box(lot=lot) for lot in ("ab-12X", "AB-12Y", "B99", "100%")]
    sessions = [stock.session(at=NOW)]
    who = sessions[0].practitioner
    sessions += [
        stock.session(at=NOW + number * DAY, user=user, practitioner=who) for number in (1, 2, 3)
    ]
    for session, box in zip(sessions, lots, strict=True):
        stock.use(session, box, 10 if box == lots[0] else None)
    uses = actions.trace_lot(now=NOW, user=user, lot=" Ab-12 ")
    assert [use.box.lot for use in uses] == ["AB-12Y", "ab-12X"]
    assert [use.box.lot for use in actions.trace_lot(now=NOW, user=user, lot="0%")] == ["100%"]
    assert actions.trace_lot(now=NOW, user=user, lot="__") == []
    with pytest.raises(LotTooShort):
        actions.trace_lot(now=NOW, user=user, lot="%")
    looks = AccessEntry.objects.filter(what="NEEDLE_LOT").order_by("pk")
    assert {look.whose for look in looks[:2]} == {
        f"client:{session.client.uid}" for session in sessions[:2]
    }
    entry = AuditEntry.objects.filter(verb="lot.traced").earliest("pk")
    assert entry.after == {"lot": "Ab-12", "sessions": 2}


@pytest.mark.django_db
def test_a_recalls_file_has_no_formula_for_a_spreadsheet() -> None:
    box = stock.box(lot="=1+1", brand="@SUM(A1)")
    client = bookings.client(name='=HYPERLINK("http://evil.example","x")')
    stock.use(stock.session(at=NOW, client=client), box, 7)
    user = mei()
    rows = list(csv.reader(io.StringIO(actions.lot_file(now=NOW, user=user, lot="1+1"))))
    assert len(rows) == 2
    for cell in rows[1]:
        assert not cell.startswith(("=", "@", "+", "-", "\t")), cell
    assert "7" in rows[1]
    assert AuditEntry.objects.filter(verb="lot.exported").count() == 1


@pytest.mark.django_db
def test_a_tool_is_clean_only_when_nothing_happened_since_it_was_cleaned() -> None:
    tool, user = stock.tool(), mei()

    def state() -> bool:
        return found.tools()[0].is_clean

    def clean(at: datetime, key: uuid.UUID | None = None) -> None:
        actions.clean_tool(
            now=at, author=user, tool=tool, uid=key or uuid.uuid4(), disinfectant="Peroxide"
        )

    assert not state(), "a tool nobody has cleaned is taken for clean"
    clean(NOW)
    assert state()
    stock.tool_use(stock.session(at=NOW), tool, at=NOW + MINUTE)
    assert not state()
    key = uuid.uuid4()
    clean(NOW + 2 * MINUTE, key)
    clean(NOW + 3 * MINUTE, key)
    assert state()
    assert Cleaning.objects.count() == 2, "a tap that was sent twice is two cleanings"
    with pytest.raises(DisinfectantMissing):
        actions.clean_tool(now=NOW, author=user, tool=tool, uid=uuid.uuid4(), disinfectant=" ")


@pytest.mark.django_db
def test_two_tools_of_a_location_never_have_one_name_and_a_retired_one_keeps_its_log() -> None:
    tool = stock.tool(name="Roller 1")
    with pytest.raises(NotStored) as refused:
        actions.add_tool(now=NOW, actor=audit.CLOCK, location=tool.location, name="Roller 1")
    assert refused.value.field == "name"
    actions.add_tool(now=NOW, actor=audit.CLOCK, location=clinic.location(), name="Roller 1")
    actions.use_tool(now=NOW, actor=audit.CLOCK, tool=tool, is_active=False)
    assert [each.row.is_active for each in found.tools()] == [True, False]
