"""The embedded Postgres and Redis: what they survive and what they say when they can't run."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from clinic import embedded, processes, unprivileged
from clinic.embedded import Service, start_postgres, start_redis
from clinic.unprivileged import EmbeddedError, Identity
from tests.harness.ordinary import open_way_to

ROOT = os.geteuid() == 0
# Only root has a choice; everybody else runs it as themselves.
WAYS = [unprivileged.in_namespace, unprivileged.as_nobody] if ROOT else [unprivileged.as_nobody]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stopped Postgres's directory to copy from, with a row in it; its path is long."""
    directory = tmp_path_factory.mktemp("a folder with a long name " + "x" * 120) / "postgres"
    service = start_postgres(directory)
    execute(service, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')")
    service.stop()
    return directory


@pytest.fixture
def directory(made: Path, tmp_path: Path) -> Path:
    open_way_to(tmp_path / "postgres")
    return Path(shutil.copytree(made, tmp_path / "postgres"))


@pytest.fixture
def running(directory: Path) -> Iterator[Service]:
    service = start_postgres(directory)
    yield service
    service.stop()


def execute(service: Service, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(service.url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


def has_kept(service: Service) -> bool:
    return execute(service, "SELECT word FROM kept") == [("still here",)]


@pytest.mark.parametrize("way", WAYS)
def test_root_can_run_postgres_in_either_way_and_keeps_the_data(
    directory: Path, way: Callable[[], Identity]
) -> None:
    for _ in range(2):
        service = start_postgres(directory, ways=[way])
        try:
            assert has_kept(service)
            owner = Path(f"/proc/{service.process.pid}").stat().st_uid
            assert owner == (way().owner if ROOT else os.geteuid())
        finally:
            service.stop()


def test_data_written_in_one_way_are_read_in_the_other(directory: Path) -> None:
    for way in (*WAYS, *WAYS):
        service = start_postgres(directory, ways=[way])
        assert has_kept(service)
        service.stop()


def test_root_without_any_way_is_told_what_to_do(directory: Path) -> None:
    def no_way() -> Identity:
        def enter() -> None:
            raise PermissionError("not on this machine")

        return Identity(0, enter)

    if ROOT:
        with pytest.raises(EmbeddedError, match="ordinary user, or set DATABASE_URL"):
            start_postgres(directory, ways=[no_way])
    else:
        start_postgres(directory, ways=[no_way]).stop()


def test_a_killed_postgres_starts_again_with_everything_that_was_committed(
    directory: Path,
) -> None:
    service = start_postgres(directory)
    execute(service, "INSERT INTO kept VALUES ('just before')")
    service.process.kill()
    service.process.wait()
    again = start_postgres(directory)
    try:
        assert again.port == service.port, "whoever is connected finds it where it was"
        assert len(execute(again, "SELECT word FROM kept")) == 2
    finally:
        again.stop()


def another_program(directory: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, cwd=directory)


def test_a_lock_file_naming_another_program_is_stale(directory: Path) -> None:
    with another_program(directory / "data") as other:
        (directory / "data" / "postmaster.pid").write_text(f"{other.pid}\n{directory / 'data'}\n")
        service = start_postgres(directory)
        assert has_kept(service)
        service.stop()
        other.kill()


def test_a_lock_file_naming_a_zombie_is_stale(directory: Path) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    (directory / "data" / "postmaster.pid").write_text(f"{child}\n{directory / 'data'}\n")
    service = start_postgres(directory)
    service.stop()
    os.waitpid(child, 0)


def test_a_second_postgres_never_touches_the_data_of_a_living_one(running: Service) -> None:
    with pytest.raises(EmbeddedError, match=f"process {running.process.pid}.* still runs"):
        start_postgres(running.directory, patience=0.5)
    assert has_kept(running)


def test_a_port_taken_meanwhile_is_left_to_its_taker(directory: Path) -> None:
    former = int((directory / "port").read_text())
    with socket.socket() as taker:
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taker.bind(("127.0.0.1", former))
        taker.listen()
        service = start_postgres(directory)
        assert service.port != former
        assert has_kept(service)
        service.stop()


@pytest.mark.parametrize("left", ["", "half a line"])
def test_a_port_file_cut_short_by_a_kill_does_not_stop_the_next_start(
    directory: Path, left: str
) -> None:
    (directory / "port").write_text(left)
    service = start_postgres(directory)
    assert has_kept(service)
    assert (directory / "port").read_text() == str(service.port)
    service.stop()


def test_data_half_made_by_a_killed_start_are_made_anew(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    draft = tmp_path / "data.draft"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    service = start_postgres(tmp_path, settings={"fsync": "off"})
    assert execute(service, "SHOW fsync") == [("off",)]
    service.stop()


def test_data_of_another_postgres_version_are_refused_in_words(directory: Path) -> None:
    (directory / "data" / "PG_VERSION").write_text("12\n")
    with pytest.raises(EmbeddedError, match="made by Postgres 12"):
        start_postgres(directory)


def test_what_postgres_says_is_shown_when_it_can_not_start(directory: Path) -> None:
    with pytest.raises(EmbeddedError, match="unrecognized configuration parameter"):
        start_postgres(directory, settings={"no_such_setting": "1"})


def test_nobody_gets_in_without_the_password(running: Service) -> None:
    without = running.url.replace((running.directory / "password").read_text(), "guess")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(without)
    assert (running.directory / "password").stat().st_mode & 0o077 == 0
    assert execute(running, "SHOW listen_addresses") == [("127.0.0.1",)]


def test_postgres_ends_cleanly_when_whoever_started_it_is_killed(directory: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from clinic.embedded import start_postgres\n"
        "print(start_postgres(Path(sys.argv[1])).process.pid, flush=True); input()"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with starter:
        assert starter.stdout
        handle = os.pidfd_open(int(starter.stdout.readline()))
        starter.kill()
        assert processes.wait_for(handle, 10), "it lives on without anybody to stop it"
        os.close(handle)
    assert "database system is shut down" in (directory / "log").read_text()


def test_redis_keeps_what_it_was_told_through_a_kill(tmp_path: Path) -> None:
    service = start_redis(tmp_path)
    with redis.Redis.from_url(service.url) as client:
        client.lpush("queue", "an id")
    service.process.kill()
    service.process.wait()
    again = start_redis(tmp_path)
    with redis.Redis.from_url(again.url) as client:
        assert client.lrange("queue", 0, -1) == [b"an id"]
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    with (
        redis.Redis(port=again.port, retry=embedded.ONCE) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()
    again.stop()
    assert again.process.returncode == 0


def test_a_folder_of_somebody_elses_is_refused_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    if ROOT:
        open_way_to(folder)
    else:
        folder.chmod(0o500)
    child = os.fork()
    if child == 0:
        if ROOT:
            os.setuid(unprivileged.as_nobody().owner)
        try:
            embedded.start_redis(folder)
        except EmbeddedError as refusal:
            os._exit(0 if "it belongs to" in str(refusal) else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_service_that_does_not_react_is_ended_all_the_same(tmp_path: Path) -> None:
    service = start_redis(tmp_path)
    service.process.send_signal(signal.SIGSTOP)
    assert not processes.end(service.process, signal.SIGTERM, patience=0.2)
    processes.end(service.process, signal.SIGKILL, patience=5)
    assert service.process.returncode == -signal.SIGKILL
