"""Text messages to and fro between the clinic and a number."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clients import sealing
from clients.models.client import Client
from clients.sealing import SealedText

# Those that are still with whoever has the number: see `Conversation.is_over`.
STANDS = Q(ended_at=None) & (Q(client=None) | Q(client__phone=F("phone")))


class Conversation(models.Model):
    """All text messages of one number with whoever has it. `client` is whose number it is, where it
    is one client's; `is_shared`: it has been several clients' at once, and is nobody's alone. Where
    the number goes to somebody else a new one begins with the next message, and this has `ended_at`.

    It has a key of its own, since a number may be nobody's we know; destroying it (`wrapped` empty)
    ends what was said. `waiting_since`: somebody at the desk has yet to look. `stopped_at`: the
    number has said STOP, and nothing is sent there. `language` is the one they last wrote in.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phone = models.CharField(max_length=16, blank=True)
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="conversations"
    )
    is_shared = models.BooleanField(default=False, db_default=False)
    language = models.CharField(max_length=10, blank=True)
    key_id = models.CharField(max_length=16)
    wrapped = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    last_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    _data_key: bytes | None = None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phone"],
                condition=~Q(phone="") & Q(ended_at=None),
                name="conversation_once_a_number",
            ),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{5,14}$"),
                name="conversation_phone_e164",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["waiting_since"],
                name="conversation_waiting",
                condition=Q(waiting_since__isnull=False),
            ),
            models.Index(fields=["-last_at"], name="conversation_newest"),
        ]

    def __str__(self) -> str:
        return f"conversation {self.uid}"

    @classmethod
    def begun(cls, phone: str, *, now: datetime) -> Conversation:
        """Return a new conversation, not saved."""
        made = cls(phone=phone, created_at=now, last_at=now)
        made.key_id, made.wrapped = sealing.wrap(sealing.new_data_key(), client_uid=made.uid)
        return made

    @property
    def is_over(self) -> bool:
        """Whether the number is no longer that of whoever wrote here: what they said is theirs, and
        an answer would reach somebody else."""
        if self.ended_at is not None:
            return True
        return self.client is not None and self.client.phone != self.phone

    @property
    def key(self) -> Conversation:
        """What seals its messages: `sealing` asks whoever a text belongs to for a key."""
        return self

    def data_key(self) -> bytes:
        """Return the 32 bytes. Raises sealing.KeyDestroyed, KeyMissing or Unreadable."""
        if self.wrapped is None:
            raise sealing.KeyDestroyed("What was said with this number can't be read any more.")
        if self._data_key is None:
            self._data_key = sealing.unwrap(self.key_id, bytes(self.wrapped), client_uid=self.uid)
        return self._data_key

    def opening_keys(self) -> list[bytes]:
        return [self.data_key()]

    def rewrap(self) -> None:
        """Wrap the same key under the newest master key."""
        self.key_id, self.wrapped = sealing.wrap(self.data_key(), client_uid=self.uid)
        self.save(update_fields=["key_id", "wrapped"])


class TextMessage(models.Model):
    """One text message of a conversation; rows are only added. `text` is sealed: people write of
    their health wherever they write. `meaning` is what was understood of one that came in. One that
    went out has a row in the outbox, about `text:<uid>`."""

    class Direction(models.TextChoices):
        IN = "IN", _("From the client")
        OUT = "OUT", _("From the clinic")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="messages"
    )
    direction = models.CharField(max_length=3, choices=Direction)
    text = SealedText()
    meaning = models.CharField(max_length=6, blank=True)
    provider = models.CharField(max_length=30, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    author = models.ForeignKey(
        "clinic.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_id"],
                condition=~Q(provider_id=""),
                name="text_message_heard_once",
            ),
            models.CheckConstraint(
                condition=Q(direction="IN", author__isnull=True)
                | Q(direction="OUT", author__isnull=False),
                name="text_message_out_has_author",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["conversation", "at"], name="text_message_in_order"),
        ]

    def __str__(self) -> str:
        return f"text message {self.uid}"

    @property
    def client(self) -> Conversation:
        """Who holds the key of its text."""
        return self.conversation

    @property
    def about(self) -> str:
        """What a row of the outbox that belongs to it is about."""
        return f"text:{self.uid}"
