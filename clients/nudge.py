"""Telling the worker that something is due now. A shortcut: the sweep finds it anyway.

Nobody who books waits for it: a thread of its own asks, once for all that was committed meanwhile.
A dead or silent Redis costs that thread the socket timeout of the settings, and then nobody asks
again for ten seconds.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)

PAUSE = 10.0
APART = 0.5


class Breaker:
    """Lets calls through until one fails, then none for `pause` seconds, then one to try.

    clock: seconds that only go forwards.
    """

    def __init__(self, pause: float = PAUSE, clock: Callable[[], float] = time.monotonic) -> None:
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._open_until: float | None = None

    def admits(self) -> bool:
        """Return whether to call now. After a pause only the first who asks is told yes."""
        with self._lock:
            if self._open_until is None:
                return True
            if self._clock() < self._open_until:
                return False
            self._open_until = self._clock() + self._pause
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._open_until = None

    def failed(self) -> None:
        with self._lock:
            self._open_until = self._clock() + self._pause


class Bell:
    """Tells a worker of messages from a thread of its own, which is started by the first of a
    process. What comes within `apart` seconds of the last call goes together in the next one.

    ask: takes the ids of messages and asks for them to be sent. A process that ends at once may
    take its last ids along; the sweep finds them.
    """

    def __init__(self, ask: Callable[[list[int]], object], apart: float = APART) -> None:
        self._ask = ask
        self._apart = apart
        self._start_over()

    def _start_over(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._rung = threading.Event()
        self._ids: list[int] = []
        self._thread: threading.Thread | None = None

    def ring(self, message_ids: Sequence[int]) -> None:
        """Have these messages asked for soon; returns at once."""
        if self._process != os.getpid():
            self._start_over()  # a fork takes no thread along, and a lock perhaps taken
        with self._lock:
            self._ids += message_ids
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._listen, name="nudge", daemon=True)
                self._thread.start()
        self._rung.set()

    def _listen(self) -> None:
        while True:
            self._rung.wait()
            self._rung.clear()
            with self._lock:
                ids, self._ids = self._ids, []
            if ids:
                self._ask(ids)
            # In a thread of its own, for which nobody waits: what is committed meanwhile goes along
            # with the next asking.
            time.sleep(self._apart)


breaker = Breaker()
bell = Bell(lambda ids: send("clients.tasks.send_messages", [ids]))


_resting = ContextVar("nudge_resting", default=False)


@contextmanager
def resting() -> Iterator[None]:
    """Ask for nothing meanwhile, since no worker is there yet; the sweep will find what is due."""
    token = _resting.set(True)
    try:
        yield
    finally:
        _resting.reset(token)


def after_commit(message_ids: Sequence[int]) -> None:
    """Once the caller's transaction has committed, have a worker asked to send these messages."""
    ids = list(message_ids)
    if ids and not _resting.get():
        transaction.on_commit(lambda: bell.ring(ids), robust=True)


def send(task: str, arguments: Sequence[Any] = ()) -> bool:
    """Put a task on the queue if that can be done quickly; return whether it was done."""
    if not breaker.admits():
        return False
    try:
        current_app.send_task(task, args=list(arguments), retry=False, ignore_result=True)
    except Exception as problem:
        # Whatever a broker's client may raise: what is due stands in the database.
        breaker.failed()
        log.warning("The queue can't be reached (%s); the sweep will send.", type(problem).__name__)
        return False
    breaker.succeeded()
    return True
