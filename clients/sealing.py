"""Health text sealed at rest: AES-GCM with one data key per client.

The data key is wrapped by a master key that is not in the database (`settings.MASTER_KEY`), so a
stolen database or backup reads as noise, and destroying one client's key ends all their text at
once. A sealed value is bound to its model, field and row `uid` and, through the key, to its
client: moved anywhere else it no longer opens. A row that came with a record merged into its
client opens with the key it was sealed under, which its client has inherited
(docs/decisions/0013).

A model with a sealed field has a `uid` (known before the row is saved) and a `client`, whose `key`
is a `ClientKey`. Reading one field of many rows: `select_related("client__key")`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.query_utils import DeferredAttribute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    from clients.models.sealed import ClientKey

    _Field = models.Field
else:

    class _Field(models.Field):
        """Django's Field takes no type arguments at run time."""

        def __class_getitem__(cls, _: Any) -> type[_Field]:
            return cls


FORMAT = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32
T = TypeVar("T")


class Unreadable(Exception):
    """Sealed text does not open: it was changed, moved, or sealed under another key."""


class KeyMissing(Unreadable):
    """The client has no key, or the master key that wrapped it is not in MASTER_KEY."""


class KeyDestroyed(Unreadable):
    """The client's key was destroyed on purpose; what it sealed can't be read any more."""


class SealedFieldError(TypeError):
    """A sealed field was used where its row, and so its key, is not at hand."""


def seal(key: bytes, plain: bytes, *, place: str) -> bytes:
    """Return `plain` sealed under `key` (32 bytes), to be opened at the same `place` only."""
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + AESGCM(key).encrypt(nonce, plain, FORMAT + place.encode())


def unseal(key: bytes, sealed: bytes, *, place: str) -> bytes:
    """Return what `seal` was given. Raises Unreadable if a single bit or the place differs."""
    body = sealed[len(FORMAT) :]
    try:
        return AESGCM(key).decrypt(
            body[:NONCE_BYTES], body[NONCE_BYTES:], sealed[: len(FORMAT)] + place.encode()
        )
    except (InvalidTag, ValueError):
        raise Unreadable(f"What is kept at {place} does not open with its client's key.") from None


def unseal_by(keys: Sequence[bytes], sealed: bytes, *, place: str) -> bytes:
    """Return what was sealed under one of some keys. Raises Unreadable where none of them opens it."""
    for key in keys[:-1]:
        try:
            return unseal(key, sealed, place=place)
        except Unreadable:
            continue
    return unseal(keys[-1], sealed, place=place)


@lru_cache(maxsize=8)
def _master_keys(setting: str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for text in setting.split(","):
        try:
            key = base64.b64decode(text.strip(), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise ImproperlyConfigured(
                "MASTER_KEY must be 32 bytes in base64; several, the newest first, are separated "
                "by commas."
            )
        keys[hashlib.sha256(b"key id" + key).hexdigest()[:16]] = key
    return keys


def master_keys() -> dict[str, bytes]:
    """Return the master keys by id, the one that wraps new keys first."""
    return _master_keys(settings.MASTER_KEY)


def new_data_key() -> bytes:
    return os.urandom(KEY_BYTES)


def wrap(data_key: bytes, *, client_uid: uuid.UUID) -> tuple[str, bytes]:
    """Return (id of the master key, wrapped data key). The client need not be saved yet."""
    key_id, master = next(iter(master_keys().items()))
    return key_id, seal(master, data_key, place=f"key of {client_uid}")


def unwrap(key_id: str, wrapped: bytes, *, client_uid: uuid.UUID) -> bytes:
    """Return the data key. Raises KeyMissing or Unreadable."""
    master = master_keys().get(key_id)
    if master is None:
        raise KeyMissing(f"No master key has the id {key_id}; add the former one to MASTER_KEY.")
    return unseal(master, wrapped, place=f"key of {client_uid}")


@dataclass(frozen=True, eq=False)
class Ciphertext:
    """A sealed value as it lies in the database. Only its row can open it."""

    data: bytes

    def __repr__(self) -> str:
        return "<sealed>"

    def _refuse(self, *_: object) -> NoReturn:
        raise SealedFieldError("A sealed value was read apart from its row; load the row instead.")

    __str__ = __bytes__ = __iter__ = __len__ = __bool__ = __eq__ = __hash__ = _refuse


class SealedAttribute(DeferredAttribute):
    """Opens the value when it is first read; assigning plain text is free until the row is saved."""

    field: SealedField[Any]

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            loaded = (
                type(instance)
                ._base_manager.using(instance._state.db)
                .only("uid", "client_id", name)
                .get(pk=instance.pk)
            )
            instance.__dict__[name] = loaded.__dict__[name]
        value = instance.__dict__[name]
        if isinstance(value, Ciphertext):
            value = self.field.open(instance, value)
            instance.__dict__[name] = value
        return value

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(_Field[T, T], ABC):
    """A value of one row of one client, sealed. See the module.

    It can't be searched, and `.values()`, `.update()` and fixtures refuse it, because they have no
    row to take the key from.
    """

    descriptor_class = SealedAttribute
    empty_strings_allowed = False

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Tell at start-up when a model lacks what a sealed field needs."""
        missing = [name for name in ("uid", "client") if not hasattr(self.model, name)]
        return [
            *super().check(**kwargs),
            *(
                Error(f"A sealed field needs {name}.", obj=self, id="sealing.E1")
                for name in missing
            ),
        ]

    @abstractmethod
    def _to_bytes(self, value: T) -> bytes: ...

    @abstractmethod
    def _to_value(self, data: bytes) -> T: ...

    def _place(self, instance: models.Model) -> str:
        return f"{instance._meta.label_lower}.{self.name}:{cast(Any, instance).uid}"

    def open(self, instance: models.Model, sealed: Ciphertext) -> T:
        """Return the plain value. Raises Unreadable, KeyMissing or KeyDestroyed."""
        return self.open_with(_key(instance).opening_keys(), instance, sealed)

    def open_with(self, keys: Sequence[bytes], instance: models.Model, sealed: Ciphertext) -> T:
        """Return the plain value by the first of some keys that opens it. Raises Unreadable."""
        return self._to_value(unseal_by(keys, sealed.data, place=self._place(instance)))

    def pre_save(self, model_instance: models.Model, add: bool) -> Ciphertext:
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Ciphertext):
            return value
        data = self._to_bytes(cast(T, value))
        return Ciphertext(seal(_data_key(model_instance), data, place=self._place(model_instance)))

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: Any, *_: object) -> Ciphertext | None:
        return None if value is None else Ciphertext(bytes(value))

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if not isinstance(value, Ciphertext):
            raise SealedFieldError(f"{self} is sealed: set it on the row and save the row.")
        return cast(Any, connection).Database.Binary(value.data)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        return self.get_db_prep_value(value, connection)

    def get_placeholder(
        self, value: Any, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> str:
        if hasattr(value, "resolve_expression"):
            raise SealedFieldError(f"{self} is sealed: no expression can make its value.")
        return "%s"

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> Any:
        if not compiler.query.default_cols:
            raise SealedFieldError(f"{self} is sealed: load the row instead of .values().")
        return super().select_format(compiler, sql, params)

    def get_lookup(self, lookup: str) -> NoReturn:
        raise SealedFieldError(f"{self} is sealed: it can't be searched.")

    def value_to_string(self, obj: models.Model) -> NoReturn:
        raise SealedFieldError(f"{self} is sealed: it can't be written to a fixture.")


class SealedText(SealedField[str]):
    """Sealed text."""

    def _to_bytes(self, value: str) -> bytes:
        if not isinstance(value, str):
            raise SealedFieldError(f"{self} holds text.")
        return value.encode()

    def _to_value(self, data: bytes) -> str:
        return data.decode()


class SealedJSON(SealedField[dict[str, Any]]):
    """A sealed JSON object. Changes made inside it are kept when its row is saved."""

    def _to_bytes(self, value: dict[str, Any]) -> bytes:
        if not isinstance(value, dict):
            raise SealedFieldError(f"{self} holds a JSON object.")
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def _to_value(self, data: bytes) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(data))


def reseal(row: models.Model, *, formerly: Sequence[bytes]) -> bool:
    """Seal what of a row does not open with its client's own key, but with one of the keys it was
    formerly under, anew; return whether there was such a thing. Saves the row's sealed fields."""
    own = [_data_key(row)]
    changed: list[str] = []
    for field in row._meta.concrete_fields:
        kept = row.__dict__.get(field.attname)
        if not (isinstance(field, SealedField) and isinstance(kept, Ciphertext)):
            continue
        try:
            field.open_with(own, row, kept)
        except Unreadable:
            row.__dict__[field.attname] = field.open_with(formerly, row, kept)
            changed.append(field.name)
    if changed:
        row.save(update_fields=changed)
    return bool(changed)


def _key(instance: models.Model) -> ClientKey:
    client = cast(Any, instance).client
    key = getattr(client, "key", None)
    if key is None:
        raise KeyMissing(
            f"Client {client.uid} has no key yet; ClientKey.objects.of(client) makes it."
        )
    return cast("ClientKey", key)


def _data_key(instance: models.Model) -> bytes:
    return _key(instance).data_key()
