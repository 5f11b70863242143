"""What every clinic begins with: its own row, the safety rules, the intake form, the texts of
consent, the plans it offers and when its messages go. Part of every start."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from bookings.actions.schedules import load_schedules
from clients import consent_text, intake_publishing, models, publishing
from clients.actions import consenting
from clients.consent_text import Text
from clients.intake_definition import Definition
from clients.rule_document import DEFAULTS, read
from clients.rules import RuleSet
from clinic.audit import CLOCK
from clinic.models import Clinic
from treatments.actions import load_points, load_templates

FROM_DEFAULTS = "Jade's defaults"


class Command(BaseCommand):
    help = (
        "Makes the clinic's row and publishes the default safety rules, intake form, consent texts, "
        "plans and schedules of messages where they are missing. What a clinic has published or "
        "changed itself is left alone. May run as often as wanted."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        with DEFAULTS.open(encoding="utf-8") as file:
            rules = read(json.load(file), version=1)
        now = timezone.now()
        done = [
            *make_clinic(),
            *publish_rules(rules, now=now),
            *publish_form(intake_publishing.default_form(), now=now),
            *publish_consent_texts(consent_text.defaults(), now=now),
            *(f"plan {template.slug}" for template in load_templates(now=now)),
            *load_points(now=now),
            *(f"message {schedule.kind}" for schedule in load_schedules(now=now)),
        ]
        if done and options["verbosity"]:
            self.stdout.write("Loaded the defaults: " + ", ".join(done))


def make_clinic() -> list[str]:
    """Make the clinic's row if it is missing; return what was done, in words."""
    _, made = Clinic.objects.get_or_create(pk=1)
    return ["the clinic"] if made else []


def publish_rules(rules: RuleSet, *, now: datetime) -> list[str]:
    """Publish these default rules unless they are published or the clinic has its own.

    Returns what was done, in words. New defaults of a newer Jade become the next version, as long
    as every version so far came from the defaults. Two processes that start at once publish once.
    """
    if not _wanted(rules.digest):
        return []
    with transaction.atomic():
        publishing.lock()
        if not _wanted(rules.digest):
            return []
        version = publishing.publish(rules, now=now, actor=CLOCK, source=FROM_DEFAULTS)
    return [f"safety rules version {version} ({len(rules.rules)} rules)"]


def publish_form(form: Definition, *, now: datetime) -> list[str]:
    """Publish this default form as `publish_rules` does the rules; return what was done."""
    if not _form_wanted(form.digest):
        return []
    with transaction.atomic():
        intake_publishing.lock()
        if not _form_wanted(form.digest):
            return []
        version = intake_publishing.publish_form(form, now=now, actor=CLOCK, source=FROM_DEFAULTS)
    return [f"intake form version {version} ({len(form.intake_codes)} questions)"]


def _wanted(digest: str) -> bool:
    return _is_new(digest, list(models.RuleSet.objects.values_list("digest", "source")))


def _form_wanted(digest: str) -> bool:
    return _is_new(digest, list(models.IntakeDefinition.objects.values_list("digest", "source")))


def _is_new(digest: str, published: list[tuple[str, str]]) -> bool:
    return all(known != digest and source == FROM_DEFAULTS for known, source in published)


def publish_consent_texts(texts: Sequence[Text], *, now: datetime) -> list[str]:
    """Publish these default texts unless they are published or the clinic has its own.

    Returns what was done, in words. As with the rules, new defaults of a newer Jade become the next
    version as long as every version of that kind and language came from the defaults.
    """
    if not any(_texts_wanted(texts)):
        return []
    done = []
    with transaction.atomic():
        consenting.lock()
        for text, after in _texts_wanted(texts):
            made = consenting.publish(
                text, now=now, actor=CLOCK, source=FROM_DEFAULTS, asks_again=True, after=after
            )
            done.append(f"consent text {made}")
    return done


def _texts_wanted(texts: Sequence[Text]) -> list[tuple[Text, int | None]]:
    """Return the texts to publish, each with the number of the version it replaces (one query)."""
    published = list(
        models.ConsentDocument.objects.order_by("number").only(
            "kind", "language", "number", "digest", "source"
        )
    )
    wanted: list[tuple[Text, int | None]] = []
    for text in texts:
        there = [
            each for each in published if (each.kind, each.language) == (text.kind, text.language)
        ]
        if all(each.digest != text.digest and each.source == FROM_DEFAULTS for each in there):
            wanted.append((text, there[-1].number if there else None))
    return wanted
