"""Where a client stands in a plan follows from what happened, in whatever order it is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clinic.clock_changes import APIA, CHANGES
from treatments.plan_position import Gap, Numbers, Position, Window, position

TORONTO = ZoneInfo("America/Toronto")
DAY = timedelta(days=1)
TEN = Numbers(10, min_gap_days=3, max_gap_days=10, per_week=1, reviews_at=(5, 10))
MONTHLY = Numbers(None, min_gap_days=21, max_gap_days=45, every_days=30, reviews_every=6)
EVENT = Numbers(3, min_gap_days=3, per_week=1, event_on=date(2026, 12, 20), before_event=(4, 7))


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), TORONTO).astimezone(UTC)


def stand(numbers: Numbers, *days: date, coming: tuple[date, ...] = (), **said: date) -> Position:
    return position(
        numbers,
        done=map(at, days),
        coming=map(at, coming),
        today=said.get("today", date(2026, 11, 26)),
        zone=TORONTO,
    )


NUMBERS = st.builds(
    lambda sessions, least, more, week, event: Numbers(
        sessions,
        min_gap_days=least,
        max_gap_days=None if more is None else least + more,
        per_week=week,
        event_on=event,
        before_event=(4, 7) if event else None,
    ),
    st.none() | st.integers(1, 12),
    st.integers(1, 30),
    st.none() | st.integers(0, 30),
    st.integers(1, 3),
    st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
# Instants at all hours: the clock changes twice in between.
STARTS = st.lists(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)).map(lambda d: d.replace(tzinfo=UTC)),  # noqa: DTZ001
    max_size=9,
    unique=True,
)
TODAY = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(numbers=NUMBERS, done=STARTS, coming=STARTS, today=TODAY, seed=st.randoms())
def test_the_order_in_which_visits_are_told_makes_no_difference(
    numbers: Numbers, done: list[datetime], coming: list[datetime], today: date, seed: object
) -> None:
    told = position(numbers, done=done, coming=coming, today=today, zone=TORONTO)
    seed.shuffle(done)  # type: ignore[attr-defined]
    seed.shuffle(coming)  # type: ignore[attr-defined]
    assert position(numbers, done=done, coming=coming, today=today, zone=TORONTO) == told


@given(numbers=NUMBERS, done=STARTS, more=STARTS, today=TODAY)
def test_a_visit_more_moves_the_plan_on_by_one_and_undone_it_is_as_before(
    numbers: Numbers, done: list[datetime], more: list[datetime], today: date
) -> None:
    def told(visits: list[datetime]) -> Position:
        return position(numbers, done=visits, today=today, zone=TORONTO)

    visits, before = list(done), told(done)
    for visit in more:
        visits.append(visit)
        after = told(visits)
        assert after.count == before.count + 1
        assert after.next_number == before.next_number + 1
        if numbers.sessions is not None:
            assert after.left == max(0, numbers.sessions - after.count)
            assert before.is_complete <= after.is_complete
        assert told(visits[:-1]) == before
        before = after


@given(numbers=NUMBERS, done=STARTS, coming=STARTS, today=TODAY)
def test_the_window_lies_after_the_last_visit_and_in_order(
    numbers: Numbers, done: list[datetime], coming: list[datetime], today: date
) -> None:
    told = position(numbers, done=done, coming=coming, today=today, zone=TORONTO)
    window = told.window
    if window is None:
        assert numbers.sessions is not None
        assert len(done) + len(coming) >= numbers.sessions
        return
    days = [day for day in (window.earliest, window.target, window.latest) if day]
    assert days == sorted(days)
    for visit in (*done, *coming):
        least = visit.astimezone(TORONTO).date() + numbers.min_gap_days * DAY
        assert all(day >= least for day in days)


@given(numbers=NUMBERS, done=STARTS, today=TODAY)
def test_a_day_within_the_window_is_never_warned_of(
    numbers: Numbers, done: list[datetime], today: date
) -> None:
    told = position(numbers, done=done, today=today, zone=TORONTO)
    window = told.window
    if window is None or window.target is None:
        return
    last = numbers.last_day
    for day in (window.earliest, window.target, window.latest):
        if day is not None and (last is None or day <= last):
            assert told.gap_warning(at(day)) is None


def test_the_tenth_of_ten_is_the_last_and_then_it_is_complete() -> None:
    weekly = [date(2026, 9, 1) + 7 * n * DAY for n in range(10)]
    five, nine, all_of_them = stand(TEN, *weekly[:5]), stand(TEN, *weekly[:9]), stand(TEN, *weekly)
    assert (five.next_number, five.left, five.review_now, five.review_next) == (6, 5, True, False)
    assert (nine.to_book, nine.review_next, nine.is_complete) == (10, True, False)
    assert (all_of_them.left, all_of_them.to_book, all_of_them.window) == (0, None, None)
    assert all_of_them.is_complete
    assert all_of_them.review_now
    assert not all_of_them.review_next


def test_the_next_one_is_due_in_a_week_and_not_before_three_days() -> None:
    five = stand(TEN, *[date(2026, 10, 27) + 7 * n * DAY for n in range(5)])
    assert five.window == Window(date(2026, 11, 27), date(2026, 12, 1), date(2026, 12, 4))
    assert not five.is_overdue
    late = stand(TEN, date(2026, 11, 24), today=date(2026, 12, 5))
    assert late.is_overdue
    assert not stand(
        TEN, date(2026, 11, 24), coming=(date(2026, 12, 9),), today=date(2026, 12, 5)
    ).is_overdue


def test_what_is_booked_is_counted_when_the_next_one_is_booked() -> None:
    booked = stand(TEN, date(2026, 11, 24), coming=(date(2026, 12, 1),))
    assert (booked.next_number, booked.to_book, booked.count) == (2, 3, 1)
    assert booked.window is not None
    assert booked.window.target == date(2026, 12, 8)
    assert booked.number_at(at(date(2026, 12, 1))) == 2
    assert booked.without(at(date(2026, 12, 1))) == stand(TEN, date(2026, 11, 24))


@pytest.mark.parametrize(
    ("day", "warned"),
    [
        (date(2026, 11, 26), Gap.TOO_EARLY),
        (date(2026, 11, 27), None),
        (date(2026, 12, 4), None),
        (date(2026, 12, 5), Gap.TOO_LATE),
        (date(2026, 12, 10), None),
        (date(2026, 12, 11), Gap.TOO_EARLY),  # three days before the one that is booked
        (date(2026, 12, 14), Gap.TOO_EARLY),
    ],
)
def test_a_start_is_held_against_the_visits_on_both_sides_of_it(
    day: date, warned: Gap | None
) -> None:
    booked = stand(TEN, date(2026, 11, 24), date(2026, 11, 30), coming=(date(2026, 12, 13),))
    if day < date(2026, 11, 30):
        booked = stand(TEN, date(2026, 11, 24))
    elif day < date(2026, 12, 9):
        booked = stand(TEN, date(2026, 11, 24), coming=(date(2026, 12, 20),))
    assert booked.gap_warning(at(day)) is warned


def test_the_first_session_may_be_on_any_day() -> None:
    first = stand(TEN)
    assert first.window == Window()
    assert first.gap_warning(at(date(2027, 5, 1))) is None
    assert not first.is_overdue
    assert (first.next_number, first.left, first.last) == (1, 10, None)


def test_maintenance_has_no_end_and_is_reviewed_every_sixth_time() -> None:
    sixth = stand(MONTHLY, *[date(2026, 1, 5) + 30 * n * DAY for n in range(6)])
    assert (sixth.left, sixth.is_complete, sixth.to_book) == (None, False, 7)
    assert sixth.review_now
    assert sixth.window is not None
    assert sixth.window.target == date(2026, 7, 4)
    assert not stand(MONTHLY).review_now


def test_the_last_session_before_an_event_leaves_time_for_a_bruise_to_fade() -> None:
    two = stand(EVENT, date(2026, 11, 24), date(2026, 12, 1))
    assert two.window == Window(date(2026, 12, 13), date(2026, 12, 13), date(2026, 12, 16))
    assert two.gap_warning(at(date(2026, 12, 17))) is Gap.AFTER_EVENT
    assert two.gap_warning(at(date(2026, 12, 16))) is None
    first = stand(EVENT)
    assert first.window == Window(None, None, date(2026, 12, 10))


def test_an_event_too_near_for_the_gap_does_not_shorten_the_gap() -> None:
    late = stand(EVENT, date(2026, 12, 1), date(2026, 12, 15))
    assert late.window == Window(date(2026, 12, 18), date(2026, 12, 18), date(2026, 12, 18))
    assert late.gap_warning(at(date(2026, 12, 18))) is Gap.AFTER_EVENT


# Where a whole date was skipped nobody came on it.
@pytest.mark.parametrize(
    ("zone", "changed"), [(zone, changed) for zone, changed, _ in CHANGES if zone != APIA]
)
def test_three_days_are_three_days_on_the_calendar_whatever_the_clock_did(
    zone: str, changed: date
) -> None:
    here = ZoneInfo(zone)
    before = datetime.combine(changed - DAY, time(15), here).astimezone(UTC)
    told = position(TEN, done=[before], today=changed, zone=here)
    third = datetime.combine(changed + 2 * DAY, time(9), here).astimezone(UTC)
    second = datetime.combine(changed + DAY, time(21), here).astimezone(UTC)
    assert told.window is not None
    assert told.window.earliest == changed + 2 * DAY
    assert told.gap_warning(third) is None
    assert told.gap_warning(second) is Gap.TOO_EARLY
