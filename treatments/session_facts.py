"""What a session knows by name: massage areas, strokes, adverse events, scales (pure).

Source: session.json (`massage`, `roller`, `adverse_events`, `scales`), whose order is kept. Its
words are in `treatments.wording`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from treatments.session_actions import Grade

# Area of the massage -> region of the face chart. Opened above the collarbone first, upwards from
# there, and finished there.
MASSAGE_AREAS = {
    "collarbone_hollow": "neck",
    "neck_side": "neck",
    "under_jaw": "neck",
    "chin": "chin",
    "jaw": "jaw",
    "in_front_of_ear": "ear",
    "cheek": "cheek",
    "nose_side": "nose",
    "under_eye": "eye_lower",
    "brow": "brow",
    "forehead": "forehead",
    "temple": "temple",
}
MASSAGE_STROKES = ("stationary_circles", "pump", "sweep", "effleurage")
ROLLER_STROKES = ("outward", "upward", "down_neck_to_collarbone")


class EventKind(StrEnum):
    """What can go wrong, or be felt."""

    SPOT_BLEED = "spot_bleed"
    BRUISE = "bruise"
    HAEMATOMA = "haematoma"
    PERIORBITAL_HAEMATOMA = "periorbital_haematoma"
    PAIN = "pain"
    FAINT = "faint"
    NAUSEA = "nausea"
    HEADACHE = "headache"
    SWELLING = "swelling"
    DERMATITIS = "dermatitis"
    STUCK_NEEDLE = "stuck_needle"
    BENT_BROKEN = "bent_broken"
    RETAINED_NEEDLE = "retained_needle"
    INFECTION = "infection"
    HERPES_REACTIVATION = "herpes_reactivation"
    NERVE_SYMPTOM = "nerve_symptom"
    EYE_INJURY = "eye_injury"
    PNEUMOTHORAX = "pneumothorax"
    EMOTIONAL = "emotional"
    AGGRAVATION = "aggravation"
    NEEDLESTICK_STAFF = "needlestick_staff"
    OTHER = "other"


_MINOR, _MODERATE, _SERIOUS = Grade.MINOR, Grade.MODERATE, Grade.SERIOUS

# The usual grade, and the hours after which somebody asks how it is (None: nobody needs to).
EVENTS: dict[EventKind, tuple[Grade, int | None]] = {
    EventKind.SPOT_BLEED: (_MINOR, None),
    EventKind.BRUISE: (_MINOR, 48),
    EventKind.HAEMATOMA: (_MODERATE, 24),
    EventKind.PERIORBITAL_HAEMATOMA: (_MODERATE, 24),
    EventKind.PAIN: (_MINOR, 48),
    EventKind.FAINT: (_MODERATE, 24),
    EventKind.NAUSEA: (_MINOR, 24),
    EventKind.HEADACHE: (_MINOR, 48),
    EventKind.SWELLING: (_MINOR, 48),
    EventKind.DERMATITIS: (_MINOR, 48),
    EventKind.STUCK_NEEDLE: (_MINOR, None),
    EventKind.BENT_BROKEN: (_SERIOUS, 0),
    EventKind.RETAINED_NEEDLE: (_SERIOUS, 0),
    EventKind.INFECTION: (_SERIOUS, 0),
    EventKind.HERPES_REACTIVATION: (_MODERATE, 24),
    EventKind.NERVE_SYMPTOM: (_MODERATE, 24),
    EventKind.EYE_INJURY: (_SERIOUS, 0),
    EventKind.PNEUMOTHORAX: (_SERIOUS, 0),
    EventKind.EMOTIONAL: (_MINOR, 24),
    EventKind.AGGRAVATION: (_MINOR, 48),
    EventKind.NEEDLESTICK_STAFF: (_SERIOUS, 0),
    EventKind.OTHER: (_MINOR, 48),
}


def follow_up(what: str, grade: str, noticed_at: datetime) -> datetime | None:
    """Return when somebody asks how it is; None where nobody needs to."""
    kind = EventKind(what) if what in set(EventKind) else EventKind.OTHER
    hours = EVENTS[kind][1]
    if hours is None and grade == Grade.MINOR:
        return None
    return noticed_at + timedelta(hours=hours or 0)


# The Global Aesthetic Improvement Scale by its words, since its numbers differ between papers.
GAIS = ("very_much_improved", "much_improved", "improved", "no_change", "worse")
