"""The queue's Redis: the run's shared one, and one a test may wreck."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from kombu import pools

from clinic import embedded
from tests.harness import servers


@pytest.fixture
def redis_url() -> str:
    """The worker's own numbered database of the run's Redis, empty."""
    url = os.environ["REDIS_URL"]
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


class OwnRedis:
    """A Redis of one test: kill it, wipe it, freeze it. Its URL stays the same."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.start()
        self.url = self.service.url

    def start(self) -> None:
        self.service = embedded.start_redis(self.directory, program=servers.redis_program())

    def stop(self) -> None:
        self.thaw()
        self.service.stop()

    def kill(self) -> None:
        self.service.process.kill()
        self.service.process.wait(timeout=10)

    def freeze(self) -> None:
        """Silent: connections are taken by the kernel, nobody answers."""
        self.service.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.service.process.send_signal(signal.SIGCONT)

    def client(self) -> redis.Redis:
        """Return a client that tries once; the library's default waits and tries again."""
        return redis.Redis.from_url(self.url, retry=embedded.ONCE, socket_timeout=1.0)

    def wipe(self) -> None:
        """Everything it knew is gone; it goes on answering."""
        with self.client() as client:
            client.flushall()

    def restart_empty(self) -> None:
        """Killed, its disk lost, and started again on the same address."""
        self.kill()
        port = self.directory / "port"
        password = self.directory / "password"
        kept = {path: path.read_text() for path in (port, password)}
        shutil.rmtree(self.directory)
        self.directory.mkdir()
        for path, text in kept.items():
            path.write_text(text)
        self.start()


@pytest.fixture
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    own = OwnRedis(tmp_path_factory.mktemp("redis"))
    yield own
    own.stop()


@contextmanager
def broker(url: str) -> Iterator[None]:
    """Let this process's own tasks go to that Redis: `with broker(own_redis.url): …`."""
    from clinic.celery import app

    def switch(to: str) -> None:
        # Kombu keeps pools by address: a closed one would be handed out again on the way back.
        pools.reset()
        app._after_fork()
        app.conf.broker_url = app.conf.broker_write_url = app.conf.broker_read_url = to

    before = app.conf.broker_url
    switch(url)
    try:
        yield
    finally:
        switch(before)
