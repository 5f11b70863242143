"""Editing the safety rules: edits gather in one draft, which is published as the next version."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clients import publishing
from clients.errors import (
    DraftMoved,
    NotAPractitioner,
    NothingChanged,
    RuleChangedMeanwhile,
    RuleRefused,
    WhyMissing,
)
from clients.models import RuleDraft, RuleEdit
from clients.queries.rules import Draft, draft
from clients.rule_document import RulesInvalid
from clients.rule_editing import Document, document_of, edited, fingerprint
from clinic import audit
from clinic.audit import Actor
from clinic.models import Practitioner, User

FROM_THE_CLINIC = "The clinic"


def edit_rule(*, now: datetime, actor: Actor, code: str, document: Document, seen: str) -> None:
    """Keep an edit of a rule or booking question in the draft, which is opened if there is none.

    document: the whole of it. seen: the `fingerprint` of what the editor started from.

    Raises RuleChangedMeanwhile when it is another by now, RuleRefused when the rules would
    contradict themselves, NotAPractitioner. Nothing is said twice: an edit that changes nothing is
    not kept.
    """
    by = _practitioner(actor)
    with transaction.atomic():
        publishing.lock()
        here = draft(now)
        was = document_of(here.rules, code)
        if was is None:
            raise RuleRefused("")
        try:
            became = document_of(edited(here.base, {**here.documents, code: document}), code)
        except RulesInvalid as invalid:
            raise RuleRefused(invalid.field) from invalid
        if became is None or became == was:
            return
        if fingerprint(was) != seen:
            last = here.edits.get(code)
            raise RuleChangedMeanwhile(last.by.name if last else "", was)
        untouched = became == document_of(here.base, code)
        _keep(here, code, {} if untouched else became, by=by, now=now)
        audit.record(now=now, actor=actor, verb="rules.edited", about=f"rule:{code}")


def take_back_edit(*, now: datetime, actor: Actor, code: str) -> None:
    """Put a rule or question of the draft back to what is in force. What was typed stays on record.

    Raises NotAPractitioner.
    """
    by = _practitioner(actor)
    with transaction.atomic():
        publishing.lock()
        here = draft(now)
        if code not in here.documents:
            return
        _keep(here, code, {}, by=by, now=now)
        audit.record(now=now, actor=actor, verb="rules.edit_taken_back", about=f"rule:{code}")


def publish_draft(*, now: datetime, actor: Actor, shown: str, why: str) -> int:
    """Publish the draft as the next version, in force from now, and return its number.

    shown: the digest of the draft its publisher has looked at. why: their reason, for good.

    Raises DraftMoved when the draft is another by now or there is none, NothingChanged, WhyMissing,
    NotAPractitioner. Of two who publish the same draft the second gets DraftMoved.
    """
    by = _practitioner(actor)
    if not why.strip():
        raise WhyMissing
    with transaction.atomic():
        publishing.lock()
        here = draft(now)
        if here.row is None or here.rules.digest != shown:
            raise DraftMoved
        if here.rules.digest == here.base.digest:
            raise NothingChanged
        version = publishing.publish(
            here.rules, now=now, actor=actor, source=FROM_THE_CLINIC, why=why.strip()
        )
        _close(here.row, by=by, now=now, published=version)
    return version


def discard_draft(*, now: datetime, actor: Actor, shown: str) -> None:
    """Throw the draft away; its edits stay on record.

    shown: the digest of the draft that was looked at. Raises DraftMoved, NotAPractitioner.
    """
    by = _practitioner(actor)
    with transaction.atomic():
        publishing.lock()
        here = draft(now)
        if here.row is None or here.rules.digest != shown:
            raise DraftMoved
        _close(here.row, by=by, now=now, published=None)
        audit.record(
            now=now, actor=actor, verb="rules.draft_discarded", about=f"draft:{here.row.uid}"
        )


def _keep(here: Draft, code: str, document: Document, *, by: User, now: datetime) -> None:
    row = here.row or RuleDraft.objects.create(opened_at=now)
    RuleEdit.objects.create(draft=row, code=code, document=dict(document), by=by, at=now)


def _close(row: RuleDraft, *, by: User, now: datetime, published: int | None) -> None:
    row.is_open = False
    row.closed_at = now
    row.closed_by = by
    row.published_id = published
    row.save()


def _practitioner(actor: Actor) -> User:
    user = actor.user
    if user is None or not Practitioner.objects.filter(user=user, is_active=True).exists():
        raise NotAPractitioner
    return user
