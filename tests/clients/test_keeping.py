"""Until when a record is kept: against a sum made another way, and at the days that are easily missed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.keeping import From, after, kept_until

DAYS = st.dates(date(1940, 1, 1), date(2060, 12, 31))


@given(made=DAYS, visit=st.none() | DAYS, born=st.none() | DAYS, years=st.integers(1, 50))
def test_a_record_is_never_let_go_before_any_of_its_reasons(
    made: date, visit: date | None, born: date | None, years: int
) -> None:
    kept = kept_until(made=made, last_visit=visit, born=born, years=years)
    reasons = [made] + [visit] * (visit is not None)
    if born is not None:
        reasons.append(after(born, 18))
    assert kept.counted_from == max(day for day in reasons if day)
    for day in reasons:
        assert day is not None
        assert (kept.until.year, kept.until.month, kept.until.day) >= (
            day.year + years,
            day.month,
            day.day,
        )
    assert kept.until - kept.counted_from < timedelta(days=366 * years + 1)


@pytest.mark.parametrize(
    ("born", "visit", "until", "since"),
    [
        (date(2020, 2, 29), date(2026, 3, 1), date(2048, 3, 1), From.BIRTHDAY),
        (date(1990, 5, 1), date(2024, 2, 29), date(2034, 3, 1), From.VISIT),
        (date(2008, 3, 1), date(2026, 3, 1), date(2036, 3, 1), From.VISIT),
        (date(2008, 3, 2), date(2026, 3, 1), date(2036, 3, 2), From.BIRTHDAY),
        (None, None, date(2030, 1, 5), From.RECORD_MADE),
    ],
)
def test_ten_years_after_the_visit_or_the_18th_birthday(
    born: date | None, visit: date | None, until: date, since: From
) -> None:
    kept = kept_until(made=date(2020, 1, 5), last_visit=visit, born=born, years=10)
    assert (kept.until, kept.since) == (until, since)
