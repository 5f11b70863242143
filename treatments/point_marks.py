"""Which points are off for a client, or take care, and why; and so the areas of the massage and
the roller (pure).

Three voices: the clinic's switch and depth of each point, pregnancy, and what the screening of the
day restricts. The worst wins, so that another voice never frees a point. A needle on a point that
is off or takes care needs a reason. What holds for the whole of needling without forbidding it
("fewer and finer needles") marks no point; it is among `general`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any, Protocol, TypeVar

from clients.phases import Phase
from clients.rules import Effect
from clients.screening import Standing
from treatments.atlas import BODY, Atlas, Point
from treatments.session_actions import Side

WHOLE_FACE = "whole_face"
_Key = TypeVar("_Key")


class Level(IntEnum):
    """How far a point is open; the higher, the worse."""

    FREE = 0
    CARE = 1
    OFF = 2


class Why(StrEnum):
    """What marks a point. SWITCHED_OFF and ANY_USE are the clinic's own words on the point."""

    SWITCHED_OFF = "SWITCHED_OFF"
    ANY_USE = "ANY_USE"
    PREGNANCY = "PREGNANCY"
    SCREENING = "SCREENING"


class Setting(Protocol):
    """What the clinic says of a point (`treatments.models.PointSetting`)."""

    @property
    def is_off(self) -> bool: ...
    @property
    def warn_above_mm(self) -> int: ...
    @property
    def note(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a point is marked. For SCREENING: the rule, its note, the finding that makes it apply
    (`when`), and the first day on which it no longer holds."""

    level: Level
    why: Why
    rule: str = ""
    effect: Effect | None = None
    note: str = ""
    when: str = ""
    until: date | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said of one point on one side."""

    level: Level
    reasons: tuple[Reason, ...]

    @property
    def needs_reason(self) -> bool:
        return self.level > Level.FREE


FREE = Mark(Level.FREE, ())


@dataclass(frozen=True, slots=True)
class Where:
    """A place that was named for an answer: a region, on one side or (None) on any."""

    region: str
    side: Side | None = None


@dataclass(frozen=True)
class Marks:
    """Every mark of a client on a day.

    `points` and `regions` are by (code or region, side) and hold what is not free; `regions` are
    for needles at a site without a name. `general` holds for the whole of needling. `unplaced`:
    what forbids a place that nobody named yet.
    """

    points: Mapping[tuple[str, Side], Mark]
    regions: Mapping[tuple[str, Side], Mark]
    general: tuple[Standing, ...] = ()
    unplaced: tuple[Standing, ...] = ()

    def of(self, code: str, side: Side, region: str = "") -> Mark:
        """Return the mark of a point, or of a site without a name in this region."""
        return self.points.get((code, side)) or self.regions.get((region, side)) or FREE

    def needs_reason(self, code: str, side: Side, region: str = "") -> bool:
        return self.of(code, side, region).needs_reason


def mark(
    atlas: Atlas,
    restrictions: Iterable[Standing] = (),
    *,
    on: date,
    settings: Mapping[str, Setting] | None = None,
    is_pregnant: bool = False,
    sides: Mapping[str, Collection[Side]] | None = None,
    named: Mapping[str, Collection[Where]] | None = None,
) -> Marks:
    """Return what is off and what takes care for a client on a day.

    restrictions: those of the screening result (`result.phases[Phase.NEEDLING].restrictions`).
    settings: the clinic's by code; the data's own where none is given. sides: by rule, the sides an
    answer is about; both where nobody said. named: by rule, the places an answer is about.
    """
    holding = _holding(restrictions, Phase.NEEDLING, on)
    reach = _Reach(atlas, sides or {}, named or {})
    points: dict[tuple[str, Side], list[Reason]] = {}
    regions: dict[tuple[str, Side], list[Reason]] = {}
    general, unplaced = [], []
    for point in atlas.points:
        own = [*_of_the_clinic(point, (settings or {}).get(point.code))]
        own += _of_pregnancy(point) if is_pregnant else []
        for side in point.sides:
            points[point.code, side] = list(own)
    for standing in holding:
        if standing.restriction.is_whole_phase and not _forbids(standing):
            general.append(standing)
            continue
        if reach.is_unplaced(standing):
            unplaced.append(standing)
        reason = _of_screening(standing)
        for point in atlas.points:
            for side in point.sides:
                if reach.point(standing, point, side):
                    points[point.code, side].append(reason)
        for region in atlas.regions:
            for side in Side:
                if reach.region(standing, region, side):
                    regions.setdefault((region, side), []).append(reason)
    return Marks(_worst(points), _worst(regions), tuple(general), tuple(unplaced))


@dataclass(frozen=True)
class AreaMarks:
    """The marks of a phase without needles: `areas` by code, those that are not free. `general` and
    `unplaced` as in `Marks`."""

    areas: Mapping[str, Mark]
    general: tuple[Standing, ...] = ()
    unplaced: tuple[Standing, ...] = ()

    def off(self, chosen: Iterable[str]) -> list[str]:
        """Return which of some areas are off: whoever works there all the same says why."""
        return [area for area in chosen if self.areas.get(area, FREE).level is Level.OFF]


def mark_areas(
    atlas: Atlas,
    areas: Mapping[str, str],
    restrictions: Iterable[Standing],
    *,
    phase: Phase,
    on: date,
) -> AreaMarks:
    """Return which areas of a phase are off or take care. areas: the region of each by its code."""
    reach = _Reach(atlas, {}, {})
    found: dict[str, list[Reason]] = {}
    general, unplaced = [], []
    for standing in _holding(restrictions, phase, on):
        if standing.restriction.is_whole_phase and not _forbids(standing):
            general.append(standing)
            continue
        if reach.is_unplaced(standing):
            unplaced.append(standing)
        for area, region in areas.items():
            if reach.region(standing, region, Side.M):
                found.setdefault(area, []).append(_of_screening(standing))
    return AreaMarks(_worst(found), tuple(general), tuple(unplaced))


def _holding(restrictions: Iterable[Standing], phase: Phase, on: date) -> list[Standing]:
    return [
        standing
        for standing in restrictions
        if standing.restriction.phase is phase and (standing.until is None or standing.until > on)
    ]


@dataclass(frozen=True)
class _Reach:
    """What a restriction reaches."""

    atlas: Atlas
    sides: Mapping[str, Collection[Side]]
    named: Mapping[str, Collection[Where]]

    def point(self, standing: Standing, point: Point, side: Side) -> bool:
        limit = standing.restriction
        if limit.is_whole_phase:
            return True
        by_name = point.code in limit.points or _fits(point.fields, limit.points_where)
        if by_name and self._on(standing, side):
            return True
        return self.region(standing, point.region, side)

    def region(self, standing: Standing, region: str, side: Side) -> bool:
        if standing.restriction.is_whole_phase:
            return True
        regions = [area for area in standing.areas if area in self.atlas.regions]
        if any(_covers(area, region) for area in regions) and self._on(standing, side):
            return True
        if len(regions) == len(standing.areas):
            return False
        return any(
            _covers(place.region, region) and (place.side in {None, side} or side is Side.M)
            for place in self.named.get(standing.rule, ())
        )

    def is_unplaced(self, standing: Standing) -> bool:
        """Whether it speaks of a place that nobody named, and of nothing else."""
        limit = standing.restriction
        if limit.points or limit.points_where or self.named.get(standing.rule):
            return False
        return any(area not in self.atlas.regions for area in standing.areas)

    def _on(self, standing: Standing, side: Side) -> bool:
        sides = self.sides.get(standing.rule)
        return not sides or side in sides or side is Side.M or Side.M in sides


def _covers(area: str, region: str) -> bool:
    return area == region or (area == WHOLE_FACE and region != BODY)


def _fits(fields: Mapping[str, Any], wanted: Mapping[str, str] | None) -> bool:
    return bool(wanted) and all(fields.get(name) == value for name, value in (wanted or {}).items())


def _forbids(standing: Standing) -> bool:
    return standing.is_certain and standing.restriction.effect is Effect.FORBID


def _of_the_clinic(point: Point, setting: Setting | None) -> Iterator[Reason]:
    is_off = setting.is_off if setting else not point.enabled_by_default
    warn_above = setting.warn_above_mm if setting else point.warn_above_mm
    note = setting.note if setting else ""
    if is_off:
        at_first = "" if point.enabled_by_default else point.caution_note
        yield Reason(Level.OFF, Why.SWITCHED_OFF, note=note or at_first)
    if warn_above == 0:
        yield Reason(Level.CARE, Why.ANY_USE, note=note or point.caution_note)


def _of_pregnancy(point: Point) -> list[Reason]:
    level = {"contraindicated": Level.OFF, "caution": Level.CARE}.get(point.pregnancy)
    return [Reason(level, Why.PREGNANCY)] if level else []


def _of_screening(standing: Standing) -> Reason:
    return Reason(
        level=Level.OFF if _forbids(standing) else Level.CARE,
        why=Why.SCREENING,
        rule=standing.rule,
        effect=standing.restriction.effect,
        note=standing.restriction.note,
        when=standing.restriction.when or "",
        until=standing.until,
        unsure=standing.unsure,
    )


def _worst(found: Mapping[_Key, list[Reason]]) -> dict[_Key, Mark]:
    marks = {}
    for key, reasons in found.items():
        ordered = sorted(dict.fromkeys(reasons), key=lambda reason: -reason.level)
        if ordered:
            marks[key] = Mark(ordered[0].level, tuple(ordered))
    return marks
