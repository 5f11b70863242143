"""The test harness itself: what other tests rely on without saying so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.db import connection

from clinic.models import Location
from tests.harness.browser import Visits, axe
from tests.harness.databases import Database, clone, drop
from tests.harness.programs import Site
from tests.harness.queue import OwnRedis


def count_in(database: Database, table: str) -> int:
    raw = database.connect()
    try:
        with raw.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - a table of ours
            return int(cursor.fetchone()[0])
    finally:
        raw.close()


def test_a_committed_row_is_seen_by_other_threads_and_processes(fresh_db: Database) -> None:
    def add() -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE left_behind (id int); INSERT INTO left_behind VALUES (1)")

    thread = threading.Thread(target=add)
    thread.start()
    thread.join()
    assert count_in(fresh_db, "left_behind") == 1


def test_what_one_test_commits_never_reaches_the_next(fresh_db: Database) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('left_behind')")
        assert cursor.fetchone() == (None,)
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone() == (fresh_db.name,)


@pytest.mark.django_db
def test_an_ordinary_test_runs_on_the_workers_own_clone() -> None:
    assert "_template" not in connection.settings_dict["NAME"]
    assert Location.objects.count() >= 0


def test_a_clone_is_dropped_though_somebody_is_still_connected(fresh_db: Database) -> None:
    other = clone()
    raw = other.connect()
    drop(other)
    raw.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [other.name])
        assert cursor.fetchone() == (0,)


def test_a_wrecked_redis_comes_back_empty_on_the_same_address(own_redis: OwnRedis) -> None:
    with own_redis.client() as client:
        client.set("a", "1")
        own_redis.kill()
        with pytest.raises(redis.ConnectionError):
            client.get("a")
        own_redis.start()
        assert client.get("a") == b"1", "what was written survives a kill"
        own_redis.restart_empty()
        assert client.get("a") is None


def test_a_frozen_redis_is_silent_not_refused(own_redis: OwnRedis) -> None:
    own_redis.freeze()
    with own_redis.client() as client:
        with pytest.raises(redis.TimeoutError):
            client.ping()
        own_redis.thaw()
        assert client.ping()


def test_a_script_error_or_refused_script_on_a_page_fails_its_test(
    site: Site, phone: Callable[..., Any], visits: Visits
) -> None:
    page = phone(site)
    page.goto("/static/")
    page.set_content("<script src='https://elsewhere.invalid/x.js'></script>")
    page.evaluate("() => setTimeout(() => { throw new Error('oops') }, 0)")
    page.wait_for_function("() => true")
    visits.expected.append("status of 404")
    assert any("oops" in problem for problem in visits.unexpected())
    visits.expected.append("")


def test_an_inaccessible_page_is_reported_under_our_content_policy(
    site: Site, desktop: Callable[..., Any], visits: Visits
) -> None:
    visits.expected.append("status of 404")
    page = desktop(site)
    answer = page.goto("/nothing-here")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    page.set_content("<html lang='en'><title>t</title><main><h1>t</h1><input></main></html>")
    assert [line for line in axe(page) if line.startswith("label ")]


def test_a_worker_and_beat_run_on_the_tests_database(
    fresh_db: Database, redis_url: str, start_celery: Callable[..., Any]
) -> None:
    worker = start_celery("worker", database=fresh_db, redis_url=redis_url)
    start_celery("beat", database=fresh_db, redis_url=redis_url)
    worker.kill()
    assert worker.process.returncode == -9
