"""How the massage and the roller of a session are done, and with what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from bookings.models import Booking
from bookings.queries import sessions as at_hand
from bookings.views import wording
from bookings.views.seen_answers import SeenAnswers
from clients.phases import Phase
from treatments import wording as words_of
from treatments.models import Tool
from treatments.session_facts import MASSAGE_AREAS, MASSAGE_STROKES, ROLLER_STROKES
from treatments.session_log import SessionState


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose by its name; `chosen` as it stands, `avoid` why rather not."""

    code: str
    name: str | Promise
    chosen: bool = False
    avoid: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """How the massage or the roller was done. `product` None: it has none; `left` what was left out."""

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
    left: list[str]


def work_of(booking: Booking, state: SessionState, answers: SeenAnswers | None) -> list[Work]:
    """Return how massage and roller were done, and with what they can be (one query)."""
    marks = {one.kind: one.mark for one in answers.phases} if answers else {}

    def areas(done: Mapping[str, Any], phase: Phase) -> list[Choice]:
        mark = marks.get(phase)
        avoid = str(mark.short) if mark and mark.tone == "rose" else ""
        chosen = done.get("areas", ())
        return [Choice(code, words_of.AREAS[code], code in chosen, avoid) for code in MASSAGE_AREAS]

    def strokes(done: Mapping[str, Any], codes: Iterable[str]) -> list[Choice]:
        return [Choice(c, words_of.STROKES[c], c in done.get("strokes", ())) for c in codes]

    def left(phase: Phase) -> list[str]:
        return [
            _("%(what)s: %(reason)s")
            % {"what": words_of.AREAS.get(area, area) or _("All of it"), "reason": reason}
            for (of, area), reason in state.skipped.items()
            if of is phase
        ]

    massage, roller = state.massage, state.roller
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
            left=left(Phase.JADE_ROLLER),
        ),
    ]


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
