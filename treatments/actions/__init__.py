"""Everything that changes a plan or the record of a session. One function, one transaction."""

from __future__ import annotations

from treatments.actions.charting import chart, open_session, sign_session, write_addendum
from treatments.actions.planning import (
    activate,
    agree,
    change_aims,
    complete,
    move_to_maintenance,
    pause,
    propose,
    resume,
    stop,
)
from treatments.actions.points import load_points, save_point_set, save_point_setting
from treatments.actions.templates import load_templates, save_template

__all__ = [
    "activate",
    "agree",
    "change_aims",
    "chart",
    "complete",
    "load_points",
    "load_templates",
    "move_to_maintenance",
    "open_session",
    "pause",
    "propose",
    "resume",
    "save_point_set",
    "save_point_setting",
    "save_template",
    "sign_session",
    "stop",
    "write_addendum",
]
