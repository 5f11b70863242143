"""What a client said to each question of the form: now, since when, and ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.queries.record import Sent
from bookings.views import wording
from clients import intake_words
from clients.intake_definition import Question
from clients.models import Client


def stands_since(sent: Sequence[Sent], code: str) -> str:
    """Return the day an answer was first told as it stands now."""
    since: date | None = None
    newest = sent[-1].row.answers.get(code)
    for one in reversed(sent):
        if one.row.answers.get(code) != newest:
            break
        since = one.row.told_on
    return wording.day_year(since or sent[-1].row.told_on)


def history_href(client: Client, code: str) -> str:
    return reverse("record-history", args=[client.uid, code])


def source_words(one: Sent) -> str:
    words = one.row.get_source_display()
    if one.row.entered_by is None:
        return words
    return _("%(source)s, entered by %(who)s") % {
        "source": words,
        "who": one.row.entered_by.name,
    }


@dataclass(frozen=True, slots=True)
class Answered:
    """One question of a section with its answer, if there is one."""

    code: str
    label: str
    words: list[str]
    since: str
    href: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: list[Answered]
    answered: int


def sections(sent: Sequence[Sent]) -> list[Section]:
    """Return all questions of the form by section, each with its answer; `sent` the oldest first."""
    if not sent:
        return []
    form = sent[-1].form
    own = tuple(q for q in form.recheck if q.code not in form.intake_codes)
    parts = [(section.title, section.questions) for section in form.sections]
    found = []
    for title, questions in [*parts, (form.recheck_title, own)]:
        rows = [_answered(sent, question) for question in questions]
        found.append(Section(title, rows, sum(bool(row.words) for row in rows)))
    return found


def _answered(sent: Sequence[Sent], question: Question) -> Answered:
    newest = sent[-1]
    answer = newest.row.answers.get(question.code)
    parts = intake_words.parts(newest.form, newest.rules, question, answer)
    return Answered(
        code=question.code,
        label=question.label,
        words=[f"{part.label}: {part.words}" if part.label else part.words for part in parts],
        since=stands_since(sent, question.code) if answer is not None else "",
        href=history_href(newest.row.client, question.code),
    )


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as one form gave it."""

    when: str
    source: str
    words: list[str]
    asked: bool


def history(sent: Sequence[Sent], code: str) -> tuple[str, list[Said]]:
    """Return a question in words and all its answers, the newest first; where a form said the same
    as the one before, only whether it asked."""
    found: list[Said] = []
    label, before = "", object()
    for one in sent:
        question, answer = one.form.by_code.get(code), one.row.answers.get(code)
        if question is None or (answer == before and code not in one.row.asked):
            continue
        label, before = question.label, answer
        parts = intake_words.parts(one.form, one.rules, question, answer)
        found.append(
            Said(
                when=wording.day_year(one.row.told_on),
                source=source_words(one),
                words=[f"{p.label}: {p.words}" if p.label else p.words for p in parts],
                asked=code in one.row.asked,
            )
        )
    return label, found[::-1]
