"""Availability over HTTP beside the same computation without it; and a month in one call."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any

from benchmarks import house
from benchmarks.measure import Line, at_least, line
from benchmarks.stage import Stage, at_once

SECTION = "http"
DAYS = 14
MONTH = 31
PEOPLE = 5
ROOMS = 6


def run(stage: Stage) -> list[Line]:
    from django.db import connection
    from django.utils import timezone

    from bookings import seed

    stage.say("Making a clinic and starting its web server")
    name = stage.database(SECTION)
    now = timezone.now()
    seed.seed_clinic(bookings=stage.scale.sizes[0], seed=1, now=now)
    what = house.treatment("measured")
    place = house.location("measured", what, people=PEOPLE, rooms=ROOMS)
    first = now.astimezone(place.zone).date() + timedelta(days=2)
    house.fill(place, what, first=first, days=MONTH, now=now)
    seed.vacuum()
    connection.close()
    with serving(stage.url(name)) as port:
        stage.say("Asking over HTTP")
        return _measure(stage, port, place, first)


def _measure(stage: Stage, port: int, place: Any, first: Any) -> list[Line]:
    scale = stage.scale
    asked = f"/api/v1/availability?treatment=measured&location=measured&from={first}"
    fortnight = f"{asked}&to={first + timedelta(days=DAYS - 1)}"
    month = f"{asked}&to={first + timedelta(days=MONTH - 1)}&practitioner=measured-0"
    status, body = Caller(port).get(fortnight)
    assert status == 200, body[:200]
    assert body.count(b"starts_at") > 100, "The measured practitioners have no openings."
    over_http, without = [], []
    for number in range(scale.rounds + 1):
        both = (
            _a_second(scale.at_once, scale.calls, lambda: _fetcher(port, fortnight)),
            _a_second(scale.at_once, scale.calls, lambda: _computer(place, first)),
        )
        if number:  # the first warms caches and connections
            over_http.append(both[0])
            without.append(both[1])
    ratios = [a / b for a, b in zip(over_http, without, strict=True)]
    caller = Caller(port)  # the server has hung up on the one before
    took = sorted(_timed(caller, month) for _ in range(max(20, scale.calls * 5)))
    what = f"{DAYS} days, {PEOPLE} practitioners, {scale.at_once} at once"
    return [
        line(SECTION, f"{what}: without HTTP", without, "/s"),
        line(SECTION, f"{what}: over HTTP", over_http, "/s"),
        line(SECTION, f"{what}: over HTTP / without", ratios, "x", at_least(0.4, "x")),
        line(SECTION, f"{what}: one answer", [len(body) / 1000], "kB"),
        line(SECTION, "a month of one practitioner: p50", [statistics.median(took)], "ms"),
        line(SECTION, "a month of one practitioner: p95", [took[int(len(took) * 0.95)]], "ms"),
    ]


def _a_second(crowd: int, calls: int, prepare: Callable[[], Callable[[], object]]) -> float:
    """Return how many calls a second a crowd makes, each in a process of its own."""

    def work(_number: int, ready: Callable[[], None]) -> tuple[float, float]:
        call = prepare()
        call()
        ready()
        began = monotonic()
        for _ in range(calls):
            call()
        return began, monotonic()

    spans = at_once(work, range(crowd))
    return crowd * calls / (max(end for _, end in spans) - min(begin for begin, _ in spans))


def _computer(place: Any, first: Any) -> Callable[[], object]:
    from django.utils import timezone

    from bookings.queries import calendar, catalogue
    from clinic.models import Clinic

    offering = catalogue.offering("measured", Clinic.objects.the_only())
    assert offering is not None
    last = first + timedelta(days=DAYS - 1)

    def compute() -> object:
        now: datetime = timezone.now()
        return calendar.openings(now=now, offering=offering, location=place, first=first, last=last)

    return compute


def _fetcher(port: int, path: str) -> Callable[[], object]:
    caller = Caller(port)

    def fetch() -> object:
        status, _body = caller.get(path)
        assert status == 200
        return status

    return fetch


def _timed(caller: Caller, path: str) -> float:
    began = perf_counter()
    caller.get(path)
    return (perf_counter() - began) * 1000


class Caller:
    """A connection that is kept, and reads no more of an answer than it must: what is measured is
    the server."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.cookie = f"Cookie: {cookie}\r\n" if cookie else ""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str) -> tuple[int, bytes]:
        asked = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{self.cookie}\r\n"
        self.socket.sendall(asked.encode())
        buffer = bytearray()
        while (end := buffer.find(b"\r\n\r\n")) < 0:
            buffer += self._more()
        head = bytes(buffer[:end]).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        while len(buffer) < end + 4 + length:
            buffer += self._more()
        return int(head.split(b" ", 2)[1]), bytes(buffer[end + 4 :])

    def _more(self) -> bytes:
        more = self.socket.recv(1 << 18)
        if not more:
            raise ConnectionError("The server hung up.")
        return more


@contextlib.contextmanager
def serving(database_url: str) -> Iterator[int]:
    """Start the web server as `Procfile` does, on a database; yield its port."""
    from clinic import processes
    from clinic.embedded import free_port

    port = free_port()
    log = Path(os.environ["VAR_DIR"]) / "web.log"
    with log.open("ab") as output:
        server = processes.spawn(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)),
                *("--workers", "2", "--blocking-threads", "2", "clinic.wsgi:application"),
            ],
            death_signal=signal.SIGTERM,
            cwd=Path(__file__).resolve().parent.parent,
            env={**os.environ, "DATABASE_URL": database_url, "PORT": str(port)},
            output=output,
        )
    try:
        deadline = monotonic() + 60
        while True:
            try:
                Caller(port).get("/api/v1/openapi.json")
                break
            except OSError:
                if monotonic() > deadline or server.poll() is not None:
                    raise RuntimeError(log.read_text()[-2000:]) from None
                with contextlib.suppress(subprocess.TimeoutExpired):
                    server.wait(timeout=0.05)
        yield port
    finally:
        processes.end(server, signal.SIGTERM, patience=10.0)


__all__ = ["SECTION", "Caller", "run", "serving"]
