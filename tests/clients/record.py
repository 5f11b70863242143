"""A health form that was sent, with an answer at every question a client can answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from clients.intake_definition import Kind, Question
from clients.intake_reading import read
from clients.models import Client, ClientKey, IntakeDefinition, IntakeSubmission, RuleSet
from clients.queries.intake import current_form
from tests.clients.intake import ASKING, TODAY

AWKWARD = "Two <b>lines</b> & 'quotes'"


def typed(question: Question) -> dict[str, list[str]]:
    """Return something typed at a question; {} where this makes nothing up."""
    first = question.options[0] if question.options else ""
    match question.kind:
        case Kind.TEXT | Kind.LONGTEXT | Kind.LIST:
            return {"": [f"{AWKWARD} of {question.code}"]}
        case Kind.DATE:
            return {"": ["1980-02-29"]}
        case Kind.NUMBER:
            return {"": ["12"]}
        case Kind.PHONE:
            return {"": ["416 555 0123"]}
        case Kind.EMAIL:
            return {"": ["a@example.org"]}
        case Kind.YES_NO | Kind.YES_NO_UNSURE:
            return {"": ["no"]}
        case Kind.SINGLE | Kind.MULTI | Kind.CHECKLIST:
            return {"": [first], "date": ["2020-05-05"]}
        case Kind.SCALE_0_10:
            return {"": ["7"]}
        case _:
            return {}


def submitted(client: Client, **fields: Any) -> IntakeSubmission:
    """Return a whole form as sent today."""
    now = datetime.now(UTC)
    form = current_form(now)
    answers = {}
    for code, question in form.by_code.items():
        said = read(question, typed(question), ASKING).answer
        if said is not None:
            answers[code] = said
    ClientKey.objects.of(client, now=now)
    return IntakeSubmission.objects.create(
        **{
            "client": Client.objects.get(pk=client.pk),
            "kind": "FULL",
            "definition": IntakeDefinition.objects.get(version=form.version),
            "rule_set": RuleSet.objects.order_by("-version").first(),
            "source": "ONLINE",
            "told_on": TODAY,
            "submitted_at": now,
            "content": {"answers": answers, "asked": sorted(answers)},
            **fields,
        }
    )
