"""What screening should say, found the slow and obvious way. Shares no code with the clinic's.

It reads the document of the rules and the answers as a program sends them, and asks day by day
whether a rule holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

WORST_FIRST = ["REFUSED", "NOT_BEFORE", "REVIEW", "NOT_ASKED", "FLAG", "FINE"]
BECOMES = {
    "block_online_booking": "REFUSED",
    "delay_until": "NOT_BEFORE",
    "practitioner_review": "REVIEW",
    "flag": "FLAG",
}
PHASE_OF_TARGET = {
    "needle_face": "NEEDLING",
    "needle_body": "NEEDLING",
    "estim": "NEEDLING",
    "lymphatic_massage": "LYMPHATIC_MASSAGE",
    "jade_roller": "JADE_ROLLER",
}
ONE_DAY = timedelta(days=1)


@dataclass
class Verdict:
    outcome: str
    not_before: date | None
    phases: dict[str, str]
    rules: dict[str, str]
    restrictions: set[tuple[str, str, int]]  # phase, rule, number of the restriction in its rule


def worst(outcomes: list[str]) -> str:
    for outcome in WORST_FIRST:
        if outcome in outcomes:
            return outcome
    return "FINE"


def triggers(question: dict[str, Any], answer: Any, rule: str) -> tuple[str, Any]:
    """Return (yes, no or unsure: does it trigger the rule?; the day named, if one was)."""
    if answer == "unsure":
        return "unsure", None
    if question["type"] == "pick_any":
        if answer == "none" or rule not in answer["items"]:
            return "no", None
        return "yes", answer["items"][rule]
    said, day = (answer["value"], answer["date"]) if isinstance(answer, dict) else (answer, None)
    return ("yes" if said == question["trigger_answer"] else "no"), day


def holds(rule: dict[str, Any], told: str, event: date, day: date) -> bool:
    if told == "no":
        return False
    if told == "unsure" and rule["action"] != "flag":
        return True
    ends = rule["event_date_question"] is not None or rule["action"] == "delay_until"
    if not ends or rule["delay_days_default"] is None:
        return True
    # Held on the event's day and on days - 1 more; a day before the event is still to come.
    return day < event or any(
        event + number * ONE_DAY == day for number in range(rule["delay_days_default"])
    )


def judge(
    document: dict[str, Any],
    answers: dict[str, Any],
    *,
    on: date,
    answered_on: date,
    phases: set[str],
) -> Verdict:
    on_rules = [rule for rule in document["rules"] if not rule.get("off_reason")]
    document = {**document, "rules": on_rules}
    used = {rule["id"] for rule in on_rules}
    facts: dict[str, tuple[str, date]] = {}
    for question in document["booking_questions"]:
        if question["id"] not in answers:
            continue
        for code in used.intersection(question["rules"]):
            told, named = triggers(question, answers[question["id"]], code)
            event = date.fromisoformat(named) if named not in (None, "unsure") else answered_on
            facts[code] = (told, event)

    rules: dict[str, str] = {}
    for rule in document["rules"]:
        if rule["id"] not in facts:
            rules[rule["id"]] = "NOT_ASKED"
            continue
        told, event = facts[rule["id"]]
        if not holds(rule, told, event, on):
            rules[rule["id"]] = "FINE"
        elif told == "unsure" and rule["action"] != "flag":
            rules[rule["id"]] = "REVIEW"
        else:
            rules[rule["id"]] = BECOMES[rule["action"]]

    found: dict[str, str] = {}
    restrictions: set[tuple[str, str, int]] = set()
    for phase in phases:
        heard: list[str] = []
        for rule in document["rules"]:
            code = rule["id"]
            about = phase in {PHASE_OF_TARGET[target] for target in rule["applies_to"]}
            if about:
                heard.append(rules[code])
            if code not in facts or facts[code][0] == "no":
                continue
            for number, restriction in enumerate(rule["restrictions"]):
                if restriction["phase"].upper() != phase:
                    continue
                lasts = restriction["until_days"]
                if lasts is not None and on >= facts[code][1] + lasts * ONE_DAY:
                    continue
                restrictions.add((phase, code, number))
                if not about and rules[code] != "FINE":
                    everywhere = not (
                        restriction["areas"] or restriction["points"] or restriction["points_where"]
                    )
                    serious = restriction["effect"] == "review" or (
                        restriction["effect"] == "forbid" and everywhere
                    )
                    heard.append("REVIEW" if serious else "FLAG")
        asked = [outcome for outcome in heard if outcome != "NOT_ASKED"]
        own = [
            r for r in document["rules"] if phase in {PHASE_OF_TARGET[t] for t in r["applies_to"]}
        ]
        if own and all(rules[rule["id"]] == "NOT_ASKED" for rule in own):
            asked.append("NOT_ASKED")
        found[phase] = worst(asked)

    def delayed(day: date) -> bool:
        return any(
            rule["action"] == "delay_until"
            and rule["id"] in facts
            and facts[rule["id"]][0] == "yes"
            and {PHASE_OF_TARGET[target] for target in rule["applies_to"]} & phases
            and holds(rule, *facts[rule["id"]], day)
            for rule in document["rules"]
        )

    not_before = None
    if delayed(on):
        not_before = on
        while delayed(not_before):
            not_before += ONE_DAY
    return Verdict(worst(list(found.values())), not_before, found, rules, restrictions)
