"""The drill: a clinic backed up, lost and brought back; and every way in which that is refused."""

from __future__ import annotations

import base64
import io
import os
import secrets
import shutil
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings

from clients.models import Client
from clinic import seals
from clinic.backup import container, contents, nightly, restoring, tools, writing
from clinic.models import Heartbeat
from clinic.storages import private_storage
from tests.factories import bookings, clinic
from tests.harness import databases
from tests.harness.databases import Database

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = base64.b64encode(secrets.token_bytes(32)).decode()
RAW = base64.b64decode(KEY)


@pytest.fixture(autouse=True)
def media(tmp_path: Path) -> Iterator[Path]:
    """A media folder of the test's own."""
    folder = tmp_path / "var" / "media"
    folder.mkdir(parents=True)
    kept = {
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(STORAGES=kept, BACKUP_KEY=KEY, POSTGRES_TOOLS=""):
        assert writing.media_folder() == folder
        yield folder


@pytest.fixture
def empty_db() -> Iterator[Database]:
    made = databases.create(f"{databases._prefix()}_empty_{secrets.token_hex(4)}")
    yield made
    databases.drop(made)


def fill(media: Path) -> None:
    for _ in range(3):
        bookings.booking()
    Client.objects.create(name="Zoë \u2028 O'Hara", search_text="x", created_at=NOW)
    (media / "photos").mkdir()
    (media / "photos" / "one.jpg").write_bytes(os.urandom(700_000))
    (media / "empty").touch()


def state(media: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    with transaction.atomic():
        rows = contents.tables()
    files = {
        path.relative_to(media).as_posix(): path.read_bytes()
        for path in media.rglob("*")
        if path.is_file()
    }
    return rows, files


def backed_up(tmp_path: Path) -> Path:
    target = tmp_path / "the.backup"
    call_command("backup", str(target), verbosity=0, stdout=io.StringIO())
    return target


def refuses(path: Path, match: str, media: Path) -> None:
    """Check that a restore is refused with these words and changes nothing."""
    before = state(media)
    with pytest.raises(CommandError, match=match) as refusal:
        call_command("restore", str(path), verbosity=0)
    assert str(refusal.value)[-1] == "."
    assert state(media) == before
    assert list(media.parent.iterdir()) == [media], "something was left behind"


def test_a_clinic_that_was_lost_comes_back_row_by_row_and_file_by_file(
    fresh_db: Database, empty_db: Database, media: Path, tmp_path: Path
) -> None:
    fill(media)
    path = backed_up(tmp_path)
    before = state(media)
    assert before[0]["public.clinic_auditentry"].rows > 0
    assert path.stat().st_mode & 0o077 == 0
    for secret in (b"Hara", b"PGDMP", b"bookings_booking ("):
        assert secret not in path.read_bytes()
    shutil.rmtree(media)
    told = io.StringIO()
    with databases.pointed_at(empty_db):
        call_command("restore", str(path), verbosity=0, stdout=told)
        after = state(media)
        # A restore seals what somebody's long transaction kept the backup from sealing.
        sealed = [each[0].pop("public.clinic_seal").rows for each in (before, after)]
        assert sealed == sorted(sealed)
        assert after == before
        assert seals.verify().breaks == []
        call_command("prepare", verbosity=0)
        bookings.booking()  # sequences, constraints and triggers are back as well
        refuses(path, "not empty", media)
    rows = sum(table.rows for table in before[0].values()) + sealed[0]
    assert f"{rows} rows" in told.getvalue()
    assert "2 uploaded files" in told.getvalue()


def test_a_backup_without_the_files_of_a_bucket_restores_beside_it_and_no_other_does(
    fresh_db: Database, empty_db: Database, media: Path, tmp_path: Path, settings: Any
) -> None:
    fill(media)
    with_files = backed_up(tmp_path)
    bucket = private_storage("s3://key:secret@127.0.0.1:1/jade?tls=off", default=media)
    settings.STORAGES = {**settings.STORAGES, "private": bucket}
    (tmp_path / "other").mkdir()
    without = backed_up(tmp_path / "other")
    with databases.pointed_at(empty_db):
        refuses(with_files, "MEDIA_URL is a bucket", media)
        told = io.StringIO()
        call_command("restore", str(without), verbosity=0, stdout=told)
    assert "0 uploaded files" in told.getvalue()


def test_the_header_says_what_a_restore_needs_and_nothing_more(
    fresh_db: Database, media: Path, tmp_path: Path
) -> None:
    fill(media)
    said = restoring.about(backed_up(tmp_path))
    assert set(said) == {
        *("version", "made_at", "postgres", "master_keys", "media", "rows", "key", "salt"),
    }
    assert said["postgres"] == tools.server_major()
    assert said["media"] == "folder"
    assert said["rows"]["public.bookings_booking"] == 3
    assert said["key"] == container.key_id(RAW)


def test_a_key_that_is_another_or_none_is_named(
    fresh_db: Database, empty_db: Database, media: Path, tmp_path: Path
) -> None:
    path = backed_up(tmp_path)
    with databases.pointed_at(empty_db):
        other = base64.b64encode(secrets.token_bytes(32)).decode()
        with override_settings(BACKUP_KEY=other):
            refuses(path, "encrypted under the key", media)
        with override_settings(BACKUP_KEY=""):
            refuses(path, "BACKUP_KEY is not set", media)
        with override_settings(BACKUP_KEY="short"):
            refuses(path, "not 32 bytes", media)


def test_a_file_that_is_cut_off_or_changed_anywhere_is_refused(
    fresh_db: Database, empty_db: Database, media: Path, tmp_path: Path
) -> None:
    fill(media)
    path = backed_up(tmp_path)
    shutil.rmtree(media)
    media.mkdir()
    whole = path.read_bytes()
    chunk = container.CHUNK + container.TAG + 4
    with databases.pointed_at(empty_db):
        for length in (0, 10, 16, 300, len(whole) // 2, len(whole) - chunk, len(whole) - 1):
            path.write_bytes(whole[:length])
            refuses(path, "too early|no backup|damaged", media)
        places = {3, 15, 20, len(whole) - 1, len(whole) - 40}
        places |= {secrets.randbelow(len(whole)) for _ in range(12)}
        for place in places:
            changed = bytearray(whole)
            changed[place] ^= 1 << secrets.randbelow(8)
            path.write_bytes(changed)
            refuses(path, "Use another backup|no backup|too early|under the key|the form", media)
        path.write_bytes(whole + b"x")
        refuses(path, "added to the end", media)
        path.unlink()
        refuses(path, "can't be read", media)


def test_what_is_there_is_never_replaced(
    fresh_db: Database, empty_db: Database, media: Path, tmp_path: Path
) -> None:
    fill(media)
    path = backed_up(tmp_path)
    refuses(path, "database is not empty", media)
    with databases.pointed_at(empty_db):
        refuses(path, "media folder .* not empty", media)
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(path), verbosity=0)
    with pytest.raises(CommandError, match="does not exist"):
        call_command("backup", str(tmp_path / "no" / "where"), verbosity=0)


def crafted(path: Path, *, members: dict[str, bytes], **about: Any) -> Path:
    """Write a file that is sound as a container and says or holds what none of ours does."""
    said = {"version": 1, "made_at": "x", "postgres": 15, "master_keys": [], "rows": {}, **about}
    with path.open("wb") as file:
        writer = container.Writer(file, RAW, said)
        with tarfile.open(mode="w|", fileobj=writer) as archive:
            for name, data in members.items():
                writing._add(archive, name, data)
        writer.finish()
    return path


def test_what_a_file_can_not_hold_is_refused(
    fresh_db: Database, empty_db: Database, media: Path, tmp_path: Path
) -> None:
    path = tmp_path / "crafted.backup"
    whole = {"manifest.json": b'{"tables": {}, "media": {}}'}
    with databases.pointed_at(empty_db):
        newer = tools.server_major() + 1
        refuses(crafted(path, members=whole, postgres=newer), f"from Postgres {newer}", media)
        refuses(crafted(path, members=whole, version=2), "has the form 2", media)
        refuses(crafted(path, members={}), "no whole backup", media)
        for name in ("../../out", "/etc/out", "media/../../out"):
            refuses(crafted(path, members={name: b"x", **whole}), "a name that no backup", media)
        refuses(crafted(path, members={"media/a": b"x", **whole}), "is not what the backup", media)
        refuses(crafted(path, members={"dump/1": b"junk", **whole}), "pg_restore failed", media)


def test_programs_of_another_version_are_refused_with_the_one_that_is_needed(
    fresh_db: Database, media: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "tools"
    folder.mkdir()
    major = tools.server_major()
    for name in ("pg_dump", "pg_restore"):
        (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {major - 3}.4'\n")
        (folder / name).chmod(0o755)
    with override_settings(POSTGRES_TOOLS=str(folder)):
        with pytest.raises(CommandError, match=f"client programs of Postgres {major}") as refusal:
            call_command("backup", str(tmp_path / "x.backup"), verbosity=0)
        assert f"of Postgres {major - 3}" in str(refusal.value)
    with (
        override_settings(POSTGRES_TOOLS=str(tmp_path / "nowhere")),
        pytest.raises(CommandError, match="is not here"),
    ):
        call_command("backup", str(tmp_path / "x.backup"), verbosity=0)
    assert not list(tmp_path.glob("*x.backup*"))


def test_a_dump_that_breaks_off_leaves_no_file(
    fresh_db: Database, media: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "tools"
    folder.mkdir()
    program = folder / "pg_dump"
    program.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = --version ] && echo "pg_dump (PostgreSQL) {tools.server_major()}.1" && exit\n'
        "echo part; echo 'pg_dump: error: the disk is gone' >&2; exit 1\n"
    )
    program.chmod(0o755)
    with (
        override_settings(POSTGRES_TOOLS=str(folder)),
        pytest.raises(CommandError, match="the disk is gone"),
    ):
        call_command("backup", str(tmp_path / "x.backup"), verbosity=0)
    assert not list(tmp_path.glob("*x.backup*"))


def test_the_nightly_backup_is_made_once_a_day_and_the_newest_are_kept(
    fresh_db: Database, media: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"

    def night(day: int, hour: int) -> Path | None:
        now = NOW.replace(hour=hour) + timedelta(days=day)
        return nightly.run(clock=lambda: now, master_keys=[])

    assert night(0, 3) is None, "none is wanted"
    with override_settings(BACKUP_DIR=str(folder), BACKUP_HOUR=2, BACKUP_KEEP=2):
        made = [night(0, 3), night(1, 2), night(2, 5)]
        assert all(made)
        assert night(2, 6) is None
        assert night(3, 1) is None
        kept = sorted(path.name for path in folder.glob("*.backup"))
        assert kept == [path.name for path in made[1:] if path]
        assert restoring.about(folder / kept[0])["key"] == container.key_id(RAW)


def test_a_nightly_backup_that_fails_says_so_once_and_recovers(
    fresh_db: Database, media: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    owner = clinic.user(role="OWNER", email="owner@example.org")
    clinic.user(role="FRONT_DESK", email="desk@example.org")
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    mails: list[Any] = mail.outbox
    with override_settings(BACKUP_DIR=str(blocked), BACKUP_HOUR=2):
        for hour in range(3):
            clock = partial(max, NOW + timedelta(hours=hour), NOW)
            assert nightly.run(clock=clock, master_keys=[]) is None
        beat = Heartbeat.objects.get(pk="BACKUP")
        assert str(blocked) in beat.why
        assert beat.done_at is None
        assert [each.to for each in mails] == [[owner.email]]
        assert str(blocked) in mails[0].body
        assert "scheduled backup failed" in caplog.text
        nightly.run(clock=lambda: NOW + timedelta(days=1), master_keys=[])
        assert len(mails) == 2, "a second night is told as well"
    with override_settings(BACKUP_DIR=str(tmp_path / "backups"), BACKUP_HOUR=2):
        assert nightly.run(clock=lambda: NOW + timedelta(days=1, hours=1), master_keys=[])
    assert Heartbeat.objects.get(pk="BACKUP").why == ""


def test_two_nightly_backups_at_once_make_one(
    fresh_db: Database, media: Path, tmp_path: Path
) -> None:
    import fcntl

    folder = tmp_path / "backups"
    folder.mkdir()
    with override_settings(BACKUP_DIR=str(folder)), (folder / ".lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert nightly.run(clock=lambda: NOW, master_keys=[]) is None
    assert not list(folder.glob("*.backup"))
    assert not connection.in_atomic_block
