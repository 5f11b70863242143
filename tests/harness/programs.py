"""Jade's own programs as real processes on a test's database: web server, worker, beat."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clinic import env, processes
from clinic.embedded import free_port
from tests.harness.databases import Database, shown

MARK = "JADE_TEST_PROGRAM"


def eventually(condition: Callable[[], Any], *, within: float = 20.0, what: str = "") -> Any:
    """Return the condition's first true value; fail the test after `within` seconds without one."""
    import threading

    pause = threading.Event()
    deadline = time.monotonic() + within
    while True:
        if value := condition():
            return value
        if time.monotonic() > deadline:
            pytest.fail(f"{what or condition} did not become true within {within:.0f} s")
        pause.wait(0.02)


def environment(**overrides: str) -> dict[str, str]:
    """Return the environment a program of ours is started in; an empty value takes a name away."""
    values = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "DJANGO_", "COV_"))
    }
    values |= {"DJANGO_SETTINGS_MODULE": "clinic.settings", **overrides}
    return {name: value for name, value in values.items() if value}


@dataclass
class Program:
    """A process of ours with all it starts. `log` is what it says."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    cwd: Path = env.ROOT
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = processes.spawn(
                self.command,
                death_signal=signal.SIGTERM,
                cwd=self.cwd,
                env={**self.environment, MARK: self.mark},
                output=output,
            )

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until_it_says(self, words: str, *, within: float = 30.0) -> None:
        def heard() -> bool:
            if words in self.said():
                return True
            if self.process.poll() is not None:
                pytest.fail(f"{self.command} ended:\n{self.said()[-3000:]}")
            return False

        eventually(heard, within=within, what=f"{words!r} from {self.command[:4]}")

    def kill(self) -> None:
        """kill -9 of the process and everything it started."""
        processes.kill_all_that_carry(MARK, self.mark)
        self.process.wait(timeout=10)

    def stop(self) -> None:
        processes.end(self.process, signal.SIGTERM, patience=10.0)
        self.kill()


@dataclass
class Site:
    """A running web server. `var` is its VAR_DIR, `mailbox` where its messages land."""

    program: Program
    url: str
    port: int
    var: Path
    database: Database

    @property
    def mailbox(self) -> Path:
        return self.var / "mailbox"

    def stop(self) -> None:
        self.program.stop()

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        """Fetch a page without a browser: status, headers, text."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode(errors="replace")
        finally:
            connection.close()


def answers(port: int) -> bool:
    """Whether something speaks HTTP on that port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/answers", headers={"Host": f"localhost:{port}"})
        return bool(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def serve(database: Database, var: Path, **overrides: str) -> Site:
    """Start a web server on that database; return when it answers."""
    port = free_port()
    program = Program(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)),
            *("--workers", "1", "--blocking-threads", "2", "clinic.wsgi:application"),
        ],
        environment(
            **{"DATABASE_URL": database.url, "VAR_DIR": str(var), "PORT": str(port), **overrides}
        ),
        var / "web.log",
    )

    def ready() -> bool:
        if program.process.poll() is not None:
            pytest.fail(f"The web server ended:\n{program.said()[-3000:]}")
        return answers(port)

    eventually(ready, within=30, what="the web server's first answer")
    return Site(program, f"http://localhost:{port}", port, var, database)


@pytest.fixture
def start_site(
    fresh_db: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Site]]:
    """Start web servers on the test's database: `start_site(RATE_LIMITS="off")`."""
    sites: list[Site] = []

    def start(**overrides: str) -> Site:
        sites.append(serve(fresh_db, tmp_path_factory.mktemp("site"), **overrides))
        return sites[-1]

    yield start
    for site in sites:
        site.stop()


@pytest.fixture(scope="session")
def web_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Site]]:
    """The web server that the tests of this process have one after the other, on `shown()`.

    Whoever asks finds its folder empty, and a server that is running.
    """
    running: list[Site] = []

    def site() -> Site:
        if not running or running[0].program.process.poll() is not None:
            running[:] = [serve(shown(), tmp_path_factory.mktemp("site"))]
        for left in running[0].var.iterdir():
            if left.is_dir():
                shutil.rmtree(left)
        return running[0]

    yield site
    for each in running:
        each.stop()


@pytest.fixture
def site(fresh_db: Database, web_server: Callable[[], Site]) -> Site:
    """The real web server on a database of the test's own."""
    return web_server()


@pytest.fixture
def start_celery(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Program]]:
    """Start real Celery processes: `start_celery("worker", database=…, redis_url=…, **environment)`.

    A worker is returned when it is ready for tasks, beat when it ticks.
    """
    programs: list[Program] = []

    def start(
        what: str = "worker",
        *arguments: str,
        database: Database,
        redis_url: str,
        **overrides: str,
    ) -> Program:
        var = tmp_path_factory.mktemp(what)
        command = [sys.executable, "-m", "celery", "--app", "clinic", what, "--loglevel", "INFO"]
        if what == "worker":
            command += ["--concurrency", "2", "--without-gossip", "--without-mingle"]
            command += ["--hostname", f"{uuid.uuid4().hex}@%h"]
        else:
            command += ["--schedule", str(var / "schedule"), "--pidfile", ""]
        values = {"DATABASE_URL": database.url, "REDIS_URL": redis_url, "VAR_DIR": str(var)}
        program = Program(
            [*command, *arguments], environment(**{**values, **overrides}), var / "log"
        )
        programs.append(program)
        program.wait_until_it_says(" ready." if what == "worker" else "beat: Starting")
        return program

    yield start
    for program in programs:
        program.kill()
