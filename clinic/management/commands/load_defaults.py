"""What every clinic begins with: its own row, and the safety rules. Part of every start."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from clients import models, publishing
from clients.rule_document import DEFAULTS, read
from clients.rules import RuleSet
from clinic.audit import CLOCK
from clinic.models import Clinic

FROM_DEFAULTS = "Jade's defaults"


class Command(BaseCommand):
    help = (
        "Makes the clinic's row and publishes the default safety rules where they are missing. "
        "Rules a clinic has published itself are left alone. May run as often as wanted."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        with DEFAULTS.open(encoding="utf-8") as file:
            rules = read(json.load(file), version=1)
        done = [*make_clinic(), *publish_rules(rules, now=timezone.now())]
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


def _wanted(digest: str) -> bool:
    published = list(models.RuleSet.objects.values_list("digest", "source"))
    return all(known != digest and source == FROM_DEFAULTS for known, source in published)
