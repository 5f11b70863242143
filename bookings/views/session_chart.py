"""The face chart of a session: its needles, and what the day's rules mark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from bookings.models import Booking
from bookings.queries.record import kept_of, result_on, sent_by
from bookings.views.seen_answers import change_words
from clients.phases import Phase
from treatments.atlas import BODY, key_of, load
from treatments.point_marks import Level, Marks, mark
from treatments.session_actions import Side
from treatments.session_log import Needle, SessionState
from treatments.views.face_chart import FaceChart, face_chart, mark_words, needle_of


def chart_of(state: SessionState, *, is_live: bool) -> FaceChart:
    """Return the chart of a session's needles."""
    needles = [needle_of(each.uid, each.details, is_in=each.is_in) for each in state.needles]
    return face_chart(needles, is_live=is_live)


def chart_of_rows(rows: Iterable[Mapping[str, Any]]) -> FaceChart:
    """Return the chart of the needles of a signed document: where each was, in or out."""
    return face_chart([needle_of(row["needle"], row, is_in=True) for row in rows], is_live=False)


def marks_of(booking: Booking, *, on: date) -> Marks:
    """Return which points are off or take care for the client on a day (two queries)."""
    client = booking.client
    sent = sent_by(client) if client else []
    result = result_on(kept_of(client) if client else [], sent[-1] if sent else None, on)
    restrictions = result.phases[Phase.NEEDLING].restrictions if result else ()
    return mark(load(), restrictions, on=on)


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


def point_sets() -> list[dict[str, Any]]:
    """Return the sets of points commonly used for a concern of the face or an aim of the body."""
    atlas = load()
    groups: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for code, name in atlas.concerns.items():
        points = [
            key_of(point.code, side)
            for point in atlas.commonly_used_for(code)
            for side in (Side(each) for each in point.sides)
        ]
        of_body = BODY in atlas.concern_regions.get(code, ())
        if points:
            groups[of_body].append({"code": code, "name": _(name), "points": points})
    return [
        {"name": _("The face"), "sets": groups[False]},
        {"name": _("The whole body"), "sets": groups[True]},
    ]
