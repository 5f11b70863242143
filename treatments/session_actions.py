"""What may be written down in a session, one small action at a time (pure).

An action is made on the tablet, has an id from there, and is sent as often as it takes to arrive.
`read` turns what was sent into a payload of known shape; whatever else it held is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from clients.phases import Phase

MOST_TEXT = 4000
MOST_WORDS = 200
MOST_LIST = 60
MOST_ACTIONS = 500
LAST_MOMENT = 4_102_444_800_000  # the year 2100, in milliseconds
MOST_NEEDLE_MM = 80
MOST_MINUTES = 240
# The size of the chart's drawing, with room to spare.
MOST_PLACE = 1000


class Kind(StrEnum):
    """What an action does.

    PHASE begins a phase (and ends the one before), PAUSE stops the clock, END ends it, RESUME lets
    it run again after either, EXTEND plans more minutes. PLACE, ADJUST, REMOVE are of one needle, REMOVE_ALL
    of all that are in. MASSAGE and ROLLER say how those phases were done (`reason`: why in an
    area that is off), SKIP what was left out, OIL_OFF that the skin was cleaned before needling.
    RATING, NOTE, WORDS (a part of the record in the practitioner's own words), EVENT (an adverse
    event), AFTERCARE. UNDO takes one action back.
    """

    PHASE = "PHASE"
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    EXTEND = "EXTEND"
    END = "END"
    PLACE = "PLACE"
    ADJUST = "ADJUST"
    REMOVE = "REMOVE"
    REMOVE_ALL = "REMOVE_ALL"
    MASSAGE = "MASSAGE"
    ROLLER = "ROLLER"
    SKIP = "SKIP"
    OIL_OFF = "OIL_OFF"
    RATING = "RATING"
    NOTE = "NOTE"
    WORDS = "WORDS"
    EVENT = "EVENT"
    AFTERCARE = "AFTERCARE"
    UNDO = "UNDO"


class Side(StrEnum):
    """The client's own left and right, and the midline."""

    L = "L"
    R = "R"
    M = "M"


class View(StrEnum):
    """A drawing a needle stands on; BODY has none."""

    FRONT = "FRONT"
    LEFT = "LEFT"
    RIGHT = "RIGHT"
    BODY = "BODY"


class Angle(StrEnum):
    """How a needle stands to the skin: 90, 45 and 15 degrees (session.json, `needle_row`)."""

    PERPENDICULAR = "PERPENDICULAR"
    OBLIQUE = "OBLIQUE"
    SUBCUTANEOUS = "SUBCUTANEOUS"


class Layer(StrEnum):
    """How deep a needle goes, in tissue; STRICTA takes it in place of millimetres."""

    INTRADERMAL = "INTRADERMAL"
    SUBCUTANEOUS = "SUBCUTANEOUS"
    MUSCLE = "MUSCLE"


class Response(StrEnum):
    """What a needle was answered with (STRICTA 2d)."""

    NONE = "NONE"
    DE_QI = "DE_QI"
    TWITCH = "TWITCH"


class Stimulation(StrEnum):
    """How a needle was stimulated (STRICTA 2e)."""

    NONE = "NONE"
    MANUAL = "MANUAL"
    ELECTRICAL = "ELECTRICAL"


class Part(StrEnum):
    """The parts of the record in words: SOAP, and the style and reasoning STRICTA asks for."""

    SUBJECTIVE = "SUBJECTIVE"
    OBJECTIVE = "OBJECTIVE"
    ASSESSMENT = "ASSESSMENT"
    PLAN = "PLAN"
    RATIONALE = "RATIONALE"


class Grade(StrEnum):
    """How bad an adverse event is (session.json, `ae_grades`)."""

    MINOR = "MINOR"
    MODERATE = "MODERATE"
    SERIOUS = "SERIOUS"


class Malformed(ValueError):
    """An action that is none. `field` names what is wrong with it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Action:
    """One action. `uid` was made where it happened; `at` is the moment it happened, aware UTC."""

    uid: UUID
    kind: Kind
    at: datetime
    payload: Mapping[str, Any]


Reader = Callable[[Any], Any]


def _text(most: int) -> Reader:
    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > most or "\x00" in value:
            raise ValueError
        return value.strip()

    return read


def _code(value: Any) -> str:
    text = _text(60)(value)
    if not text or not all(letter.isalnum() or letter in "-_." for letter in text):
        raise ValueError
    return str(text)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _number(least: float, most: float) -> Reader:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError
        if not least <= value <= most:  # false for NaN as well
            raise ValueError
        return round(value, 1)

    return read


def _whole(least: int, most: int) -> Reader:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError
        return value

    return read


def _id(value: Any) -> str:
    return str(UUID(_text(40)(value)))


def _codes(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_LIST:
        raise ValueError
    return list(dict.fromkeys(_code(each) for each in value))


def _score(value: Any) -> int | str:
    return _code(value) if isinstance(value, str) else _whole(0, 10)(value)


_WORD, _LONG = _text(MOST_WORDS), _text(MOST_TEXT)
_MM = _number(0, MOST_NEEDLE_MM)
_PLACE = _number(-MOST_PLACE, MOST_PLACE)
_MINUTES = _whole(0, MOST_MINUTES)

_DETAILS: dict[str, Reader] = {
    "box": _id,
    "depth_mm": _MM,
    "angle": Angle,
    "direction": _WORD,
    "layer": Layer,
    "response": Response,
    "stimulation": Stimulation,
    "variant": _WORD,
    "reason": _WORD,
    "reaction": _WORD,
    "note": _WORD,
    "label": _WORD,
    "view": View,
    "x": _PLACE,
    "y": _PLACE,
}

# For each kind, what it must say and what it may.
FIELDS: dict[Kind, tuple[dict[str, Reader], dict[str, Reader]]] = {
    Kind.PHASE: ({"phase": Phase}, {}),
    Kind.PAUSE: ({}, {}),
    Kind.RESUME: ({}, {}),
    Kind.EXTEND: ({"phase": Phase, "minutes": _whole(-60, 60)}, {}),
    Kind.END: ({}, {"early": _WORD}),
    Kind.PLACE: (
        {"needle": _id, "code": _code, "side": Side, "region": _code},
        _DETAILS,
    ),
    Kind.ADJUST: ({"needle": _id}, _DETAILS),
    Kind.REMOVE: ({"needle": _id}, {"bled": _flag}),
    Kind.REMOVE_ALL: ({}, {"reason": _WORD}),
    Kind.MASSAGE: (
        {},
        {
            "areas": _codes,
            "strokes": _codes,
            "minutes": _MINUTES,
            "product": _WORD,
            "note": _WORD,
            "reason": _WORD,
        },
    ),
    Kind.ROLLER: (
        {},
        {
            "tool": _id,
            "cold": _flag,
            "areas": _codes,
            "strokes": _codes,
            "minutes": _MINUTES,
            "note": _WORD,
            "reason": _WORD,
        },
    ),
    Kind.SKIP: ({"phase": Phase, "reason": _WORD}, {"area": _code}),
    Kind.OIL_OFF: ({}, {}),
    Kind.RATING: ({"scale": _code, "value": _score}, {"of": _code, "by": _code}),
    Kind.NOTE: ({"note": _id, "text": _LONG}, {}),
    Kind.WORDS: ({"part": Part, "text": _LONG}, {}),
    Kind.EVENT: (
        {"event": _id, "what": _code, "grade": Grade},
        {
            "where": _WORD,
            "size_mm": _number(0, 500),
            "action": _LONG,
            "told": _flag,
            "referred_to": _WORD,
            "needles": _codes,
        },
    ),
    Kind.AFTERCARE: ({"given": _codes}, {}),
    Kind.UNDO: ({"action": _id}, {}),
}


def read_all(sent: object) -> list[Action]:
    """Return the actions of a message from a tablet: a list of {id, kind, at, payload}, where `at`
    is in milliseconds since 1970. Raises Malformed with what is wrong with the first bad one."""
    if not isinstance(sent, list) or len(sent) > MOST_ACTIONS:
        raise Malformed("actions")
    return [_action(each) for each in sent]


def _action(sent: object) -> Action:
    if not isinstance(sent, Mapping):
        raise Malformed("actions")
    try:
        uid = UUID(_text(40)(sent.get("id")))
        kind = Kind(_text(12)(sent.get("kind")))
        moment = _whole(0, LAST_MOMENT)(sent.get("at"))
    except ValueError as error:
        raise Malformed("actions") from error
    at = datetime.fromtimestamp(moment / 1000, tz=UTC)
    return Action(uid, kind, at, read(kind, sent.get("payload", {})))


def read(kind: Kind, sent: object) -> dict[str, Any]:
    """Return the payload of an action from what was sent. Raises Malformed with the field."""
    if not isinstance(sent, Mapping):
        raise Malformed("payload")
    must, may = FIELDS[kind]
    payload: dict[str, Any] = {}
    for name, reader in {**must, **may}.items():
        value = sent.get(name)
        if value is None or value == "":
            if name in must and name != "text":
                raise Malformed(name)
            if name in must:
                payload[name] = ""
            continue
        try:
            payload[name] = reader(value)
        except (ValueError, TypeError, OverflowError):
            raise Malformed(name) from None
    return payload
