"""`manage.py up` as a newcomer meets it: starts, stops, kills, two at once."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from clinic import env, processes
from clinic.embedded import free_port
from clinic.supervisor import MARK
from tests.harness.ordinary import nobody_with
from tests.harness.programs import Program, answers, environment, eventually

pytestmark = pytest.mark.xdist_group("up")
SOURCES = [
    "clinic",
    "clients",
    "treatments",
    "bookings",
    "templates",
    "static",
    "manage.py",
    "Procfile",
]
READY = "Ctrl-C stops it"


class Checkout:
    """A copy of the source with data of its own, and the clinic started from it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(exist_ok=True)
        self.port = free_port()
        for name in SOURCES:
            source = env.ROOT / name
            if source.is_dir():
                # With what was compiled of it, which each start would else do anew.
                shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("vendor"))
            else:
                shutil.copy(source, root / name)
        self.var = root / "var"
        self.log = root / "up.log"
        self.program: Program | None = None

    def environment(self, **overrides: str) -> dict[str, str]:
        values = {"DATABASE_URL": "", "REDIS_URL": "", "VAR_DIR": "", "DEMO": "off"}
        return environment(**{**values, "PORT": str(self.port), **overrides})

    def start(self, *arguments: str, **overrides: str) -> Program:
        """Start it and return when it says that it is ready."""
        self.log.unlink(missing_ok=True)
        self.program = Program(
            [sys.executable, "manage.py", "up", *arguments],
            self.environment(**overrides),
            self.log,
            self.root,
        )
        self.program.wait_until_it_says(READY, within=60)
        return self.program

    def refused(self, **overrides: str) -> str:
        """Start it where that can't work; what it says."""
        done = subprocess.run(
            [sys.executable, "manage.py", "up"],
            cwd=self.root,
            env=self.environment(**overrides),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        # What an app said last is quoted, indented; an error of our own would not be.
        assert not any(line.startswith("Traceback") for line in done.stderr.splitlines())
        return done.stderr

    def is_up(self) -> bool:
        return self.program is not None and self.program.process.poll() is None

    def copy_to(self, root: Path) -> Checkout:
        """Return another checkout with the data of this one, which must be stopped."""
        other = Checkout(root)
        shutil.copytree(self.var, other.var)
        return other

    def stop(self) -> None:
        """Ctrl-C."""
        assert self.program
        assert processes.end(self.program.process, signal.SIGINT, patience=30)

    def processes(self) -> set[int]:
        """Everything alive that stands in this folder, whoever started it."""
        found = set()
        for pid in processes.all_pids():
            with contextlib.suppress(OSError):
                cwd = Path(f"/proc/{pid}/cwd").readlink()
                if cwd.is_relative_to(self.root) and processes.is_running(pid):
                    found.add(pid)
        return found

    def app(self, name: str) -> set[int]:
        value = f"{self.var}:{name}"
        return {pid for pid in self.processes() if processes.carries(pid, f"{MARK}_APP", value)}

    def main_of(self, name: str) -> int:
        """The process that leads an app's session, or a service's first one."""
        if name == "supervisor":
            assert self.program
            return self.program.process.pid
        if name in {"postgres", "redis"}:
            file = "postgres/data/postmaster.pid" if name == "postgres" else "redis/redis.pid"
            return int((self.var / file).read_text().split()[0])
        return next((pid for pid in self.app(name) if os.getsid(pid) == pid), 0)

    def gone(self) -> None:
        eventually(lambda: not self.processes(), within=20, what="the end of every process")
        assert not answers(self.port), "something still answers"

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        folder = self.var / "postgres"
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=int((folder / "port").read_text()),
            user="jade",
            password=(folder / "password").read_text(),
            dbname="jade",
        )
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def kept(self) -> bool:
        return self.execute("SELECT word FROM kept") == [("still here",)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A checkout at the end of a long path with a space, started once and stopped by Ctrl-C."""
    root = tmp_path_factory.mktemp("a long path to the clinic " + "y" * 140)
    checkout = Checkout(root)
    checkout.start()
    checkout.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')")
    checkout.stop()
    yield checkout
    assert checkout.program
    checkout.program.kill()


@pytest.fixture
def stopped(made: Checkout) -> Checkout:
    """The checkout with nothing of it running."""
    if made.is_up():
        made.stop()
    made.gone()
    return made


@pytest.fixture
def running(made: Checkout) -> Checkout:
    """The clinic, up; tests that kill parts of it share one start."""
    if not made.is_up():
        made.start()
    return made


@pytest.mark.alone
def test_ctrl_c_keeps_the_data_and_the_second_start_takes_less_than_five_seconds(
    stopped: Checkout,
) -> None:
    took = []
    # On a machine that is busy with other things the best of three says what the start costs.
    while len(took) < 3 and min(took, default=5.0) >= 5.0:
        begun = time.monotonic()
        program = stopped.start()
        took.append(time.monotonic() - begun)
        assert answers(stopped.port)
        assert stopped.kept()
        stopped.stop()
        assert program.process.returncode == 0, program.said()
        stopped.gone()
    assert min(took) < 5.0, took


@pytest.mark.parametrize("name", ["web", "worker", "urgent", "beat", "postgres", "redis"])
def test_a_killed_process_is_replaced_and_leaves_nothing_behind(
    running: Checkout, name: str
) -> None:
    family: set[int] = set()

    def killed() -> int:
        # What was killed by the test before may just be on its way to be replaced.
        with contextlib.suppress(ProcessLookupError):
            if main := running.main_of(name):
                family.update(running.app(name))
                os.kill(main, signal.SIGKILL)
                return main
        return 0

    before = eventually(killed, what=f"the first {name}")

    def replaced() -> bool:
        with contextlib.suppress(FileNotFoundError, IndexError):
            return running.main_of(name) not in {0, before, *family} and answers(running.port)
        return False

    eventually(replaced, within=40, what=f"another {name}")
    assert not any(map(processes.is_running, {before, *family})), "an old process lives on"
    eventually(lambda: can_be_asked(running), within=20, what="the database's answer")


def can_be_asked(checkout: Checkout) -> bool:
    with contextlib.suppress(psycopg2.OperationalError):
        return checkout.kept()
    return False


def test_a_killed_web_worker_does_not_leave_the_clinic_without_pages(running: Checkout) -> None:
    main = running.main_of("web")
    worker = (running.app("web") - {main}).pop()
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: worker not in running.app("web"), what="the end of the killed worker")
    # The main process and its two workers are there again, whoever replaced them.
    eventually(lambda: len(running.app("web")) >= 3, within=40, what="the full web server")
    eventually(lambda: answers(running.port), within=40, what="a page")


def test_another_command_beside_it_finds_its_database(running: Checkout) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "messages_doctor", "nobody@example.org"],
        cwd=running.root,
        env=running.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr.strip().startswith("CommandError: Nobody is found by that."), done.stderr


def test_the_same_folder_can_not_be_started_twice(running: Checkout) -> None:
    said = running.refused(PORT=str(free_port()))
    assert f"already runs from this folder: http://localhost:{running.port}/" in said
    assert running.kept()


def test_two_checkouts_run_at_once_and_know_nothing_of_each_other(
    stopped: Checkout, tmp_path: Path
) -> None:
    other = stopped.copy_to(tmp_path / "other")
    stopped.start()
    program = other.start()
    try:
        other.execute("UPDATE kept SET word = 'elsewhere'")
        assert answers(other.port)
        assert answers(stopped.port)
        program.process.kill()  # not even a kill of the one touches the other
        program.process.wait()
        other.gone()
    finally:
        program.kill()
    assert answers(stopped.port)
    assert stopped.kept()


def test_a_taken_port_is_said_before_anything_is_started(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", checkout.port))
        taker.listen()
        said = checkout.refused()
    assert f"Port {checkout.port} is taken by another program" in said
    assert f"make run PORT={checkout.port + 1}" in said
    assert not (checkout.var / "postgres").exists()


def test_a_database_that_does_not_answer_is_said_in_a_sentence(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    said = checkout.refused(DATABASE_URL=f"postgres://jade@127.0.0.1:{free_port()}/jade")
    assert "The database of DATABASE_URL does not answer" in said
    assert not (checkout.var / "postgres").exists(), "it was given: nothing is embedded"
    checkout.gone()


def test_a_page_that_can_not_be_served_at_all_ends_the_start_with_its_reason(
    stopped: Checkout,
) -> None:
    wsgi = stopped.root / "clinic" / "wsgi.py"
    whole = wsgi.read_text()
    wsgi.write_text("raise RuntimeError('a slip of the pen')\n")
    try:
        said = stopped.refused()
    finally:
        wsgi.write_text(whole)
    assert "a slip of the pen" in said
    stopped.gone()


def test_a_killed_supervisor_leaves_nobody_who_answers_and_nothing_lost(
    stopped: Checkout,
) -> None:
    program = stopped.start()
    program.process.kill()
    program.process.wait()
    stopped.gone()
    stopped.start()
    assert stopped.kept()
    stopped.stop()


def test_a_start_right_after_everything_was_killed_recovers(stopped: Checkout) -> None:
    program = stopped.start()
    for pid in sorted(stopped.processes()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    program.process.wait()
    stopped.start()
    assert stopped.kept()
    assert answers(stopped.port)
    stopped.stop()
    stopped.gone()


def test_what_a_killed_run_left_is_ended_by_the_next_start(stopped: Checkout) -> None:
    """A web worker whose main process and supervisor were killed together would go on answering."""
    program = stopped.start()
    main = stopped.main_of("web")
    os.kill(program.process.pid, signal.SIGSTOP)
    os.kill(main, signal.SIGKILL)
    os.kill(program.process.pid, signal.SIGKILL)
    program.process.wait()
    stopped.start()
    assert stopped.kept()
    stopped.stop()
    stopped.gone()


def test_the_clinic_ends_with_the_make_that_started_it(stopped: Checkout) -> None:
    command = f"all:\n\t@exec '{sys.executable}' manage.py up --with-parent\n"
    makefile = stopped.root / "Makefile"
    makefile.write_text(command)
    stopped.log.unlink(missing_ok=True)
    program = Program(["make"], stopped.environment(), stopped.log, stopped.root)
    try:
        program.wait_until_it_says(READY, within=60)
        program.process.kill()
        program.process.wait()
        stopped.gone()
    finally:
        program.kill()


def test_an_ordinary_user_runs_it_in_a_folder_of_their_own(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "clinic")
    checkout.log.touch()
    enter = nobody_with(checkout.root)
    with checkout.log.open("wb") as log:
        process = processes.spawn(
            [sys.executable, "manage.py", "up"],
            death_signal=signal.SIGTERM,
            enter=enter,
            cwd=checkout.root,
            env=checkout.environment(HOME="/nonexistent"),
            output=log,
        )
    try:
        # A first start makes a database and a demo clinic; how fast is for the benchmark to say.
        eventually(
            lambda: READY in checkout.log.read_text() or process.poll() is not None, within=60
        )
        assert process.poll() is None, checkout.log.read_text()
        assert answers(checkout.port)
        assert processes.end(process, signal.SIGTERM, patience=30)
        assert process.returncode == 0
        checkout.gone()
    finally:
        processes.end(process, signal.SIGKILL, patience=10)
