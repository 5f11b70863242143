"""The points and their places: that the two files agree, and that a point is found by every name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.intake_publishing import default_form
from treatments.atlas import SIZES, fold, load, mirrored
from treatments.session_actions import Side, View

ATLAS = load()


def test_every_point_of_the_chart_has_a_side_a_place_and_a_description() -> None:
    for place in ATLAS.places:
        point = ATLAS.by_code[place.code]
        wide, high = SIZES[place.view]
        assert place.side in point.sides, place
        assert point.location, place
        assert 0 < place.x < wide, place
        assert 0 < place.y < high, place


def test_no_point_is_said_to_be_on_the_chart_and_missing_there_or_the_reverse() -> None:
    placed = {place.code for place in ATLAS.places}
    assert placed == {point.code for point in ATLAS.points if point.on_chart}
    for point in ATLAS.points:
        if point.on_chart:
            assert all(ATLAS.places_of(point.code, side) for side in point.sides), point.code
        else:
            assert point.is_body or point.chart_note, point.code


def test_a_point_from_the_front_stands_on_the_clients_own_side() -> None:
    middle = SIZES[View.FRONT][0] / 2
    for place in ATLAS.places:
        if place.view is View.FRONT:
            seen = {True: Side.L, False: Side.R}[place.x > middle]
            assert place.side is (Side.M if place.x == middle else seen), place


def test_the_right_side_is_the_left_one_mirrored() -> None:
    left = {p for p in ATLAS.places if p.view is View.LEFT}
    right = {p for p in ATLAS.places if p.view is View.RIGHT}
    wide = SIZES[View.LEFT][0]
    assert {(p.code, mirrored(p.side), wide - p.x, p.y) for p in left} == {
        (p.code, p.side, p.x, p.y) for p in right
    }


def test_names_and_places_are_of_things_that_exist() -> None:
    for point in ATLAS.points:
        assert point.region in ATLAS.regions
        assert set(point.concerns) <= set(ATLAS.concerns)
        assert set(point.cautions) <= set(ATLAS.cautions)
        assert point.pregnancy in ATLAS.pregnancy
    for site in ATLAS.sites:
        assert site.region in ATLAS.regions
        assert site.code not in ATLAS.by_code
    assert {"SCAR", "ASHI"} <= set(ATLAS.site_by_code)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("DU20", "GV20"),
        ("du-20", "GV20"),
        ("Gv 20", "GV20"),
        ("bǎi huì", "GV20"),
        ("百會", "GV20"),
        ("Hundred meetings", "GV20"),
        ("REN24", "CV24"),
        ("RN 24", "CV24"),
        ("SJ5", "TE5"),
        ("TH23", "TE23"),
        ("TW23", "TE23"),
        ("UB2", "BL2"),
        ("LV3", "LR3"),
        ("Cuanzhu", "BL2"),
        ("Zanzhu", "BL2"),
        ("GV29", "EX-HN3"),
        ("ex hn 3", "EX-HN3"),
        ("Renzhong", "GV26"),
        ("EX-HN18", "M-HN18"),
        ("M-HN-18", "M-HN18"),
    ],
)
def test_a_point_is_found_by_every_name_it_goes_by(typed: str, code: str) -> None:
    assert ATLAS.search(typed)[0].code == code
    found = ATLAS.named(typed)
    assert found is not None
    assert found.code == code


@settings(max_examples=60)
@given(st.data())
def test_a_name_finds_its_point_however_it_is_spelt(data: st.DataObject) -> None:
    point = data.draw(st.sampled_from(ATLAS.points))
    name = data.draw(st.sampled_from(ATLAS.names_of(point.code)))
    spelt = "".join(
        data.draw(
            st.sampled_from([letter, letter.upper(), letter.lower(), f"{letter} ", f"-{letter}"])
        )
        for letter in name
    )
    assert point in ATLAS.search(spelt)


@given(st.text(max_size=12))
def test_no_text_breaks_the_search_and_nothing_finds_nothing(text: str) -> None:
    assert fold(text) or ATLAS.search(text) == ()


def test_a_code_means_one_point_alone() -> None:
    for point in ATLAS.points:
        assert ATLAS.named(point.code) is point


def test_what_is_in_common_use_for_a_concern() -> None:
    codes = [point.code for point in ATLAS.commonly_used_for("nasolabial_folds")]
    assert {"ST4", "LI20"} <= set(codes)
    assert ATLAS.commonly_used_for("no such concern") == ()


def test_the_chart_is_given_each_point_on_each_of_its_sides_once() -> None:
    given_points = ATLAS.chart_points()
    keys = [(each["code"], each["side"]) for each in given_points]
    assert len(keys) == len(set(keys)) == sum(len(point.sides) for point in ATLAS.points)
    for each in given_points:
        assert bool(each["views"]) is ATLAS.by_code[each["code"]].on_chart


def test_the_form_and_the_chart_name_the_same_regions_and_concerns() -> None:
    face = default_form().document["face"]
    assert face["regions"] == ATLAS.regions
    assert face["concerns"] == ATLAS.concerns
    assert {concern: tuple(of) for concern, of in face["concern_regions"].items()} == (
        ATLAS.concern_regions
    )
