"""Whether the parts the clinic needs are there. Each answer is a sentence without any secret."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from redis.backoff import NoBackoff
from redis.retry import Retry

from clinic import storages
from clinic.models import Heartbeat

TICK_LATE = timedelta(seconds=90)
BACKUP_LATE = timedelta(hours=26)
REDIS_PATIENCE = 0.25  # seconds
NO_DATABASE = "Not known while the database is away."


class DatabaseAway(Exception):
    """The database does not answer, or not as it should."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing the clinic needs. `why` says what is wrong; empty where all is well."""

    name: str
    why: str = ""

    @property
    def ok(self) -> bool:
        return not self.why


@contextmanager
def asking_the_database() -> Iterator[None]:
    """Turn every way in which a database fails to answer into DatabaseAway."""
    try:
        yield
    except (DatabaseError, InterfaceError) as refusal:
        connection.close()
        raise DatabaseAway from refusal


def database() -> Part:
    """Tell whether the database answers."""
    try:
        with asking_the_database(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseAway:
        return Part("database", "It does not answer.")
    return Part("database")


@lru_cache(maxsize=1)
def _newest_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def migrations() -> Part:
    """Tell whether the tables are those of this version. Raises DatabaseAway."""
    with asking_the_database(), connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        missing = len(_newest_migrations() - set(cursor.fetchall()))
    if missing:
        return Part("migrations", f"Not applied in {missing} apps: run `manage.py prepare`.")
    return Part("migrations")


def queue() -> Part:
    """Tell whether Redis answers. Without it nothing is lost, but messages and ticks wait."""
    client = redis.Redis.from_url(
        settings.CELERY_BROKER_URL,
        socket_timeout=REDIS_PATIENCE,
        socket_connect_timeout=REDIS_PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.ping()
    except redis.RedisError:
        return Part("redis", "It does not answer. Bookings go on; messages wait.")
    finally:
        client.close()
    return Part("redis")


def beat(*, now: datetime) -> Part:
    """Tell whether the clock ticks and the worker carries its ticks out. Raises DatabaseAway."""
    with asking_the_database():
        kept = Heartbeat.objects.filter(pk=Heartbeat.Name.BEAT).first()
    if kept is None or kept.done_at is None:
        return Part("beat", "It has never ticked: start beat and the worker.")
    if now - kept.done_at > TICK_LATE:
        return Part(
            "beat",
            f"Its last tick was carried out at {kept.done_at:%Y-%m-%d %H:%M:%S} UTC: "
            "see whether beat and the worker run.",
        )
    return Part("beat")


def backup(*, now: datetime) -> Part:
    """Tell whether the scheduled backup, where one is wanted, was made. Raises DatabaseAway."""
    if not settings.BACKUP_DIR:
        return Part("backup")
    with asking_the_database():
        kept = Heartbeat.objects.filter(pk=Heartbeat.Name.BACKUP).first()
    if kept is None:
        return Part("backup", "None was made yet: run `manage.py backup`, or wait for the night.")
    if kept.why:
        return Part("backup", f"The last one failed at {kept.tried_at:%Y-%m-%d %H:%M} UTC.")
    if kept.done_at is None or now - kept.done_at > BACKUP_LATE:
        return Part("backup", "The last one is older than 26 hours.")
    return Part("backup")


def media() -> Part:
    """Tell whether photos and documents can be kept."""
    return Part("media", storages.trouble())
