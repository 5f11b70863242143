"""Reading what the clinic makes of the points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from treatments.models import PointSet, PointSetting


def point_settings() -> Mapping[str, PointSetting]:
    """Return the clinic's settings by code of the point (one query)."""
    return {setting.code: setting for setting in PointSetting.objects.all()}


def point_setting(code: str) -> PointSetting | None:
    return PointSetting.objects.filter(code=code).first()


def point_sets(*, also_off: bool = False) -> Sequence[PointSet]:
    """Return the sets in their order, those that are suggested alone or all (one query)."""
    rows = PointSet.objects.all()
    return list(rows if also_off else rows.filter(is_active=True))


def point_set(uid: UUID) -> PointSet | None:
    return PointSet.objects.filter(uid=uid).first()
