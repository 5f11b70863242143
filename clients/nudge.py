"""Telling the worker that something is due now. A shortcut: the sweep finds it anyway.

A dead or silent Redis must not hold up whoever books: the first call that meets one costs at
most the socket timeout of the settings, then nobody asks again for ten seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)

PAUSE = 10.0


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


breaker = Breaker()


def after_commit(message_ids: Sequence[int]) -> None:
    """Once the caller's transaction has committed, ask a worker to send these messages at once."""
    ids = list(message_ids)
    if ids:
        transaction.on_commit(lambda: send("clients.tasks.send_messages", [ids]), robust=True)


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
