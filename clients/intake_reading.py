"""Reading what was typed into the intake, for each type of question. See `clients.intake_answers`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from clients.answers import UNSURE_DAY, AnswersInvalid, parse_answers
from clients.contact import clean_text, email_key
from clients.intake_answers import Answer, Asking, Read, Trouble, Typed
from clients.intake_definition import MOST_TOP, NONE, Kind, Question
from clients.intake_fields import (
    LONGEST_LINE,
    Wrong,
    day_in,
    line_in,
    phone_in,
    said_in,
    scale_in,
    whole_number,
)

LONGEST_NAME, LONGEST_TEXT = 120, 4000
MOST_ROWS, MOST_LINES = 30, 20
SIDES = ("both", "L", "R")
PAIRED = frozenset(
    {"brow", "cheek", "eye_lateral", "eye_lower", "jaw", "mouth", "nasolabial", "temple"}
)
PURPOSES, CHANNELS = ("reminder", "follow_up", "news"), ("email", "sms")
NUMBER_RANGES = {
    "water": (0, 20_000), "caffeine": (0, 50), "alcohol": (0, 200), "exercise": (0, 50),
    "sleep_h": (0, 24), "screen_h": (0, 24), "cycle_len": (10, 200), "reaction_days": (0, 365),
}  # fmt: skip
ANY_NUMBER = (0, 100_000)
_EMAIL = re.compile(
    r"[^@\s<>()\[\],;:\\\"]{1,64}@[^@\s<>()\[\],;:\\\"]+\.[^@\s<>()\[\],;:\\\".]{2,}"
)


def read(question: Question, typed: Typed, asking: Asking) -> Read:
    """Return the answer in what was typed (hostile until proven otherwise). Never raises."""
    found = Read()
    found.answer = _READERS[question.kind](question, typed, asking, found.wrong)
    if found.wrong:
        found.answer = None
    return found


def _text(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    most = LONGEST_NAME if question.code.endswith("_name") else LONGEST_LINE
    return line_in(typed, "", wrong, most) or None


def _long(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    lines = [clean_text(line) for line in said_in(typed).splitlines()]
    text = "\n".join(lines).strip("\n")
    if len(text) > LONGEST_TEXT:
        wrong[""] = Trouble.TOO_LONG
    return text or None


def _list(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    lines = [line for line in map(clean_text, said_in(typed).splitlines()) if line]
    if len(lines) > MOST_LINES:
        wrong[""] = Trouble.TOO_MANY
    if any(len(line) > LONGEST_LINE for line in lines):
        wrong[""] = Trouble.TOO_LONG
    return lines or None


def _date(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    return day_in(typed, "", asking, wrong, may_be_coming=question.may_be_coming, whole=True)


def _number(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    text = clean_text(said_in(typed)).replace(",", ".")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,2})?", text, re.ASCII):
        wrong[""] = Trouble.NUMBER_WRONG
        return None
    number = float(text)
    least, most = NUMBER_RANGES.get(question.code, ANY_NUMBER)
    if not least <= number <= most:
        wrong[""] = Trouble.NUMBER_OUT_OF_RANGE
    return int(number) if number == int(number) else number


def _phone(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    return phone_in(typed, "", asking, wrong)


def _email(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    text = email_key(clean_text(said_in(typed)))
    if text and (len(text) > 254 or not _EMAIL.fullmatch(text)):
        wrong[""] = Trouble.EMAIL_WRONG
    return text or None


def _contact(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    found = {
        "name": line_in(typed, "name", wrong, LONGEST_NAME),
        "relation": line_in(typed, "relation", wrong, LONGEST_NAME),
        "phone": phone_in(typed, "phone", asking, wrong) or "",
    }
    return found if any(found.values()) else None


def _options(question: Question) -> tuple[str, ...]:
    if question.kind in (Kind.YES_NO, Kind.YES_NO_UNSURE):
        return ("yes", "no", "not_sure")[: 2 if question.kind is Kind.YES_NO else 3]
    return question.options


def _single(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    said = said_in(typed)
    if not said:
        return None
    if said not in _options(question):
        wrong[""] = Trouble.NOT_OFFERED
        return None
    if question.date_label and said == "yes":
        day = day_in(typed, "date", asking, wrong, may_be_coming=False, whole=True)
        if day is None and "date" not in wrong:
            if not said_in(typed, "unsure"):
                wrong["date"] = Trouble.DATE_MISSING
            day = UNSURE_DAY
        return {"value": said, "date": day}
    return said


def _several(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    said = [value for value in typed.get("", ()) if value]
    if set(said) - set(question.options):
        wrong[""] = Trouble.NOT_OFFERED
    if NONE in said and len(set(said)) > 1:
        wrong[""] = Trouble.CONTRADICTION
    return [option for option in question.options if option in said] or None


def _checklist(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    ticked = _several(question, typed, asking, wrong)
    return (ticked or []) if ticked or said_in(typed, "seen") else None


def _scale(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    return scale_in(typed, "", 10, wrong)


def _ranked(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    found: list[str] = []
    for name in map(str, range(1, MOST_TOP + 1)):
        said = said_in(typed, name)
        if not said:
            continue
        if said not in asking.form.face.concerns:
            wrong[name] = Trouble.NOT_OFFERED
        elif said in found:
            wrong[name] = Trouble.TWICE
        elif said not in asking.chosen:
            wrong[name] = Trouble.NOT_ON_THE_MAP
        found.append(said)
    return found or None


def _top3(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    found = {code: scale_in(typed, code, 10, wrong) for code in asking.top}
    return {code: number for code, number in found.items() if number is not None} or None


def _repeat(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    rows = []
    numbers = sorted({int(m[1]) for name in typed if (m := _ROW.match(name))})
    for number in numbers:
        row = _row(question, typed, number, asking, wrong)
        if row:
            rows.append(row)
    if len(rows) > MOST_ROWS:
        wrong[""] = Trouble.TOO_MANY
    if said_in(typed, NONE) and question.none_option:
        if rows:
            wrong[""] = Trouble.CONTRADICTION
        return NONE
    return rows or None


_ROW = re.compile(r"([0-9]{1,3})-", re.ASCII)


def _row(
    question: Question, typed: Typed, number: int, asking: Asking, wrong: Wrong
) -> dict[str, Any]:
    stem = f"{number}-"
    row: dict[str, Any] = {}
    planned = bool(said_in(typed, f"{stem}planned")) and "planned" in question.fields
    for name in question.fields:
        at = f"{stem}{name}"
        if name == "planned":
            continue
        if name == "date":
            coming = planned or question.may_be_coming
            day = day_in(typed, at, asking, wrong, may_be_coming=coming, whole=False)
            if day is None and said_in(typed, f"{at}-unsure") and at not in wrong:
                day = UNSURE_DAY
            value: str | None = day
        elif name == "type":
            value = said_in(typed, at)
            if value and value not in question.options:
                wrong[at] = Trouble.NOT_OFFERED
        else:
            value = line_in(typed, at, wrong)
        if value:
            row[name] = value
    if row and planned:
        row["planned"] = True
    if row and "type" in question.fields and "type" not in row:
        wrong[f"{stem}type"] = Trouble.WHICH_MISSING
    if (
        row.get("type") in question.option_rules
        and "date" not in row
        and f"{stem}date" not in wrong
    ):
        wrong[f"{stem}date"] = Trouble.DATE_MISSING
    return row


def _consents(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    cells = {(p, c): bool(said_in(typed, f"{p}-{c}")) for p in PURPOSES for c in CHANNELS}
    if not any(cells.values()) and not said_in(typed, "seen"):
        return None
    return {p: {c: cells[p, c] for c in CHANNELS} for p in PURPOSES}


def place_name(region: str, concern: str) -> str:
    """Return the end of the names of the fields for a concern at a region."""
    return f"{region}-{concern}"


def _face_map(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    found = []
    face = asking.form.face
    for region in question.options:
        for concern in face.concerns_at(region):
            stem = place_name(region, concern)
            if not said_in(typed, stem):
                continue
            side = said_in(typed, f"{stem}-side") or "both"
            if side not in SIDES:
                wrong[f"{stem}-side"] = Trouble.NOT_OFFERED
            bother = scale_in(typed, f"{stem}-bother", 10, wrong)
            found.append(
                {
                    "region": region,
                    "side": side if region in PAIRED else "midline",
                    "concern": concern,
                    "bother": bother,
                }
            )
    return found or None


def _screen(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    found: dict[str, Any] = {}
    for code in question.screen_rules:
        said = said_in(typed, code)
        if not said or code not in asking.rules.by_code:
            continue
        asked = asking.rules.by_question[code]
        raw: Any = said
        if said == "yes" and asked.date_label:
            day = day_in(typed, f"{code}-date", asking, wrong, may_be_coming=False, whole=True)
            if f"{code}-date" in wrong:
                continue
            if day is None and not said_in(typed, f"{code}-unsure"):
                wrong[f"{code}-date"] = Trouble.DATE_MISSING
                continue
            raw = {"value": "yes", "date": day or UNSURE_DAY}
        try:
            parse_answers([asked], {code: raw}, answered_on=asking.today)
        except AnswersInvalid:
            wrong[code] = Trouble.NOT_OFFERED
            continue
        found[code] = raw
    return found or None


def _zones(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    found: dict[str, dict[str, int]] = {}
    for zone in question.options:
        said = {m: scale_in(typed, f"{zone}-{m}", 4, wrong) for m in ("rest", "motion")}
        kept = {moment: number for moment, number in said.items() if number is not None}
        if kept:
            found[zone] = kept
    return found or None


def _chart(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    found = []
    for number in sorted({int(m[1]) for name in typed if (m := _ROW.match(name))})[:MOST_ROWS]:
        region = said_in(typed, f"{number}-region")
        note = line_in(typed, f"{number}-note", wrong)
        if not region and not note:
            continue
        if region not in asking.form.face.regions:
            wrong[f"{number}-region"] = Trouble.WHICH_MISSING if not region else Trouble.NOT_OFFERED
        found.append({"region": region, "note": note})
    return found or None


def _pressure(question: Question, typed: Typed, asking: Asking, wrong: Wrong) -> Answer:
    said = {name: said_in(typed, name).strip() for name in ("systolic", "diastolic")}
    if not any(said.values()):
        return None
    found: dict[str, int] = {}
    for name, text in said.items():
        number = whole_number(text, 300) if text else None
        if number is None or number < 30:
            wrong[name] = Trouble.NUMBER_WRONG
        else:
            found[name] = number
    return found


Reader = Callable[[Question, Typed, Asking, Wrong], Answer]
_READERS: dict[Kind, Reader] = {
    Kind.TEXT: _text,
    Kind.PRACTITIONER_TEXT: _long,
    Kind.LONGTEXT: _long,
    Kind.LIST: _list,
    Kind.DATE: _date,
    Kind.NUMBER: _number,
    Kind.PHONE: _phone,
    Kind.EMAIL: _email,
    Kind.CONTACT: _contact,
    Kind.SINGLE: _single,
    Kind.YES_NO: _single,
    Kind.YES_NO_UNSURE: _single,
    Kind.MULTI: _several,
    Kind.CHECKLIST: _checklist,
    Kind.SCALE_0_10: _scale,
    Kind.RANKED3: _ranked,
    Kind.SCALE_TOP3: _top3,
    Kind.REPEAT: _repeat,
    Kind.MATRIX_CONSENT: _consents,
    Kind.FACE_MAP: _face_map,
    Kind.SCREEN_FROM_RULES: _screen,
    Kind.ZONE_SCALE: _zones,
    Kind.FACE_CHART: _chart,
    Kind.BP: _pressure,
}
