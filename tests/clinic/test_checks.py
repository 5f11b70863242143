"""A production start with a missing or unsafe setting is refused with what to do."""

from __future__ import annotations

import base64
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from clinic import env
from tests.harness.programs import environment


def key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


SAFE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "LINK_KEY": key(),
    "MASTER_KEY": key(),
    "BACKUP_KEY": key(),
    "BACKUP_DIR": "/var/backups/jade",
    "ALLOWED_HOSTS": "book.example.org",
    "SITE_URL": "https://book.example.org",
    "DATABASE_URL": "postgres://jade:secret@127.0.0.1:1/jade",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp+tls://jade:secret@mail.example.org:587",
    "MAIL_FROM": "hello@example.org",
    "TRUSTED_PROXIES": "1",
    "DJANGO_SETTINGS_MODULE": "clinic.settings",
}

# Each line breaks one setting; asked in one process, since each start of Django takes a second.
UNSAFE = [
    ("SECRET_KEY", "short", "E001"),
    ("SECRET_KEY", "ab" * 40, "E001"),
    ("SECRET_KEY", "django-insecure-" + secrets.token_urlsafe(64), "E001"),
    ("LINK_KEY", "short", "E002"),
    ("MASTER_KEY", "short", "E003"),
    ("MASTER_KEY", key()[:-4], "E003"),
    ("MASTER_KEY", f"{key()},", "E003"),
    ("MASTER_KEY", f"{key()},{SAFE['LINK_KEY']}", "E004"),
    ("ALLOWED_HOSTS", "*", "E005"),
    ("ALLOWED_HOSTS", "book.example.org,*", "E005"),
    ("ALLOWED_HOSTS", "", "E006"),
    ("SITE_URL", "", "E007"),
    ("SITE_URL", "http://book.example.org", "E007"),
    ("SITE_URL", "https://localhost", "E007"),
    ("MAIL_FROM", "", "E008"),
    ("MAIL_FROM", "Clinic <clinic@localhost>", "E008"),
    ("DATABASE_URL", "", "E009"),
    ("REDIS_URL", "", "E010"),
    ("EMAIL_URL", "", "E011"),
    ("DEBUG", "on", "E012"),
    ("MAILBOX", "on", "E013"),
    ("DEMO", "on", "E014"),
    ("RATE_LIMITS", "off", "E015"),
    ("BACKUP_KEY", "short", "E016"),
    ("BACKUP_KEY", "", "E017"),
    ("BACKUP_KEY", SAFE["LINK_KEY"], "E018"),
    ("MEDIA_URL", "file:///proc/no/such/place", "E019"),
]
ASK = """
import importlib, json, os, sys
safe = dict(os.environ)
for line in sys.stdin:
    name, value = json.loads(line)
    os.environ[name] = value
    import clinic.env, clinic.settings
    importlib.reload(clinic.env)
    fresh = importlib.reload(clinic.settings)
    import django
    from django.conf import settings
    django.setup()
    for each in dir(fresh):
        if each.isupper():
            setattr(settings, each, getattr(fresh, each))
    from clinic import checks
    print(json.dumps([[e.id, e.msg, e.hint] for e in checks.production()]), flush=True)
    if name in safe:
        os.environ[name] = safe[name]
    else:
        del os.environ[name]
"""


def run(*command: str, **overrides: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        env=environment(**{**SAFE, **overrides}),
        cwd=env.ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_each_unsafe_setting_is_found_and_no_other_with_it() -> None:
    import json

    lines = [["LOG_LEVEL", "INFO"], *([name, value] for name, value, _ in UNSAFE)]
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env=environment(**SAFE),
        cwd=env.ROOT,
        input="".join(json.dumps(line) + "\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert found[0] == [], "right settings are complained about"
    for (name, value, code), errors in zip(UNSAFE, found[1:], strict=True):
        assert [each[0] for each in errors] == [f"clinic.{code}"], f"{name}={value}"
        for _, msg, hint in errors:
            assert name in msg + hint
            assert msg.endswith((".", ")."))
            assert hint.endswith((".", "one."))
            assert not value or len(value) < 12 or value not in msg + hint, "a secret was printed"


def test_the_deployment_check_is_clean_with_right_settings() -> None:
    done = run("-W", "ignore", "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stdout + done.stderr
    done = run("-W", "ignore", "manage.py", "check", "--deploy", MAILBOX="on")
    assert done.returncode != 0
    assert "clinic.E013" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("-m", "celery", "--app", "clinic", "worker", "--concurrency", "1"),
        ("-m", "celery", "--app", "clinic", "beat", "--pidfile", ""),
        ("manage.py", "up"),
        ("manage.py", "prepare"),
        ("-c", "import clinic.wsgi"),
    ],
    ids=["worker", "beat", "up", "prepare", "web"],
)
def test_nothing_starts_in_production_with_unsafe_settings(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    done = run("-W", "ignore", *command, VAR_DIR=str(tmp_path), DEBUG="on", MAILBOX="on")
    said = done.stdout + done.stderr
    assert done.returncode not in {0, -15}, said
    assert "does not start in production" in said
    assert "Set it to off." in said
    assert "clinic.E012" in said, "each reason is told, not only the first"
    assert "clinic.E013" in said
    assert "Traceback" not in said
    assert not (tmp_path / "postgres").exists()


def test_the_web_server_ends_when_it_is_refused(tmp_path: Path) -> None:
    done = run(
        *("-m", "granian", "--interface", "wsgi", "--port", "0", "--workers", "1"),
        "clinic.wsgi:application",
        VAR_DIR=str(tmp_path),
        DEMO="on",
    )
    assert done.returncode != 0
    assert "clinic.E014" in done.stdout + done.stderr


@pytest.mark.parametrize("command", ["verify_audit", "messages_doctor ana"])
def test_where_no_database_answers_any_command_says_so_in_a_sentence(
    command: str, tmp_path: Path
) -> None:
    nowhere = {"DATABASE_URL": "postgres://jade:hidden@127.0.0.1:1/jade", "VAR_DIR": str(tmp_path)}
    done = run("manage.py", *command.split(), **nowhere)
    assert done.returncode != 0
    assert done.stderr.startswith("The database does not answer.")
    for unwanted in ("Traceback", "hidden"):
        assert unwanted not in done.stderr
    assert "Traceback" in run("manage.py", *command.split(), "--traceback", **nowhere).stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "LINK_KEY", "MASTER_KEY"])
def test_a_missing_key_is_named_in_a_sentence(name: str) -> None:
    done = run("manage.py", "prepare", **{name: ""})
    assert done.returncode != 0
    assert re.search(rf"does not start like this: {name} is not set\.", done.stderr)
    assert "Traceback" not in done.stderr
