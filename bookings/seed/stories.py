"""What the demo's clients tell in their health forms: invented people, each with a story. Pure.

A story is what one client says in the whole form, and what they say afterwards, visit by visit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from clients.intake_definition import Definition, FormKind

Said = dict[str, Any]

_CONCERNS = (
    (("jaw", "both", "tmj_tension"), ("eye_lower", "both", "under_eye_puffiness")),
    (("forehead", "", "forehead_lines"), ("glabella", "", "frown_lines")),
    (("eye_lateral", "both", "crows_feet"), ("eye_lower", "both", "dark_circles")),
    (("nasolabial", "both", "nasolabial_folds"), ("jaw", "both", "jowls")),
    (("whole_face", "", "redness"), ("whole_face", "", "dullness")),
    (("neck", "", "neck_lines"), ("cheek", "both", "puffiness_cheek")),
)
_GOALS = (
    "To look less tired in the morning.",
    "A softer jaw, and fewer headaches at the end of the day.",
    "Fresher skin, nothing dramatic.",
    "Fewer lines when I frown, without needles that paralyse.",
    "To feel at ease in my face again.",
)
_MEN = frozenset(
    [
        "Carlos",
        "Chidi",
        "Dawit",
        "Diego",
        "Emeka",
        "Étienne",
        "Femi",
        "Hyun-woo",
        "João",
        "José",
        "Jürgen",
        "Karim",
        "Kofi",
        "Kwame",
        "Oluwaseun",
        "Pablo",
        "Paul",
        "Sanjay",
        "Tariq",
        "Tomás",
        "Chukwuemeka",
    ]
)
_WORK = ("Teacher", "Nurse", "Accountant", "Cook", "Musician", "Engineer", "Bookseller", "Carer")


@dataclass(frozen=True)
class Story:
    """What is special about somebody. `rules` are safety rules answered with yes; `first` other
    answers of the whole form; `later` what changes at one visit. Days are counted back from the day
    the form is told, by `ago`."""

    rules: Sequence[str] = ()
    first: Mapping[str, Any] = field(default_factory=dict)
    later: Mapping[str, Any] = field(default_factory=dict)
    later_rules: Sequence[str] = ()
    note: str = ""


def ago(days: int) -> timedelta:
    return timedelta(days=-days)


STORIES: tuple[Story, ...] = (
    Story(note="Settled well. Left jaw tighter than the right; softer after ten minutes."),
    Story(
        later={
            "new_meds": [{"name": "Apixaban", "dose": "5 mg twice a day", "since": "this month"}],
            "new_dx": "Atrial fibrillation, found at a check-up.",
        },
        later_rules=("anticoagulant",),
        note="Bruises more easily than in spring. To ask about new medicines each time.",
    ),
    Story(
        first={"procedure_log": [{"type": "botulinum", "date": ago(240), "area": "Forehead"}]},
        later={
            "new_procedure": [{"type": "botulinum", "date": ago(9), "area": "Between the brows"}]
        },
        note="Plans to go on with injections twice a year; wants to know how the two go together.",
    ),
    Story(rules=("trying_to_conceive",), later={"pregnant": "yes"}),
    Story(
        rules=("carotid", "hypertension"),
        first={"medications": [{"name": "Ramipril", "dose": "5 mg", "since": "2021"}]},
        note="No massage of the neck. Lies with the head raised, and is well with it.",
    ),
    Story(rules=("migraine", "tmj"), first={"jaw": "night"}, later={"reaction": ["headache"]}),
    Story(),
    Story(
        rules=("metal_allergy",),
        first={"allergies": [{"to": "Nickel", "what_happens": "Rash where jewellery touches"}]},
    ),
    Story(
        rules=("fainting",),
        later={"reaction": ["faint"]},
        note="Faint on sitting up. Water, ten minutes lying; next time fewer needles.",
    ),
    Story(
        later={
            "new_procedure": [
                {"type": "filler", "date": ago(-35), "area": "Lips", "planned": True},
                {"type": "dental", "date": ago(20), "area": "Upper left"},
            ]
        }
    ),
    Story(rules=("topical_retinoid", "herpes_history"), first={"actives": ["retinoid"]}),
    Story(
        later={"new_meds": [{"name": "Sertraline", "dose": "50 mg", "since": "six weeks"}]},
        note="Sleeps badly since the move. Slower session, more time at the neck.",
    ),
)


def first(
    story: Story, form: Definition, *, name: str, email: str, phone: str, on: date, random: Random
) -> Said:
    """Return the answers of the whole form, told on a day."""
    concerns = random.choice(_CONCERNS)
    woman = name.partition(" ")[0] not in _MEN
    if not woman and "pregnant" in story.later:
        story = Story()
    age = (
        random.randrange(24, 44)
        if "trying_to_conceive" in story.rules
        else random.randrange(26, 71)
    )
    said: Said = {
        "legal_name": name,
        "dob": on.replace(
            year=on.year - age, month=random.randint(1, 12), day=random.randint(1, 28)
        ).isoformat(),
        "sex_at_birth": "female" if woman else "male",
        "pronouns": "she/her" if woman else "he/him",
        "phone": phone or "+14165550199",
        "email": email or "nobody@example.org",
        "emergency_contact": {"name": "Sam", "relation": "Partner", "phone": "+14165550198"},
        "occupation": random.choice(_WORK),
        "heard_from": random.choice(("friend", "search", "walk_by")),
        "comm_prefs": {
            purpose: {"email": purpose != "news", "sms": False}
            for purpose in ("reminder", "follow_up", "news")
        },
        "concern_map": [
            {"region": region, "side": side, "concern": concern, "bother": random.randint(5, 9)}
            for region, side, concern in concerns
        ],
        "top3": [concern for _region, _side, concern in concerns],
        "duration": random.choice(("6-12m", "1-3y", "3-10y")),
        "goal": random.choice(_GOALS),
        "expectation": random.choice(("subtle_fresher", "visible_improvement")),
        "skin_feel": random.choice(("dry", "oily", "combination", "normal", "sensitive")),
        "fitz_burn": random.choice(("usually_burn_tan_little", "sometimes_burn_tan_gradually")),
        "spf": random.choice(("daily", "sunny_days", "rarely")),
        "procedure_log": "none",
        "medications": "none",
        "allergies": "none",
        "appetite": "normal",
        "bowel_freq": random.choice(("1-2_day", "1-2_day", "every_2_days")),
        "water": random.choice((900, 1200, 1500, 2000)),
        "caffeine": random.randint(0, 4),
        "alcohol": random.randint(0, 6),
        "smoking": random.choice(("never", "never", "past")),
        "exercise": random.randint(0, 4),
        "sleep_h": random.choice((5.5, 6, 6.5, 7, 8)),
        "sleep_quality": random.randint(3, 8),
        "stress": random.randint(4, 9),
        "energy": random.randint(3, 8),
        **{
            code: {
                rule: "yes" if rule in story.rules else "no"
                for rule in form.by_code[code].screen_rules
            }
            for code in ("skin_screen", "conditions", "medicine_screen", "needle_screen")
        },
        **{code: answer for code, answer in story.first.items() if answer is not None},
    }
    if woman and age < 50:
        said["cycle_status"] = "regular"
    return _dated(said, on)


def later(
    story: Story,
    form: Definition,
    before: Mapping[str, Any],
    *,
    on: date,
    told: bool,
    random: Random,
) -> Said:
    """Return the answers of a form before a later visit; `told`: what the story says has happened."""
    top = before.get("top3") or []
    scores = before.get("concern_now") or {
        each["concern"]: each["bother"] for each in before.get("concern_map", [])
    }
    changed = told and bool(story.later_rules or {"new_meds", "new_dx"} & set(story.later))
    said: Said = {
        "any_change": "yes" if changed else "no",
        "pregnant": "no",
        "new_procedure": "none",
        "skin_now": ["none"],
        "unwell": "no",
        "reaction": ["none"] if random.random() < 0.7 else ["bruise"],
        "concern_now": {
            code: max(0, min(10, scores.get(code, 6) - random.choice((0, 1, 1, 2, -1))))
            for code in top
        },
        "stress": max(1, min(10, (before.get("stress") or 6) + random.choice((-2, -1, 0, 1)))),
        "sleep_h": max(4, min(9, (before.get("sleep_h") or 6) + random.choice((-0.5, 0, 0.5, 1)))),
        "bowel_freq": before.get("bowel_freq", "1-2_day"),
    }
    if before.get("sex_at_birth") == "male":
        del said["pregnant"]
    if told and not ("pregnant" in story.later and "pregnant" not in said):
        said |= story.later
    if changed:
        for code in form.by_code["any_change"].opens if "any_change" in form.by_code else ():
            known = before.get(code)
            said[code] = {
                rule: "yes" if rule in story.later_rules else reply
                for rule, reply in (known or {}).items()
            }
    return _dated(said, on)


def _dated(said: Said, on: date) -> Said:
    """Return answers with each date that was counted back from a day."""
    return {
        code: [
            {
                name: (on + v).isoformat() if isinstance(v, timedelta) else v
                for name, v in row.items()
            }
            for row in answer
        ]
        if isinstance(answer, list) and any(isinstance(row, dict) for row in answer)
        else answer
        for code, answer in said.items()
    }


def kind_of(number: int) -> FormKind:
    """Return which form somebody sends the how-manieth time."""
    return FormKind.FULL if number == 0 else FormKind.WHAT_CHANGED
