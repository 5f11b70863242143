"""Editing the safety rules in a test: what a form sends, and edits in one line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import QueryDict

from bookings.forms.rule import DocumentForm, QuestionForm, RuleForm
from clients.actions.rules import edit_rule, publish_draft
from clients.queries.rules import draft
from clients.rule_editing import document_of, fingerprint
from clients.rules import RuleSet
from clinic.audit import Actor


def form_of(rules: RuleSet, code: str, data: Any = None) -> DocumentForm:
    own = document_of(rules, code)
    assert own is not None
    kind = RuleForm if code in rules.by_code else QuestionForm
    return kind(data, own, seen=fingerprint(own))


def sent(rules: RuleSet, code: str, **changes: Any) -> dict[str, Any]:
    """Return what a browser sends of the form of a rule; a change of None leaves a field out."""
    form = form_of(rules, code)
    values = {bound.html_name: bound.value() for bound in form} | changes
    return {
        name: value for name, value in values.items() if value is not None and value is not False
    }


def as_query(data: dict[str, Any]) -> QueryDict:
    made = QueryDict(mutable=True)
    for name, value in data.items():
        made.setlist(name, value if isinstance(value, list) else [str(value)])
    return made


def edit(now: datetime, actor: Actor, code: str, **changes: Any) -> None:
    """Keep an edit of a rule's document in the draft, starting from what the draft has."""
    was = document_of(draft(now).rules, code)
    assert was is not None
    edit_rule(now=now, actor=actor, code=code, document={**was, **changes}, seen=fingerprint(was))


def publish(now: datetime, actor: Actor, why: str = "Seen in practice.") -> int:
    return publish_draft(now=now, actor=actor, shown=draft(now).rules.digest, why=why)
