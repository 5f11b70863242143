"""How the massage and the roller of a session are done, and with what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from bookings.models import Booking
from bookings.queries import sessions as at_hand
from bookings.views import wording
from bookings.views.record_page import Safety
from bookings.views.seen_answers import EFFECTS
from clients.phases import Phase
from clients.rules import Effect
from treatments import wording as words_of
from treatments.models import Tool
from treatments.point_marks import AreaMarks, Level
from treatments.point_marks import Mark as AreaMark
from treatments.session_actions import Kind
from treatments.session_facts import MASSAGE_AREAS, MASSAGE_STROKES, ROLLER_STROKES
from treatments.session_log import SessionState


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose by its name; `chosen` as it stands. `avoid`: what the safety answers say
    of it; `is_off`: that it is left out, so that choosing it takes a reason."""

    code: str
    name: str | Promise
    chosen: bool = False
    avoid: str = ""
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """How the massage or the roller was done. `product` None: it has none; `left` what was left out.
    `changes`: what the safety answers change in it; `reason`: why in an area that is off. `is_open`:
    it was sent and not taken."""

    kind: str
    phase: Phase
    name: str | Promise
    words: str
    areas: list[Choice]
    strokes: list[Choice]
    tools: list[dict[str, Any]]
    product: str | None
    cold: bool
    note: str
    reason: str
    asks_why: bool
    changes: Sequence[str]
    is_open: bool
    left: list[str]


def work_of(
    booking: Booking,
    state: SessionState,
    safety: Safety | None,
    marks: Mapping[Phase, AreaMarks],
    *,
    refused: Mapping[str, Mapping[str, Any]],
) -> list[Work]:
    """Return how massage and roller were done, and with what they can be (one query).

    refused: what was just sent and not taken, by kind, so that nothing has to be typed again.
    """
    changes = {one.kind: one.changes for one in safety.phases} if safety else {}

    def areas(done: Mapping[str, Any], phase: Phase) -> list[Choice]:
        chosen = done.get("areas", ())
        return [
            Choice(code, words_of.AREAS[code], code in chosen, *_said(marks[phase].areas.get(code)))
            for code in MASSAGE_AREAS
        ]

    def asks_why(phase: Phase) -> bool:
        return bool(marks[phase].off(MASSAGE_AREAS))

    def strokes(done: Mapping[str, Any], codes: Iterable[str]) -> list[Choice]:
        return [Choice(c, words_of.STROKES[c], c in done.get("strokes", ())) for c in codes]

    def left(phase: Phase) -> list[str]:
        return [
            _("%(what)s: %(reason)s")
            % {"what": words_of.AREAS.get(area, area) or _("All of it"), "reason": reason}
            for (of, area), reason in state.skipped.items()
            if of is phase
        ]

    massage = refused.get(Kind.MASSAGE, state.massage)
    roller = refused.get(Kind.ROLLER, state.roller)
    return [
        Work(
            kind="MASSAGE",
            phase=Phase.LYMPHATIC_MASSAGE,
            name=words_of.PHASES["LYMPHATIC_MASSAGE"],
            words="",
            areas=areas(massage, Phase.LYMPHATIC_MASSAGE),
            strokes=strokes(massage, MASSAGE_STROKES),
            tools=[],
            product=massage.get("product", ""),
            cold=False,
            note=massage.get("note", ""),
            reason=massage.get("reason", ""),
            asks_why=asks_why(Phase.LYMPHATIC_MASSAGE),
            changes=changes.get(Phase.LYMPHATIC_MASSAGE, ()),
            is_open=Kind.MASSAGE in refused,
            left=left(Phase.LYMPHATIC_MASSAGE),
        ),
        Work(
            kind="ROLLER",
            phase=Phase.JADE_ROLLER,
            name=words_of.PHASES["JADE_ROLLER"],
            words="",
            areas=areas(roller, Phase.JADE_ROLLER),
            strokes=strokes(roller, ROLLER_STROKES),
            tools=[
                {
                    "uid": str(tool.uid),
                    "words": tool_words(tool, booking.room.location.zone),
                    "chosen": str(tool.uid) == roller.get("tool"),
                }
                for tool in at_hand.tools_at(booking)
            ],
            product=None,
            cold=bool(roller.get("cold")),
            note=roller.get("note", ""),
            reason=roller.get("reason", ""),
            asks_why=asks_why(Phase.JADE_ROLLER),
            changes=changes.get(Phase.JADE_ROLLER, ()),
            is_open=Kind.ROLLER in refused,
            left=left(Phase.JADE_ROLLER),
        ),
    ]


def _said(mark: AreaMark | None) -> tuple[str, bool]:
    """Return what a mark says on the area's own button, and whether the area is off."""
    if mark is None:
        return "", False
    worst = mark.reasons[0]
    if mark.level is Level.OFF:
        return str(EFFECTS[Effect.FORBID]), True
    if worst.unsure or worst.effect is None:
        return str(EFFECTS[Effect.REVIEW]), False
    words = str(EFFECTS[worst.effect])
    if worst.when:
        finding = worst.when.replace("_", " ")
        words = _("%(what)s, if %(when)s") % {"what": words, "when": finding}
    return words, False


def tool_words(tool: Tool, zone: ZoneInfo) -> str:
    """Return the tool's name and whether it is clean; `cleaned_at` and `used_at` are on it."""
    cleaned: datetime | None = getattr(tool, "cleaned_at", None)
    used: datetime | None = getattr(tool, "used_at", None)
    if cleaned is None or (used is not None and used > cleaned):
        return _("%(tool)s, not cleaned since it was used") % {"tool": tool.name}
    return _("%(tool)s, cleaned %(when)s") % {
        "tool": tool.name,
        "when": wording.moment(cleaned, zone),
    }
