"""The form as it stands in the file, and what people and machines may type into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st

from clients.intake_answers import Asking, values_of
from clients.intake_definition import Definition, Kind, Question
from clients.intake_publishing import default_form
from clients.intake_reading import CHANNELS, PURPOSES, read
from tests.clients.rules import RULES

FORM = default_form()
TODAY = date(2026, 11, 25)
ASKING = Asking(FORM, RULES, TODAY)
Typed = Mapping[str, Sequence[str]]

WORDS = st.text(st.characters(codec="utf-8"), max_size=30)
PAST = st.dates(date(1960, 1, 1), TODAY).map(date.isoformat)


def typed(question: Question) -> st.SearchStrategy[dict[str, list[str]]]:
    """Return what a person may type at a question."""
    match question.kind:
        case Kind.TEXT | Kind.LONGTEXT | Kind.LIST | Kind.PRACTITIONER_TEXT:
            return one("", WORDS)
        case Kind.DATE:
            return one("", PAST)
        case Kind.NUMBER:
            return one("", st.integers(10, 24).map(str))
        case Kind.PHONE:
            return one("", st.sampled_from(["416 555 0123", "+44 20 7946 0018", ""]))
        case Kind.EMAIL:
            return one("", st.sampled_from(["a@example.org", ""]))
        case Kind.CONTACT:
            return joined(one("name", WORDS), one("relation", WORDS))
        case Kind.SINGLE | Kind.YES_NO | Kind.YES_NO_UNSURE:
            options = question.options or ("yes", "no")
            return joined(one("", st.sampled_from(options)), one("date", PAST))
        case Kind.MULTI | Kind.CHECKLIST:
            chosen = st.lists(st.sampled_from(question.options), unique=True)
            return chosen.map(lambda options: {"": options})
        case Kind.SCALE_0_10:
            return one("", st.integers(0, 10).map(str))
        case Kind.REPEAT:
            return st.lists(row(question), max_size=3).map(rows)
        case Kind.MATRIX_CONSENT:
            cells = [
                one(f"{p}-{c}", st.sampled_from(["1", ""])) for p in PURPOSES for c in CHANNELS
            ]
            return joined(*cells, st.just({"seen": ["1"]}))
        case Kind.SCREEN_FROM_RULES:
            return joined(*(screened(code) for code in question.screen_rules))
        case Kind.FACE_MAP:
            return joined(*(placed(region) for region in question.options))
        case Kind.ZONE_SCALE:
            return joined(*(one(f"{z}-rest", st.integers(0, 4).map(str)) for z in question.options))
        case Kind.BP:
            return st.just({"systolic": ["120"], "diastolic": ["80"]})
        case _:
            return st.just({})


def one(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, list[str]]]:
    return st.one_of(st.just({}), values.map(lambda value: {name: [value]}))


def joined(*each: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*each).map(lambda parts: {k: v for part in parts for k, v in part.items()})


def row(question: Question) -> st.SearchStrategy[dict[str, str]]:
    fields = {name: st.one_of(st.just(""), WORDS) for name in question.fields}
    if "type" in fields:
        fields["type"] = st.sampled_from(question.options)
    if "date" in fields:
        fields["date"] = PAST
    if "planned" in fields:
        fields["planned"] = st.sampled_from(["1", ""])
    return st.fixed_dictionaries(fields)


def rows(found: list[dict[str, str]]) -> dict[str, list[str]]:
    if not found:
        return {"none": ["1"]}
    return {f"{n}-{name}": [value] for n, each in enumerate(found) for name, value in each.items()}


def screened(code: str) -> st.SearchStrategy[dict[str, list[str]]]:
    replies = ["yes", "no"] if code == "contact_lenses" else ["yes", "no", "unsure"]
    return joined(one(code, st.sampled_from(replies)), st.just({f"{code}-date": ["2026-11-20"]}))


def placed(region: str) -> st.SearchStrategy[dict[str, list[str]]]:
    offered = FORM.face.concerns_at(region)
    return st.one_of(
        st.just({}),
        st.tuples(st.sampled_from(offered), st.integers(0, 10), st.sampled_from(["both", "L"])).map(
            lambda said: {
                f"{region}-{said[0]}": ["1"],
                f"{region}-{said[0]}-bother": [str(said[1])],
                f"{region}-{said[0]}-side": [said[2]],
            }
        ),
    )


def answers_to(form: Definition, asking: Asking = ASKING) -> st.SearchStrategy[dict[str, Any]]:
    """Return records: an answer or none to every question of the form."""

    def read_all(said: dict[str, Typed]) -> dict[str, Any]:
        found = {
            code: read(form.by_code[code], fields, asking).answer for code, fields in said.items()
        }
        return {code: answer for code, answer in found.items() if answer is not None}

    return st.fixed_dictionaries({}, optional={c: typed(q) for c, q in form.by_code.items()}).map(
        read_all
    )


def chosen(record: Mapping[str, Any]) -> frozenset[str]:
    return values_of(record.get("concern_map"))
