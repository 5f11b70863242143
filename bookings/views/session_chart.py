"""The face chart of a session: its needles, and what the day's rules mark, there and elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from bookings.models import Booking
from bookings.queries.record import kept_of, result_on, sent_by
from bookings.views.seen_answers import change_words
from clients.phases import Phase
from clients.screening import Result
from treatments.actions.points import CONSTIPATION
from treatments.atlas import BODY, key_of, load
from treatments.point_marks import AreaMarks, Level, Marks, mark, mark_areas
from treatments.queries import points as queries
from treatments.session_actions import Kind, Side
from treatments.session_facts import MASSAGE_AREAS
from treatments.session_log import Needle, SessionState
from treatments.views.face_chart import FaceChart, face_chart, mark_words, needle_of
from treatments.wording import AREAS

# The phases without needles, by the action that says how they were done.
WORK = {Kind.MASSAGE: Phase.LYMPHATIC_MASSAGE, Kind.ROLLER: Phase.JADE_ROLLER}


def chart_of(state: SessionState, *, is_live: bool) -> FaceChart:
    """Return the chart of a session's needles."""
    needles = [needle_of(each.uid, each.details, is_in=each.is_in) for each in state.needles]
    return face_chart(needles, is_live=is_live)


def chart_of_rows(rows: Iterable[Mapping[str, Any]]) -> FaceChart:
    """Return the chart of the needles of a signed document: where each was, in or out."""
    return face_chart([needle_of(row["needle"], row, is_in=True) for row in rows], is_live=False)


def result_of(booking: Booking, *, on: date) -> Result | None:
    """Return what all that the client ever answered means on a day; None where nobody asked (two
    queries)."""
    client = booking.client
    sent = sent_by(client) if client else []
    return result_on(kept_of(client) if client else [], sent[-1] if sent else None, on)


def marks_of(result: Result | None, *, on: date) -> Marks:
    """Return which points are off or take care on a day (one query)."""
    restrictions = result.phases[Phase.NEEDLING].restrictions if result else ()
    return mark(load(), restrictions, on=on, settings=queries.point_settings())


def area_marks_of(result: Result | None, phase: Phase, *, on: date) -> AreaMarks:
    """Return which areas of the massage or the roller are off or take care on a day."""
    restrictions = result.phases[phase].restrictions if result else ()
    return mark_areas(load(), MASSAGE_AREAS, restrictions, phase=phase, on=on)


def off_all_the_same(
    done: Mapping[str, Any], result: Result | None, phase: Phase, *, on: date
) -> list[str]:
    """Return the areas, in words, where a massage or the roller was though they are off."""
    off = area_marks_of(result, phase, on=on).off(done.get("areas", ()))
    return [str(AREAS.get(area, area)) for area in off]


def region_marks(marks: Marks) -> dict[str, dict[str, str]]:
    """Return what holds for needles at a site without a name: {"neck:L": {"level": …, "why": …}}."""
    return {
        key_of(region, side): {"level": found.level.name, "why": mark_words(found)}
        for (region, side), found in marks.regions.items()
        if found.level is not Level.FREE
    }


def beside_the_chart(marks: Marks) -> list[str]:
    """Return what no mark on a point can say: what forbids a place nobody named, and what holds for
    all needles."""
    return [change_words(one.document()) for one in (*marks.unplaced, *marks.general)]


def without_reason(state: SessionState, marks: Marks) -> list[Needle]:
    """Return the needles at what is off or takes care today, for which nobody said why."""
    return [
        needle
        for needle in state.needles
        if not needle.details.get("reason")
        and marks.needs_reason(
            needle.details["code"], Side(needle.details["side"]), needle.details["region"]
        )
    ]


def off_again(needles: Iterable[Needle], marks: Marks) -> list[Needle]:
    """Return the needles of a session at what is off today."""
    return [
        needle
        for needle in needles
        if marks.of(
            needle.details["code"], Side(needle.details["side"]), needle.details["region"]
        ).level
        is Level.OFF
    ]


def point_sets(aimed_at: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return the clinic's sets of points: those of what the plan aims at first, then those of the
    face, of the body, and its own (one query). A set without a point is left out."""
    atlas = load()
    groups: dict[str, list[dict[str, Any]]] = {"plan": [], "face": [], "body": [], "own": []}
    for row in queries.point_sets():
        codes = {key.partition(":")[0] for key in row.points}
        if not codes:
            continue
        is_known = row.code in atlas.concerns or row.code == CONSTIPATION[0]
        of_body = BODY in atlas.concern_regions.get(row.code, (BODY,))
        kind = ("body" if of_body else "face") if is_known else "own"
        kind = "plan" if row.code in aimed_at else kind
        groups[kind].append({"code": row.code, "name": row.name, "points": row.points})
    names = {
        "plan": _("In the plan"),
        "face": _("The face"),
        "body": _("The whole body"),
        "own": _("Of this clinic"),
    }
    return [{"name": names[kind], "sets": sets} for kind, sets in groups.items() if sets]
