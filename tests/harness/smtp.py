"""A real mail server in a thread: takes mail, refuses it, or stops at the moment a test names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from clinic.embedded import free_port

TAKEN = "250 OK"
logging.getLogger("mail.log").setLevel(logging.WARNING)


class Sink:
    """What the server does. `refuse[address]` answers RCPT, `answer` answers DATA.

    A held server stops at the message that comes after `hold_after` others: before it has taken
    it ("before"), or after it has without having said so ("after"), until it is released. Whoever
    was waiting then has gone: nothing more is taken from them.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.refuse: dict[str, str] = {}
        self.answer = TAKEN
        self.hold = ""
        self.hold_after = 0
        self.held = 0
        self._released = asyncio.Event()
        self.port = free_port()
        self._controller: Controller | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self.release()
            self._controller.stop()
            self._controller = None

    def release(self) -> None:
        self.hold = ""
        if self._controller is not None:
            self._controller.loop.call_soon_threadsafe(self._released.set)

    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.messages]

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, lines: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return lines

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        holding = self.hold if len(self.messages) >= self.hold_after else ""
        if holding == "before":
            await self._wait()
            return "421 gone"
        answer = self.answer
        if answer.startswith("250"):
            content: Any = envelope.content
            self.raw.append(content)
            self.messages.append(message_from_bytes(content, policy=default))
            self.recipients += envelope.rcpt_tos
        if holding == "after":
            await self._wait()
        return answer

    async def _wait(self) -> None:
        self._released.clear()
        self.held += 1
        await self._released.wait()


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server, to which this process's e-mail goes."""
    server = Sink()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_TIMEOUT = 5
    yield server
    server.stop()
