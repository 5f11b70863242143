"""The phases of a session as screening sees them, and which targets of a rule lie in which.

Source: session.json, `phase_kinds`. Check-in counts in the first phase, aftercare in the last.
"""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """The three parts of a session a client sees, in the order they are done."""

    LYMPHATIC_MASSAGE = "LYMPHATIC_MASSAGE"
    NEEDLING = "NEEDLING"
    JADE_ROLLER = "JADE_ROLLER"


class Target(StrEnum):
    """What a screening rule stops. ESTIM (electrical stimulation) is an option within needling."""

    NEEDLE_FACE = "NEEDLE_FACE"
    NEEDLE_BODY = "NEEDLE_BODY"
    ESTIM = "ESTIM"
    LYMPHATIC_MASSAGE = "LYMPHATIC_MASSAGE"
    JADE_ROLLER = "JADE_ROLLER"


PHASE_OF: dict[Target, Phase] = {
    Target.NEEDLE_FACE: Phase.NEEDLING,
    Target.NEEDLE_BODY: Phase.NEEDLING,
    Target.ESTIM: Phase.NEEDLING,
    Target.LYMPHATIC_MASSAGE: Phase.LYMPHATIC_MASSAGE,
    Target.JADE_ROLLER: Phase.JADE_ROLLER,
}
