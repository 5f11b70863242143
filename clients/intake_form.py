"""A form as far as it is filled in: what is shown, what was answered, what is wrong or missing.

Pure. `Filling` reads what was typed; `Filling.record` is the record that sending it makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from clients.intake_answers import (
    Answer,
    Asking,
    Read,
    Record,
    Typed,
    is_complete,
    top_of,
    values_of,
)
from clients.intake_definition import Condition, Definition, FormKind, Kind, Question, Section
from clients.intake_reading import read
from clients.intake_typed import typed_of
from clients.rules import RuleSet

NEW_PROCEDURE, PROCEDURES, PLANNED = "new_procedure", "procedure_log", "procedure_planned"


@dataclass(frozen=True)
class Filling:
    """One form with all that was typed. `before`: the record it starts from; `today`: the
    location's date; `only`: the screens that count, where a few things are written down of many."""

    form: Definition
    rules: RuleSet
    kind: FormKind
    typed: Mapping[str, Typed]
    today: date
    before: Record = field(default_factory=dict)
    country: str = "CA"
    by_staff: bool = False
    only: frozenset[str] | None = None

    @cached_property
    def screens(self) -> tuple[Section, ...]:
        """The screens that are shown, each with the questions that are shown."""
        shown = []
        for section in self.form.screens(self.kind, by_staff=self.by_staff):
            questions = tuple(q for q in section.questions if self.shows(q.show_if))
            if questions and self.shows(section.show_if):
                shown.append(section)
        return tuple(shown)

    @cached_property
    def reads(self) -> Mapping[str, Read]:
        """What was read of every question of the form, shown or not."""
        face_map = self._first(Kind.FACE_MAP)
        asking = self.asking
        found: dict[str, Read] = {}
        for question in self._questions:
            if question is not face_map:
                found[question.code] = read(question, self.typed.get(question.code, {}), asking)
        if face_map is not None:
            found[face_map.code] = self._map_read
        return found

    @cached_property
    def asking(self) -> Asking:
        """What the questions are read with."""
        return Asking(
            form=self.form,
            rules=self.rules,
            today=self.today,
            country=self.country,
            chosen=values_of(self._map_read.answer),
            top=top_of(self.before),
        )

    @cached_property
    def _map_read(self) -> Read:
        question = self._first(Kind.FACE_MAP)
        if question is None:
            return Read()
        plain = Asking(self.form, self.rules, self.today, self.country)
        return read(question, self.typed.get(question.code, {}), plain)

    def _first(self, kind: Kind) -> Question | None:
        return next((q for q in self._questions if q.kind is kind), None)

    @cached_property
    def _questions(self) -> tuple[Question, ...]:
        sections = self.form.screens(self.kind, by_staff=self.by_staff)
        return tuple(question for section in sections for question in section.questions)

    def shows(self, condition: Condition | None) -> bool:
        """Return whether a condition holds, by this form or else by the record before."""
        if condition is None:
            return True
        own = self.reads.get(condition.question) if self._asks(condition.question) else None
        answer = own.answer if own else self.before.get(condition.question)
        return condition.holds(values_of(answer))

    def _asks(self, code: str) -> bool:
        return any(question.code == code for question in self._questions)

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """The questions that are shown, of the screens that count."""
        return tuple(
            question
            for section in self.screens
            if self.only is None or section.code in self.only
            for question in section.questions
            if self.shows(question.show_if)
        )

    @cached_property
    def missing(self) -> tuple[Question, ...]:
        """The shown questions that must be answered and are not, wholly."""
        return tuple(
            question
            for question in self.asked
            if self.must_answer(question) and not self.reads[question.code].wrong
            if not is_complete(question, self.reads[question.code].answer, self.asking)
        )

    def must_answer(self, question: Question) -> bool:
        """Return whether a question must be answered: one about nothing must not."""
        return question.required and (question.kind is not Kind.SCALE_TOP3 or bool(self.asking.top))

    @cached_property
    def wrong(self) -> tuple[Question, ...]:
        """The shown questions at which something typed can't be used."""
        return tuple(q for q in self.asked if self.reads[q.code].wrong)

    @property
    def is_ready(self) -> bool:
        return bool(self.asked) and not self.missing and not self.wrong

    @cached_property
    def said(self) -> dict[str, Answer]:
        """The answers to the questions that are shown."""
        found = {q.code: self.reads[q.code].answer for q in self.asked}
        return {code: answer for code, answer in found.items() if answer is not None}

    @cached_property
    def record(self) -> dict[str, Answer]:
        """The record that sending this form makes.

        The whole intake replaces what was said before, but for what it has not asked and nobody
        answers at home; the short form changes what it asked, and adds new treatments to the list.
        """
        codes = {question.code for question in self.asked}
        if self.kind is FormKind.FULL:
            asked = self.form.screens(FormKind.FULL, by_staff=self.by_staff)
            ours = {q.code for section in asked for q in section.questions}
            keeps = self.form.intake_codes - ours
        else:
            keeps = self.form.intake_codes - codes
        kept = {code: answer for code, answer in self.before.items() if code in keeps}
        return self._with_procedures(kept | self.said)

    def _with_procedures(self, record: dict[str, Answer]) -> dict[str, Answer]:
        rows = self.said.get(NEW_PROCEDURE)
        if not isinstance(rows, list):
            return record
        for code, planned in ((PROCEDURES, False), (PLANNED, True)):
            known = record.get(code)
            listed = list(known) if isinstance(known, list) else []
            plain = [
                {name: value for name, value in row.items() if name != "planned"}
                for row in rows
                if bool(row.get("planned")) is planned
            ]
            new = [row for row in plain if row not in listed]
            if new:
                record[code] = listed + new
        return record


def typed_from(
    form: Definition, kind: FormKind, record: Record, *, by_staff: bool = False
) -> dict[str, Typed]:
    """Return what a form shows that begins with a record: everything known of the whole intake, but
    not what is asked anew before each visit."""
    found: dict[str, Typed] = {}
    for number, section in enumerate(form.screens(kind, by_staff=by_staff)):
        for question in section.questions:
            known = question.code in form.intake_codes and (kind is FormKind.FULL or number > 0)
            if known and record.get(question.code) is not None:
                found[question.code] = typed_of(question, record[question.code])
    return found


def answer_rest_with_no(question: Question, typed: Typed, rules: RuleSet) -> dict[str, list[str]]:
    """Return what was typed at a list of yes-or-no questions, with a no at all that are open."""
    filled = {name: list(values) for name, values in typed.items()}
    for code in question.screen_rules:
        if code in rules.by_code and not any(filled.get(code, ())):
            filled[code] = ["no"]
    return filled
