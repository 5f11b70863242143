from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from clients import publishing
from clients.models import BookingQuestion, RuleSet, ScreeningRule
from clients.queries import current_rule_set, rule_set
from clients.rule_document import RulesInvalid, read
from clients.rules import RuleSet as Rules
from clinic.audit import CLOCK
from clinic.management.commands.load_defaults import FROM_DEFAULTS, publish_rules
from clinic.models import AuditEntry, Clinic
from tests.clients.rules import DOCUMENT, RULES
from tests.harness.databases import Database

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LATER = datetime(2099, 1, 1, tzinfo=UTC)


def edited(days: int) -> Rules:
    """The rules as a clinic might edit them: another wait after waxing."""
    document = copy.deepcopy(DOCUMENT)
    next(rule for rule in document["rules"] if rule["id"] == "wax")["delay_days_default"] = days
    return read(document, version=1)


def load() -> str:
    said = StringIO()
    call_command("load_defaults", stdout=said)
    return said.getvalue()


@pytest.mark.django_db
def test_a_clinic_starts_with_its_row_and_the_rules_as_they_stand_in_the_file() -> None:
    assert Clinic.objects.count() == 1
    assert rule_set(1) == RULES
    assert current_rule_set(LATER) == RULES
    assert ScreeningRule.objects.filter(rule_set=1).count() == 58
    assert BookingQuestion.objects.filter(rule_set=1).count() == 8
    kept = RuleSet.objects.get(version=1)
    assert (kept.digest, kept.source) == (RULES.digest, FROM_DEFAULTS)
    assert AuditEntry.objects.filter(verb="rules.published", about="rules:1").count() == 1


@pytest.mark.django_db
def test_a_second_start_says_and_does_nothing_in_eight_queries() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert load() == ""
    assert len(queries) == 8
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)


@pytest.mark.django_db
def test_a_missing_clinic_row_is_made_and_told() -> None:
    Clinic.objects.all().delete()
    assert load() == "Loaded the defaults: the clinic\n"
    assert Clinic.objects.get().pk == 1


@pytest.mark.django_db
def test_what_the_clinic_calls_itself_stays() -> None:
    Clinic.objects.update(name="Lindenhof")
    load()
    assert Clinic.objects.get().name == "Lindenhof"


@pytest.mark.django_db
def test_rules_the_clinic_published_are_left_alone() -> None:
    publishing.publish(edited(5), now=NOW, actor=CLOCK, source="Dr Adler")
    assert load() == ""
    assert publish_rules(edited(9), now=NOW) == []
    assert RuleSet.objects.count() == 2


@pytest.mark.django_db
def test_better_defaults_of_a_newer_jade_become_the_next_version() -> None:
    assert publish_rules(edited(4), now=NOW) == ["safety rules version 2 (58 rules)"]
    assert publish_rules(edited(4), now=NOW) == []
    assert current_rule_set(LATER).by_code["wax"].days == 4
    assert rule_set(1).by_code["wax"].days == 2


@pytest.mark.django_db
def test_rules_hold_from_the_moment_they_are_published() -> None:
    publishing.publish(edited(5), now=LATER, actor=CLOCK, source="Dr Adler")
    assert current_rule_set(LATER - timedelta(seconds=1)).version == 1
    assert current_rule_set(LATER).version == 2


@pytest.mark.django_db
def test_before_anything_is_published_it_is_said_what_to_do() -> None:
    with pytest.raises(RuleSet.DoesNotExist, match="load_defaults"):
        current_rule_set(datetime(2000, 1, 1, tzinfo=UTC))


@pytest.mark.django_db
def test_the_rules_of_a_booking_cost_one_small_query() -> None:
    current_rule_set(LATER)
    with CaptureQueriesContext(connection) as queries:
        first, second = current_rule_set(LATER), current_rule_set(LATER)
    assert len(queries) == 2
    assert first is second


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Make the calls from threads that start together; return what they returned, sorted."""
    starts, said = threading.Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        try:
            starts.wait(10)
            said.append(call())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(said)


def test_many_starts_at_once_publish_once(fresh_db: Database) -> None:
    rules = edited(6)
    said = at_once(*[lambda: publish_rules(rules, now=NOW)] * 6)
    assert said == [[]] * 5 + [["safety rules version 2 (58 rules)"]]
    assert list(RuleSet.objects.order_by("version").values_list("version", flat=True)) == [1, 2]
    assert ScreeningRule.objects.filter(rule_set=2).count() == 58


def test_people_who_publish_at_once_take_turns(fresh_db: Database) -> None:
    rules = edited(6)
    publish = partial(publishing.publish, rules, now=NOW, actor=CLOCK, source="Dr Adler")
    assert at_once(*[publish] * 6) == [2, 3, 4, 5, 6, 7]
    assert ScreeningRule.objects.count() == 7 * 58


def refused(name: str, statement: str) -> None:
    with (
        pytest.raises(IntegrityError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert error.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE clients_ruleset SET source = 'me'",
        "UPDATE clients_screeningrule SET days = 0 WHERE code = 'filler'",
        "UPDATE clients_bookingquestion SET text = '' WHERE code = 'bq_age'",
        "DELETE FROM clients_ruleset",
        "DELETE FROM clients_screeningrule WHERE code = 'pregnant'",
        "DELETE FROM clients_bookingquestion WHERE code = 'bq_now'",
        "TRUNCATE clients_ruleset CASCADE",
        "TRUNCATE clients_screeningrule",
        "TRUNCATE clients_bookingquestion",
    ],
)
def test_published_rules_can_not_be_changed_removed_or_emptied(statement: str) -> None:
    refused("rules_do_not_change", statement)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [ScreeningRule, BookingQuestion])
def test_nothing_can_be_added_to_published_rules(
    model: type[ScreeningRule] | type[BookingQuestion],
) -> None:
    row = model.objects.filter(rule_set=1)[0]
    row.pk, row.position, row.code, row._state.adding = None, 99, "added", True
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        row.save()
    assert error.value.__cause__.diag.constraint_name == "rules_are_complete"  # type: ignore[union-attr]


@pytest.mark.django_db
def test_rules_that_are_not_what_was_published_are_not_used() -> None:
    version = publishing.publish(edited(1), now=NOW, actor=CLOCK, source="Dr Adler")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE clients_screeningrule DISABLE TRIGGER rules_do_not_change")
    ScreeningRule.objects.filter(rule_set=version, code="filler").update(days=F("days") - 27)
    with pytest.raises(RulesInvalid, match="Version 2"):
        current_rule_set(LATER)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("rule_action_known", {"action": "SHRUG"}),
        ("rule_severity_known", {"severity": "MILD"}),
        ("rule_has_one_trigger", {"trigger_answer": ""}),
        ("rule_delay_has_days", {"action": "DELAY_UNTIL", "days": None}),
        ("rule_days_within_ten_years", {"days": 3651}),
        ("rule_code_plain", {"code": "Not Plain"}),
    ],
)
def test_the_database_refuses_a_rule_that_means_nothing(
    name: str, change: dict[str, object]
) -> None:
    row = ScreeningRule.objects.get(rule_set=1, code="wax")
    announced = RuleSet.objects.create(
        version=2, published_at=NOW, digest="0" * 64, source="t", rule_count=1, question_count=0
    )
    row.pk, row.rule_set, row._state.adding = None, announced, True
    for field, value in change.items():
        setattr(row, field, value)
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        row.save()
    assert error.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]
