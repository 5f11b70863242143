"""What a channel is given, what it does with it, and how it says that it couldn't."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Invite:
    """A calendar object (RFC 5545) and its method: REQUEST or CANCEL."""

    method: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it leaves, in words.

    `reference` is the same each time the message is tried, so that whoever receives it twice can
    tell. `written_at` is an aware instant. A channel uses the parts it can carry.
    """

    reference: str
    to: str
    sender_name: str
    reply_to: str
    subject: str
    text: str
    html: str
    short: str
    written_at: datetime
    invite: Invite | None = None


class NotSent(Exception):
    """A channel could not send; `reason` is for people and holds no contact or health detail.

    permanent: trying again won't help. everything: nothing else can be sent on this channel now
    either (the server is away), so the rest of the batch need not be tried.
    """

    def __init__(self, reason: str, *, permanent: bool = False, everything: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.everything = everything


class Channel:
    """A way to reach somebody. Opened on first use, kept open over a batch, closed at its end."""

    name: ClassVar[str]

    def send(self, letter: Letter) -> None:
        """Hand the letter over. Raises NotSent; a plain return means that it was accepted."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of whatever was opened. Never raises."""
