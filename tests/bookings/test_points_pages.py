"""The pages of the points: found by any name, changed in words, and no claim on them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from bookings.forms.points import PointSetForm, lines_of
from bookings.views import session_chart
from tests.bookings.test_practice_views import logged_in, practitioner_login, text_of
from tests.factories.house import house
from treatments.atlas import key_of, load
from treatments.models import PointSet, PointSetting
from treatments.session_actions import Side

POINTS = "/practice/points/"
KEYS = [key_of(point.code, side) for point in load().points for side in point.sides]


@pytest.fixture
def mei() -> Client:
    return logged_in(practitioner_login(house(), 0))


def as_sent(setting: PointSetting, **changes: object) -> dict[str, object]:
    names = ("depth_from_mm", "depth_to_mm", "warn_above_mm", "note")
    own = {name: getattr(setting, name) for name in names}
    return {name: "" if value is None else value for name, value in {**own, **changes}.items()}


@pytest.mark.django_db
def test_every_point_is_there_to_read_without_a_script(mei: Client) -> None:
    page = mei.get(POINTS)
    assert page.status_code == 200
    text = page.content.decode()
    for point in load().points:
        assert f'id="point-{point.code}"' in text
    assert "Commonly used for" in text
    assert not re.search(r"\btreats?\b", text_of(page))


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["DU 20", "baihui", "百會", "gv-20"])
def test_a_point_is_found_by_any_name(mei: Client, typed: str) -> None:
    page = mei.get(POINTS, {"q": typed}).content.decode()
    assert re.findall(r'<li class="panel" id="point-([^"]+)"', page) == ["GV20"]


@pytest.mark.django_db
def test_what_nobody_is_called_finds_nothing_and_breaks_nothing(mei: Client) -> None:
    page = mei.get(POINTS, {"q": '"><script>'}).content.decode()
    assert "No point has this name" in page
    assert '"><script>' not in page


@pytest.mark.django_db
def test_a_point_switched_off_is_marked_at_once(mei: Client) -> None:
    setting = PointSetting.objects.get(code="ST4")
    done = mei.post(f"{POINTS}point/ST4/", as_sent(setting, is_off="on", note="Ask first."))
    assert done.status_code == 303
    setting.refresh_from_db()
    assert setting.is_off
    page = mei.get(POINTS)
    assert page.context["marks"]["ST4:L"]["level"] == "OFF"
    assert "Ask first." in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "typed"),
    [("depth_to_mm", ""), ("depth_to_mm", "1"), ("warn_above_mm", "81"), ("warn_above_mm", "")],
)
def test_a_depth_that_cannot_be_is_said_at_its_field(mei: Client, field: str, typed: str) -> None:
    setting = PointSetting.objects.get(code="ST4")
    answer = mei.post(f"{POINTS}point/ST4/", as_sent(setting, **{field: typed}))
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]


@pytest.mark.django_db
def test_a_point_there_is_not_has_no_page(mei: Client) -> None:
    assert mei.get(f"{POINTS}point/ST99/").status_code == 404


@pytest.mark.django_db
def test_a_set_is_written_by_any_name_and_read_back(mei: Client) -> None:
    row = PointSet.objects.get(code="jowls")
    sent = {"name": "Jowls", "is_active": "on", "points": "SJ 17 left\n\n du20\nst6\nST6 right"}
    assert mei.post(f"{POINTS}sets/{row.uid}/", sent).status_code == 303
    row.refresh_from_db()
    assert row.points == ["TE17:L", "GV20:M", "ST6:L", "ST6:R"]
    assert "TE17 left\nGV20\nST6" in mei.get(f"{POINTS}sets/{row.uid}/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["ST99", "GV20 left", "left", "ST4 ST5", "<b>"])
def test_a_line_that_is_no_point_is_named(mei: Client, typed: str) -> None:
    row = PointSet.objects.get(code="jowls")
    before = row.points
    answer = mei.post(f"{POINTS}sets/{row.uid}/", {"name": "Jowls", "points": f"ST4\n{typed}"})
    assert answer.status_code == 422
    assert typed in answer.context["form"].errors["points"][0]
    row.refresh_from_db()
    assert row.points == before


@pytest.mark.django_db
def test_a_set_of_the_clinics_own_is_added(mei: Client) -> None:
    added = mei.post(f"{POINTS}sets/new/", {"name": "Sinus", "is_active": "on", "points": "BL2"})
    assert added.status_code == 303
    assert PointSet.objects.get(name="Sinus").points == ["BL2:L", "BL2:R"]


@pytest.mark.django_db
def test_a_session_keeps_to_what_the_clinic_made_of_the_points(mei: Client) -> None:
    setting = PointSetting.objects.get(code="ST4")
    mei.post(f"{POINTS}point/ST4/", as_sent(setting, is_off="on", note="Ask first."))
    PointSet.objects.filter(code="jowls").update(is_active=False)
    mei.post(f"{POINTS}sets/new/", {"name": "Sinus", "is_active": "on", "points": "BL2"})
    marks = session_chart.marks_of(None, on=date(2026, 11, 24))
    assert marks.of("ST4", Side.L).reasons[0].note == "Ask first."
    sets = {
        group["name"]: {one["name"] for one in group["sets"]}
        for group in session_chart.point_sets()
    }
    assert sets["Of this clinic"] == {"Sinus"}
    assert {"Constipation", "Sleep"} <= sets["The whole body"]
    assert "Crow's feet" in sets["The face"]
    assert "Jowls" not in sets["The face"]


@given(st.lists(st.sampled_from(KEYS), max_size=30, unique=True))
def test_points_written_down_and_read_again_are_the_same_points(keys: list[str]) -> None:
    form = PointSetForm({"name": "x", "points": "\n".join(lines_of(keys))})
    assert form.is_valid(), form.errors
    assert set(form.cleaned_data["points"]) == set(keys)
