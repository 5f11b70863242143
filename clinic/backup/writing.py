"""Making a backup."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO

from django.core.files.storage import FileSystemStorage, storages
from django.db import connection, transaction

from clinic.backup import contents, tools
from clinic.backup.container import Refused, Writer

VERSION = 1
PIECE = 1 << 20  # bytes of the dump in one member of the archive
MANIFEST = "manifest.json"


def name_for(now: datetime) -> str:
    """Return the name of a backup made at this moment; names sort by time."""
    return f"jade-{now:%Y%m%d-%H%M%S}.backup"


def media_folder() -> Path | None:
    """Return where uploaded files are kept; None where that is a bucket, which has copies of its own."""
    storage = storages["private"]
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def make(
    target: Path,
    *,
    key: bytes,
    master_keys: list[str],
    now: datetime,
    progress: Callable[[int], object] = lambda size: None,
) -> Path:
    """Write a backup and return its path.

    target: a file that does not exist yet, or a folder, where it gets a name by its time.
    master_keys: ids of the keys that seal health text, which a restore will need.
    progress: told how many bytes of content were written since it was last told.

    Raises Refused; then there is no file. The database is only read, all of it as of one moment.
    """
    target = target / name_for(now) if target.is_dir() else target
    if target.exists():
        raise Refused(f"{target} exists already. Choose another name.")
    if not target.parent.is_dir():
        raise Refused(f"The folder {target.parent} does not exist.")
    major = tools.server_major()
    program = tools.find("pg_dump", major=major)
    draft = target.with_name(f".{target.name}.part")
    try:
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SELECT pg_export_snapshot()")
                snapshot = cursor.fetchone()[0]
            tables = contents.tables()
            about = {
                "version": VERSION,
                "made_at": now.isoformat(),
                "postgres": major,
                "master_keys": master_keys,
                "media": "bucket" if media_folder() is None else "folder",
                "rows": {name: table.rows for name, table in tables.items()},
            }
            # Readable by nobody else from its first byte.
            with os.fdopen(
                os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
            ) as file:
                writer = Writer(file, key, about)
                with tarfile.open(mode="w|", fileobj=writer, bufsize=1 << 16) as archive:
                    media = _add_media(archive, progress)
                    _add_dump(archive, program, snapshot, progress)
                    manifest = {"tables": tables, "media": media}
                    _add(archive, MANIFEST, json.dumps(manifest).encode())
                writer.finish()
                file.flush()
                os.fsync(file.fileno())
        os.link(draft, target)  # unlike a rename, it never replaces what somebody put there
    except FileExistsError:
        raise Refused(f"{target} exists already. Choose another name.") from None
    except OSError as refusal:
        raise Refused(f"The backup can't be written to {target}: {refusal.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)
    return target


def _add_media(archive: tarfile.TarFile, progress: Callable[[int], object]) -> dict[str, str]:
    """Add every uploaded file of a folder; return their digests by name."""
    folder = media_folder()
    digests: dict[str, str] = {}
    for path in sorted(folder.rglob("*")) if folder else ():
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            name = path.relative_to(folder).as_posix() if folder else path.name
            digests[name] = hashlib.sha256(data).hexdigest()
            _add(archive, f"media/{name}", data)
            progress(len(data))
    return digests


def _add_dump(
    archive: tarfile.TarFile, program: Path, snapshot: str, progress: Callable[[int], object]
) -> None:
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603 - Postgres' own program
            [program, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"],
            env=tools.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
        )
        try:
            output: IO[bytes] | None = process.stdout
            number = 0
            while output and (piece := output.read(PIECE)):
                number += 1
                _add(archive, f"dump/{number:08}", piece)
                progress(len(piece))
        finally:
            if process.stdout:
                process.stdout.close()
            failed = process.wait() != 0
        if failed:
            raise Refused(f"pg_dump failed ({last_line(complaints)}).")


def last_line(file: IO[bytes]) -> str:
    """Return the last line a program complained with."""
    file.seek(0)
    lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "it said nothing"


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    member.mode = 0o600
    archive.addfile(member, io.BytesIO(data))
