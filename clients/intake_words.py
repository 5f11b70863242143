"""Answers to the intake in words, in parts: one a line, each with what it is about. Pure.

A part's key stays the same from one submission to the next, so that what changed can be told part
by part: the one condition of a list, the one concern of a map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clients.answers import UNSURE_DAY
from clients.intake_definition import NONE, Definition, Kind, Question
from clients.rules import RuleSet

FIELDS = {
    "name": "Name", "dose": "Dose", "since": "Since", "type": "Treatment", "date": "When",
    "area": "Area", "product": "Product", "place": "Where", "problem": "Any problem",
    "what": "What", "to": "Allergic to", "what_happens": "What happens", "planned": "Still planned",
    "relation": "Relation", "phone": "Phone",
}  # fmt: skip
SIDE_WORDS = {"L": "left", "R": "right", "both": "both sides"}
PURPOSE_WORDS = {"reminder": "Reminders", "follow_up": "Follow-up", "news": "News"}
CHANNEL_WORDS = {"email": "e-mail", "sms": "text message"}
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
REPLIES = {"yes": "Yes", "no": "No", "unsure": "Not sure", "not_sure": "Not sure"}


@dataclass(frozen=True)
class Part:
    """One thing said. `label` is "" where the question itself says what it is about."""

    key: str
    label: str
    words: str


def parts(form: Definition, rules: RuleSet, question: Question, answer: Any) -> tuple[Part, ...]:
    """Return an answer in words; no parts for none."""
    if answer is None:
        return ()
    return tuple(_PARTS.get(question.kind, _plain)(_Words(form, rules), question, answer))


def words(form: Definition, rules: RuleSet, question: Question, answer: Any) -> str:
    """Return an answer in one line of words."""
    said = parts(form, rules, question, answer)
    return "; ".join(f"{each.label}: {each.words}" if each.label else each.words for each in said)


@dataclass(frozen=True)
class _Words:
    form: Definition
    rules: RuleSet


def when(day: str) -> str:
    """Return a day, a month or a year as people write it: "15 Nov 2026", "Nov 2026", "2026"."""
    if day == UNSURE_DAY:
        return "not sure when"
    try:
        year, *rest = (int(part) for part in day.split("-"))
        month = [MONTHS[rest[0] - 1]] if rest else []
    except (ValueError, IndexError):
        return day
    return " ".join([*(str(each) for each in rest[1:]), *month, str(year)])


def _reply(said: Any) -> str:
    if isinstance(said, Mapping):
        return f"{REPLIES[said['value']]}, {when(said['date'])}"
    return REPLIES.get(said, str(said))


def _plain(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    unit = f" {question.unit}" if question.unit else ""
    yield Part("", "", f"{answer}{unit}")


def _lines(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    for line in dict.fromkeys(answer):
        yield Part(line, "", line)


def _single(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    said = _reply(answer) if isinstance(answer, Mapping) else at.form.label_of(question, answer)
    yield Part("", "", said)


def _several(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    for option in answer:
        yield Part(option, "", at.form.label_of(question, option))


def _scale(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    yield Part("", "", f"{answer} of 10")


def _ranked(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    for place, code in enumerate(answer, start=1):
        yield Part(str(place), f"{place}", at.form.face.concerns.get(code, code))


def _top3(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    for code, number in answer.items():
        yield Part(code, at.form.face.concerns.get(code, code), f"{number} of 10")


def _contact(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    yield Part("", "", ", ".join(value for value in answer.values() if value))


def _repeat(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    if answer == NONE:
        yield Part(NONE, "", at.form.label_of(question, NONE))
        return
    seen: dict[str, int] = {}
    for row in answer:
        said = ", ".join(_cell(at, question, name, value) for name, value in row.items())
        seen[said] = seen.get(said, 0) + 1
        yield Part(f"{said} {seen[said]}", "", said)


def _cell(at: _Words, question: Question, name: str, value: Any) -> str:
    match name:
        case "type":
            return at.form.label_of(question, value)
        case "date":
            return when(value)
        case "planned":
            return FIELDS[name].lower()
        case _:
            return str(value)


def _consents(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    for purpose, channels in answer.items():
        by = [CHANNEL_WORDS[channel] for channel, granted in channels.items() if granted]
        yield Part(purpose, PURPOSE_WORDS[purpose], ", ".join(by) or "no")


def _face_map(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    face = at.form.face
    for each in answer:
        side = SIDE_WORDS.get(each["side"], "")
        where = face.regions.get(each["region"], each["region"])
        label = f"{where}, {side}" if side else where
        what = face.concerns.get(each["concern"], each["concern"])
        rated = "" if each["bother"] is None else f", {each['bother']} of 10"
        yield Part(f"{each['region']} {each['concern']}", label, f"{what}{rated}")


def _screen(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    for code, said in answer.items():
        rule = at.rules.by_code.get(code)
        yield Part(code, rule.question if rule else code, _reply(said))


def _zones(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    for zone, said in answer.items():
        numbers = ", ".join(
            f"{word} {said[moment]}"
            for moment, word in (("rest", "at rest"), ("motion", "in motion"))
            if moment in said
        )
        yield Part(zone, at.form.face.regions.get(zone, zone), numbers)


def _chart(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    for number, each in enumerate(answer):
        yield Part(str(number), at.form.face.regions.get(each["region"], ""), each["note"])


def _pressure(at: _Words, question: Question, answer: Any) -> Iterator[Part]:
    yield Part("", "", f"{answer['systolic']}/{answer['diastolic']} mmHg")


_PARTS: dict[Kind, Callable[[_Words, Question, Any], Iterator[Part]]] = {
    Kind.LIST: _lines,
    Kind.SINGLE: _single,
    Kind.YES_NO: _single,
    Kind.YES_NO_UNSURE: _single,
    Kind.MULTI: _several,
    Kind.CHECKLIST: _several,
    Kind.SCALE_0_10: _scale,
    Kind.RANKED3: _ranked,
    Kind.SCALE_TOP3: _top3,
    Kind.CONTACT: _contact,
    Kind.REPEAT: _repeat,
    Kind.MATRIX_CONSENT: _consents,
    Kind.FACE_MAP: _face_map,
    Kind.SCREEN_FROM_RULES: _screen,
    Kind.ZONE_SCALE: _zones,
    Kind.FACE_CHART: _chart,
    Kind.BP: _pressure,
}
