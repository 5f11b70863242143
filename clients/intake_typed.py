"""What has to be typed to give an answer: for forms that show what was said before.

The inverse of the readers of `clients.intake_answers`; the shapes are described there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clients.answers import UNSURE_DAY
from clients.intake_days import parts_typed
from clients.intake_definition import NONE, Kind, Question

TICKED = "1"
Fields = dict[str, list[str]]


def typed_of(question: Question, answer: Any) -> Fields:
    """Return what would have to be typed to give an answer; nothing for None."""
    if answer is None:
        return {}
    found: dict[str, Any] = _WRITERS[question.kind](question, answer)
    kept = {name: value if isinstance(value, list) else [value] for name, value in found.items()}
    return {name: [str(value) for value in values] for name, values in kept.items() if values}


def _plain(question: Question, answer: Any) -> dict[str, Any]:
    return {"": answer}


def _lines(question: Question, answer: Any) -> dict[str, Any]:
    return {"": "\n".join(answer)}


def _single(question: Question, answer: Any) -> dict[str, Any]:
    if isinstance(answer, dict):
        return {"": answer["value"], **_dated("date", answer["date"], "unsure")}
    return {"": answer}


def _dated(name: str, day: str, unsure: str) -> dict[str, Any]:
    return {unsure: TICKED} if day == UNSURE_DAY else {name: day}


def _fields(question: Question, answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if value not in ("", None)}


def _checklist(question: Question, answer: Any) -> dict[str, Any]:
    return {"": list(answer), "seen": TICKED}


def _ranked(question: Question, answer: Any) -> dict[str, Any]:
    return {str(place): code for place, code in enumerate(answer, start=1)}


def _repeat(question: Question, answer: Any) -> dict[str, Any]:
    if answer == NONE:
        return {NONE: TICKED}
    found: dict[str, Any] = {}
    for number, row in enumerate(answer):
        for name, value in row.items():
            at = f"{number}-{name}"
            if name == "date" and value == UNSURE_DAY:
                found[f"{at}-unsure"] = TICKED
            elif name == "date":
                found |= {f"{at}-{part}": text for part, text in parts_typed(value).items()}
            else:
                found[at] = TICKED if value is True else value
    return found


def _consents(question: Question, answer: Any) -> dict[str, Any]:
    ticked = {
        f"{purpose}-{channel}": TICKED
        for purpose, channels in answer.items()
        for channel, granted in channels.items()
        if granted
    }
    return {**ticked, "seen": TICKED}


def _face_map(question: Question, answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in answer:
        stem = f"{each['region']}-{each['concern']}"
        found[stem] = TICKED
        if each["side"] != "midline":
            found[f"{stem}-side"] = each["side"]
        if each["bother"] is not None:
            found[f"{stem}-bother"] = each["bother"]
    return found


def _screen(question: Question, answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for code, said in answer.items():
        if isinstance(said, dict):
            found |= {code: said["value"], **_dated(f"{code}-date", said["date"], f"{code}-unsure")}
        else:
            found[code] = said
    return found


def _zones(question: Question, answer: Any) -> dict[str, Any]:
    return {f"{zone}-{at}": number for zone, said in answer.items() for at, number in said.items()}


def _chart(question: Question, answer: Any) -> dict[str, Any]:
    return {
        f"{number}-{name}": value
        for number, row in enumerate(answer)
        for name, value in row.items()
        if value
    }


def _date(question: Question, answer: Any) -> dict[str, Any]:
    return dict(parts_typed(answer)) if question.code == "dob" else {"": answer}


_WRITERS: dict[Kind, Callable[[Question, Any], dict[str, Any]]] = {
    Kind.TEXT: _plain,
    Kind.LONGTEXT: _plain,
    Kind.PRACTITIONER_TEXT: _plain,
    Kind.LIST: _lines,
    Kind.DATE: _date,
    Kind.NUMBER: _plain,
    Kind.PHONE: _plain,
    Kind.EMAIL: _plain,
    Kind.CONTACT: _fields,
    Kind.SINGLE: _single,
    Kind.YES_NO: _single,
    Kind.YES_NO_UNSURE: _single,
    Kind.MULTI: _plain,
    Kind.CHECKLIST: _checklist,
    Kind.SCALE_0_10: _plain,
    Kind.RANKED3: _ranked,
    Kind.SCALE_TOP3: _fields,
    Kind.REPEAT: _repeat,
    Kind.MATRIX_CONSENT: _consents,
    Kind.FACE_MAP: _face_map,
    Kind.SCREEN_FROM_RULES: _screen,
    Kind.ZONE_SCALE: _zones,
    Kind.FACE_CHART: _chart,
    Kind.BP: _fields,
}
