"""Channels that leave nothing out of the house: the development mailbox, and the console."""

from __future__ import annotations

import sys
from abc import abstractmethod
from typing import ClassVar

from django.conf import settings

from clients.channels import mailbox
from clients.channels.base import Channel, Letter, NotSent, Receipt


class MailboxSms(Channel):
    """Keeps text messages in the development mailbox; without one there is no way out."""

    name: ClassVar[str] = "SMS"

    def send(self, letter: Letter) -> Receipt:
        if not settings.MAILBOX:
            raise NotSent("No provider of text messages is connected.", permanent=True)
        mailbox.keep_text_message(letter)
        return Receipt("mailbox", letter.reference)


class _Console(Channel):
    def send(self, letter: Letter) -> Receipt:
        head = f"{self.name} to {letter.to} ({letter.reference}): {letter.subject}"
        sys.stdout.write(f"{head}\n{self.said(letter)}\n")
        sys.stdout.flush()
        return Receipt("console", letter.reference)

    @abstractmethod
    def said(self, letter: Letter) -> str:
        """Return the form of the letter that the channel carries."""


class ConsoleEmail(_Console):
    """Shows e-mail where the worker writes its log."""

    name: ClassVar[str] = "EMAIL"

    def said(self, letter: Letter) -> str:
        return letter.text


class ConsoleSms(_Console):
    """Shows text messages where the worker writes its log."""

    name: ClassVar[str] = "SMS"

    def said(self, letter: Letter) -> str:
        return letter.short
