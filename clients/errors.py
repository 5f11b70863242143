"""Sentences for what can't be accepted, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.answers import AnswersInvalid, Problem
from clinic.errors import Refusal

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


class _Said(Refusal):
    """A refusal that always says the same."""

    words: str | Promise = ""

    def __init__(self) -> None:
        super().__init__(self.words)


class TextChanged(_Said):
    """The text was published anew while somebody was reading."""

    code = "text_changed"
    words = _(
        "The text was changed while you were reading. Please look at what is new and sign again."
    )


class ChoicesMissing(Refusal):
    """Items were left open; `codes` says which."""

    code = "choices_missing"

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(_("Please read every part and say that you have understood it."))
        self.codes = tuple(codes)


class AlreadyWithdrawn(_Said):
    code = "already_withdrawn"
    words = _("This consent was taken back already.")


class WithdrawalReasonMissing(_Said):
    code = "reason_missing"
    field = "reason"
    words = _("Please write down how the client told you.")


class NothingToConfirm(_Said):
    code = "nothing_to_confirm"
    words = _("There is no signed consent that holds. Please let the client sign first.")


class EditedMeanwhile(_Said):
    code = "edited_meanwhile"
    words = _("Somebody else has published a version meanwhile. Please start from theirs.")


class NothingChanged(_Said):
    code = "nothing_changed"
    words = _("Nothing differs from the version that is in force.")
