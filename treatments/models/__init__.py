from treatments.models.session import (
    AdverseEvent,
    SessionAction,
    SessionRecord,
    SessionVersion,
)
from treatments.models.stock import BoxUse, Cleaning, NeedleBox, Tool, ToolUse
from treatments.models.treatment import Offer, Phase, Treatment

__all__ = [
    "AdverseEvent",
    "BoxUse",
    "Cleaning",
    "NeedleBox",
    "Offer",
    "Phase",
    "SessionAction",
    "SessionRecord",
    "SessionVersion",
    "Tool",
    "ToolUse",
    "Treatment",
]
