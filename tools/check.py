"""Everything `make check` looks at. All checks run; the ones that failed are named at the end."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "-W", "ignore", "manage.py"]
CHECKS: dict[str, list[str]] = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy", "."],
    "imports": ["lint-imports", "--no-logo"],
    "templates": ["djlint", "--lint", "--quiet", "templates"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "deployment": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    "configuration page": [*MANAGE, "configuration", "--check"],
    "translations": [sys.executable, "tools/translations.py", "--check"],
    "locked requirements": [sys.executable, "tools/lock.py", "--check"],
}


def production() -> dict[str, str]:
    """Return what a production start needs, with secrets of the moment."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "ENVIRONMENT": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "LINK_KEY": key(),
        "MASTER_KEY": key(),
        "BACKUP_KEY": key(),
        "ALLOWED_HOSTS": "clinic.example",
        "SITE_URL": "https://clinic.example",
        "DATABASE_URL": "postgres://jade:secret@127.0.0.1:1/jade",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "MAIL_FROM": "hello@clinic.example",
        "TRUSTED_PROXIES": "1",
        "MAILBOX": "off",
        "DEBUG": "off",
        "DEMO": "off",
    }


def main() -> int:
    failed = []
    for name, (program, *arguments) in CHECKS.items():
        path = program if os.sep in program else str(BIN / program)
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "clinic.settings"}
        if name == "deployment":
            environment |= production()
        begun = time.monotonic()
        done = subprocess.run(
            [path, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{name:22} {verdict:7} {time.monotonic() - begun:5.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout, done.stderr, sep="\n", flush=True)
    if failed:
        print(f"Not clean: {', '.join(failed)}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
