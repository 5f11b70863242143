"""Refusals: the expected ways of saying no. Each becomes a sentence for whoever asked."""

from __future__ import annotations

from django.utils.functional import Promise

Sentence = str | Promise


class Refusal(Exception):
    """Something was asked that can't be done, and here is why.

    `code` is for programs, `sentence` for people, `field` the form field it belongs to ("" for
    the form as a whole). Nothing has been saved when one is raised.
    """

    code = "refused"
    field = ""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(self.code))
        self.sentence = sentence
