"""The points as the clinic uses them: the defaults, and what the clinic makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db import transaction

from clinic import audit
from clinic.actions.saving import save
from clinic.audit import CLOCK, Actor
from treatments.atlas import Atlas, Point, key_of, load
from treatments.errors import CONSTRAINTS
from treatments.models import PointSet, PointSetting

# The whole-body example of the domain's README, section 1; BL25 is its prone alternative.
CONSTIPATION = (
    "constipation",
    "Constipation",
    ("ST25", "ST36", "ST37", "TE6", "LI4", "LI11", "KI6", "CV6", "CV12", "SP6"),
)


def load_points(*, now: datetime) -> list[str]:
    """Add the settings and sets that were never there; return what was added, in words.

    What the clinic has edited or switched off stays as it is. Two processes that start at once add
    each once.
    """
    atlas = load()
    known = set(PointSetting.objects.values_list("code", flat=True))
    missing = [point for point in atlas.points if point.code not in known]
    sets = set(PointSet.objects.values_list("code", flat=True))
    wanted = [each for each in default_sets(atlas) if each.code not in sets]
    if not missing and not wanted:
        return []
    with transaction.atomic():
        PointSetting.objects.bulk_create(
            [_setting(point) for point in missing], ignore_conflicts=True
        )
        PointSet.objects.bulk_create(wanted, ignore_conflicts=True)
        audit.record(
            now=now,
            actor=CLOCK,
            verb="points.loaded",
            about="points:defaults",
            after={"points": len(missing), "sets": len(wanted)},
        )
    return [f"{len(missing)} points and {len(wanted)} sets of points"]


def default_sets(atlas: Atlas) -> list[PointSet]:
    """Return the sets a clinic begins with, not saved: for each concern the points in common use
    for it that are not off at first, and those for constipation."""
    return [
        PointSet(code=code, name=name, points=keys, position=position * 10)
        for position, (code, name, keys) in enumerate(_named(atlas), start=1)
    ]


def _named(atlas: Atlas) -> Iterator[tuple[str, str, list[str]]]:
    for concern, name in atlas.concerns.items():
        points = [p for p in atlas.commonly_used_for(concern) if p.enabled_by_default]
        yield concern, name, _keys(points)
    code, name, codes = CONSTIPATION
    yield code, name, _keys([atlas.by_code[each] for each in codes])


def _keys(points: list[Point]) -> list[str]:
    return [key_of(point.code, side) for point in points for side in point.sides]


def _setting(point: Point) -> PointSetting:
    depth = point.usual_mm or (None, None)
    return PointSetting(
        code=point.code,
        is_off=not point.enabled_by_default,
        depth_from_mm=depth[0],
        depth_to_mm=depth[1],
        warn_above_mm=point.warn_above_mm,
    )


def save_point_setting(
    *, now: datetime, actor: Actor, setting: PointSetting, values: Mapping[str, object]
) -> PointSetting:
    """Change how the clinic uses a point; sessions so far keep what they recorded.

    Raises clinic.errors.NotStored.
    """
    return save(
        setting,
        values,
        now=now,
        actor=actor,
        verb="point.changed",
        about=f"point:{setting.code}",
        known=CONSTRAINTS,
    )


def save_point_set(
    *, now: datetime, actor: Actor, of: PointSet, values: Mapping[str, object]
) -> PointSet:
    """Add a set of points, or change one. Raises clinic.errors.NotStored."""
    verb = "point_set.changed"
    if of._state.adding:
        verb = "point_set.added"
        of.code = f"own_{of.uid.hex}"
        of.position = 9000
    return save(
        of,
        values,
        now=now,
        actor=actor,
        verb=verb,
        about=f"point_set:{of.uid}",
        known=CONSTRAINTS,
    )
