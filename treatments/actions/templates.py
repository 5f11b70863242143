"""The plans a clinic offers: the defaults, and what the clinic makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from clinic import audit
from clinic.actions.saving import save
from clinic.audit import CLOCK, Actor
from clinic.slugs import free_slug
from treatments.errors import CONSTRAINTS
from treatments.models import PlanTemplate

DEFAULTS = Path(__file__).parent.parent / "data" / "plans.json"


def defaults() -> list[dict[str, Any]]:
    """Return the plans a clinic begins with."""
    found: list[dict[str, Any]] = json.loads(DEFAULTS.read_text(encoding="utf-8"))["templates"]
    return found


def load_templates(*, now: datetime) -> list[PlanTemplate]:
    """Add the default plans that were never there, and return them. What the clinic has made of
    one, or has switched off, stays as it is. Two processes that start at once add each once."""
    made = []
    known = set(PlanTemplate.objects.values_list("slug", flat=True))
    for position, each in enumerate(defaults(), start=1):
        if each["slug"] in known:
            continue
        with transaction.atomic():
            template, is_new = PlanTemplate.objects.get_or_create(
                slug=each["slug"], defaults={**each, "position": position * 10}
            )
            if is_new:
                audit.record(
                    now=now, actor=CLOCK, verb="plan_template.added", about=about(template)
                )
                made.append(template)
    return made


def save_template(
    *, now: datetime, actor: Actor, template: PlanTemplate, values: Mapping[str, object]
) -> PlanTemplate:
    """Add a template, or change one; plans that were made of it keep their numbers.

    Raises clinic.errors.NotStored.
    """
    is_new = template._state.adding
    if is_new:
        values = {**values, "slug": free_slug(PlanTemplate, str(values["name"]))}
    return save(
        template,
        values,
        now=now,
        actor=actor,
        verb="plan_template.added" if is_new else "plan_template.changed",
        about=about(template),
        known=CONSTRAINTS,
    )


def about(template: PlanTemplate) -> str:
    return f"plan_template:{template.uid}"
