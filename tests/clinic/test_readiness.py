"""What a machine that asks is told: up, ready, and which part is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings
from django.utils import timezone

from clients import readiness
from clients.models import Message
from clinic import heartbeats
from clinic import readiness as readiness_of_house
from clinic.audit import CLIENT, viewed
from clinic.models import Heartbeat, Seal
from tests.harness.databases import Database
from tests.harness.programs import Program, eventually
from tests.harness.queue import OwnRedis

SECRET = "very-secret-4711"
AWAY = f"redis://:{SECRET}@127.0.0.1:1/0"


def asked() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/readyz")
    assert SECRET not in answer.content.decode()
    return answer.status_code, json.loads(answer.content)


def wrong(body: dict[str, Any]) -> set[str]:
    return {name for name, part in body["parts"].items() if not part["ok"]}


def late_message(now: datetime) -> Message:
    return Message.objects.create(
        dedupe_key="x",
        about="booking:x",
        staff_email="ines@example.org",
        kind="x",
        channel="EMAIL",
        due_at=now - timedelta(minutes=12),
        expires_at=now + timedelta(days=1),
        created_at=now,
    )


def test_the_process_answers_without_the_database(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_a_clinic_with_everything_is_ready(redis_url: str) -> None:
    heartbeats.done(Heartbeat.Name.BEAT, now=timezone.now())
    with override_settings(CELERY_BROKER_URL=redis_url):
        status, body = asked()
    assert (status, body["ok"], wrong(body)) == (200, True, set())
    assert set(body["parts"]) == {
        "database",
        "redis",
        "migrations",
        "beat",
        "messages",
        "backup",
        "media",
    }


@pytest.mark.django_db
def test_each_missing_part_is_named_and_no_other(redis_url: str, tmp_path: Path) -> None:
    now = timezone.now()
    with override_settings(CELERY_BROKER_URL=redis_url):
        assert wrong(asked()[1]) == {"beat"}
        heartbeats.done(Heartbeat.Name.BEAT, now=now - timedelta(minutes=10))
        assert wrong(asked()[1]) == {"beat"}
        heartbeats.done(Heartbeat.Name.BEAT, now=now)
        with override_settings(CELERY_BROKER_URL=AWAY):
            status, body = asked()
            assert (status, wrong(body)) == (503, {"redis"})
        message = late_message(now)
        status, body = asked()
        assert (status, wrong(body)) == (503, {"messages"})
        assert "12 minutes" in body["parts"]["messages"]["why"]
        assert "ines" not in json.dumps(body)
        message.delete()
        with override_settings(BACKUP_DIR=str(tmp_path)):
            assert wrong(asked()[1]) == {"backup"}
            heartbeats.done(Heartbeat.Name.BACKUP, now=now)
            assert wrong(asked()[1]) == set()
            heartbeats.failed(Heartbeat.Name.BACKUP, now=now, why=f"The disk {SECRET} is full.")
            assert wrong(asked()[1]) == {"backup"}
            heartbeats.done(Heartbeat.Name.BACKUP, now=now - timedelta(hours=27))
            assert wrong(asked()[1]) == {"backup"}
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'bookings'")
        assert wrong(asked()[1]) == {"migrations"}


def test_a_silent_queue_holds_the_answer_up_for_less_than_a_second(
    db: None, own_redis: OwnRedis
) -> None:
    heartbeats.done(Heartbeat.Name.BEAT, now=timezone.now())
    own_redis.freeze()
    with override_settings(CELERY_BROKER_URL=own_redis.url):
        begun = datetime.now(UTC)
        assert wrong(asked()[1]) == {"redis"}
        assert datetime.now(UTC) - begun < timedelta(seconds=3)


def test_a_database_that_is_away_is_said_and_hides_nothing_else(
    fresh_db: Database, redis_url: str
) -> None:
    settings = connection.settings_dict
    before = settings["PORT"]
    connection.close()
    settings["PORT"] = 1
    try:
        with override_settings(CELERY_BROKER_URL=redis_url):
            parts = {part.name: part for part in readiness.parts(now=timezone.now())}
    finally:
        connection.close()
        settings["PORT"] = before
    assert {name for name, part in parts.items() if not part.ok} == {
        "database",
        "migrations",
        "beat",
        "messages",
        "backup",
    }


def test_beat_and_worker_tick_and_seal_by_themselves(
    fresh_db: Database, redis_url: str, start_celery: Callable[..., Program]
) -> None:
    with transaction.atomic():
        viewed(now=timezone.now(), actor=CLIENT, what="SCREENING_ANSWERS", about="booking:1")
    start_celery("worker", database=fresh_db, redis_url=redis_url)
    beat = start_celery("beat", database=fresh_db, redis_url=redis_url)
    with override_settings(CELERY_BROKER_URL=redis_url):
        eventually(lambda: asked()[0] == 200, within=90, what="a clinic that is ready")
    eventually(Seal.objects.exists, within=90, what="a seal over the access log")
    assert "Traceback" not in beat.said()


def test_a_database_made_by_the_earlier_migrations_is_ready_after_an_update(
    fresh_db: Database,
) -> None:
    replacing = {
        key: migration.replaces
        for key, migration in MigrationLoader(None).disk_migrations.items()
        if migration.replaces
    }
    assert replacing
    applied = MigrationRecorder.Migration.objects
    for (app, name), replaced in replacing.items():
        applied.filter(app=app, name=name).delete()
        applied.bulk_create(MigrationRecorder.Migration(app=a, name=n) for a, n in replaced)
    assert "Not applied" in (readiness_of_house.migrations().why or "")
    call_command("prepare", verbosity=0)
    assert not readiness_of_house.migrations().why
