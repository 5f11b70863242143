"""The intake form as data without a database: sections, questions, when each is shown.

`read` makes a `Definition` of a document in the shape of `data/intake.json`, with `data/face.json`
under `face`; codes of questions and options are as written there. A published version never
changes, so an answer can always be read beside the question it was given to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

NONE = "none"
MOST_TOP = 3
# What is asked about a day still to come; every other date lies in the past.
COMING = frozenset({"expect_by", "procedure_planned"})
AT_THE_CLINIC = frozenset({"day_of"})


class Kind(StrEnum):
    """How a question is answered; the shapes of the answers are those of `clients.intake_answers`."""

    TEXT = "TEXT"
    LONGTEXT = "LONGTEXT"
    LIST = "LIST"
    DATE = "DATE"
    NUMBER = "NUMBER"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    CONTACT = "CONTACT"
    SINGLE = "SINGLE"
    MULTI = "MULTI"
    YES_NO = "YES_NO"
    YES_NO_UNSURE = "YES_NO_UNSURE"
    SCALE_0_10 = "SCALE_0_10"
    RANKED3 = "RANKED3"
    SCALE_TOP3 = "SCALE_TOP3"
    REPEAT = "REPEAT"
    CHECKLIST = "CHECKLIST"
    MATRIX_CONSENT = "MATRIX_CONSENT"
    FACE_MAP = "FACE_MAP"
    SCREEN_FROM_RULES = "SCREEN_FROM_RULES"
    ZONE_SCALE = "ZONE_SCALE"
    FACE_CHART = "FACE_CHART"
    BP = "BP"
    PRACTITIONER_TEXT = "PRACTITIONER_TEXT"


class FormKind(StrEnum):
    """The whole intake, or only what changed since."""

    FULL = "FULL"
    WHAT_CHANGED = "WHAT_CHANGED"


class IntakeInvalid(ValueError):
    """The document of the form contradicts itself; the message says where."""


@dataclass(frozen=True)
class Condition:
    """When something is shown: by what another question's answer holds. One that is not answered
    holds nothing, so `none_of` lets it pass."""

    question: str
    any_of: frozenset[str] = frozenset()
    none_of: frozenset[str] = frozenset()

    def holds(self, values: frozenset[str]) -> bool:
        """Return whether it is fulfilled by the values the answer holds."""
        if self.any_of and not self.any_of & values:
            return False
        return not self.none_of & values


@dataclass(frozen=True)
class Question:
    """One question. `opens` are questions shown again when it is answered yes; `option_rules` says
    which safety rule an option stands for, `item_rules` which one an unticked item does."""

    code: str
    label: str
    kind: Kind
    required: bool = False
    options: tuple[str, ...] = ()
    option_labels: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    none_option: bool = False
    show_if: Condition | None = None
    opens: tuple[str, ...] = ()
    screen_rules: tuple[str, ...] = ()
    option_rules: Mapping[str, str] = field(default_factory=dict)
    item_rules: Mapping[str, str] = field(default_factory=dict)
    option_events: Mapping[str, str] = field(default_factory=dict)
    date_label: str = ""
    unit: str = ""
    help: str = ""
    refer_options: tuple[str, ...] = ()
    refer_message: str = ""
    recheck_question: str = ""
    ask_each_visit: bool = False

    @property
    def may_be_coming(self) -> bool:
        """Whether its dates may lie in the future."""
        return self.code in COMING


@dataclass(frozen=True)
class Section:
    """One screen of the form."""

    code: str
    title: str
    questions: tuple[Question, ...]
    show_if: Condition | None = None
    is_optional: bool = False
    staff_only: bool = False


@dataclass(frozen=True)
class Face:
    """The regions of the face chart, and which concerns are usually put where."""

    regions: Mapping[str, str]
    client_zones: tuple[str, ...]
    concerns: Mapping[str, str]
    concern_regions: Mapping[str, tuple[str, ...]]

    def concerns_at(self, region: str) -> tuple[str, ...]:
        """Return the concerns offered at a region: its own, then those that may be anywhere, each
        by their words, since a stored document keeps no order of its own."""
        by_words = sorted(self.concern_regions, key=lambda code: self.concerns.get(code, code))
        own = [code for code in by_words if region in self.concern_regions[code]]
        anywhere = [code for code in by_words if "whole_face" in self.concern_regions[code]]
        return tuple(dict.fromkeys([*own, *anywhere]))

    @cached_property
    def facial(self) -> tuple[str, ...]:
        """The concerns that can be put on the face at all."""
        return tuple(code for code, where in self.concern_regions.items() if where != ("body",))


@dataclass(frozen=True)
class Definition:
    """One version of the form, whole."""

    version: int
    sections: tuple[Section, ...]
    recheck: tuple[Question, ...]
    recheck_title: str
    option_labels: Mapping[str, str]
    face: Face
    document: Mapping[str, Any] = field(repr=False, compare=False)

    @cached_property
    def by_code(self) -> Mapping[str, Question]:
        """Every question. Of one asked in both forms, the intake's."""
        asked = {question.code: question for question in self.recheck}
        return asked | {
            question.code: question for section in self.sections for question in section.questions
        }

    @cached_property
    def of_recheck(self) -> Mapping[str, Question]:
        return {question.code: question for question in self.recheck}

    @cached_property
    def intake_codes(self) -> frozenset[str]:
        """The questions of the whole intake; the others belong to one visit."""
        return frozenset(q.code for section in self.sections for q in section.questions)

    @cached_property
    def section_of(self) -> Mapping[str, Section]:
        """The section of the whole intake a question stands in."""
        return {q.code: section for section in self.sections for q in section.questions}

    @cached_property
    def what_changed(self) -> tuple[Section, ...]:
        """The short form's screens: what is always asked, and what a yes opens."""
        asked = tuple(q for q in self.recheck if q.code not in AT_THE_CLINIC)
        opened = [
            Section(
                code=f"{question.code}_opened",
                title=" · ".join(
                    dict.fromkeys(self.section_of[code].title for code in question.opens)
                ),
                questions=tuple(self.by_code[code] for code in question.opens),
                show_if=Condition(question.code, any_of=frozenset({"yes"})),
            )
            for question in asked
            if question.opens
        ]
        return (Section("what_changed", self.recheck_title, asked), *opened)

    @cached_property
    def told_in_passing(self) -> tuple[Section, ...]:
        """The screens for whoever writes down a few things a client said: what is asked before each
        visit, then every section, with no question twice."""
        asked = tuple(q for q in self.recheck if q.code not in AT_THE_CLINIC)
        codes = {question.code for question in asked}
        rest = [
            replace(each, questions=tuple(q for q in each.questions if q.code not in codes))
            for each in self.sections
        ]
        return (Section("what_changed", self.recheck_title, asked), *rest)

    def screens(self, kind: FormKind, *, by_staff: bool = False) -> tuple[Section, ...]:
        """Return all screens of a form, shown or not. by_staff: the practitioner's own as well."""
        if kind is FormKind.WHAT_CHANGED:
            return self.told_in_passing if by_staff else self.what_changed
        return tuple(each for each in self.sections if by_staff or not each.staff_only)

    def label_of(self, question: Question, option: str) -> str:
        """Return an option in words."""
        if question.kind is Kind.FACE_MAP or question.kind is Kind.ZONE_SCALE:
            return self.face.regions.get(option, option)
        return (
            question.option_labels.get(option)
            or self.option_labels.get(option)
            or self.face.concerns.get(option)
            or option.replace("_", " ").capitalize()
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document, in hexadecimal."""
        text = json.dumps(self.document, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def read(document: Mapping[str, Any], *, version: int) -> Definition:
    """Return the form that `document` describes, as that version.

    Raises IntakeInvalid when a key is missing, a type unknown or a question refers to none.
    """
    try:
        recheck = document["recheck_form"]
        face = document["face"]
        definition = Definition(
            version=version,
            sections=tuple(_section(section) for section in document["sections"]),
            recheck=tuple(_question(question) for question in recheck["questions"]),
            recheck_title=recheck["title"],
            option_labels=dict(document["option_labels"]),
            face=Face(
                regions=dict(face["regions"]),
                client_zones=tuple(face["client_zones"]),
                concerns=dict(face["concerns"]),
                concern_regions={k: tuple(v) for k, v in face["concern_regions"].items()},
            ),
            document=document,
        )
    except KeyError as missing:
        raise IntakeInvalid(f"The form lacks {missing}.") from None
    except (TypeError, AttributeError) as wrong:
        raise IntakeInvalid(f"The form has the wrong shape: {wrong}.") from None
    _check(definition)
    return definition


def _condition(document: Mapping[str, Any] | None) -> Condition | None:
    if document is None:
        return None
    return Condition(
        question=document["question"],
        any_of=frozenset(document.get("any_of", ())),
        none_of=frozenset(document.get("none_of", ())),
    )


def _section(document: Mapping[str, Any]) -> Section:
    return Section(
        code=document["id"],
        title=document["title"],
        questions=tuple(_question(question) for question in document["questions"]),
        show_if=_condition(document.get("show_if")),
        is_optional=document.get("optional_section", False),
        staff_only=document.get("staff_only", False),
    )


def _question(document: Mapping[str, Any]) -> Question:
    try:
        kind = Kind(document["type"].upper())
    except ValueError:
        raise IntakeInvalid(f"{document['type']!r} is no type of answer.") from None
    return Question(
        code=document["id"],
        label=document["label"],
        kind=kind,
        required=document["required"],
        options=tuple(document.get("options", ())),
        option_labels=dict(document.get("option_labels", {})),
        fields=tuple(document.get("fields", ())),
        none_option=document.get("none_option", False),
        show_if=_condition(document.get("show_if")),
        opens=tuple(document.get("opens", ())),
        screen_rules=tuple(document.get("screen_rules", ())),
        option_rules=dict(document.get("option_rules", {})),
        item_rules=dict(document.get("item_rules", {})),
        option_events=dict(document.get("option_events", {})),
        date_label=document.get("date_label", ""),
        unit=document.get("unit", ""),
        help=document.get("help", ""),
        refer_options=tuple(document.get("refer_options", ())),
        refer_message=document.get("refer_message", ""),
        recheck_question=document.get("recheck_question", ""),
        ask_each_visit=document["ask_each_visit"],
    )


def _check(definition: Definition) -> None:
    seen: set[str] = set()
    for section in definition.sections:
        for question in section.questions:
            if question.code in seen:
                raise IntakeInvalid(f"{question.code} is asked twice.")
            seen.add(question.code)
            _check_question(definition, question)
        _check_condition(definition, section.code, section.show_if)
    for question in definition.recheck:
        _check_question(definition, question)
        for code in question.opens:
            if code not in definition.intake_codes:
                raise IntakeInvalid(f"{question.code} opens {code}, which is not asked.")


def _check_question(definition: Definition, question: Question) -> None:
    _check_condition(definition, question.code, question.show_if)
    if question.recheck_question and question.recheck_question not in definition.of_recheck:
        raise IntakeInvalid(f"{question.code} is asked again by no question.")
    for option in (*question.option_rules, *question.refer_options, *question.item_rules):
        if question.options and option not in question.options:
            raise IntakeInvalid(f"{question.code}: {option} is none of its options.")
    if question.kind in (Kind.SINGLE, Kind.MULTI, Kind.CHECKLIST) and not question.options:
        raise IntakeInvalid(f"{question.code} offers nothing to choose.")


def _check_condition(definition: Definition, code: str, condition: Condition | None) -> None:
    if condition is not None and condition.question not in definition.by_code:
        raise IntakeInvalid(f"{code} depends on {condition.question}, which is not asked.")
