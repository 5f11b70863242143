"""Reads about people and about the rules that keep them safe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from clients import models
from clients.rule_document import RulesInvalid, read
from clients.rule_editing import Document, edited
from clients.rules import Rule, RuleSet, Severity
from clinic.prepared import Prepared

_CURRENT = Prepared("""
SELECT version, digest FROM clients_ruleset WHERE published_at <= %(now)s
 ORDER BY version DESC LIMIT 1
""")


def current_rule_set(now: datetime) -> RuleSet:
    """Return the rules that hold now: the highest version published by then. One small query.

    Raises RuleSet.DoesNotExist of the models when none is published; `load_defaults` does that.
    """
    found = _CURRENT.rows({"now": now})
    if not found:
        raise models.RuleSet.DoesNotExist(
            "No safety rules are published yet; `manage.py load_defaults` publishes the first."
        )
    return _read(*found[0])


def rule_set(version: int) -> RuleSet:
    """Return a version of the rules, however old. Raises RuleSet.DoesNotExist of the models."""
    digest = models.RuleSet.objects.values_list("digest", flat=True).get(version=version)
    return _read(version, digest)


def rule_sets(versions: set[int]) -> dict[int, RuleSet]:
    """Return versions of the rules by number (one query)."""
    found = models.RuleSet.objects.filter(version__in=versions).values_list("version", "digest")
    return {version: _read(version, digest) for version, digest in found}


def rule_set_as(version: int, digest: str) -> RuleSet:
    """Return a version of the rules whose digest was read with something else (no query, once it
    is known)."""
    return _read(version, digest)


@dataclass(frozen=True)
class Draft:
    """What is in force and what is to become the next version. `edits`: the newest of each code;
    an empty `row`: nobody has edited anything since."""

    base: RuleSet
    row: models.RuleDraft | None
    edits: Mapping[str, models.RuleEdit]

    @cached_property
    def documents(self) -> dict[str, Document]:
        return {code: edit.document for code, edit in self.edits.items() if edit.document}

    @cached_property
    def rules(self) -> RuleSet:
        """The rules as they would be published."""
        return edited(self.base, self.documents)


def draft(now: datetime) -> Draft:
    """Return the rules in force with the edits that wait to be published (three queries)."""
    row = models.RuleDraft.objects.filter(is_open=True).first()
    newest: dict[str, models.RuleEdit] = {}
    if row is not None:
        edits = models.RuleEdit.objects.filter(draft=row).select_related("by")
        newest = {edit.code: edit for edit in edits.order_by("code", "-pk").distinct("code")}
    return Draft(current_rule_set(now), row, newest)


def versions() -> list[models.RuleSet]:
    """Return every published version, the newest first, with who published it (one query)."""
    return list(models.RuleSet.objects.select_related("published_by").order_by("-version"))


def absolute_rules(kept: models.Screening) -> list[Rule]:
    """Return the rules triggered in a screening that speak against a part of the session without
    any ifs, as they were then. Reads its sealed results."""
    rules = rule_set(kept.rule_set_id).by_code
    hit = [rules[code] for code in kept.results.get("rules", {}) if code in rules]
    return [rule for rule in hit if rule.severity is Severity.ABSOLUTE]


# A published version never changes, so what was read once is read for good; the digest tells two
# databases of one process apart.
@lru_cache(maxsize=16)
def _read(version: int, digest: str) -> RuleSet:
    row = models.RuleSet.objects.prefetch_related("rules", "questions").get(version=version)
    found = read(_document(row), version=version)
    if found.digest != digest:
        raise RulesInvalid(f"Version {version} of the rules is not what was published.")
    return found


def _document(row: models.RuleSet) -> dict[str, Any]:
    return {
        **row.notes,
        **row.texts,
        "sources": row.sources,
        "area_groups": row.area_groups,
        "rules": [_rule(rule) for rule in sorted(row.rules.all(), key=lambda r: r.position)],
        "booking_questions": [_question(question) for question in row.questions.all()],
    }


def _rule(row: models.ScreeningRule) -> dict[str, Any]:
    age = {"under": row.trigger_under_age, "over": row.trigger_over_age}
    return {
        "id": row.code,
        "group": row.group,
        "question": row.question,
        "answer_type": row.answer_type,
        "trigger_answer": row.trigger_answer,
        "trigger_age": {key: years for key, years in age.items() if years is not None},
        "severity": row.severity,
        "action": row.action,
        "event_date_question": row.event_date_question,
        "delay_days_default": row.days,
        "delay_days_range": None if row.days_least is None else [row.days_least, row.days_most],
        "review_allowed_from_days": row.review_from_days,
        "applies_to": row.applies_to,
        "restrictions": row.restrictions,
        "session_modifications": row.session_modifications,
        "client_message": row.client_message,
        "follow_up_questions": row.follow_up_questions,
        "asked_in": row.asked_in,
        "sources": row.sources,
        "evidence_note": row.evidence_note,
        "off_reason": row.off_reason,
    }


def _question(row: models.BookingQuestion) -> dict[str, Any]:
    return {
        "id": row.code,
        "order": row.position,
        "type": row.type,
        "text": row.text,
        "help": row.help,
        "trigger_answer": row.trigger_answer,
        "date_label": row.date_label,
        "lookback_days": row.lookback_days,
        "message_if_yes": row.message_if_yes,
        "rules": row.rules,
        "items": row.items,
    }
