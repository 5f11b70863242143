"""What is said and done between visits: planned by difference from the facts, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings import recalls, schedules, ways
from bookings.followups import Standing, Wanted
from bookings.recalls import Facts, Reported, Series
from clients.quiet import Quiet

TORONTO = ZoneInfo("America/Toronto")
NIGHT = Quiet(TORONTO, 21 * 60, 8 * 60)
DEFAULTS = schedules.defaults()
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# A Tuesday, 10:50 am in Toronto.
VISIT = datetime(2026, 11, 24, 15, 50, tzinfo=UTC)
RUNNING = Series("plan", is_running=True, last=VISIT, latest=date(2026, 12, 4))


def facts(**fields: object) -> Facts:
    return replace(Facts("client:x", NIGHT, last_visit=VISIT), **fields)


def due(known: Facts) -> dict[str, list[timedelta]]:
    found: dict[str, list[timedelta]] = {}
    for each in recalls.wanted(known, DEFAULTS):
        found.setdefault(each.kind, []).append(each.due_at - VISIT)
    return found


def test_a_running_series_with_nothing_booked_is_written_to_rung_up_and_overdue() -> None:
    assert due(facts(plans=(RUNNING,))) == {
        "REBOOK": [3 * DAY],
        "REBOOK_CALL": [7 * DAY],
        "OVERDUE": [datetime(2026, 12, 5, 5, 0, tzinfo=UTC) - VISIT],
        "LAPSED": [90 * DAY],
        "LAPSED_LAST": [180 * DAY],
    }


def test_who_has_something_booked_hears_nothing_and_nobody_has_to_ring() -> None:
    assert due(facts(plans=(replace(RUNNING, is_booked=True),), is_booked=True)) == {}


def test_a_series_that_is_over_is_asked_about_and_kept_up_six_times_a_month_apart_at_most() -> None:
    over = Series("plan", is_over=True, last=VISIT)
    found = due(facts(plans=(over,)))
    assert found["OUTCOME"] == [14 * DAY]
    assert found["MAINTENANCE"] == [(21 + 30 * nth) * DAY for nth in range(5)]
    assert "REBOOK" not in found
    followed = (replace(over, is_followed=True), RUNNING)
    assert not due(facts(plans=followed)).keys() & {"OUTCOME", "MAINTENANCE"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"is_booked": True}, recalls.BOOKED),
        ({"plans": (replace(RUNNING, is_running=False, is_paused=True),)}, recalls.PAUSED),
        ({"plans": (replace(RUNNING, is_running=False, is_over=True),)}, recalls.CLOSED),
        ({"event_open": True}, recalls.EVENT_OPEN),
        ({"by_way": frozenset()}, recalls.NO_CONSENT),
        ({"is_gone": True}, recalls.GONE),
        ({"is_held": True}, recalls.HELD),
    ],
)
def test_each_thing_that_stops_a_message_is_told(change: dict[str, object], why: str) -> None:
    known = facts(plans=(RUNNING,))
    assert recalls.why_not("REBOOK", known, DEFAULTS) is None
    stopped = replace(known, **change)
    assert recalls.why_not("REBOOK", stopped, DEFAULTS) == why
    assert "REBOOK" not in due(stopped)


def test_the_owner_decides_what_stops_a_message() -> None:
    open_ = facts(plans=(RUNNING,), event_open=True)
    own = {**DEFAULTS, "REBOOK": replace(DEFAULTS["REBOOK"], stops=frozenset())}
    assert recalls.why_not("REBOOK", open_, own) is None


def test_what_was_reported_is_asked_after_twice_even_while_a_complaint_is_open() -> None:
    known = facts(reported=(Reported("bruise", VISIT),), event_open=True, is_held=True)
    assert due(known) == {"ASK_AFTER": [3 * DAY], "ASK_AFTER_AGAIN": [7 * DAY]}


def test_a_review_is_a_task_two_days_before_the_visit_at_which_it_is() -> None:
    at = VISIT + 7 * DAY
    found = due(facts(plans=(replace(RUNNING, is_booked=True, review_at=at),), is_booked=True))
    assert found == {"REVIEW_DUE": [5 * DAY]}


def test_an_old_form_is_asked_for_again_of_those_alone_who_still_come() -> None:
    here = facts(form_on=date(2026, 3, 1))
    assert "FORM_EXPIRING" in due(here)
    assert "FORM_EXPIRING" not in due(replace(here, last_visit=VISIT - 300 * DAY))


def test_an_evening_visit_is_written_to_in_the_morning() -> None:
    late = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
    found = recalls.wanted(facts(last_visit=late, plans=(RUNNING,)), DEFAULTS)
    rebook = next(each for each in found if each.kind == "REBOOK")
    assert rebook.due_at == datetime(2026, 11, 28, 13, 0, tzinfo=UTC)


# By difference


def change(known: Facts, rows: list[Standing], now: datetime) -> tuple[list[Wanted], list[str]]:
    found = recalls.difference(known, rows, now=now, schedules=DEFAULTS)
    return [*found.add, *(each for _was, each in found.renew)], [w.kind for w in found.withdraw]


def rows_of(wanted: list[Wanted], status: str = "PLANNED") -> list[Standing]:
    return [
        Standing(number, each.key, each.kind, status, due_at=each.due_at)
        for number, each in enumerate(wanted)
    ]


def test_nothing_is_written_into_the_outbox_long_ahead_and_twice_is_once() -> None:
    known = facts(plans=(RUNNING,))
    new, _gone = change(known, [], VISIT)
    assert {each.kind for each in new} == {"REBOOK", "REBOOK_CALL", "OVERDUE"}
    assert change(known, rows_of(new), VISIT) == ([], [])
    assert change(known, rows_of(new, "SENT"), VISIT + HOUR) == ([], [])


def test_after_a_weeks_outage_what_is_of_use_is_late_and_the_rest_is_left_out() -> None:
    known, now = facts(plans=(RUNNING,)), VISIT + 8 * DAY
    assert {each.kind: each.due_at for each in change(known, [], now)[0]} == {
        "REBOOK_CALL": now,
        "OVERDUE": datetime(2026, 12, 5, 5, 0, tzinfo=UTC),
    }
    lapsed = facts()
    assert {each.kind for each in change(lapsed, [], VISIT + 80 * DAY)[0]} == {"LAPSED"}
    assert change(lapsed, [], VISIT + 91 * DAY) == ([], []), "a recall is never sent late"


def test_booked_withdraws_and_called_off_in_time_brings_it_back() -> None:
    known = facts(plans=(RUNNING,))
    rows = rows_of(change(known, [], VISIT)[0])
    booked = replace(known, is_booked=True, plans=(replace(RUNNING, is_booked=True),))
    assert sorted(change(booked, rows, VISIT + DAY)[1]) == ["OVERDUE", "REBOOK", "REBOOK_CALL"]
    gone = [replace(each, status="WITHDRAWN") for each in rows]
    back, _none = change(known, gone, VISIT + 2 * DAY)
    assert {each.kind for each in back} == {"REBOOK", "REBOOK_CALL", "OVERDUE"}


def test_a_message_waits_for_the_hours_the_owner_gives_it_now() -> None:
    known = facts(plans=(RUNNING,))
    rows = rows_of(change(known, [], VISIT)[0])
    later = {**DEFAULTS, "REBOOK": replace(DEFAULTS["REBOOK"], offset=5 * DAY)}
    found = recalls.difference(known, rows, now=VISIT + DAY, schedules=later)
    assert [(was.kind, each.due_at - VISIT) for was, each in found.renew] == [("REBOOK", 5 * DAY)]


# Ways


@pytest.mark.parametrize(
    ("kind", "said", "since", "expected"),
    [
        ("FORM_EXPIRING", {}, 0, ["EMAIL"]),
        ("FORM_EXPIRING", {("EMAIL", "CARE"): False}, 0, []),
        ("REBOOK", {}, 30, ["EMAIL"]),
        ("REBOOK", {}, 740, []),
        ("REBOOK", {("EMAIL", "MARKETING"): True}, 740, ["EMAIL"]),
        ("REBOOK", {("EMAIL", "MARKETING"): False}, 30, []),
        ("REBOOK", {("EMAIL", "CARE"): False}, 30, []),
        ("REBOOK", {("SMS", "CARE"): True}, 30, ["EMAIL"]),
        ("REBOOK", {("SMS", "MARKETING"): True}, 30, ["EMAIL", "SMS"]),
    ],
)
def test_marketing_goes_with_a_yes_or_for_two_years_after_a_visit_without_a_no(
    kind: str, said: dict[tuple[str, str], bool], since: int, expected: list[str]
) -> None:
    found = ways.ways(
        DEFAULTS[kind],
        {"EMAIL": "a@example.org", "SMS": "+14165550123"},
        said,
        last_visit=VISIT,
        at=VISIT + since * DAY,
    )
    assert [channel for channel, _to in found] == expected
