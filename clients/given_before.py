"""What a client answered the last time, for a visit before which nothing has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from clients.answers import UNSURE_DAY
from clients.models import Client, Screening
from clients.rules import Question
from clients.screening import AnswersInvalid, parse_answers

# Older answers are not asked to be confirmed: the questions are asked again.
LASTS = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Before:
    """Answers to exactly the questions of today, and the day they were given on."""

    on: date
    answers: Mapping[str, object]


def given_before(client: Client, *, questions: Sequence[Question], today: date) -> Before | None:
    """Return the newest answers, given again today; None where they are too old, or where other
    questions were asked.

    "Not sure when" counts as the day it was said, so it stays that day.
    """
    kept = (
        Screening.objects.filter(client=client, answered_on__gte=today - LASTS)
        .select_related("client__key")
        .order_by("-created_at", "-pk")
        .first()
    )
    if kept is None:
        return None
    given = kept.answers.get("given", {})
    answers = {code: _dated(answer, kept.answered_on.isoformat()) for code, answer in given.items()}
    try:
        parse_answers(questions, answers, answered_on=today)
    except AnswersInvalid:
        return None
    return Before(kept.answered_on, answers)


def _dated(answer: object, day: str) -> object:
    if not isinstance(answer, Mapping):
        return answer
    if "items" in answer:
        items = answer["items"].items()
        return {"items": {code: day if said == UNSURE_DAY else said for code, said in items}}
    return {**answer, "date": day if answer.get("date") == UNSURE_DAY else answer.get("date")}
