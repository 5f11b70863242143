"""The points of acupuncture a session uses, the sites without a name, and where they stand on the
face chart (pure).

Facts from data/acupoints.json, places from data/face_points.json. Sides are the client's own. The
right profile is the left one mirrored.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from treatments.session_actions import Side, View

_DATA = Path(__file__).parent / "data"
# How large the drawings are, in their own units (templates/face/).
SIZES: Mapping[View, tuple[int, int]] = {
    View.FRONT: (600, 800),
    View.LEFT: (660, 800),
    View.RIGHT: (660, 800),
}
BODY = "body"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point stands on a drawing. `confirm`: an acupuncturist should look at it first."""

    code: str
    side: Side
    view: View
    x: float
    y: float
    confirm: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A point by its WHO code. Depths in mm: `textbook_mm` of general use, `usual_mm` of a cosmetic
    session (each None where nothing is given). `warn_above_mm` 0: any use takes a reason."""

    code: str
    pinyin: str
    chinese: str
    english: str
    aliases: tuple[str, ...]
    meridian: str
    sides: tuple[Side, ...]
    region: str
    location: str
    textbook_mm: tuple[int, int] | None
    usual_mm: tuple[int, int] | None
    warn_above_mm: int
    angles: tuple[str, ...]
    direction: str
    layer: str
    muscle: str
    concerns: tuple[str, ...]
    pregnancy: str
    cautions: tuple[str, ...]
    caution_note: str
    enabled_by_default: bool
    on_chart: bool
    chart_note: str
    fields: Mapping[str, Any]

    @property
    def is_body(self) -> bool:
        return self.region == BODY


@dataclass(frozen=True, slots=True)
class Site:
    """A place for needles without a standard name: a line, a scar, a tender spot."""

    code: str
    label: str
    region: str
    concerns: tuple[str, ...]


@dataclass(frozen=True)
class Atlas:
    """All of it, in the order of the data: from the scalp down, then the body."""

    points: tuple[Point, ...]
    sites: tuple[Site, ...]
    places: tuple[Place, ...]
    regions: Mapping[str, str]
    concerns: Mapping[str, str]
    concern_regions: Mapping[str, tuple[str, ...]]
    cautions: Mapping[str, str]
    pregnancy: Mapping[str, str]
    meridians: Mapping[str, str]
    prefixes: Mapping[str, str]

    @cached_property
    def by_code(self) -> Mapping[str, Point]:
        return {point.code: point for point in self.points}

    @cached_property
    def site_by_code(self) -> Mapping[str, Site]:
        return {site.code: site for site in self.sites}

    @cached_property
    def _names(self) -> Mapping[str, tuple[str, ...]]:
        return {point.code: self._names_of(point) for point in self.points}

    def _names_of(self, point: Point) -> tuple[str, ...]:
        codes = [point.code, *point.aliases]
        others = [
            other + code.removeprefix(prefix)
            for code in codes
            for other, prefix in self.prefixes.items()
            if code.startswith(prefix) and code.removeprefix(prefix)[:1].isdigit()
        ]
        return tuple(dict.fromkeys([*codes, *others, point.pinyin, point.chinese, point.english]))

    def names_of(self, code: str) -> tuple[str, ...]:
        """Return every name a point is found by: codes with each prefix in use, and its names."""
        return self._names[code]

    def search(self, text: str) -> tuple[Point, ...]:
        """Return the points that have the text in a name of theirs, the best fitting first.

        Case, spaces, hyphens and tone marks don't count: "du 20", "bǎi huì" and "GV20" are one.
        """
        wanted = fold(text)
        if not wanted:
            return ()
        ranked = []
        for order, point in enumerate(self.points):
            ranks = [_rank(wanted, fold(name)) for name in self.names_of(point.code)]
            if any(ranks):
                ranked.append((-max(ranks), order, point))
        return tuple(point for _, _, point in sorted(ranked, key=lambda each: each[:2]))

    def named(self, text: str) -> Point | None:
        """Return the one point that has exactly this name; None for none or several."""
        wanted = fold(text)
        found = [
            point
            for point in self.points
            if any(fold(name) == wanted for name in self.names_of(point.code))
        ]
        return found[0] if len(found) == 1 else None

    def commonly_used_for(self, concern: str) -> tuple[Point, ...]:
        """Return the points in common use for a concern, in the order of the data."""
        return tuple(point for point in self.points if concern in point.concerns)

    def places_of(self, code: str, side: Side) -> Mapping[View, Place]:
        return self._places.get((code, side), {})

    @cached_property
    def _places(self) -> Mapping[tuple[str, Side], Mapping[View, Place]]:
        found: dict[tuple[str, Side], dict[View, Place]] = {}
        for place in self.places:
            found.setdefault((place.code, place.side), {})[place.view] = place
        return found

    def chart_points(self) -> list[dict[str, Any]]:
        """Return what static/js/face_chart.js takes as `points`, one for each point and side."""
        return [
            {
                "code": point.code,
                "name": point.pinyin,
                "side": side.value,
                "region": point.region,
                "views": {
                    view.value: [place.x, place.y]
                    for view, place in self.places_of(point.code, side).items()
                },
                "aliases": list(self.names_of(point.code)),
                "location": point.location,
                "depth": list(point.usual_mm or point.textbook_mm or ()),
                "warn_above_mm": point.warn_above_mm,
                "is_body": point.is_body,
            }
            for point in self.points
            for side in point.sides
        ]


def fold(text: str) -> str:
    """Return a name as it is compared: "Bǎi-huì" and "bai hui" are the same."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


def key_of(code: str, side: Side | str) -> str:
    """Return how a point on a side is named in sets of points and on the chart: "ST4:L"."""
    return f"{code}:{Side(side).value}"


def mirrored(side: Side) -> Side:
    return {Side.L: Side.R, Side.R: Side.L, Side.M: Side.M}[side]


@lru_cache(maxsize=1)
def load() -> Atlas:
    """Return the atlas that comes with Jade."""
    points = json.loads((_DATA / "acupoints.json").read_text(encoding="utf-8"))
    places = json.loads((_DATA / "face_points.json").read_text(encoding="utf-8"))
    return read(points, places)


def read(points: Mapping[str, Any], places: Mapping[str, Any]) -> Atlas:
    """Return the atlas of two documents in the shape of the two files."""
    return Atlas(
        points=tuple(_point(each) for each in points["points"]),
        sites=tuple(
            Site(each["code"], each["label"], each["region"], tuple(each["concerns"]))
            for each in points["non_point_sites"]
        ),
        places=tuple(_placed(places["points"])),
        regions=points["regions"],
        concerns=points["concerns"],
        concern_regions={
            concern: tuple(regions) for concern, regions in points["concern_regions"].items()
        },
        cautions=points["cautions"],
        pregnancy=points["pregnancy_values"],
        meridians=points["meridians"],
        prefixes=points["code_aliases"],
    )


def _point(given: Mapping[str, Any]) -> Point:
    textbook = given["depth_mm_textbook"]
    usual = given["cosmetic_depth_mm_default"]
    return Point(
        code=given["code"],
        pinyin=given["pinyin"],
        chinese=given["chinese"],
        english=given["english"],
        aliases=tuple(given["aliases"]),
        meridian=given["meridian"],
        sides=(Side.M,) if given["laterality"] == "midline" else (Side.L, Side.R),
        region=given["region"],
        location=given["location"],
        textbook_mm=(textbook[0], textbook[1]) if textbook else None,
        usual_mm=(usual[0], usual[1]) if usual else None,
        warn_above_mm=given["warn_above_mm"],
        angles=tuple(given["angle"]),
        direction=given["direction"],
        layer=given["layer"],
        muscle=given["target_muscle"],
        concerns=tuple(given["concerns"]),
        pregnancy=given["pregnancy"],
        cautions=tuple(given["cautions"]),
        caution_note=given["caution_note"],
        enabled_by_default=given["enabled_by_default"],
        on_chart=given["on_chart"],
        chart_note=given["chart_note"],
        fields=given,
    )


def _placed(given: Iterable[Mapping[str, Any]]) -> Iterable[Place]:
    sides = {"L": Side.L, "R": Side.R, "midline": Side.M}
    for each in given:
        place = Place(
            code=each["code"],
            side=sides[each["side"]],
            view=View(each["view"].upper()),
            x=each["x"],
            y=each["y"],
            confirm=each["confirm"],
            note=each["marker_note"],
        )
        yield place
        if place.view is View.LEFT:
            wide, _ = SIZES[View.LEFT]
            yield Place(
                place.code,
                mirrored(place.side),
                View.RIGHT,
                wide - place.x,
                place.y,
                place.confirm,
                place.note,
            )


def _rank(wanted: str, name: str) -> int:
    if wanted == name:
        return 3
    if name.startswith(wanted):
        return 2
    return 1 if wanted in name else 0
