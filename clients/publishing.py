"""Publishing the safety rules: always a whole new version, never a change to one."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from clients import models
from clients.rules import Question, Rule, RuleSet
from clinic import audit
from clinic.audit import Actor


def publish(rules: RuleSet, *, now: datetime, actor: Actor, source: str, why: str = "") -> int:
    """Save `rules` as the next version, in force from `now`, and return its number.

    source: where they come from, in words (their own version number is not looked at). why: the
    publisher's reason. Two who publish at once take turns.
    """
    with transaction.atomic():
        lock()
        latest = models.RuleSet.objects.aggregate(latest=Max("version"))["latest"] or 0
        row = models.RuleSet.objects.create(
            version=latest + 1,
            published_at=now,
            published_by=actor.user,
            why=why,
            digest=rules.digest,
            source=source,
            rule_count=len(rules.rules),
            question_count=len(rules.booking_questions),
            texts=dict(rules.texts),
            area_groups=rules.document()["area_groups"],
            sources=dict(rules.sources),
            notes=dict(rules.notes),
        )
        models.ScreeningRule.objects.bulk_create(
            _rule(rule, row, position) for position, rule in enumerate(rules.rules, start=1)
        )
        models.BookingQuestion.objects.bulk_create(
            _question(question, row, position)
            for position, question in enumerate(rules.booking_questions, start=1)
        )
        audit.record(
            now=now,
            actor=actor,
            verb="rules.published",
            about=f"rules:{row.version}",
            after={"digest": row.digest, "source": source},
        )
    return row.version


def lock() -> None:
    """Keep others from publishing until the caller's transaction ends; reads go on."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE clients_ruleset IN SHARE ROW EXCLUSIVE MODE")


def _rule(rule: Rule, row: models.RuleSet, position: int) -> models.ScreeningRule:
    document = rule.document()
    least, most = rule.days_range or (None, None)
    return models.ScreeningRule(
        rule_set=row,
        position=position,
        code=rule.code,
        group=rule.group,
        question=rule.question,
        answer_type=rule.answer_type.value,
        trigger_answer=rule.trigger_answer.value if rule.trigger_answer else "",
        trigger_under_age=rule.trigger_under_age,
        trigger_over_age=rule.trigger_over_age,
        severity=rule.severity.value,
        action=rule.action.value,
        event_date_question=rule.event_date_question or "",
        days=rule.days,
        days_least=least,
        days_most=most,
        review_from_days=rule.review_from_days,
        applies_to=document["applies_to"],
        restrictions=document["restrictions"],
        session_modifications=document["session_modifications"],
        client_message=rule.client_message,
        follow_up_questions=document["follow_up_questions"],
        asked_in=document["asked_in"],
        sources=document["sources"],
        evidence_note=rule.evidence_note,
        off_reason=rule.off_reason,
    )


def _question(question: Question, row: models.RuleSet, position: int) -> models.BookingQuestion:
    document = question.document()
    return models.BookingQuestion(
        rule_set=row,
        position=position,
        code=question.code,
        type=question.type.value,
        text=question.text,
        help=question.help,
        trigger_answer=question.trigger_answer.value if question.trigger_answer else "",
        date_label=question.date_label or "",
        lookback_days=question.lookback_days,
        message_if_yes=question.message_if_yes,
        rules=document["rules"],
        items=document["items"],
    )
