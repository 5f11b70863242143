"""The clinic's rules and made-up ones, and answers to their questions, for properties."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from clients.phases import Phase
from clients.rule_document import DEFAULTS, read
from clients.rules import RuleSet
from clients.screening import Answers, Result, evaluate, parse_answers

DOCUMENT: dict[str, Any] = json.loads(DEFAULTS.read_text(encoding="utf-8"))
RULES: RuleSet = read(DOCUMENT, version=1)
ALL_PHASES = frozenset(Phase)
TODAY = date(2026, 3, 10)
NOTHING: dict[str, Any] = {
    "bq_age": "yes",
    "bq_pregnant": "no",
    "bq_health": "no",
    "bq_procedures": "none",
    "bq_skin_treatments": "none",
    "bq_isotretinoin": "no",
    "bq_now": "none",
    "bq_review": "none",
}

phases = st.sets(st.sampled_from(list(Phase)), min_size=1)

# Near days as often as far ones: that is where waits begin and end.
_ago = st.one_of(st.integers(0, 60), st.integers(0, 400))
event_days = st.one_of(
    st.just("unsure"), _ago.map(lambda days: (TODAY - timedelta(days=days)).isoformat())
)
appointments = _ago.map(lambda days: TODAY + timedelta(days=days))


def screen(
    raw: dict[str, Any],
    *,
    on: date = TODAY,
    answered_on: date = TODAY,
    phases: frozenset[Phase] | set[Phase] = ALL_PHASES,
    rules: RuleSet = RULES,
) -> Result:
    """Return the result of these raw answers to the booking questions they name."""
    return evaluate(
        rules,
        answers_to(raw, rules=rules, answered_on=answered_on),
        on=on,
        answered_on=answered_on,
        phases=phases,
    )


def answers_to(
    raw: dict[str, Any], *, rules: RuleSet = RULES, answered_on: date = TODAY
) -> Answers:
    return parse_answers([rules.by_question[code] for code in raw], raw, answered_on=answered_on)


def reply(question: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Any answer to a question of the document."""
    if question["type"] == "pick_any":
        items = {
            item["rule"]: event_days if item["date_label"] else st.none()
            for item in question["items"]
        }
        tapped = st.fixed_dictionaries({}, optional=items).filter(bool)
        return st.one_of(
            st.sampled_from(["none", "unsure"]), tapped.map(lambda found: {"items": found})
        )
    words = ["yes", "no"] + (["unsure"] if question["type"] == "yes_no_unsure" else [])
    if not question.get("date_label"):
        return st.sampled_from(words)
    dated = event_days.map(lambda day: {"value": "yes", "date": day})
    return st.one_of(st.sampled_from([word for word in words if word != "yes"]), dated)


def replies(document: dict[str, Any], *, all_asked: bool = False) -> st.SearchStrategy[Any]:
    """Answers to some of the booking questions, or to all of them."""
    each = {question["id"]: reply(question) for question in document["booking_questions"]}
    return st.fixed_dictionaries(each) if all_asked else st.fixed_dictionaries({}, optional=each)


_days = st.integers(0, 60)
_restrictions = st.fixed_dictionaries(
    {
        "phase": st.sampled_from(["lymphatic_massage", "needling", "jade_roller"]),
        "effect": st.sampled_from(["forbid", "review", "caution", "superficial_only"]),
        "areas": st.sampled_from([[], ["cheek"], ["neck_all", "treated_area"]]),
        "points": st.sampled_from([[], ["LI4"]]),
        "points_where": st.sampled_from([None, {"pregnancy": "caution"}]),
        "until_days": st.one_of(st.none(), _days),
        "when": st.sampled_from([None, "arrhythmia"]),
        "note": st.just(""),
    }
)


@st.composite
def _rule(draw: st.DrawFn, code: str) -> dict[str, Any]:
    action = draw(
        st.sampled_from(["block_online_booking", "delay_until", "practitioner_review", "flag"])
    )
    targets = ["needle_face", "needle_body", "lymphatic_massage", "jade_roller", "estim"]
    return {
        **DOCUMENT["rules"][0],
        "id": code,
        "action": action,
        "event_date_question": draw(st.sampled_from([None, "When?"])),
        "delay_days_default": draw(_days if action == "delay_until" else st.none() | _days),
        "review_allowed_from_days": None,
        "applies_to": draw(st.lists(st.sampled_from(targets), min_size=1, unique=True)),
        "restrictions": draw(st.lists(_restrictions, max_size=2)),
        "client_message": f"About {code}.",
        "asked_in": {"booking": None, "intake": None, "what_changed": None},
        "off_reason": draw(st.sampled_from(["", "", "", "Not done here"])),
    }


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A made-up document: up to eight rules of any kind, most of them asked at booking."""
    rules = [draw(_rule(f"rule_{number}")) for number in range(draw(st.integers(1, 8)))]
    questions: list[dict[str, Any]] = []
    left = [rule["id"] for rule in rules]
    while left and draw(st.integers(0, 4)):
        count = draw(st.integers(1, len(left)))
        codes, left = left[:count], left[count:]
        kind = draw(st.sampled_from(["yes_no", "yes_no_unsure", "pick_any"]))
        question: dict[str, Any] = {
            "id": f"question_{len(questions)}",
            "order": len(questions) + 1,
            "type": kind,
            "text": "?",
            "rules": codes,
        }
        if kind == "pick_any":
            question["items"] = [
                {"rule": code, "label": code, "date_label": draw(st.sampled_from([None, "When?"]))}
                for code in codes
            ]
        else:
            question["trigger_answer"] = draw(st.sampled_from(["yes", "no"]))
            if question["trigger_answer"] == "yes":
                question["date_label"] = draw(st.sampled_from([None, "When?"]))
        questions.append(question)
        for rule in rules:
            if rule["id"] in codes:
                rule["asked_in"] = {**rule["asked_in"], "booking": question["id"]}
    return {**DOCUMENT, "rules": rules, "booking_questions": questions}
