"""Writes about photos and documents. Their files are in the storage before their rows are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from clients.consent_rules import Kind, Layer, Reason
from clients.errors import DateToCome, EndedAlready, NoPhotoConsent, PhotosWithdrawn
from clients.models import Client, Document, Ending, KeptFile, Photo
from clients.queries import consents
from clinic import audit
from clinic.audit import Actor


def may_photograph(client: Client, *, now: datetime) -> None:
    """Raise NoPhotoConsent or PhotosWithdrawn where no photo of the client may be taken."""
    if Layer.RECORD in consents.photo_consent(client, now):
        return
    if Reason.WITHDRAWN in consents.standing(client, Kind.PHOTO, now).reasons:
        raise PhotosWithdrawn
    raise NoPhotoConsent


def add_photos(
    *,
    now: datetime,
    actor: Actor,
    client: Client,
    photos: Sequence[Photo],
    today: date,
    replaced: Photo | None = None,
) -> list[Photo]:
    """Add photos to a client's record; return those that were not there already.

    photos: rows that are not saved, of files that are stored. today: the clinic's date. replaced:
    the one that the first of the new photos takes the place of.

    Raises NoPhotoConsent, PhotosWithdrawn, DateToCome or EndedAlready.
    """
    if any(photo.taken_on > today for photo in photos):
        raise DateToCome("taken_on")
    with transaction.atomic():
        # One at a time for a client: a consent that is taken back meanwhile is seen here.
        Client.objects.select_for_update(no_key=True).get(pk=client.pk)
        may_photograph(client, now=now)
        Photo.objects.bulk_create(photos, ignore_conflicts=True)
        added = list(Photo.objects.filter(uid__in=[photo.uid for photo in photos]))
        if replaced is not None and added:
            _end(replaced, Ending.REPLACED, now=now, actor=actor, by=added[0])
        if added:
            audit.record(
                now=now,
                actor=actor,
                verb="photos.added",
                about=f"client:{client.uid}",
                after={
                    "photos": [str(photo.uid) for photo in added],
                    "replaced": str(replaced.uid) if replaced else "",
                },
            )
    return added


def add_document(
    *, now: datetime, actor: Actor, document: Document, today: date
) -> Document | None:
    """Add a document, not saved yet, whose file is stored. None where it is there already.

    Raises DateToCome.
    """
    if document.dated is not None and document.dated > today:
        raise DateToCome("dated")
    with transaction.atomic():
        Document.objects.bulk_create([document], ignore_conflicts=True)
        added = Document.objects.filter(uid=document.uid).first()
        if added is not None:
            audit.record(
                now=now,
                actor=actor,
                verb="document.added",
                about=f"document:{document.uid}",
                after={"kind": document.kind, "client": str(document.client.uid)},
            )
    return added


def withdraw(*, now: datetime, actor: Actor, file: KeptFile) -> None:
    """Take a photo or a document out of the record's front row. It is kept, and says since when.

    Raises EndedAlready.
    """
    with transaction.atomic():
        _end(file, Ending.WITHDRAWN, now=now, actor=actor)
        kind = type(file).__name__.lower()
        audit.record(now=now, actor=actor, verb=f"{kind}.withdrawn", about=f"{kind}:{file.uid}")


def _end(
    file: KeptFile, ending: Ending, *, now: datetime, actor: Actor, by: Photo | None = None
) -> None:
    fields = {"ending": ending, "ended_at": now, "ended_by": actor.user}
    if by is not None:
        fields["replaced_by"] = by
    # One statement, so that of two at once the second is told.
    if not type(file)._default_manager.filter(pk=file.pk, ending="").update(**fields):
        raise EndedAlready
