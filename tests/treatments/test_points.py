"""The points as the clinic uses them: loaded once, edited for good, and what the database refuses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clinic.audit import CLOCK
from clinic.errors import NotStored
from clinic.models import AuditEntry
from tests.copying import Case, copy, refused
from treatments import actions
from treatments.actions.points import default_sets
from treatments.atlas import load
from treatments.models import PointSet, PointSetting
from treatments.queries import points as queries

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
KEYS = {f"{point.code}:{side}" for point in load().points for side in point.sides}

CASES: dict[str, Case] = {
    "point_setting_depth_in_order": (PointSetting, {"code": "X1"}, {"depth_to_mm": None}),
    "point_setting_warns_in_range": (PointSetting, {"code": "X1"}, {"warn_above_mm": 81}),
    "point_set_not_too_long": (PointSet, {"code": "own"}, {"points": ["ST4:L"] * 61}),
}
OF_THEIR_OWN: set[str] = set()


@pytest.mark.parametrize("name", CASES)
def test_a_constraint_refuses_what_it_says_and_only_that(name: str) -> None:
    model, good, bad = CASES[name]
    first = PointSetting.objects.get(code="ST4") if model is PointSetting else model.objects.first()
    assert refused(lambda: copy(first, **{**good, **bad})) == name
    copy(first, **good)


def test_a_clinic_begins_with_every_point_and_a_set_for_every_concern() -> None:
    settings = queries.point_settings()
    assert set(settings) == set(load().by_code)
    assert settings["ST9"].is_off
    assert not settings["ST4"].is_off
    sets = {each.code: each for each in queries.point_sets()}
    assert set(load().concerns) | {"constipation"} == set(sets)
    assert sets["constipation"].points[:3] == ["ST25:L", "ST25:R", "ST36:L"]


def test_no_set_suggests_a_point_that_is_off_at_first_or_that_there_is_not() -> None:
    off = {point.code for point in load().points if not point.enabled_by_default}
    for each in default_sets(load()):
        assert set(each.points) <= KEYS
        assert not {key.split(":")[0] for key in each.points} & off, each.code
        assert len(each.points) == len(set(each.points))


def test_what_the_clinic_edited_or_took_away_is_never_loaded_over() -> None:
    setting = PointSetting.objects.get(code="ST4")
    actions.save_point_setting(
        now=NOW, actor=CLOCK, setting=setting, values={"is_off": True, "warn_above_mm": 3}
    )
    jowls = PointSet.objects.get(code="jowls")
    actions.save_point_set(
        now=NOW, actor=CLOCK, of=jowls, values={"points": ["ST6:L"], "is_active": False}
    )
    assert actions.load_points(now=NOW) == []
    PointSetting.objects.filter(code="ST5").delete()
    PointSet.objects.filter(code="sleep").delete()
    assert actions.load_points(now=NOW) == ["1 points and 1 sets of points"]
    setting.refresh_from_db()
    jowls.refresh_from_db()
    assert (setting.is_off, setting.warn_above_mm) == (True, 3)
    assert (jowls.points, jowls.is_active) == (["ST6:L"], False)
    assert jowls not in queries.point_sets()
    assert jowls in queries.point_sets(also_off=True)


def test_a_change_stands_in_the_log_book_with_before_and_after() -> None:
    setting = PointSetting.objects.get(code="LI4")
    actions.save_point_setting(now=NOW, actor=CLOCK, setting=setting, values={"is_off": True})
    entry = AuditEntry.objects.latest("pk")
    assert (entry.verb, entry.about) == ("point.changed", "point:LI4")
    assert (entry.before, entry.after) == ({"is_off": False}, {"is_off": True})


def test_depths_the_wrong_way_round_are_said_in_words_at_their_field() -> None:
    setting = PointSetting.objects.get(code="ST4")
    with pytest.raises(NotStored) as told:
        actions.save_point_setting(
            now=NOW, actor=CLOCK, setting=setting, values={"depth_from_mm": 9, "depth_to_mm": 2}
        )
    assert told.value.field == "depth_to_mm"


def test_sets_of_the_clinics_own_may_share_a_name_and_come_last() -> None:
    for _twice in range(2):
        own = actions.save_point_set(
            now=NOW, actor=CLOCK, of=PointSet(), values={"name": "Ours", "points": ["ST4:L"]}
        )
    assert list(queries.point_sets())[-1] == own
