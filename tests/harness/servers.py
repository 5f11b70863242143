"""The Postgres and the Redis of one test run, started once and shared by its processes.

The first process of a run starts them and tells the others by environment variables, before
Django's settings are read. `DATABASE_URL` and `REDIS_URL`, where given, are used instead: that
user must be able to create databases, and that Redis is emptied.
"""

from __future__ import annotations

import atexit
import base64
import os
import re
import secrets
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

RUN = "JADE_TEST_RUN"
SYSTEM = "JADE_TEST_SYSTEM_SERVERS"
# What a developer's shell may hold must not decide what the tests see.
FORGOTTEN = [
    "ABSOLUTE_HOURS",
    "ALLOWED_HOSTS",
    "BACKUP_DIR",
    "BACKUP_HOUR",
    "BACKUP_KEEP",
    "BACKUP_KEY",
    "CORS_ORIGINS",
    "DEBUG",
    "DEMO",
    "EMAIL_URL",
    "EMBED_SITES",
    "ENVIRONMENT",
    "IDLE_MINUTES",
    "LOG_LEVEL",
    "MAILBOX",
    "MAIL_FROM",
    "PORT",
    "POSTGRES_TOOLS",
    "RATE_LIMITS",
    "SECOND_FACTOR",
    "SITE_URL",
    "TRUSTED_PROXIES",
]


def ensure() -> None:
    """Start the run's servers unless an earlier process of the run has, and set the environment."""
    if RUN not in os.environ:
        _begin()
    worker = re.fullmatch(r"gw(\d+)", os.environ.get("PYTEST_XDIST_WORKER", ""))
    if worker:
        # A numbered Redis database for each worker, so that none empties another's queue.
        parts = urlsplit(os.environ["REDIS_URL"])
        os.environ["REDIS_URL"] = urlunsplit(parts._replace(path=f"/{int(worker[1]) + 1}"))


def run_directory() -> Path:
    return Path(os.environ[RUN])


def redis_program() -> Path | None:
    """Return the Redis a test's own server is started from; None is the wheel's."""
    if os.environ.get(SYSTEM) != "1":
        return None
    found = shutil.which("redis-server")
    if not found:
        raise RuntimeError("No redis-server on this machine: apt install redis-server.")
    return Path(found)


def postgres_programs() -> Path | None:
    """Return the folder a test's own Postgres is started from; None is the wheel's."""
    if os.environ.get(SYSTEM) != "1":
        return None
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        raise RuntimeError("No Postgres server on this machine: apt install postgresql.")
    return folders[-1]


def _begin() -> None:
    from clinic import embedded, processes

    for name in FORGOTTEN:
        os.environ.pop(name, None)
    for left in Path(tempfile.gettempdir()).glob("jade-test-*-*"):
        if not processes.is_running(int(left.name.split("-")[2])):
            shutil.rmtree(left, ignore_errors=True)
    run = Path(tempfile.mkdtemp(prefix=f"jade-test-{os.getpid()}-"))
    run.chmod(0o755)
    os.environ |= {
        RUN: str(run),
        "VAR_DIR": str(run / "var"),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "LINK_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    started: list[embedded.Service] = []

    def end() -> None:
        for service in reversed(started):
            service.stop()
        shutil.rmtree(run, ignore_errors=True)

    atexit.register(end)
    if not os.environ.get("DATABASE_URL"):
        settings = {
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "max_connections": "300",
            "max_wal_size": "4GB",
            "autovacuum_naptime": "1h",
        }
        postgres = embedded.start_postgres(
            run / "postgres", settings=settings, programs=postgres_programs()
        )
        started.append(postgres)
        os.environ["DATABASE_URL"] = postgres.url
    if not os.environ.get("REDIS_URL"):
        redis = embedded.start_redis(run / "redis", program=redis_program())
        started.append(redis)
        os.environ["REDIS_URL"] = redis.url
