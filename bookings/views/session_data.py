"""What the live session's script reads beside its page: actions, points, marks, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from bookings.models import Booking
from bookings.views import wording
from bookings.views.session_chart import region_marks
from clients.phases import Phase
from treatments import wording as words_of
from treatments.models import NeedleBox, SessionRecord
from treatments.point_marks import Marks
from treatments.queries.points import point_settings
from treatments.session_actions import Action
from treatments.session_log import Needle
from treatments.views.face_chart import chart_points, chart_regions, marks_document

TALLY = gettext_lazy("%(in)s in, %(out)s out, %(still)s still in")


def action_row(action: Action) -> dict[str, Any]:
    """Return an action as tablets read it; moments in milliseconds since 1970."""
    return {
        "id": str(action.uid),
        "kind": action.kind,
        "at": millis(action.at),
        "payload": action.payload,
    }


def millis(at: datetime) -> int:
    """Return an instant in milliseconds since 1970."""
    return round(at.timestamp() * 1000)


def needle_row(needle: Needle) -> dict[str, Any]:
    """Return a needle as the chart reads it."""
    return {"needle": needle.uid, "is_in": needle.is_in, **needle.details}


def planned_of(session: SessionRecord) -> list[tuple[Phase, int]]:
    """Return the phases of a session and their minutes, as they were planned."""
    return [(Phase(kind), minutes) for kind, minutes in session.planned]


def session_data(
    booking: Booking,
    session: SessionRecord,
    actions: Sequence[Action],
    ghost: list[dict[str, Any]],
    boxes: Sequence[NeedleBox],
    after: Booking | None,
    marks: Marks,
    sets: Sequence[Mapping[str, Any]],
    now: datetime,
) -> dict[str, Any]:
    """Return what static/js/session.js reads: the session's actions and all that they need."""
    zone = booking.room.location.zone
    used = [action.payload["box"] for action in actions if action.payload.get("box")]
    return {
        "session": str(session.uid),
        "log_href": reverse("session-log", args=[session.uid]),
        "finish_href": reverse("session-finish", args=[session.uid]),
        "now": millis(now),
        "zone": zone.key,
        "last": session.last_number,
        "actions": [action_row(action) for action in actions],
        "planned": [
            {"phase": phase, "name": str(words_of.PHASES[phase]), "minutes": minutes}
            for phase, minutes in planned_of(session)
        ],
        "retention": session.retention_minutes,
        "next": {"at": millis(after.starts_at), "words": wording.clock(after.starts_at, zone)}
        if after
        else None,
        "points": chart_points(point_settings()),
        "regions": chart_regions(),
        "marks": marks_document(marks),
        "region_marks": region_marks(marks),
        "sets": {one["code"]: one["points"] for group in sets for one in group["sets"]},
        "ghost": ghost,
        "usual_box": used[-1] if used else (str(boxes[0].uid) if len(boxes) == 1 else None),
        "events": {code: str(name) for code, name in words_of.EVENTS.items()},
        "words": {
            **{name: str(words) for name, words in WORDS.items()},
            "sides": {side: str(name) for side, name in words_of.SIDES.items()},
        },
    }


WORDS: dict[str, str | Promise] = {
    "saved": gettext_lazy("Saved %(time)s"),
    "waiting": gettext_lazy("Saving"),
    "offline": gettext_lazy("No connection: %(count)s kept here, sent later"),
    "refused": gettext_lazy("Something was not taken: %(count)s kept here. Please reload."),
    "login": gettext_lazy("Log in again in another tab: %(count)s kept here"),
    "signed": gettext_lazy("This session is signed. %(count)s kept here become an addendum."),
    "deep": gettext_lazy("Deeper than the %(most)s mm set for this point"),
    "usual": gettext_lazy("Usually %(from)s to %(to)s mm"),
    "as_last_time": gettext_lazy("As last time"),
    "off_today": gettext_lazy("Off today: %(why)s"),
    "care_today": gettext_lazy("Takes care today: %(why)s"),
    "placed": gettext_lazy("%(count)s placed."),
    "early": gettext_lazy("Stopped early"),
    "details": gettext_lazy("Details"),
    "out_now": gettext_lazy("Out"),
    "out": gettext_lazy("out"),
    "remove": gettext_lazy("Remove"),
    "tally": TALLY,
    "region": gettext_lazy("%(region)s %(still)s of %(in)s"),
    "still_one": gettext_lazy("%(count)s still in. Take it out before the roller."),
    "still_many": gettext_lazy("%(count)s still in. Take all out before the roller."),
    "oil_off": gettext_lazy("The oil came off at %(time)s."),
    "oil_on": gettext_lazy("Take the oil off before needling."),
    "areas_one": gettext_lazy("%(count)s area"),
    "areas_many": gettext_lazy("%(count)s areas"),
    "spent": gettext_lazy("%(spent)s / %(planned)s min"),
    "ended": gettext_lazy("Ended"),
    "not_begun": gettext_lazy("Not begun"),
    "over_one": gettext_lazy("over the %(count)s minute planned"),
    "over_many": gettext_lazy("over the %(count)s minutes planned"),
    "of_one": gettext_lazy("left of %(count)s minute"),
    "of_many": gettext_lazy("left of %(count)s minutes"),
    "next": gettext_lazy("Next: %(phase)s"),
    "begin": gettext_lazy("Begin: %(phase)s"),
    "end": gettext_lazy("End of the session"),
    "pause": gettext_lazy("Pause"),
    "resume": gettext_lazy("Go on"),
    "total": gettext_lazy("%(spent)s of %(planned)s minutes"),
    "retained_one": gettext_lazy("A needle has been in for %(count)s minute."),
    "retained_many": gettext_lazy("A needle has been in for %(count)s minutes."),
    "soon": gettext_lazy("%(phase)s: two minutes left."),
    "late": gettext_lazy("At this pace the next client, at %(time)s, waits."),
}
