"""The demo's health forms: filled in as a client would, alive, and the same every time."""

from __future__ import annotations

from datetime import date

import pytest

from bookings.seed import stories
from bookings.seed.told import _filling
from clients.intake_definition import FormKind
from clients.intake_publishing import default_form
from tests.clients.rules import RULES

FORM = default_form()
ON = date(2026, 11, 24)


@pytest.mark.parametrize("number", range(len(stories.STORIES)))
def test_every_story_is_a_form_that_could_have_been_sent(number: int) -> None:
    from random import Random

    story = stories.STORIES[number]
    random = Random(number)
    said = stories.first(
        story, FORM, name="Priya Raman", email="p@example.org", phone="", on=ON, random=random
    )
    whole = _filling(said, FormKind.FULL, form=FORM, rules=RULES, on=ON, known={})
    assert ([q.code for q in whole.missing], [q.code for q in whole.wrong]) == ([], [])
    for told in (False, True):
        then = stories.later(story, FORM, whole.record, on=ON, told=told, random=random)
        short = _filling(
            then, FormKind.WHAT_CHANGED, form=FORM, rules=RULES, on=ON, known=whole.record
        )
        assert ([q.code for q in short.missing], [q.code for q in short.wrong]) == ([], [])
        unheard = {
            c
            for c in then
            if c not in {q.code for q in short.asked} and then[c] != whole.record.get(c)
        }
        assert not unheard, "what a story tells is asked"
