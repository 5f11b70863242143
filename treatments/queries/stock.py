"""Needle boxes with what is left of them, whom a lot was used on, and which tools are clean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from clinic.models import Location
from treatments.models import BoxUse, Cleaning, NeedleBox, Tool, ToolUse

MOST_FINISHED, MOST_LOG = 30, 200


@dataclass(frozen=True, slots=True)
class Box:
    """A box, and the needles that signed sessions took from it. `unsigned`: sessions that took some
    and are not counted yet."""

    row: NeedleBox
    used: int
    sessions: int
    unsigned: int

    @property
    def most_left(self) -> int:
        """What can be left at most: needles of unsigned sessions, or dropped, are not counted."""
        return max(0, self.row.pieces - self.used)


@dataclass(frozen=True, slots=True)
class ToolState:
    """A tool with its last use and cleaning. `cleaned_at` None: no cleaning is written down."""

    row: Tool
    used_at: datetime | None
    cleaned_at: datetime | None
    cleaned_by: str
    disinfectant: str

    @property
    def is_clean(self) -> bool:
        """Whether it was cleaned and not used since."""
        return self.cleaned_at is not None and (
            self.used_at is None or self.used_at < self.cleaned_at
        )


def boxes() -> list[Box]:
    """Return the boxes in use, those that expire first at the top (one query)."""
    return _counted(Q(finished_on=None))


def finished_boxes() -> list[Box]:
    """Return the boxes that were used up last (one query)."""
    found = _counted(Q(finished_on__isnull=False))
    return sorted(found, key=lambda box: (box.row.finished_on, box.row.pk), reverse=True)[
        :MOST_FINISHED
    ]


def boxes_of_lot(lot: str) -> list[Box]:
    """Return the boxes whose lot has this in it, used up or not (one query)."""
    return _counted(Q(lot__icontains=lot))


def uses_of_lot(lot: str) -> list[BoxUse]:
    """Return each session that used a box whose lot has this in it, the newest first, with client,
    practitioner and box (one query)."""
    return list(
        BoxUse.objects.filter(box__lot__icontains=lot)
        .select_related("session__client", "session__practitioner", "box__location")
        .order_by("-session__started_at", "-pk")
    )


def newest_box(location: Location | None) -> NeedleBox | None:
    """Return what was bought last, at a location or anywhere (one query)."""
    rows = NeedleBox.objects.select_related("location").order_by("-pk")
    return (rows.filter(location=location) if location else rows).first()


def is_used(box: NeedleBox) -> bool:
    """Return whether a session took needles of a box (one query)."""
    return BoxUse.objects.filter(box=box).exists()


def tools() -> list[ToolState]:
    """Return every tool with its state, those in use first, by name (one query)."""
    last = Cleaning.objects.filter(tool=OuterRef("pk")).order_by("-at", "-pk")
    rows = (
        Tool.objects.select_related("location")
        .annotate(
            used_at=Max("uses__at"),
            cleaned_at=Subquery(last.values("at")[:1]),
            cleaned_by=Coalesce(Subquery(last.values("by__name")[:1]), Value("")),
            disinfectant=Coalesce(Subquery(last.values("disinfectant")[:1]), Value("")),
        )
        .order_by("-is_active", "name", "pk")
    )
    return [
        ToolState(row, row.used_at, row.cleaned_at, row.cleaned_by, row.disinfectant)
        for row in rows
    ]


def cleanings_of(tool: Tool) -> list[Cleaning]:
    """Return a tool's cleanings, the newest first (one query)."""
    return list(
        Cleaning.objects.filter(tool=tool).select_related("by").order_by("-at", "-pk")[:MOST_LOG]
    )


def uses_of(tool: Tool) -> list[datetime]:
    """Return when a tool was used, the newest first (one query); not on whom."""
    rows = ToolUse.objects.filter(tool=tool).order_by("-at").values_list("at", flat=True)
    return list(rows[:MOST_LOG])


def _counted(which: Q) -> list[Box]:
    rows: Iterable[NeedleBox] = (
        NeedleBox.objects.filter(which)
        .select_related("location")
        .annotate(
            used=Coalesce(Sum("uses__needles"), 0),
            sessions=Count("uses"),
            unsigned=Count("uses", filter=Q(uses__needles=None)),
        )
        .order_by("expires_on", "brand", "diameter_mm", "pk")
    )
    return [
        Box(row, row.used, row.sessions, row.unsigned)  # type: ignore[attr-defined]
        for row in rows
    ]
