"""Text messages. Until a provider is connected they land in the development mailbox."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings

from clients.channels import mailbox
from clients.channels.base import Channel, Letter, NotSent


class SmsChannel(Channel):
    """Hands the short form of a letter to whoever sends text messages."""

    name: ClassVar[str] = "SMS"

    def send(self, letter: Letter) -> None:
        if not settings.MAILBOX:
            raise NotSent("No provider of text messages is connected.", permanent=True)
        mailbox.keep_text_message(letter)
