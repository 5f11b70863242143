"""What the pages of the points show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.forms.points import lines_of
from treatments.atlas import Point, load
from treatments.models import PointSet, PointSetting
from treatments.views.face_chart import VIEWS

Words = str | Promise
ANGLES: dict[str, Words] = {
    "perpendicular": gettext_lazy("straight in"),
    "oblique": gettext_lazy("oblique"),
    "subcutaneous": gettext_lazy("along under the skin"),
}
OFF = gettext_lazy("off")
PREGNANCY: dict[str, Words] = {
    "caution": gettext_lazy("with care in pregnancy"),
    "contraindicated": gettext_lazy("not used in pregnancy"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """A point to read. `facts` are (title, words)."""

    point: Point
    other_names: str
    facts: list[tuple[Words, str]]
    cautions: list[str]
    used_for: list[str]
    tags: list[tuple[str, Words]]
    note: str


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    name: str
    cards: list[Card]


@dataclass(frozen=True, slots=True)
class SetRow:
    row: PointSet
    lines: str


def groups(settings: Mapping[str, PointSetting], wanted: str) -> list[Group]:
    """Return the points by region, those that go by the wanted name or all."""
    atlas = load()
    found = {point.code for point in atlas.search(wanted)} if wanted.strip() else set(atlas.by_code)
    made = [
        Group(
            region,
            _(name),
            [
                card(point, settings.get(point.code))
                for point in atlas.points
                if point.region == region and point.code in found
            ],
        )
        for region, name in atlas.regions.items()
    ]
    return [group for group in made if group.cards]


def card(point: Point, setting: PointSetting | None) -> Card:
    atlas = load()
    names = atlas.names_of(point.code)
    shown = {point.code, point.pinyin, point.chinese, point.english}
    return Card(
        point=point,
        other_names=", ".join(name for name in names if name not in shown),
        facts=[(title, words) for title, words in _facts(point, setting) if words],
        cautions=[
            *(_(atlas.cautions[code]) for code in point.cautions),
            *([point.caution_note] if point.caution_note else []),
        ],
        used_for=[_(atlas.concerns[concern]) for concern in point.concerns],
        tags=_tags(point, setting),
        note=setting.note if setting else "",
    )


def _facts(point: Point, setting: PointSetting | None) -> list[tuple[Words, str]]:
    usual: tuple[Any, Any] | None = point.usual_mm
    warn_above = point.warn_above_mm
    if setting:
        warn_above = setting.warn_above_mm
        usual = (setting.depth_from_mm, setting.depth_to_mm)
    return [
        (gettext_lazy("Where"), point.location),
        (gettext_lazy("Usual depth here"), _mm(usual)),
        (gettext_lazy("Depth in textbooks"), _mm(point.textbook_mm)),
        (
            gettext_lazy("Warned above"),
            _("%(mm)d mm") % {"mm": warn_above} if warn_above else _("any use takes a reason"),
        ),
        (
            gettext_lazy("Angle"),
            _(" or ").join(str(ANGLES.get(angle, angle)) for angle in point.angles),
        ),
        (gettext_lazy("Direction"), point.direction),
        (gettext_lazy("Tissue"), point.muscle),
        (gettext_lazy("On the chart"), _drawn(point)),
    ]


def _mm(depth: tuple[Any, Any] | None) -> str:
    if depth is None or depth[0] is None:
        return ""
    if depth[0] == depth[1]:
        return _("%(mm)d mm") % {"mm": depth[0]}
    return _("%(least)d to %(most)d mm") % {"least": depth[0], "most": depth[1]}


def _drawn(point: Point) -> str:
    if not point.on_chart:
        return point.chart_note or _("by name only: it is not on the face")
    places = load().places_of(point.code, point.sides[0])
    words = ", ".join(str(VIEWS[view]) for view in VIEWS if view in places)
    note = next((place.note for place in places.values() if place.note), "")
    confirm = any(place.confirm for place in places.values())
    if confirm:
        words = _("%(views)s; the place is still to be confirmed") % {"views": words}
    return f"{words}. {note}" if note else words


def _tags(point: Point, setting: PointSetting | None) -> list[tuple[str, Words]]:
    is_off = setting.is_off if setting else not point.enabled_by_default
    tags: list[tuple[str, Words]] = [("rose", OFF)] if is_off else []
    if point.pregnancy in PREGNANCY:
        tags.append(("gold", PREGNANCY[point.pregnancy]))
    return tags


def set_rows(sets: list[PointSet]) -> list[SetRow]:
    return [SetRow(row, ", ".join(lines_of(row.points))) for row in sets]
