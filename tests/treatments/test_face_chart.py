"""The chart as a page brings it: needles seen without a script, on screen and on paper."""

from __future__ import annotations

import re
from typing import Any

from django.template.loader import render_to_string

from tests.clients.rules import TODAY
from treatments.atlas import load
from treatments.point_marks import mark
from treatments.session_actions import View
from treatments.views.face_chart import (
    ChartNeedle,
    chart_regions,
    face_chart,
    marks_document,
    needle_of,
)


def needle(code: str, side: str, *, is_in: bool = True, **details: Any) -> ChartNeedle:
    said = {"code": code, "side": side, "region": "cheek", "view": "FRONT", **details}
    return needle_of(f"{code}-{side}", said, is_in=is_in)


def drawn(*needles: ChartNeedle, is_live: bool = False) -> str:
    return render_to_string(
        "treatments/_face_chart.html", {"chart": face_chart(needles, is_live=is_live)}
    )


def test_needles_are_seen_and_read_without_a_script() -> None:
    page = drawn(needle("GB14", "L"), needle("ST4", "R", is_in=False, reaction="red"))
    assert "<title>GB14 left, in</title>" in page
    assert "<title>ST4 right, out</title>" in page
    assert 'aria-label="The face from the front. GB14 left, in. ST4 right, out"' in page
    assert "has-reaction" in page


def test_a_point_is_drawn_on_each_side_that_shows_it() -> None:
    by_view = {each.view: each for each in face_chart([needle("GB14", "L")]).drawings}
    assert [len(by_view[view].markers) for view in (View.FRONT, View.LEFT, View.RIGHT)] == [1, 1, 0]
    place = load().places_of("GB14", needle("GB14", "L").side)[View.LEFT]
    assert (by_view[View.LEFT].markers[0].x, by_view[View.LEFT].markers[0].y) == (place.x, place.y)


def test_two_needles_at_one_point_are_counted() -> None:
    page = drawn(needle("EX-HN3", "M"), needle("EX-HN3", "M"))
    assert page.count("fc-pt") == 1
    assert "EX-HN3 midline, 2 in" in page


def test_a_site_without_a_name_stands_where_it_was_put_and_nowhere_else() -> None:
    line = needle("LINE-FOREHEAD", "M", x=300.5, y=180.0, region="forehead")
    by_view = {each.view: each for each in face_chart([line]).drawings}
    assert [(m.x, m.y) for m in by_view[View.FRONT].markers] == [(300.5, 180.0)]
    assert not by_view[View.LEFT].markers
    assert "translate(300.5 180)" in drawn(line)


def test_a_picture_shows_the_sides_that_have_a_needle_of_their_own() -> None:
    assert drawn(needle("GB14", "L")).count("<svg") == 1
    assert drawn(needle("TE17", "L", view="LEFT")).count("<svg") == 2


def test_body_needles_break_no_drawing() -> None:
    assert drawn(needle("ST36", "L", view="BODY")).count("fc-pt") == 0


def test_what_was_typed_is_text_and_no_part_has_a_style_or_script_of_its_own() -> None:
    hostile = '"><script>alert(1)</script>'
    for is_live in (True, False):
        page = drawn(needle("ASHI", "L", x=200, y=400, label=hostile), is_live=is_live)
        assert "<script" not in page
        assert not re.search(r'\sstyle="|\son\w+="', page)
    ids = re.findall(r'\sid="([^"]+)"', drawn(is_live=True))
    assert len(ids) == len(set(ids)) == 3


def test_marks_say_why_in_words() -> None:
    said = marks_document(mark(load(), on=TODAY, is_pregnant=True))
    assert said["LI4:L"] == {"level": "OFF", "why": "pregnancy"}
    assert said["CV12:M"]["level"] == "CARE"
    assert said["ST9:R"]["why"].startswith("switched off here (")
    assert "ST36:L" not in said
    assert next(iter(chart_regions())) == "scalp"
