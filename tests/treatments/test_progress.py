"""A client's numbers over a plan: one a day, compared with the first, in whatever order they come."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from clients.trends import Point, Series
from treatments.progress import BEFORE, CONCERN, Judged, Session, Span, judged, over, paths

FIRST = date(2026, 11, 1)
JAW = (CONCERN, "jowls")
# Hours after the plan's first day began, and a score; negative ones lie before it.
scores = st.lists(
    st.tuples(st.integers(-60 * 24, 90 * 24), st.integers(0, 10)), unique_by=lambda one: one[0]
)


def form(*told: tuple[int, int], code: str = "jowls", is_concern: bool = True) -> Series:
    points = (Point(FIRST + timedelta(days=day), value) for day, value in sorted(told))
    return Series(code, code, "", 10, True, tuple(points), is_concern)


def session(hours: int, value: int, scale: str = CONCERN, of: str = "jowls") -> Session:
    at = datetime.combine(FIRST, time(), UTC) + timedelta(hours=hours)
    return Session(at, at.date(), [{"scale": scale, "of": of, "by": "", "value": value}])


@given(
    told=st.dictionaries(st.integers(-60, 90), st.integers(0, 10)),
    rated=scores,
    last=st.none() | st.integers(0, 90),
    random=st.randoms(use_true_random=False),
)
def test_a_day_has_one_number_the_sessions_over_the_forms_in_any_order(
    told: dict[int, int],
    rated: list[tuple[int, int]],
    last: int | None,
    random: object,
) -> None:
    span = Span(FIRST, None if last is None else FIRST + timedelta(days=last))
    forms = [form(*told.items())] if told else []
    sessions = [session(*one) for one in rated]
    found = paths(forms, sessions, span).get(JAW, ())
    # As anybody would do it by hand: the form of each day, then what sessions say of it, in order.
    by_hand = {FIRST + timedelta(days=day): value for day, value in told.items()}
    for _day, same in groupby(sorted(sessions, key=lambda one: one.at), lambda one: one.on):
        newest = list(same)[-1]
        by_hand[newest.on] = newest.ratings[0]["value"]
    within = sorted(day for day in by_hand if FIRST <= day <= (span.last or date.max))
    before = sorted(day for day in by_hand if FIRST - BEFORE <= day < FIRST)[-1:]
    assert [(point.on, point.value) for point in found] == [
        (day, by_hand[day]) for day in (*before, *within)
    ]
    random.shuffle(sessions)  # type: ignore[attr-defined]
    assert paths(forms, sessions, span).get(JAW, ()) == found


def test_the_last_number_before_the_plan_is_what_the_others_are_compared_with() -> None:
    told = form((-200, 2), (-12, 4), (-2, 8))
    (found,) = over(
        [told], [session(24, 7), session(240, 5)], Span(FIRST), concerns=[], words={}, stress="x"
    )
    assert [point.value for point in found.points] == [8, 7, 5]
    assert found.change == -3


def test_an_old_number_is_no_beginning() -> None:
    assert paths([form((-200, 2))], [session(24, 7)], Span(FIRST))[JAW] == (
        Point(FIRST + timedelta(days=1), 7),
    )


def test_stress_as_a_concern_is_not_the_stress_of_the_week() -> None:
    told = [
        form((0, 9), code="stress"),
        form((0, 2), code="stress", is_concern=False),
        form((0, 7), code="sleep_h", is_concern=False),
        form((0, 3)),
    ]
    found = over(
        told, [session(48, 1, "stress_0_10", "")], Span(FIRST),
        concerns=["stress"], words={"stress": "Stress"}, stress="Stress in the last week",
    )  # fmt: skip
    assert [(one.label, [point.value for point in one.points]) for one in found] == [
        ("Stress", [9]),
        ("jowls", [3]),
        ("Stress in the last week", [2, 1]),
    ]


def test_how_it_looks_is_kept_by_who_says_so() -> None:
    def said(hours: int, value: str, by: str) -> Session:
        at = datetime.combine(FIRST, time(), UTC) + timedelta(hours=hours)
        return Session(at, at.date(), [{"scale": "gais", "of": "", "by": by, "value": value}])

    told = [
        said(50, "worse", "client"),
        said(49, "improved", "client"),
        said(51, "no_change", ""),
        said(-9, "improved", ""),
        said(900, "much_improved", ""),
    ]
    day = FIRST + timedelta(days=2)
    assert judged(told, Span(FIRST, FIRST + timedelta(days=9))) == [
        Judged(day, "no_change", by_client=False),
        Judged(day, "worse", by_client=True),
    ]
