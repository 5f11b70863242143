"""Which points are off for a client: that nothing said of a client ever frees a point."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.phases import Phase
from clients.rules import Effect, Restriction
from clients.screening import Standing
from tests.clients.rules import TODAY, screen
from treatments.atlas import load
from treatments.point_marks import FREE, Level, Marks, Where, Why, mark, mark_areas
from treatments.session_actions import Side
from treatments.session_facts import MASSAGE_AREAS

ATLAS = load()
ARM = ("LI4", "LI11", "TE5", "TE6")
CODES = [point.code for point in ATLAS.points]
PLACES = [*ATLAS.regions, "treated_area", "affected_limb"]
EVERY = [(point.code, side) for point in ATLAS.points for side in point.sides]


@dataclass(frozen=True)
class Own:
    """The clinic's setting of a point."""

    is_off: bool
    warn_above_mm: int = 10
    note: str = ""


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    areas = tuple(draw(st.lists(st.sampled_from(PLACES), max_size=2, unique=True)))
    return Standing(
        rule=draw(st.sampled_from(["one", "two"])),
        restriction=Restriction(
            phase=draw(st.sampled_from(Phase)),
            effect=draw(st.sampled_from(Effect)),
            areas=areas,
            points=tuple(draw(st.lists(st.sampled_from(CODES), max_size=3, unique=True))),
            points_where=draw(st.sampled_from([None, {"pregnancy": "contraindicated"}])),
            when=draw(st.sampled_from([None, "uncontrolled"])),
        ),
        areas=areas,
        until=draw(st.sampled_from([None, TODAY, TODAY + timedelta(days=1)])),
        unsure=draw(st.booleans()),
    )


def limit(effect: Effect = Effect.FORBID, **said: object) -> Standing:
    known = {"until": None, "unsure": False, "rule": "a_rule", "areas": ()} | said
    of = {key: known.pop(key) for key in ("points", "points_where", "when") if key in known}
    restriction = Restriction(Phase.NEEDLING, effect, areas=known["areas"], **of)  # type: ignore[arg-type]
    return Standing(restriction=restriction, **known)  # type: ignore[arg-type]


def marks_of(**answered: str) -> Marks:
    return mark(ATLAS, screen(answered).phases[Phase.NEEDLING].restrictions, on=TODAY)


@settings(max_examples=80)
@given(st.lists(standings(), max_size=4), standings(), st.booleans())
def test_another_restriction_never_frees_a_point(
    before: list[Standing], more: Standing, is_pregnant: bool
) -> None:
    fewer = mark(ATLAS, before, on=TODAY)
    all_of_them = mark(ATLAS, [*before, more], on=TODAY, is_pregnant=is_pregnant)
    for code, side in EVERY:
        region = ATLAS.by_code[code].region
        assert all_of_them.of(code, side).level >= fewer.of(code, side).level
        assert all_of_them.of("ASHI", side, region).level >= fewer.of("ASHI", side, region).level


@settings(max_examples=40)
@given(st.lists(standings(), max_size=3), st.sampled_from(CODES))
def test_a_point_the_clinic_switched_off_is_off_whatever_is_said_of_the_client(
    said: list[Standing], code: str
) -> None:
    marks = mark(ATLAS, said, on=TODAY, settings={code: Own(is_off=True)})
    for side in ATLAS.by_code[code].sides:
        assert marks.of(code, side).level is Level.OFF
        assert marks.needs_reason(code, side)


def test_points_that_are_off_at_first_are_off_until_the_clinic_says_otherwise() -> None:
    marks = mark(ATLAS, on=TODAY)
    for point in ATLAS.points:
        for side in point.sides:
            is_off = marks.of(point.code, side).level is Level.OFF
            assert is_off is not point.enabled_by_default
    on = mark(ATLAS, on=TODAY, settings={"GV25": Own(is_off=False)})
    assert on.of("GV25", Side.M) is FREE


def test_a_point_of_no_depth_takes_a_reason_even_where_the_clinic_switched_it_on() -> None:
    on = mark(ATLAS, on=TODAY, settings={"BL1": Own(is_off=False, warn_above_mm=0)})
    assert on.of("BL1", Side.L).level is Level.CARE
    assert on.of("BL1", Side.L).reasons[0].why is Why.ANY_USE


@pytest.mark.parametrize("side", [Side.L, Side.R])
def test_lymphoedema_takes_the_arm_points_away_on_its_own_side_only(side: Side) -> None:
    other = Side.R if side is Side.L else Side.L
    found = limit(rule="lymphoedema", areas=("affected_limb",), points=ARM)
    marks = mark(ATLAS, [found], on=TODAY, sides={"lymphoedema": {side}})
    for code in ARM:
        assert marks.of(code, side).level is Level.OFF
        assert marks.of(code, other) is FREE
    assert marks.of("ST36", side) is FREE


def test_where_nobody_said_which_side_both_are_off() -> None:
    found = limit(rule="lymphoedema", areas=("affected_limb",), points=ARM)
    marks = mark(ATLAS, [found], on=TODAY)
    assert all(marks.of(code, side).level is Level.OFF for code in ARM for side in (Side.L, Side.R))
    assert not marks.unplaced


def test_the_points_not_used_in_pregnancy_are_off_by_the_answer_and_by_the_day() -> None:
    found = limit(rule="pregnant", points_where={"pregnancy": "contraindicated"})
    for marks in (mark(ATLAS, [found], on=TODAY), mark(ATLAS, on=TODAY, is_pregnant=True)):
        for point in ATLAS.points:
            if point.pregnancy == "contraindicated":
                assert marks.of(point.code, point.sides[0]).level is Level.OFF
    assert mark(ATLAS, on=TODAY, is_pregnant=True).of("CV12", Side.M).level is Level.CARE


def test_a_restriction_that_ended_marks_nothing() -> None:
    ended = limit(areas=("jaw",), until=TODAY)
    assert mark(ATLAS, [ended], on=TODAY).of("ST6", Side.L) is FREE
    assert mark(ATLAS, [ended], on=TODAY - timedelta(days=1)).of("ST6", Side.L).level is Level.OFF


def test_what_depends_on_a_finding_takes_care_and_forbids_nothing() -> None:
    unsure = [limit(areas=("jaw",), when="uncontrolled"), limit(areas=("chin",), unsure=True)]
    marks = mark(ATLAS, unsure, on=TODAY)
    assert marks.of("ST6", Side.R).level is Level.CARE
    assert marks.of("CV24", Side.M).level is Level.CARE


def test_a_word_for_all_of_needling_marks_no_point_and_is_told_apart() -> None:
    light = limit(Effect.SUPERFICIAL_ONLY)
    marks = mark(ATLAS, [light], on=TODAY)
    assert marks.points == mark(ATLAS, on=TODAY).points
    assert marks.general == (light,)
    assert mark(ATLAS, [limit()], on=TODAY).of("ST36", Side.L).level is Level.OFF


def test_a_treated_place_is_named_first_and_then_off_there_alone() -> None:
    found = limit(rule="botulinum", areas=("treated_area",))
    before = mark(ATLAS, [found], on=TODAY)
    assert before.unplaced == (found,)
    assert before.of("GB14", Side.L) is FREE
    after = mark(ATLAS, [found], on=TODAY, named={"botulinum": [Where("forehead", Side.L)]})
    assert not after.unplaced
    assert after.of("GB14", Side.L).level is Level.OFF
    assert after.of("GB14", Side.R) is FREE
    assert after.of("LINE-FOREHEAD", Side.L, "forehead").level is Level.OFF
    assert after.of("ST4", Side.L) is FREE


def test_the_rules_of_the_clinic_reach_the_points() -> None:
    assert marks_of(carotid="yes").of("ST9", Side.L).level is Level.OFF
    assert marks_of(pregnant="yes").of("SP6", Side.L).level is Level.OFF
    assert marks_of(anticoagulant="yes").of("ST2", Side.L).level is Level.OFF
    assert marks_of(anticoagulant="yes").of("ST4", Side.L) is FREE
    assert marks_of(lymphoedema="yes").of("TE5", Side.R).level is Level.OFF


@settings(max_examples=60)
@given(st.lists(standings(), max_size=4), standings(), st.sampled_from(Phase))
def test_another_restriction_never_frees_an_area_of_the_massage_or_the_roller(
    known: list[Standing], more: Standing, phase: Phase
) -> None:
    def level(found: list[Standing], area: str) -> Level:
        marks = mark_areas(ATLAS, MASSAGE_AREAS, found, phase=phase, on=TODAY)
        return marks.areas.get(area, FREE).level

    assert all(level([*known, more], area) >= level(known, area) for area in MASSAGE_AREAS)


def test_who_may_not_be_massaged_at_the_neck_may_be_elsewhere_and_with_a_clot_nowhere() -> None:
    result = screen({"carotid": "yes", "dvt": "no"}).phases[Phase.LYMPHATIC_MASSAGE]
    marks = mark_areas(
        ATLAS, MASSAGE_AREAS, result.restrictions, phase=Phase.LYMPHATIC_MASSAGE, on=TODAY
    )
    assert marks.off(MASSAGE_AREAS) == ["collarbone_hollow", "neck_side", "under_jaw"]
    result = screen({"dvt": "yes"}).phases[Phase.LYMPHATIC_MASSAGE]
    marks = mark_areas(
        ATLAS, MASSAGE_AREAS, result.restrictions, phase=Phase.LYMPHATIC_MASSAGE, on=TODAY
    )
    assert marks.off(MASSAGE_AREAS) == list(MASSAGE_AREAS)
