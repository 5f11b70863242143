"""Runs the clinic's processes together: starts them in order, restarts what dies, stops all.

Everything here happens in the main thread: a child gets its death signal when the thread that
started it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import select
import shlex
import signal
import socket
import string
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from clinic import embedded, processes
from clinic.unprivileged import EmbeddedError

MARK = "JADE_UP"  # carried by everything a run starts, so that the next run finds what is left
WEB_PATIENCE = 60.0  # seconds until the first page must have been answered
STOP_PATIENCE = 5.0  # seconds an app gets to finish; a task cut off is delivered again
QUICK_DEATH = 5.0  # an app that lives no longer is restarted with a growing pause
LONGEST_PAUSE = 30.0


class StartError(Exception):
    """The clinic can't be started; the message says why and what to do."""


class Stop(Exception):
    """Somebody asked the supervisor to stop."""


@dataclass
class App:
    """A process of the Procfile."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths_in_a_row: int = 0
    restart_at: float | None = None


def read_procfile(path: Path, variables: Mapping[str, str]) -> list[App]:
    """Return the Procfile's apps in order, with this Python as their `python`."""
    apps = []
    for line in path.read_text().splitlines():
        name, _, command = line.partition(":")
        words = shlex.split(string.Template(command).substitute(variables))
        apps.append(App(name, [sys.executable if word == "python" else word for word in words]))
    return apps


def check_port(port: int) -> None:
    """Raise StartError if something already listens on that port of this machine."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            probe = socket.socket(family)
        except OSError:
            continue
        with probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except PermissionError:
                raise StartError(
                    f"Port {port} needs rights this user lacks. Choose one above 1023: "
                    f"make run PORT=8000"
                ) from None
            except OSError as refusal:
                if refusal.errno == 98:  # EADDRINUSE; a machine without IPv6 says something else
                    raise StartError(
                        f"Port {port} is taken by another program. Choose another one: "
                        f"make run PORT={port + 1}"
                    ) from None


@dataclass
class Supervisor:
    """One run of the clinic from its first process to its last.

    `database_url` and `redis_url` are empty where the service is to be embedded.
    `prepare(url, demo)` brings the database at `url` up to date, with a demo clinic if asked for.
    """

    root: Path
    var: Path
    port: int
    database_url: str
    redis_url: str
    say: Callable[[str], None]
    prepare: Callable[[str, bool], None]
    environment: dict[str, str] = field(default_factory=dict)
    services: list[embedded.Service] = field(default_factory=list)
    apps: list[App] = field(default_factory=list)
    _stopping: bool = False

    def run(self, *, with_parent: bool = False) -> None:
        """Run until SIGINT, SIGTERM or SIGHUP, then stop everything.

        `with_parent` stops it as well when the process that started it is killed.

        Raises StartError.
        """
        parent = os.getppid()
        if with_parent:
            processes.end_with_parent(signal.SIGTERM)
        with self._only_one(), self._signals() as woken:
            try:
                if with_parent and os.getppid() != parent:
                    raise Stop
                self._start()
                self._watch(woken)
            except Stop:
                pass
            except EmbeddedError as refusal:
                raise StartError(str(refusal)) from refusal
            finally:
                self._stopping = True
                self._stop()

    # Starting

    def _start(self) -> None:
        if left := processes.kill_all_that_carry(MARK, str(self.var)):
            self.say(f"Ended {len(left)} processes that a killed run had left behind")
        check_port(self.port)
        self.environment = {**os.environ, MARK: str(self.var), "PORT": str(self.port)}
        self.environment |= {"VAR_DIR": str(self.var), "DATABASE_URL": self.database_url}
        self.environment |= {"REDIS_URL": self.redis_url, "PYTHONUNBUFFERED": "1"}
        if not self.database_url:
            self.environment["DATABASE_URL"] = self._start_postgres().url
            self.environment["DEMO"] = self.environment.get("DEMO") or "on"
        if not self.redis_url:
            self.environment["REDIS_URL"] = self._start_redis().url
        self._prepare()
        self.apps = read_procfile(self.root / "Procfile", self.environment)
        self.say("Starting the web server, the worker and the clock")
        web, *others = self.apps
        self._launch(web)
        # The others wait, so that the first page is not held up by their start.
        self._wait_for_first_page(web)
        for app in others:
            self._launch(app)
        self._say_where_to_look()

    def _start_postgres(self) -> embedded.Service:
        self.say("Starting Postgres")
        service = embedded.start_postgres(self.var / "postgres", say=self.say)
        self.services.insert(0, service)
        return service

    def _start_redis(self) -> embedded.Service:
        self.say("Starting Redis")
        service = embedded.start_redis(self.var / "redis")
        self.services.append(service)
        return service

    def _prepare(self) -> None:
        self.say("Bringing the database up to date")
        demo = self.environment.get("DEMO", "").lower() in {"1", "on", "true", "yes"}
        self.prepare(self.environment["DATABASE_URL"], demo)

    def _launch(self, app: App) -> None:
        with self._log(app).open("ab") as output:
            app.process = processes.spawn(
                app.command,
                death_signal=signal.SIGTERM,
                cwd=self.root,
                env={**self.environment, MARK + "_APP": f"{self.var}:{app.name}"},
                output=output,
            )
        app.started = time.monotonic()
        app.restart_at = None

    def _wait_for_first_page(self, web: App) -> None:
        deadline = time.monotonic() + WEB_PATIENCE
        while not self._answers():
            if web.process is None or processes.has_ended(web.process, 0.05):
                raise StartError(f"The web server ended at once:\n{self._last_words(web)}")
            if time.monotonic() > deadline:
                raise StartError(f"The web server does not answer:\n{self._last_words(web)}")

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/", headers={"Host": f"localhost:{self.port}"})
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if status >= 500:
            self.say(
                f"The first page answers with an error ({status}); see {self._log(self.apps[0])}"
            )
        return True

    # Watching

    def _watch(self, woken: socket.socket) -> None:
        """Wait for the end of any child and start it again. Ends by Stop."""
        while True:
            for service in list(self.services):
                if service.process.poll() is not None:
                    self._restart_service(service)
            now = time.monotonic()
            for app in self.apps:
                if app.process and app.process.poll() is not None:
                    self._bury(app, now)
                if app.restart_at is not None and app.restart_at <= now:
                    self._launch(app)
            pauses = [app.restart_at - now for app in self.apps if app.restart_at is not None]
            readable, _, _ = select.select([woken], [], [], max(0.0, min(pauses, default=60.0)))
            if readable:
                woken.recv(4096)

    def _restart_service(self, service: embedded.Service) -> None:
        self.say(f"{service.name} ended unexpectedly; starting it again")
        self.services.remove(service)
        start = self._start_postgres if service.name == "Postgres" else self._start_redis
        if start().port != service.port:
            raise StartError(
                f"{service.name}'s port was taken while it was down. Start the clinic again."
            )

    def _bury(self, app: App, now: float) -> None:
        """Clear away what a dead app left and say when it comes back."""
        process, app.process = app.process, None
        # A worker can outlive its main process and would go on answering.
        processes.kill_all_that_carry(MARK + "_APP", f"{self.var}:{app.name}")
        quick = now - app.started < QUICK_DEATH
        app.deaths_in_a_row = app.deaths_in_a_row + 1 if quick else 0
        pause = min(2.0 ** (app.deaths_in_a_row - 1), LONGEST_PAUSE) if quick else 0.0
        app.restart_at = now + pause
        code = process.returncode if process else None
        self.say(f"The {app.name} process ended ({code}); starting it again in {pause:.0f} s")
        if quick:
            self.say(self._last_words(app))

    # Stopping

    def _stop(self) -> None:
        if self.apps or self.services:
            self.say("Stopping")
        running = [app for app in self.apps if app.process]
        for app in running:
            if app.process and app.process.poll() is None:
                app.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_PATIENCE
        for app in running:
            if app.process:
                processes.has_ended(app.process, max(0.0, deadline - time.monotonic()))
        processes.kill_all_that_carry(MARK, str(self.var))
        for app in running:
            if app.process:
                app.process.wait()
        for service in reversed(self.services):
            service.stop()
        if self.apps or self.services:
            self.say("Stopped. Nothing is lost; `make run` goes on from here.")

    # What stands around it

    @contextlib.contextmanager
    def _only_one(self) -> Iterator[None]:
        """Hold the checkout's lock; raises StartError if another run has it."""
        try:
            self.var.mkdir(parents=True, exist_ok=True)
            (self.var / "log").mkdir(exist_ok=True)
            lock = (self.var / "up.lock").open("a+")
        except OSError as refusal:
            raise StartError(
                f"Can't write in {self.var}: {refusal.strerror}. Run as the user it belongs to, or "
                "set VAR_DIR to a folder of your own."
            ) from None
        with lock:
            self._take(lock)
            yield

    def _take(self, lock: IO[str]) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise StartError(f"Jade already runs from this folder: {lock.read()}") from None
        lock.truncate(0)
        lock.write(f"http://localhost:{self.port}/ (process {os.getpid()})")
        lock.flush()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[socket.socket]:
        """Turn signals into Stop, and let the end of a child wake the watch."""
        woken, waker = socket.socketpair()
        woken.setblocking(False)
        waker.setblocking(False)

        def stop(number: int, frame: FrameType | None) -> None:
            if not self._stopping:
                self._stopping = True
                raise Stop

        def child_ended(number: int, frame: FrameType | None) -> None:
            """Only wakes."""

        handlers = {signal.SIGCHLD: child_ended}
        handlers |= dict.fromkeys((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), stop)
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        former_waker = signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        try:
            with woken, waker:
                yield woken
        finally:
            signal.set_wakeup_fd(former_waker)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _log(self, app: App) -> Path:
        path = self.var / "log" / f"{app.name}.log"
        if path.exists() and path.stat().st_size > 10_000_000:
            path.replace(path.with_suffix(".old"))
        return path

    def _last_words(self, app: App) -> str:
        lines = self._log(app).read_text(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-20:])

    def _say_where_to_look(self) -> None:
        home = f"http://localhost:{self.port}"
        lines = [
            "",
            "Jade is ready.",
            f"  Booking page   {home}/",
            f"  Day list       {home}/desk/",
        ]
        login = self.var / "demo-login"
        if login.exists():
            lines.append(f"  Demo login     {' / '.join(login.read_text().split())}")
            lines.append(
                "                 and, with the same password, owner@ and mei@demo.example"
            )
        if self.environment.get("ENVIRONMENT") != "production":
            lines.append(f"  Mailbox        {home}/mailbox/")
        lines += [f"  Logs           {self.var / 'log'}", "  Ctrl-C stops it.", ""]
        self.say("\n".join(lines))
