"""A client's own numbers over time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from clients.intake_publishing import default_form
from clients.trends import Direction, Form, series

FORM = default_form()
DAY = date(2026, 11, 1)


def form(number: int, **answers: Any) -> Form:
    return Form(DAY + timedelta(days=number), FORM, frozenset(answers), answers)


def test_what_a_later_form_only_took_over_is_no_new_point() -> None:
    first = form(0, stress=6)
    second = Form(
        DAY + timedelta(days=7), FORM, frozenset({"sleep_h"}), {"stress": 6, "sleep_h": 7}
    )
    found = {each.code: each.points for each in series([first, second])}
    assert [point.value for point in found["stress"]] == [6]
    assert [point.value for point in found["sleep_h"]] == [7]


def test_less_stress_is_better_and_less_sleep_is_worse() -> None:
    found = {
        each.code: each
        for each in series([form(0, stress=6, sleep_h=7), form(7, stress=4, sleep_h=5)])
    }
    assert found["stress"].direction is Direction.BETTER
    assert found["sleep_h"].direction is Direction.WORSE


def test_stress_as_a_concern_is_not_the_stress_of_the_week() -> None:
    found = series([form(0, concern_now={"stress": 9}, stress=2)])
    assert [each.points[0].value for each in found] == [9, 2]


def test_a_concern_counts_where_it_bothers_most() -> None:
    said = [
        {"region": "jaw", "side": "L", "concern": "tmj_tension", "bother": 3},
        {"region": "cheek", "side": "L", "concern": "tmj_tension", "bother": 9},
        {"region": "neck", "side": "both", "concern": "neck_lines", "bother": None},
    ]
    (found,) = series([form(0, concern_map=said)])
    assert (found.code, found.points[0].value) == ("tmj_tension", 9)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 10)), max_size=20))
def test_the_last_word_of_each_day_is_a_point_and_nothing_else_is(
    said: list[tuple[int, int]],
) -> None:
    said = sorted(said, key=lambda one: one[0])
    found = series([form(day, stress=value) for day, value in said])
    expected = {DAY + timedelta(days=day): value for day, value in said}
    got = {point.on: point.value for each in found for point in each.points}
    assert got == expected
