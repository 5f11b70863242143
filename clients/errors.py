"""Sentences for what can't be accepted, in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.answers import AnswersInvalid, Problem

SENTENCES: dict[Problem, str | Promise] = {
    Problem.MISSING: _("Please answer this question."),
    Problem.UNKNOWN_QUESTION: _("We did not ask this question. Please load the page again."),
    Problem.NOT_AN_ANSWER: _("Please choose one of the answers to this question."),
    Problem.DATE_MISSING: _("Please tell us when, or choose “not sure”."),
    Problem.DATE_WRONG: _("Please give a date that is in the calendar, or choose “not sure”."),
    Problem.DATE_IN_FUTURE: _("This date is still to come. Please give the date of the last time."),
    Problem.DATE_TOO_LONG_AGO: _("This date is too long ago. Please check the year."),
}


def sentences(invalid: AnswersInvalid) -> dict[str, str]:
    """Return what to say at each question, by question id."""
    return {code: str(SENTENCES[problem]) for code, problem in invalid.errors.items()}
