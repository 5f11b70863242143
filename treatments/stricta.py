"""Is a session reported as STRICTA asks? (pure)

Source: STRICTA 2010 (MacPherson et al.), as session.json lists it: style and reasoning, points,
sides, number, depth, response, stimulation, retention, needles, session and frequency, other
components, practitioner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from treatments.session_actions import Part
from treatments.session_log import SessionState


class Item(StrEnum):
    """What is to be reported, by STRICTA's own numbers."""

    STYLE_AND_REASONING = "1"
    NUMBER = "2a"
    POINTS = "2b"
    DEPTH = "2c"
    RESPONSE = "2d"
    STIMULATION = "2e"
    RETENTION = "2f"
    NEEDLES = "2g"
    SESSION = "3"
    OTHER_COMPONENTS = "4"
    PRACTITIONER = "5"


@dataclass(frozen=True, slots=True)
class Reported:
    """Whether an item is reported; `missing` is of how many needles it is not."""

    item: Item
    is_there: bool
    missing: int = 0


def checklist(
    state: SessionState,
    *,
    words: Mapping[str, str],
    qualification: str,
    session_number: int | None,
) -> list[Reported]:
    """Return every item with whether the session's record has it.

    words: the parts of the record as they will be signed. A session without needles (the rules of
    the day forbade them) has nothing to report about needles, which is complete.
    """
    needles = state.needles

    def of_each(item: Item, *fields: str) -> Reported:
        missing = sum(
            not any(needle.details.get(field) not in (None, "") for field in fields)
            for needle in needles
        )
        return Reported(item, missing == 0, missing)

    components = bool(state.massage) or bool(state.roller) or bool(state.aftercare)
    return [
        Reported(Item.STYLE_AND_REASONING, bool(words.get(Part.RATIONALE, "").strip())),
        Reported(Item.NUMBER, True),
        of_each(Item.POINTS, "code"),
        of_each(Item.DEPTH, "depth_mm", "layer"),
        of_each(Item.RESPONSE, "response"),
        of_each(Item.STIMULATION, "stimulation"),
        Reported(Item.RETENTION, not needles or state.retained is not None),
        of_each(Item.NEEDLES, "box"),
        Reported(Item.SESSION, session_number is not None),
        Reported(Item.OTHER_COMPONENTS, components or bool(state.skipped)),
        Reported(Item.PRACTITIONER, bool(qualification.strip())),
    ]
