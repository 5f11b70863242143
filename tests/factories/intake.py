"""What clients told us, as they would have sent it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clients.models import Client, ClientKey, IntakeDefinition, IntakeSubmission, RuleSet


def told(*, client: Client, at: datetime, **fields: Any) -> IntakeSubmission:
    """Return a form a client sent at an instant: `answers` are those of this form, and what earlier
    forms said stands beside them."""
    answers = fields.pop("answers", {})
    previous = client.intake_submissions.order_by("-submitted_at").first()
    ClientKey.objects.of(client, now=at)
    return IntakeSubmission.objects.create(
        client=client,
        submitted_at=at,
        told_on=at.date(),
        previous=previous,
        content={
            "answers": {**(previous.answers if previous else {}), **answers},
            "asked": sorted(answers),
        },
        **{
            "kind": "WHAT_CHANGED" if previous else "FULL",
            "definition": IntakeDefinition.objects.latest("version"),
            "rule_set": RuleSet.objects.latest("version"),
            "source": "ONLINE",
            **fields,
        },
    )
