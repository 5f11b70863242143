"""Small plots of a client's numbers, as paths of an SVG that the page draws by itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.views import wording
from bookings.views.marks import Mark
from clients.trends import Direction, Point, Series

WIDTH, HEIGHT, MARGIN = 160.0, 44.0, 4.0
DIRECTIONS = {
    Direction.BETTER: Mark(gettext_lazy("Better"), "check", "jade"),
    Direction.WORSE: Mark(gettext_lazy("Worse"), "triangle-alert", "gold"),
    Direction.SAME: Mark(gettext_lazy("As before"), "circle-dashed", "slate"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A number of the table behind a plot."""

    when: str
    value: str


@dataclass(frozen=True, slots=True)
class Plot:
    """One thing over time: the line, the first number as a dashed line, and all in words."""

    label: str
    now: str
    scale: str
    line: str
    area: str
    first: str
    words: str
    change: str
    direction: Mark | None
    rows: list[Row]


def plot(series: Series) -> Plot:
    points = series.points
    xs = [_across(number, len(points)) for number in range(len(points))]
    ys = [_up(point, series.most) for point in points]
    line = " ".join(
        f"{'L' if number else 'M'}{x:.1f} {y:.1f}"
        for number, (x, y) in enumerate(zip(xs, ys, strict=True))
    )
    rows = [Row(wording.day_short(p.on), number(p.value)) for p in points]
    return Plot(
        label=series.label,
        now=number(points[-1].value),
        scale=series.unit or _("of %(most)s") % {"most": number(series.most)},
        line=line if len(points) > 1 else f"{line} h.01",
        area=f"{line} L{xs[-1]:.1f} {HEIGHT:.0f} L{xs[0]:.1f} {HEIGHT:.0f}Z",
        first=f"M0 {ys[0]:.1f} H{WIDTH:.0f}",
        words=_("%(what)s: %(values)s")
        % {"what": series.label, "values": ", ".join(row.value for row in rows)},
        change=_change(series),
        direction=DIRECTIONS[series.direction] if len(points) > 1 else None,
        rows=rows,
    )


def _across(number: int, count: int) -> float:
    return MARGIN + (WIDTH - 2 * MARGIN) * (number / (count - 1) if count > 1 else 0.5)


def _up(point: Point, most: float) -> float:
    share = min(max(point.value / most, 0.0), 1.0)
    return HEIGHT - 3 - (HEIGHT - 6) * share


def _change(series: Series) -> str:
    since = {"day": wording.day_short(series.points[0].on), "by": number(abs(series.change))}
    if len(series.points) == 1:
        return _("Told once, %(day)s") % since
    if not series.change:
        return _("The same since %(day)s") % since
    words = _("Up %(by)s since %(day)s") if series.change > 0 else _("Down %(by)s since %(day)s")
    return words % since


def number(value: float) -> str:
    """Return a number without a needless ".0"."""
    return f"{value:g}"
