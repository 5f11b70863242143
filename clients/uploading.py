"""From files that were checked to a client's record: seal, store, then the rows in one action.

A file without a row is noise that nobody finds, a row without a file would be a hole in a record;
so the files come first, and are taken away again where the rows were refused.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from clients import vault
from clients.actions import media
from clients.images import Picture
from clients.models import Client, ClientKey, Document, Photo
from clinic.audit import Actor
from clinic.errors import Refusal


@dataclass(frozen=True, slots=True)
class Taken:
    """A photo that was taken, and of which view."""

    view: str
    picture: Picture


@dataclass(frozen=True, slots=True)
class Brought:
    """A document's file, checked, and what is said of it."""

    data: bytes
    media_type: str
    kind: str
    title: str
    original_name: str
    dated: date | None


def keep_photos(
    *,
    now: datetime,
    actor: Actor,
    client: Client,
    taken: Sequence[Taken],
    milestone: str,
    taken_on: date,
    today: date,
    replaced: Photo | None = None,
) -> list[Photo]:
    """Keep photos of a client; return those that were not there already.

    Raises what `actions.media.add_photos` raises, and StorageAway; then nothing is kept.
    """
    media.may_photograph(client, now=now)
    ClientKey.objects.of(client, now=now)
    with _storing(client) as store:
        photos = []
        for one in taken:
            uid = uuid.uuid4()
            photos.append(
                Photo(
                    uid=uid,
                    client=client,
                    view=one.view,
                    milestone=milestone,
                    taken_on=taken_on,
                    name=store(vault.name_for("photos", uid), one.picture.data),
                    thumb_name=store(vault.name_for("photos", uid, "-small"), one.picture.thumb),
                    width=one.picture.width,
                    height=one.picture.height,
                    sha256=hashlib.sha256(one.picture.data).hexdigest(),
                    size=len(one.picture.data),
                    added_at=now,
                    added_by=actor.user,
                )
            )
        added = media.add_photos(
            now=now, actor=actor, client=client, photos=photos, today=today, replaced=replaced
        )
    there = {photo.uid for photo in added}
    for photo in photos:
        if photo.uid not in there:
            vault.take_away([photo.name, photo.thumb_name])
    return added


def keep_document(
    *, now: datetime, actor: Actor, client: Client, brought: Brought, today: date
) -> Document | None:
    """Keep a document of a client; None where the same file is in the record already.

    Raises DateToCome or StorageAway; then nothing is kept.
    """
    ClientKey.objects.of(client, now=now)
    uid = uuid.uuid4()
    with _storing(client) as store:
        document = Document(
            uid=uid,
            client=client,
            kind=brought.kind,
            title=brought.title,
            original_name=brought.original_name,
            dated=brought.dated,
            media_type=brought.media_type,
            name=store(vault.name_for("documents", uid), brought.data),
            sha256=hashlib.sha256(brought.data).hexdigest(),
            size=len(brought.data),
            added_at=now,
            added_by=actor.user,
        )
        added = media.add_document(now=now, actor=actor, document=document, today=today)
    if added is None:
        vault.take_away([document.name])
    return added


@contextmanager
def _storing(client: Client) -> Iterator[_Store]:
    store = _Store(client)
    try:
        yield store
    except Refusal:  # after any other failure a row may be there: noise nobody finds is better
        vault.take_away(store.names)
        raise


class _Store:
    """Stores files and remembers which."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.names: list[str] = []

    def __call__(self, name: str, data: bytes) -> str:
        self.names.append(name)
        return vault.put(self.client, name, data)
