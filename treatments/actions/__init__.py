"""Everything that changes a plan or the record of a session. One function, one transaction."""

from __future__ import annotations

from treatments.actions.charting import chart, open_session, sign_session, write_addendum
from treatments.actions.events import note_event, reopen_event, report_event
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
from treatments.actions.stock import (
    add_box,
    add_tool,
    clean_tool,
    correct_box,
    finish_box,
    lot_file,
    trace_lot,
    use_tool,
)
from treatments.actions.templates import load_templates, save_template

__all__ = [
    "activate",
    "add_box",
    "add_tool",
    "agree",
    "change_aims",
    "chart",
    "clean_tool",
    "complete",
    "correct_box",
    "finish_box",
    "load_points",
    "load_templates",
    "lot_file",
    "move_to_maintenance",
    "note_event",
    "open_session",
    "pause",
    "propose",
    "reopen_event",
    "report_event",
    "resume",
    "save_point_set",
    "save_point_setting",
    "save_template",
    "sign_session",
    "stop",
    "trace_lot",
    "use_tool",
    "write_addendum",
]
