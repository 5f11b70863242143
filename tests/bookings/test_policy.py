"""What the public may book, move and cancel, and until when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.policy import Policy, changeable_until
from tests.clinic.clock_changes import APIA, KOLKATA, LORD_HOWE, TORONTO, ZONES

HOUR = timedelta(hours=1)
minutes = st.integers(0, 100_000)
instants = st.integers(978_307_200, 2_082_758_400).map(lambda s: datetime.fromtimestamp(s, UTC))


@given(instants, minutes)
def test_notice_counts_real_hours_from_now(now: datetime, notice: int) -> None:
    earliest = Policy(notice_minutes=notice).earliest(now)
    assert (earliest - now).total_seconds() == notice * 60


def test_notice_of_twelve_hours_is_not_eleven_in_the_night_the_clock_goes_back() -> None:
    now = datetime(2026, 10, 31, 20, 0, tzinfo=ZoneInfo(TORONTO)).astimezone(UTC)
    earliest = Policy(notice_minutes=12 * 60).earliest(now)
    assert earliest.astimezone(ZoneInfo(TORONTO)).strftime("%d %H:%M") == "01 07:00"


@pytest.mark.parametrize(
    ("now", "zone", "horizon", "expected"),
    [
        # 60 dates after today's, also over a clock change.
        ("2026-10-25T12:00Z", TORONTO, 60, date(2026, 12, 24)),
        ("2026-02-20T12:00Z", TORONTO, 60, date(2026, 4, 21)),
        # Today is the location's date: in Toronto the 24th still, in Kolkata the 25th already.
        ("2026-10-25T03:59Z", TORONTO, 1, date(2026, 10, 25)),
        ("2026-10-25T04:00Z", TORONTO, 1, date(2026, 10, 26)),
        ("2026-10-24T18:29Z", KOLKATA, 1, date(2026, 10, 25)),
        ("2026-10-24T18:30Z", KOLKATA, 1, date(2026, 10, 26)),
        # Just after 11:30 pm of the day before a change of half an hour.
        ("2026-10-03T13:00Z", LORD_HOWE, 30, date(2026, 11, 2)),
        ("2026-10-03T13:30Z", LORD_HOWE, 30, date(2026, 11, 3)),
        # Dates are counted by the calendar, a skipped one too.
        ("2011-12-29T12:00Z", APIA, 2, date(2011, 12, 31)),
    ],
)
def test_the_horizon_counts_the_dates_of_the_location(
    now: str, zone: str, horizon: int, expected: date
) -> None:
    policy = Policy(horizon_days=horizon)
    assert policy.last_day(datetime.fromisoformat(now), ZoneInfo(zone)) == expected


@given(instants, st.sampled_from(ZONES), st.integers(1, 730))
def test_the_last_day_never_comes_earlier_as_time_goes_by(
    now: datetime, zone: str, horizon: int
) -> None:
    policy = Policy(horizon_days=horizon)
    tz = ZoneInfo(zone)
    today = policy.last_day(now, tz)
    assert today.toordinal() - now.astimezone(tz).date().toordinal() == horizon
    assert today <= policy.last_day(now + HOUR, tz)


@pytest.mark.parametrize(
    ("hours_ahead", "expected"),
    [
        (72, 24),  # within 24 hours
        (37, 24),
        (36, 24),
        (35, 23),  # at the latest 12 hours before the start
        (14, 2),
        (13, 2),  # but somebody gets two hours to look
        (3, 2),
        (1, 1),  # and none past the start
    ],
)
def test_a_request_is_answered_within_a_day_and_twelve_hours_before_the_start(
    hours_ahead: int, expected: int
) -> None:
    now = datetime(2026, 11, 1, 3, 17, tzinfo=UTC)
    assert Policy().respond_by(now, now + hours_ahead * HOUR) == now + expected * HOUR


@given(instants, minutes, minutes, minutes)
def test_an_answer_is_promised_as_the_policy_has_it_with_two_hours_to_look_and_before_the_start(
    now: datetime, ahead: int, review: int, before: int
) -> None:
    starts_at = now + timedelta(minutes=ahead)
    policy = Policy(review_minutes=review, review_before_minutes=before)
    waits = (policy.respond_by(now, starts_at) - now).total_seconds() / 60
    assert waits == min(ahead, max(120, min(review, ahead - before)))


@pytest.mark.parametrize(
    ("starts_at", "window", "expected"),
    [
        ("2026-11-24T15:00Z", 24 * 60, "2026-11-23T15:00Z"),
        # 24 real hours: 9 am after the clock went back is 10 am the day before.
        ("2026-11-01T09:00-05:00", 24 * 60, "2026-10-31T10:00-04:00"),
        ("2026-11-24T15:00Z", 0, "2026-11-24T15:00Z"),
        ("2026-11-24T15:00Z", 90, "2026-11-24T13:30Z"),
    ],
)
def test_a_client_may_change_a_booking_until_the_window_closes(
    starts_at: str, window: int, expected: str
) -> None:
    until = changeable_until(datetime.fromisoformat(starts_at), window)
    assert until == datetime.fromisoformat(expected)


def test_a_clinic_that_says_nothing_has_the_usual_policy() -> None:
    # Notice 12 h, horizon 60 days, grid 15 min, window 24 h, hold 10 min.
    assert Policy() == Policy(12 * 60, 60, 15, 24 * 60, 10, 24 * 60, 12 * 60)
