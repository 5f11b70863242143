"""What is signed at the end of a session: everything the record says, in one document.

It is read years later, perhaps by another program, so it carries words beside codes and needs no
other row. Written once by `document_of`; pages and PDFs only lay it out.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.models import Booking
from clients.phases import Phase
from clinic.models import Clinic
from treatments import stricta, wording
from treatments.models import NeedleBox, SessionRecord, Tool
from treatments.session_actions import Kind, Part
from treatments.session_log import Needle, SessionState

VERSION = 1


def document_of(
    booking: Booking,
    session: SessionRecord,
    state: SessionState,
    *,
    now: datetime,
    words: Mapping[str, str],
    session_number: int | None,
    session_of: int | None,
    safety: Sequence[str],
    despite: Mapping[Kind, Sequence[str]],
    born: str,
    salt: str = "",
) -> dict[str, Any]:
    """Return the document of a session as it stands.

    words: the record's parts as they will be signed. session_number, session_of: which session of
    how many by the client's plan; None where there is no plan, or it has no end. safety: what the
    safety answers meant on the day, in lines. despite: by MASSAGE and ROLLER, the areas worked in
    though they were off, in words. born: the client's date of birth as their forms say it, ""
    where none does. salt: without it, a digest of a short record could be guessed at; made at
    random unless given.
    """
    location = booking.room.location
    name = booking.client.name if booking.client else booking.contact_name
    boxes = {str(box.uid): box for box in NeedleBox.objects.filter(uses__session=session)}
    who = session.practitioner
    end = state.ended_at or now
    return {
        "version": VERSION,
        "salt": salt or secrets.token_hex(16),
        "clinic": Clinic.objects.get().name,
        "location": location.name,
        "time_zone": location.time_zone,
        "client": name,
        "born": born,
        "practitioner": who.name,
        "qualification": who.title,
        "treatment": session.treatment_name,
        "started_at": (state.started_at or session.started_at).isoformat(),
        "ended_at": end.isoformat(),
        "stopped_early": state.stopped_early,
        "session_number": session_number,
        "session_of": session_of,
        "safety": list(safety),
        "phases": [
            {
                "code": phase,
                "name": str(wording.PHASES[phase]),
                "planned_minutes": minutes + state.extra_minutes.get(Phase(phase), 0),
                "seconds": int(state.spent(Phase(phase), end).total_seconds()),
            }
            for phase, minutes in session.planned
        ],
        "left_out": [
            {"phase": phase, "area": area, "reason": reason}
            for (phase, area), reason in state.skipped.items()
        ],
        "oil_off_at": state.oil_off_at.isoformat() if state.oil_off_at else None,
        "needles": [_needle(needle, boxes) for needle in state.needles],
        "count": {
            "in": state.count.put_in,
            "out": state.count.out,
            "by_region": {
                region: {"in": count.put_in, "out": count.out}
                for region, count in state.count_by_region.items()
            },
        },
        "retained_seconds": int(state.retained.total_seconds()) if state.retained else None,
        "massage": _work(state.massage, despite.get(Kind.MASSAGE, ())),
        "roller": {
            **_work(state.roller, despite.get(Kind.ROLLER, ())),
            **_tool(session, state.roller.get("tool")),
        },
        "ratings": [
            {"scale": scale, "of": of, "by": by, "value": value}
            for (scale, of, by), value in state.ratings.items()
        ],
        "notes": [{"at": at.isoformat(), "text": text} for at, text in state.notes],
        "events": [
            {
                "code": event["what"],
                "name": str(wording.EVENTS.get(event["what"], event["what"])),
                "grade": event["grade"],
                "at": event["noticed_at"].isoformat(),
                **{k: event[k] for k in ("where", "size_mm", "action", "told") if k in event},
            }
            for event in state.events
        ],
        "aftercare": [str(wording.AFTERCARE.get(code, code)) for code in state.aftercare or ()],
        "words": {part: words.get(part, "") for part in Part},
        "stricta": [
            {"item": one.item, "name": str(STRICTA[one.item]), "there": one.is_there}
            for one in stricta.checklist(
                state, words=words, qualification=who.title, session_number=session_number
            )
        ],
    }


def _needle(needle: Needle, boxes: Mapping[str, NeedleBox]) -> dict[str, Any]:
    box = boxes.get(str(needle.details.get("box")))
    kept = {name: value for name, value in needle.details.items() if name != "box"}
    return {
        **kept,
        "needle": needle.uid,
        "placed_at": needle.placed_at.isoformat(),
        "removed_at": needle.removed_at.isoformat() if needle.removed_at else None,
        "bled": needle.bled,
        "size": f"{box.diameter_mm} x {box.length_mm:g} mm" if box else "",
        "brand": " ".join(filter(None, (box.brand, box.model, box.material))) if box else "",
        "lot": box.lot if box else "",
    }


def _work(done: Mapping[str, Any], despite: Sequence[str]) -> dict[str, Any]:
    why = {"despite": list(despite), "reason": done.get("reason", "")} if despite else {}
    return {
        **why,
        "areas": [str(wording.AREAS.get(code, code)) for code in done.get("areas", ())],
        "strokes": [str(wording.STROKES.get(code, code)) for code in done.get("strokes", ())],
        **{name: done[name] for name in ("product", "cold", "note", "minutes") if name in done},
    }


def _tool(session: SessionRecord, uid: str | None) -> dict[str, Any]:
    tool = Tool.objects.filter(uid=uid).first() if uid else None
    if tool is None:
        return {}
    cleaned = tool.cleanings.filter(at__lte=session.started_at).order_by("-at").first()
    return {
        "tool": tool.name,
        "disinfected_at": cleaned.at.isoformat() if cleaned else None,
        "disinfectant": cleaned.disinfectant if cleaned else "",
    }


STRICTA: Mapping[str, Promise] = {
    stricta.Item.STYLE_AND_REASONING: gettext_lazy("Style and reasoning"),
    stricta.Item.NUMBER: gettext_lazy("Number of needles"),
    stricta.Item.POINTS: gettext_lazy("Points and sides"),
    stricta.Item.DEPTH: gettext_lazy("Depth of insertion"),
    stricta.Item.RESPONSE: gettext_lazy("Response"),
    stricta.Item.STIMULATION: gettext_lazy("Stimulation"),
    stricta.Item.RETENTION: gettext_lazy("Retention time"),
    stricta.Item.NEEDLES: gettext_lazy("Needle type"),
    stricta.Item.SESSION: gettext_lazy("Number and frequency of sessions"),
    stricta.Item.OTHER_COMPONENTS: gettext_lazy("Other components"),
    stricta.Item.PRACTITIONER: gettext_lazy("Practitioner's background"),
}


def missing_words(one: stricta.Reported) -> str:
    """Return what is missing of an item, for whoever is about to sign."""
    if one.is_there:
        return ""
    if one.missing:
        return ngettext(
            "%(count)d needle without it", "%(count)d needles without it", one.missing
        ) % {"count": one.missing}
    return _("not said")
