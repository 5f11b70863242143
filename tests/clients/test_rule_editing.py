"""Edits of the safety rules gather in a draft and become the next version; nobody's are lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from clients.actions.rules import discard_draft, edit_rule, publish_draft, take_back_edit
from clients.errors import (
    DraftMoved,
    NotAPractitioner,
    NothingChanged,
    RuleChangedMeanwhile,
    RuleRefused,
    WhyMissing,
)
from clients.models import RuleDraft, RuleEdit, RuleSet
from clients.queries.rules import current_rule_set, draft, rule_set, versions
from clients.rule_editing import differences, document_of, edited, fingerprint
from clients.rules import Outcome
from clinic.audit import CLIENT, Actor, staff
from clinic.models import AuditEntry
from tests.bookings.rules import edit, publish
from tests.clients.rules import DOCUMENT, NOTHING, RULES, screen
from tests.factories import clinic

NOW = datetime(2099, 11, 24, 15, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def doctor(name: str = "Mei Tanaka") -> Actor:
    login = clinic.user(role="PRACTITIONER", name=name)
    clinic.practitioner(name=name, user=login)
    return staff(login)


def wax_days(days: int) -> dict[str, object]:
    return {"delay_days_default": days}


# Without a database


def test_no_edit_is_no_difference_and_the_same_rules() -> None:
    assert edited(RULES, {}) is RULES
    assert differences(RULES, RULES) == []
    assert edited(RULES, {rule["id"]: rule for rule in DOCUMENT["rules"]}) == RULES


def test_a_difference_names_what_it_was_and_what_it_is() -> None:
    changed = edited(RULES, {"wax": {**RULES.by_code["wax"].document(), **wax_days(5)}})
    (found,) = differences(RULES, changed)
    assert (found.code, found.is_rule) == ("wax", True)
    assert [(one.field, one.before, one.after) for one in found.fields] == [
        ("delay_days_default", 2, 5)
    ]


def test_which_question_asks_a_rule_can_not_be_edited_away() -> None:
    document = {**RULES.by_code["wax"].document(), "asked_in": {}, "sources": ["HEARSAY"]}
    assert edited(RULES, {"wax": document}) == RULES


def test_a_rule_switched_off_is_neither_asked_nor_judged_and_the_others_are() -> None:
    off = {**RULES.by_code["epilepsy"].document(), "off_reason": "We do not needle the scalp."}
    rules = edited(RULES, {"epilepsy": off})
    said = {**NOTHING, "bq_review": {"items": {"epilepsy": None}}}
    assert screen(said).outcome is Outcome.REVIEW
    judged = screen(said, rules=rules)
    assert judged.outcome is Outcome.FINE
    assert "epilepsy" not in judged.rules
    assert not any(
        each.rule == "epilepsy" for p in judged.phases.values() for each in p.restrictions
    )
    asked = {item.rule for q in rules.questions_for(list(judged.phases)) for item in q.items}
    assert "epilepsy" not in asked
    assert asked


# The draft


@pytest.mark.django_db
def test_edits_wait_in_the_draft_and_hold_once_they_are_published() -> None:
    mei = doctor()
    edit(NOW, mei, "wax", **wax_days(5))
    edit(NOW, mei, "filler", off_reason="Never seen here.")
    assert current_rule_set(NOW) == RULES
    assert publish(NOW, mei, why="Two of our clients bruised.") == 2
    now = current_rule_set(NOW)
    assert now.by_code["wax"].days == 5
    assert now.by_code["filler"].off_reason == "Never seen here."
    assert rule_set(1) == RULES
    newest = versions()[0]
    assert (newest.published_by, newest.why) == (mei.user, "Two of our clients bruised.")
    assert draft(NOW).row is None
    entry = AuditEntry.objects.get(verb="rules.published", about="rules:2")
    assert entry.actor == mei.user


@pytest.mark.django_db
def test_an_edit_back_to_what_is_in_force_is_none() -> None:
    mei = doctor()
    edit(NOW, mei, "wax", **wax_days(5))
    edit(NOW, mei, "wax", **wax_days(2))
    assert draft(NOW).documents == {}
    with pytest.raises(NothingChanged):
        publish(NOW, mei)
    assert RuleEdit.objects.count() == 2


@pytest.mark.django_db
def test_what_is_sent_twice_is_kept_once_and_refused_never() -> None:
    mei = doctor()
    was = document_of(RULES, "wax")
    for _ in range(2):
        edit_rule(
            now=NOW, actor=mei, code="wax", document={**was, **wax_days(5)}, seen=fingerprint(was)
        )
    assert RuleEdit.objects.count() == 1


@pytest.mark.django_db
def test_the_second_of_two_who_edit_one_rule_is_told_who_was_first_and_what_they_wrote() -> None:
    mei, sofia = doctor(), doctor("Sofia Lindqvist")
    was = document_of(RULES, "wax")
    edit(NOW, mei, "wax", **wax_days(5))
    second = {"now": NOW, "actor": sofia, "code": "wax", "document": {**was, **wax_days(9)}}
    with pytest.raises(RuleChangedMeanwhile) as refused:
        edit_rule(**second, seen=fingerprint(was))
    assert "Mei Tanaka" in str(refused.value.sentence)
    assert refused.value.theirs["delay_days_default"] == 5
    edit_rule(**second, seen=fingerprint(refused.value.theirs))
    assert draft(NOW).rules.by_code["wax"].days == 9
    assert [edit.document["delay_days_default"] for edit in RuleEdit.objects.order_by("pk")] == [
        5,
        9,
    ]


@pytest.mark.django_db
def test_two_who_edit_different_rules_are_not_in_each_others_way() -> None:
    mei, sofia = doctor(), doctor("Sofia Lindqvist")
    edit(NOW, mei, "wax", **wax_days(5))
    edit(NOW, sofia, "dental", **wax_days(9))
    publish(NOW, mei)
    assert {one.code for one in differences(RULES, current_rule_set(NOW))} == {"wax", "dental"}


@pytest.mark.django_db
def test_nobody_publishes_what_they_have_not_looked_at() -> None:
    mei, sofia = doctor(), doctor("Sofia Lindqvist")
    edit(NOW, mei, "wax", **wax_days(5))
    shown = draft(NOW).rules.digest
    edit(NOW, sofia, "dental", **wax_days(9))
    for act in (
        lambda: publish_draft(now=NOW, actor=mei, shown=shown, why="Because."),
        lambda: discard_draft(now=NOW, actor=mei, shown=shown),
    ):
        with pytest.raises(DraftMoved):
            act()
    assert RuleSet.objects.count() == 1
    assert set(draft(NOW).documents) == {"wax", "dental"}


@pytest.mark.django_db
def test_a_version_without_its_reason_is_not_published() -> None:
    mei = doctor()
    edit(NOW, mei, "wax", **wax_days(5))
    with pytest.raises(WhyMissing):
        publish(NOW, mei, why="  ")


@pytest.mark.django_db
def test_what_was_thrown_away_stays_on_record() -> None:
    mei = doctor()
    edit(NOW, mei, "wax", **wax_days(5))
    discard_draft(now=LATER, actor=mei, shown=draft(NOW).rules.digest)
    assert draft(LATER).rules == RULES
    closed = RuleDraft.objects.get()
    assert (closed.is_open, closed.closed_by, closed.published) == (False, mei.user, None)
    assert RuleEdit.objects.get().document["delay_days_default"] == 5
    edit(LATER, mei, "wax", **wax_days(7))
    assert draft(LATER).rules.by_code["wax"].days == 7


@pytest.mark.django_db
def test_one_edit_can_be_taken_back_from_the_draft() -> None:
    mei = doctor()
    edit(NOW, mei, "wax", **wax_days(5))
    edit(NOW, mei, "dental", **wax_days(9))
    for _ in range(2):
        take_back_edit(now=LATER, actor=mei, code="wax")
    assert set(draft(LATER).documents) == {"dental"}
    assert RuleEdit.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"applies_to": []}, "applies_to"),
        ({"delay_days_default": None}, "delay_days_default"),
        ({"delay_days_default": 3651}, "delay_days_default"),
        ({"delay_days_range": [9, 1]}, "delay_days_range"),
        ({"trigger_answer": None}, "trigger_answer"),
        (
            {"action": "flag", "delay_days_default": None, "client_message": "{days}"},
            "client_message",
        ),
        ({"action": "shrug"}, ""),
    ],
)
def test_rules_that_would_contradict_themselves_are_refused_at_the_field(
    change: dict[str, object], field: str
) -> None:
    with pytest.raises(RuleRefused) as refused:
        edit(NOW, doctor(), "wax", **change)
    assert refused.value.field == field
    assert not RuleEdit.objects.exists()


@pytest.mark.django_db
def test_only_who_treats_changes_the_rules() -> None:
    mei = doctor()
    edit(NOW, mei, "wax", **wax_days(5))
    shown = draft(NOW).rules.digest
    for actor in (CLIENT, staff(clinic.user(role="FRONT_DESK")), staff(clinic.user(role="OWNER"))):
        with pytest.raises(NotAPractitioner):
            edit(NOW, actor, "dental", **wax_days(9))
        with pytest.raises(NotAPractitioner):
            publish_draft(now=NOW, actor=actor, shown=shown, why="Because.")
        with pytest.raises(NotAPractitioner):
            discard_draft(now=NOW, actor=actor, shown=shown)
        with pytest.raises(NotAPractitioner):
            take_back_edit(now=NOW, actor=actor, code="wax")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("rule_draft_one_open", {}),
        ("rule_draft_open_or_closed", {"closed_at": NOW}),
        ("rule_draft_open_or_closed", {"is_open": False}),
        ("rule_draft_open_or_closed", {"published_id": 1}),
    ],
)
def test_the_database_knows_one_open_draft_and_what_closed_means(
    name: str, fields: dict[str, object]
) -> None:
    if name == "rule_draft_one_open":
        RuleDraft.objects.create(opened_at=NOW)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        RuleDraft.objects.create(opened_at=NOW, **fields)


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["UPDATE {} SET code = 'filler'", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_somebody_edited_is_never_rewritten(act: str) -> None:
    edit(NOW, doctor(), "wax", **wax_days(5))
    connection.check_constraints()
    with (
        pytest.raises(IntegrityError, match="never change"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act.format("clients_ruleedit"))
