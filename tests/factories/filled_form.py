"""A form that somebody filled in whole, as their browser sends it."""

from __future__ import annotations

from typing import Any

from clients.intake_publishing import default_form

FORM = default_form()

ABOUT = {
    "q-legal_name": "Priya Raman",
    "q-dob-d": "9",
    "q-dob-m": "4",
    "q-dob-y": "1984",
    "q-phone": "416 555 0142",
    "q-email": "priya@example.org",
    "q-emergency_contact-name": "Arun Raman",
    "q-emergency_contact-phone": "416 555 0143",
    "q-comm_prefs-seen": "1",
    "q-comm_prefs-reminder-email": "1",
}
CONCERNS = {
    "q-concern_map-forehead-forehead_lines": "1",
    "q-concern_map-forehead-forehead_lines-bother": "6",
    "q-concern_map-eye_lower-dark_circles": "1",
    "q-concern_map-eye_lower-dark_circles-side": "both",
    "q-top3-1": "forehead_lines",
    "q-expectation": "subtle_fresher",
}


def rules_of(code: str) -> tuple[str, ...]:
    return FORM.by_code[code].screen_rules


def screened(code: str, **said: str) -> dict[str, str]:
    """Return a list of safety questions answered with no, but for `said`."""
    return {f"q-{code}-{rule}": said.get(rule, "no") for rule in rules_of(code)}


def parts(**said: str) -> dict[str, dict[str, Any]]:
    """Return what every part of the whole form brings that has to be answered; `said` are safety
    rules answered otherwise than with no."""
    found = {
        "about": ABOUT,
        "concerns": CONCERNS,
        "skin": screened("skin_screen", **said),
        "procedures": {"q-procedure_log-none": "1"},
        "medical": {
            **screened("conditions", **said),
            **screened("medicine_screen", **said),
            **screened("needle_screen", **said),
            "q-medications-none": "1",
            "q-allergies-none": "1",
        },
    }
    return {section.code: dict(found.get(section.code, {})) for section in FORM.sections}


def page_of(part: str, fields: dict[str, Any], **hidden: str) -> dict[str, Any]:
    """Return a part as its page sends it: with the questions it asked."""
    section = next((s for s in FORM.sections if s.code == part), None)
    questions = section.questions if section else FORM.recheck
    return {"asks": [question.code for question in questions], **hidden, **fields}
