"""What templates/treatments/_face_chart.html shows: the drawings with their needles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clients.rule_words import rule_words
from clients.rules import Effect
from treatments.atlas import SIZES, Atlas, Site, key_of, load
from treatments.models import PointSetting
from treatments.point_marks import Level, Mark, Marks, Reason, Why
from treatments.session_actions import Side, View

Words = str | Promise
VIEWS: dict[View, Words] = {
    View.FRONT: gettext_lazy("Front"),
    View.LEFT: gettext_lazy("Left"),
    View.RIGHT: gettext_lazy("Right"),
}
TITLES: dict[View, Words] = {
    View.FRONT: gettext_lazy("The face from the front"),
    View.LEFT: gettext_lazy("The client's left side"),
    View.RIGHT: gettext_lazy("The client's right side"),
}
SIDES: dict[Side, Words] = {
    Side.L: gettext_lazy("left"),
    Side.R: gettext_lazy("right"),
    Side.M: gettext_lazy("midline"),
}
SUGGESTED = gettext_lazy("suggested")
# What is shown of a drawing: left, top, width, height in its own units.
BOXES: dict[View, tuple[int, int, int, int]] = {
    View.FRONT: (60, 8, 480, 784),
    View.LEFT: (50, 8, 590, 784),
    View.RIGHT: (20, 8, 590, 784),
}
# Places nearer than this are one marker with a number.
SAME = 1.0


@dataclass(frozen=True, slots=True)
class ChartNeedle:
    """A needle as the chart shows it; `x` and `y` in the units of its view, None off the chart."""

    needle: str
    code: str
    side: Side
    region: str
    view: View
    x: float | None
    y: float | None
    label: str
    is_in: bool
    reaction: str = ""

    def document(self) -> dict[str, Any]:
        """Return what static/js/face_chart.js takes as a needle."""
        return {
            "needle": self.needle,
            "code": self.code,
            "side": self.side.value,
            "region": self.region,
            "view": self.view.value,
            "x": self.x,
            "y": self.y,
            "label": self.label,
            "is_in": self.is_in,
            "reaction": self.reaction,
        }


@dataclass(frozen=True, slots=True)
class Marker:
    """One spot of a drawing with its needles."""

    x: float
    y: float
    words: str
    is_in: bool
    has_reaction: bool
    count: int


@dataclass(frozen=True, slots=True)
class Drawing:
    view: View
    name: Words
    title: Words
    face_id: str
    box: str
    wide: int
    markers: tuple[Marker, ...]
    is_needed: bool

    @property
    def words(self) -> str:
        """The drawing in words, for who does not see it."""
        return ". ".join([str(self.title), *(marker.words for marker in self.markers)])


@dataclass(frozen=True, slots=True)
class FaceChart:
    """The chart. `is_live`: static/js/face_chart.js is mounted on it; else it is a picture, of the
    drawings that have a needle. `sites`: what may be placed at another spot; empty where nothing is
    placed. `marked`: regions to colour. `suggested`: the word for a point that is."""

    uid: str
    drawings: tuple[Drawing, ...]
    sites: tuple[Site, ...]
    regions: Mapping[str, str]
    sides: Mapping[str, Words]
    marked: tuple[str, ...]
    is_live: bool
    suggested: Words


def face_chart(
    needles: Iterable[ChartNeedle] = (),
    *,
    uid: str = "chart",
    marked: Collection[str] = (),
    is_live: bool = True,
    has_sites: bool = True,
    suggested: Words = SUGGESTED,
) -> FaceChart:
    """Return the chart of these needles. `uid` is its own on the page."""
    atlas, all_needles = load(), list(needles)
    drawings = [_drawing(atlas, view, all_needles, uid) for view in VIEWS]
    return FaceChart(
        uid=uid,
        drawings=tuple(each for each in drawings if is_live or each.is_needed),
        sites=atlas.sites if has_sites else (),
        regions={region: _(name) for region, name in atlas.regions.items()},
        sides={side.value: words for side, words in SIDES.items()},
        marked=tuple(marked),
        is_live=is_live,
        suggested=suggested,
    )


def needle_of(uid: str, details: Mapping[str, Any], *, is_in: bool) -> ChartNeedle:
    """Return a needle of a session's log (`treatments.session_log.Needle`) for the chart."""
    code, side = str(details["code"]), Side(details["side"])
    view = View(details.get("view") or View.BODY)
    site = load().site_by_code.get(code)
    return ChartNeedle(
        needle=uid,
        code=code,
        side=side,
        region=str(details["region"]),
        view=view,
        x=details.get("x"),
        y=details.get("y"),
        label=str(details.get("label") or (site.label if site else code)),
        is_in=is_in,
        reaction=str(details.get("reaction") or ""),
    )


def chart_regions() -> dict[str, str]:
    """Return what static/js/face_chart.js takes as `regions`: words by code, in order."""
    return {region: _(name) for region, name in load().regions.items()}


def chart_points(settings: Mapping[str, PointSetting]) -> list[dict[str, Any]]:
    """Return what static/js/face_chart.js takes as `points`, with the clinic's own depths."""
    points = load().chart_points()
    for each in points:
        setting = settings.get(each["code"])
        if setting is None:
            continue
        each["warn_above_mm"] = setting.warn_above_mm
        each["note"] = setting.note
        if setting.depth_from_mm is not None:
            each["depth"] = [setting.depth_from_mm, setting.depth_to_mm]
    return points


def marks_document(marks: Marks) -> dict[str, dict[str, str]]:
    """Return what static/js/face_chart.js takes as `marks`: {"ST9:L": {"level": "OFF", "why": …}}."""
    return {
        key_of(code, side): {"level": mark.level.name, "why": mark_words(mark)}
        for (code, side), mark in marks.points.items()
        if mark.level is not Level.FREE
    }


def mark_words(mark: Mark) -> str:
    """Return why a point is off or takes care, the worst first."""
    return "; ".join(dict.fromkeys(_reason_words(reason) for reason in mark.reasons))


def _reason_words(reason: Reason) -> str:
    match reason.why:
        case Why.SWITCHED_OFF:
            words = _("switched off here")
        case Why.ANY_USE:
            words = _("any use takes a reason")
        case Why.PREGNANCY:
            words = _("pregnancy")
        case Why.SCREENING:
            words = _screening_words(reason)
    return f"{words} ({reason.note})" if reason.note else words


def _screening_words(reason: Reason) -> str:
    words = rule_words(reason.rule, unsure=reason.unsure)
    if reason.effect in (Effect.SUPERFICIAL_ONLY, Effect.LIGHT_ONLY):
        words = _("%(what)s, superficial only") % {"what": words}
    if reason.when:
        words = _("%(what)s, if %(finding)s") % {
            "what": words,
            "finding": reason.when.replace("_", " "),
        }
    if reason.until:
        day = date_format(reason.until, "j F Y")
        words = _("%(what)s, until %(day)s") % {"what": words, "day": day}
    return words


def _drawing(atlas: Atlas, view: View, needles: list[ChartNeedle], uid: str) -> Drawing:
    spots: list[tuple[float, float, list[ChartNeedle]]] = []
    for needle in needles:
        at = _at(atlas, needle, view)
        if at is None:
            continue
        x, y = at
        for known_x, known_y, there in spots:
            if abs(known_x - x) < SAME and abs(known_y - y) < SAME:
                there.append(needle)
                break
        else:
            spots.append((x, y, [needle]))
    own = any(needle.view is view for needle in needles)
    return Drawing(
        view=view,
        name=VIEWS[view],
        title=TITLES[view],
        face_id=f"{uid}-{view.lower()}",
        box=" ".join(str(each) for each in BOXES[view]),
        wide=SIZES[view][0],
        markers=tuple(_marker(x, y, there) for x, y, there in spots),
        is_needed=own or view is View.FRONT,
    )


def _at(atlas: Atlas, needle: ChartNeedle, view: View) -> tuple[float, float] | None:
    place = atlas.places_of(needle.code, needle.side).get(view)
    if place is not None:
        return place.x, place.y
    if needle.view is view and needle.x is not None and needle.y is not None:
        return needle.x, needle.y
    return None


def _marker(x: float, y: float, needles: list[ChartNeedle]) -> Marker:
    inside = sum(needle.is_in for needle in needles)
    first = needles[0]
    name = f"{first.label} {SIDES[first.side]}"
    if inside:
        words = ngettext("%(name)s, in", "%(name)s, %(count)d in", inside)
    else:
        words = ngettext("%(name)s, out", "%(name)s, %(count)d out", len(needles))
    return Marker(
        x=x,
        y=y,
        words=words % {"name": name, "count": inside or len(needles)},
        is_in=inside > 0,
        has_reaction=any(needle.reaction for needle in needles),
        count=inside or len(needles),
    )
