"""Files in the private storage, each sealed with its client's key (docs/decisions/0012).

Whoever has the storage, or a copy of it, reads noise; a file moved to another row opens nothing;
and with the client's key destroyed it is gone, in every copy. The storage is asked for nothing but
whole files: they are small.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from clients import sealing
from clients.errors import StorageAway
from clients.models import Client, KeptFile, Photo

log = logging.getLogger(__name__)

MOST_BYTES = 40_000_000  # more than any file that is kept has


class FileMissing(Exception):
    """A file that the record speaks of is not in the storage, or the storage does not answer."""


def storage() -> Storage:
    return storages["private"]


def name_for(kind: str, uid: UUID, part: str = "") -> str:
    """Return the place of a file: made of ids alone, so that nothing somebody typed is in a path."""
    return f"{kind}/{uid.hex[:2]}/{uid.hex}{part}"


def put(client: Client, name: str, data: bytes) -> str:
    """Seal a file and store it; return its name. The client must have a key.

    Raises StorageAway.
    """
    sealed = sealing.seal(client.key.data_key(), data, place=_place(name))
    try:
        kept = storage().save(name, ContentFile(sealed))
    except Exception as failure:  # any storage, with errors of its own
        log.exception("A file could not be stored.")
        raise StorageAway from failure
    if kept != name:
        take_away([kept])
        raise StorageAway
    return name


def get(file: KeptFile, *, thumb: bool = False) -> bytes:
    """Return a file as it was before it was sealed (load its row with `client__key`).

    Raises FileMissing, or what `clients.sealing` raises for a file that does not open.
    """
    name = file.thumb_name if thumb and isinstance(file, Photo) else file.name
    try:
        with storage().open(name) as opened:
            sealed = opened.read(MOST_BYTES)
    except Exception as failure:
        log.exception("A stored file could not be read.")
        raise FileMissing from failure
    return sealing.unseal_by(file.client.key.opening_keys(), sealed, place=_place(name))


def take_away(names: list[str]) -> None:
    """Remove files that no row speaks of, as far as the storage allows."""
    for name in names:
        with suppress(Exception):
            storage().delete(name)


def _place(name: str) -> str:
    return f"file {name}"
