"""Bringing a backup back, into an empty database only."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from django.db import DatabaseError, connection, transaction

from clinic import seals
from clinic.backup import contents, tools
from clinic.backup.container import Reader, Refused, read_header
from clinic.backup.writing import MANIFEST, VERSION, last_line, media_folder

PIECE = 1 << 20


@dataclass(slots=True)
class Restored:
    """What was brought back. `master_keys` are the ids of the keys its health text needs."""

    made_at: str
    tables: int
    rows: int
    media: int
    master_keys: list[str] = field(default_factory=list)


def about(path: Path) -> dict[str, Any]:
    """Return what a backup says of itself without any key. Raises Refused."""
    with _open(path) as file:
        return read_header(file)[0]


def restore(
    path: Path,
    *,
    key: bytes,
    now: datetime,
    progress: Callable[[int], object] = lambda size: None,
) -> Restored:
    """Restore a backup into the empty database of DATABASE_URL and the empty media folder.

    progress: told how many bytes of the file were read since it was last told; it is read twice.

    The whole file is checked before anything is written. Raises Refused; then nothing was changed,
    unless the message says that the database was restored and differs.
    """
    major = tools.server_major()
    said = about(path)
    if said.get("version") != VERSION:
        raise Refused(f"This backup has the form {said.get('version')}; this Jade reads {VERSION}.")
    if int(said["postgres"]) > major:
        raise Refused(
            f"This backup was made from Postgres {said['postgres']}, and the server is {major}. "
            f"Restore it to a server of Postgres {said['postgres']} or newer."
        )
    program = tools.find("pg_restore", major=major)
    if not contents.is_empty():
        raise Refused(
            "The database is not empty, and a backup never replaces anything. Make an empty one "
            "(createdb) and point DATABASE_URL at it."
        )
    folder = media_folder()
    if folder is None and said.get("media") != "bucket":
        raise Refused(
            "This backup may hold uploaded files, and MEDIA_URL is a bucket. Restore it with "
            "MEDIA_URL=file:///some/empty/folder, then copy what is in there to the bucket."
        )
    if folder is not None and folder.exists() and any(folder.iterdir()):
        raise Refused(
            f"The media folder {folder} is not empty, and a backup never replaces anything. "
            "Move it away first."
        )
    manifest = _check(path, key, progress)
    if folder is not None:
        folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".restoring-", dir=folder.parent if folder else None))
    try:
        _unpack(path, key, manifest, program, draft, progress)
        if folder is not None:
            if folder.exists():
                folder.rmdir()
            draft.rename(folder)
    except OSError as refusal:
        raise Refused(f"{folder} can't be written: {refusal.strerror}.") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    with transaction.atomic():
        found = contents.tables()
    differing = _differing(manifest["tables"], found)
    if differing:
        raise Refused(
            f"The database was restored, but differs from the backup in {', '.join(differing)}. "
            "Do not use it: drop it, and try again."
        )
    if "public.clinic_seal" in found:
        # This server counts its transactions anew: the chain over the logs has to know.
        # Tables of an older version may lack something; then the clock does it after `prepare`.
        with contextlib.suppress(DatabaseError):
            seals.make(now=now)
    return Restored(
        made_at=said["made_at"],
        tables=len(found),
        rows=sum(table.rows for table in found.values()),
        media=len(manifest["media"]),
        master_keys=list(said["master_keys"]),
    )


def _differing(wanted: dict[str, list[Any]], found: dict[str, contents.Table]) -> list[str]:
    return sorted(
        name
        for name in wanted.keys() | found.keys()
        if name not in found or list(found[name]) != wanted.get(name)
    )


@contextlib.contextmanager
def _open(path: Path) -> Any:
    try:
        file = path.open("rb")
    except OSError as refusal:
        raise Refused(f"{path} can't be read: {refusal.strerror}.") from None
    with file:
        yield file


class _Counted:
    """A file that tells how much of it was read."""

    def __init__(self, file: IO[bytes], progress: Callable[[int], object]) -> None:
        self._file, self._progress = file, progress

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._progress(len(data))
        return data


@contextlib.contextmanager
def _archive(path: Path, key: bytes, progress: Callable[[int], object]) -> Any:
    with _open(path) as file:
        reader = Reader(cast(IO[bytes], _Counted(file, progress)), key)
        try:
            with tarfile.open(mode="r|", fileobj=reader, bufsize=1 << 16) as archive:
                yield archive
            while reader.read(PIECE):
                pass
        except tarfile.TarError:
            raise Refused("This file is damaged. Use another backup.") from None


def _check(path: Path, key: bytes, progress: Callable[[int], object]) -> dict[str, Any]:
    """Read the whole file without writing anything; return its manifest. Raises Refused."""
    manifest: dict[str, Any] | None = None
    with _archive(path, key, progress) as archive:
        for member in archive:
            kept = PurePosixPath(member.name)
            if not member.isfile() or kept.is_absolute() or ".." in kept.parts:
                raise Refused("This file holds a name that no backup of Jade has.")
            if member.name == MANIFEST:
                manifest = json.loads(archive.extractfile(member).read())
    if manifest is None:
        raise Refused("This file is no whole backup: what it should hold is not said in it.")
    return manifest


def _unpack(
    path: Path,
    key: bytes,
    manifest: dict[str, Any],
    program: Path,
    draft: Path,
    progress: Callable[[int], object],
) -> None:
    """Write media to `draft` and let pg_restore read the dump, all of it or nothing."""
    connection.close()
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603 - Postgres' own program
            [
                *(program, "--single-transaction", "--exit-on-error"),
                *("--no-owner", "--no-privileges", "--dbname", connection.settings_dict["NAME"]),
            ],
            env=tools.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
        )
        feed = cast(IO[bytes], process.stdin)
        whole = False
        try:
            with contextlib.suppress(BrokenPipeError):
                with _archive(path, key, progress) as archive:
                    for member in archive:
                        if member.name.startswith("dump/"):
                            feed.write(archive.extractfile(member).read())
                        elif member.name.startswith("media/"):
                            data = archive.extractfile(member).read()
                            _keep(draft, member.name.removeprefix("media/"), data, manifest)
                feed.close()
            whole = True
        finally:
            if not whole:
                process.kill()
            with contextlib.suppress(BrokenPipeError):
                feed.close()
            failed = process.wait() != 0
        if failed:
            raise Refused(
                f"pg_restore failed and has undone what it did ({last_line(complaints)})."
            )


def _keep(draft: Path, name: str, data: bytes, manifest: dict[str, Any]) -> None:
    if hashlib.sha256(data).hexdigest() != manifest["media"].get(name):
        raise Refused(f"The uploaded file {name} is not what the backup says. Use another backup.")
    place = draft / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
