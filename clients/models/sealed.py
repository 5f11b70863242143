"""The keys that seal clients' health text."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from clients import sealing
from clinic.models.adding import add, made

if TYPE_CHECKING:
    from datetime import datetime

    from clients.models.client import Client


class ClientKeyManager(models.Manager["ClientKey"]):
    def create_for(self, client: Client, *, now: datetime) -> ClientKey:
        """Make the key of a client who has none: one INSERT. `client.key` is it from then on."""
        key = ClientKey.made_for(client, now=now)
        add(key)
        return key

    def of(self, client: Client, *, now: datetime) -> ClientKey:
        """Return the client's key, making it if there is none; safe to race."""
        if not hasattr(client, "key"):
            self.bulk_create([ClientKey.made_for(client, now=now)], ignore_conflicts=True)
            client.key = self.select_related("client").get(client=client)
        return client.key


class ClientKey(models.Model):
    """A client's data key, wrapped by the master key whose id is `key_id`.

    A destroyed key keeps its row without the key, so that nobody makes the client a new one by
    mistake and a reader is told why the text is gone. `inherited` has the keys, wrapped as they
    are, of the records merged into this client: their text keeps the key it was written under.
    """

    client = models.OneToOneField("clients.Client", on_delete=models.PROTECT, related_name="key")
    key_id = models.CharField(max_length=16)
    wrapped = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True, blank=True)
    inherited = models.JSONField(default=list, blank=True)

    objects: ClassVar[ClientKeyManager] = ClientKeyManager()
    _data_key: bytes | None = None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(wrapped__isnull=False, destroyed_at__isnull=True)
                | Q(wrapped__isnull=True, destroyed_at__isnull=False),
                name="client_key_kept_or_destroyed",
            ),
        ]

    def __str__(self) -> str:
        return f"key {self.pk} under {self.key_id}"

    @classmethod
    def made_for(cls, client: Client, *, now: datetime) -> ClientKey:
        """Return a new key, not saved. The client need not be saved either: its `uid` is enough."""
        data_key = sealing.new_data_key()
        key_id, wrapped = sealing.wrap(data_key, client_uid=client.uid)
        key = made(cls, client=client, key_id=key_id, wrapped=wrapped, created_at=now)
        key._data_key = data_key
        return key

    def data_key(self) -> bytes:
        """Return the 32 bytes. Raises sealing.KeyDestroyed, KeyMissing or Unreadable."""
        if self.destroyed_at is not None or self.wrapped is None:
            raise sealing.KeyDestroyed(
                "This client's key was destroyed; what it sealed can't be read any more."
            )
        if self._data_key is None:
            self._data_key = sealing.unwrap(
                self.key_id, bytes(self.wrapped), client_uid=self.client.uid
            )
        return self._data_key

    def opening_keys(self) -> list[bytes]:
        """Return the keys that open this client's text, their own first, then inherited ones.

        Raises sealing.KeyDestroyed, KeyMissing or Unreadable.
        """
        return [self.data_key(), *(_opened(each) for each in self.inherited)]

    def inherit(self, other: ClientKey) -> None:
        """Let this key's client read what was sealed for another, who is merged into them."""
        own = {
            "client": str(other.client.uid),
            "key_id": other.key_id,
            "wrapped": base64.b64encode(bytes(other.wrapped or b"")).decode(),
        }
        self.inherited = [*self.inherited, own, *other.inherited]
        self.save(update_fields=["inherited"])

    def give_back(self, other: ClientKey) -> None:
        """Forget the keys that came with another client, who is taken out again."""
        gone = {str(other.client.uid), *(each["client"] for each in other.inherited)}
        self.inherited = [each for each in self.inherited if each["client"] not in gone]
        self.save(update_fields=["inherited"])

    def rewrap(self) -> None:
        """Wrap the same data keys under the newest master key; the text itself stays as it is."""
        self.key_id, self.wrapped = sealing.wrap(self.data_key(), client_uid=self.client.uid)
        self.inherited = [_rewrapped(each) for each in self.inherited]
        self.save(update_fields=["key_id", "wrapped", "inherited"])

    def destroy(self, *, now: datetime) -> None:
        """Destroy the key for good, and those of the records merged into its client, who are the
        same person. Backups must be destroyed as well before the text is gone."""
        for other in ClientKey.objects.filter(client__merged_into=self.client_id):
            other.destroy(now=now)
        heir = self.client.merged_into
        while heir is not None:
            for key in ClientKey.objects.filter(client=heir):
                key.give_back(self)
            heir = heir.merged_into
        self.wrapped, self.destroyed_at, self._data_key, self.inherited = None, now, None, []
        self.save(update_fields=["wrapped", "destroyed_at", "inherited"])


def _opened(kept: dict[str, Any]) -> bytes:
    return sealing.unwrap(
        kept["key_id"], base64.b64decode(kept["wrapped"]), client_uid=UUID(kept["client"])
    )


def _rewrapped(kept: dict[str, Any]) -> dict[str, Any]:
    key_id, wrapped = sealing.wrap(_opened(kept), client_uid=UUID(kept["client"]))
    return {**kept, "key_id": key_id, "wrapped": base64.b64encode(wrapped).decode()}
