from treatments.models.plan import COPIED, Plan, PlanEvent, PlanNumbers, PlanTemplate
from treatments.models.points import PointSet, PointSetting
from treatments.models.session import (
    AdverseEvent,
    EventNote,
    SessionAction,
    SessionRecord,
    SessionVersion,
)
from treatments.models.stock import BoxUse, Cleaning, NeedleBox, Tool, ToolUse
from treatments.models.treatment import Offer, Phase, Treatment

__all__ = [
    "COPIED",
    "AdverseEvent",
    "BoxUse",
    "Cleaning",
    "EventNote",
    "NeedleBox",
    "Offer",
    "Phase",
    "Plan",
    "PlanEvent",
    "PlanNumbers",
    "PlanTemplate",
    "PointSet",
    "PointSetting",
    "SessionAction",
    "SessionRecord",
    "SessionVersion",
    "Tool",
    "ToolUse",
    "Treatment",
]
