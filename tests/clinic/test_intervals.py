"""Sums on lists of intervals, against sets of whole minutes."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from clinic.intervals import Interval, chop, intersect, subtract, union

minute = st.integers(-30, 30)
# Also empty and reversed ones, in any order, overlapping and touching.
raw = st.lists(st.tuples(minute, minute), max_size=10)


def minutes(intervals: Sequence[Interval]) -> set[int]:
    return {each for start, end in intervals for each in range(start, end)}


def runs(chosen: set[int]) -> list[Interval]:
    """Return the one normal form of a set of minutes."""
    starts = sorted(each for each in chosen if each - 1 not in chosen)
    ends = sorted(each + 1 for each in chosen if each + 1 not in chosen)
    return list(zip(starts, ends, strict=True))


# Lists in normal form, many with one-minute stretches and one-minute gaps.
normal = st.sets(minute, max_size=40).map(runs)


@given(raw)
def test_a_union_holds_each_minute_of_any_interval_once(intervals: list[Interval]) -> None:
    assert union(intervals) == runs(minutes(intervals))


@given(normal)
def test_a_union_leaves_a_list_in_normal_form_as_it_is(intervals: list[Interval]) -> None:
    assert union(intervals) == intervals


@given(normal, normal)
def test_subtracting_leaves_exactly_the_minutes_nobody_took(
    whole: list[Interval], parts: list[Interval]
) -> None:
    assert subtract(whole, parts) == runs(minutes(whole) - minutes(parts))


@given(normal, normal)
def test_an_intersection_holds_exactly_the_minutes_both_have(
    one: list[Interval], other: list[Interval]
) -> None:
    assert intersect(one, other) == runs(minutes(one) & minutes(other))


@given(normal, minute, minute)
def test_a_chop_keeps_exactly_what_lies_inside(
    intervals: list[Interval], start: int, end: int
) -> None:
    assert chop(intervals, start, end) == runs(minutes(intervals) & set(range(start, end)))


def test_stretches_that_touch_become_one() -> None:
    assert union([(540, 720), (720, 1020)]) == [(540, 1020)]


def test_a_stretch_that_ends_where_another_begins_takes_nothing_from_it() -> None:
    assert subtract([(600, 660)], [(540, 600), (660, 700)]) == [(600, 660)]
    assert intersect([(540, 600)], [(600, 660)]) == []
