"""What a channel is given, what it does with it, and how it says that it couldn't."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Invite:
    """A calendar object (RFC 5545) and its method: REQUEST or CANCEL."""

    method: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Way:
    """A channel and the address there by which somebody can be reached."""

    channel: str
    to: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it leaves, in words.

    `reference` is the same each time the message is tried, so that whoever receives it twice can
    tell, and a provider that knows idempotency keys takes it once. `written_at` is an aware instant.
    `unsubscribe` is where one click ends such messages. A channel uses the parts it can carry.
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
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who took a letter, and what they call it; "" where they don't say."""

    provider: str
    provider_id: str = ""


class Event(StrEnum):
    DELIVERED = "DELIVERED"
    OPENED = "OPENED"
    BOUNCED = "BOUNCED"
    COMPLAINED = "COMPLAINED"
    UNSUBSCRIBED = "UNSUBSCRIBED"


@dataclass(frozen=True, slots=True)
class Report:
    """One thing a provider tells. `reference` is ours, `provider_id` theirs; either may be "".

    dead: of a bounce, that nothing sent to `address` would arrive.
    """

    event: Event
    provider: str
    provider_id: str
    reference: str
    at: datetime
    address: str = ""
    dead: bool = False


class NotSent(Exception):
    """A channel could not send; `reason` is for people and holds no contact or health detail.

    permanent: trying again won't help. address: nothing sent to this address would arrive either.
    everything: nothing else can be sent on this channel now (the server is away); `wait` is for how
    many seconds, where it said so.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        address: bool = False,
        everything: bool = False,
        wait: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent or address
        self.address = address
        self.everything = everything
        self.wait = wait


class Channel(ABC):
    """A way to reach somebody. Opened on first use, kept open over a batch, closed at its end."""

    name: ClassVar[str]

    @abstractmethod
    def send(self, letter: Letter) -> Receipt:
        """Hand the letter over and return who accepted it. Raises NotSent."""

    def close(self) -> None:  # noqa: B027 - most have nothing to let go of
        """Let go of whatever was opened. Never raises."""
