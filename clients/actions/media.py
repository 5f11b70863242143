"""Writes about photos and documents. Their files are in the storage before their rows are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from clients.consent_rules import Layer
from clients.errors import DateToCome, EndedAlready, NoPhotoConsent, PhotosWithdrawn
from clients.models import Client, Document, Ending, KeptFile, Milestone, Photo, PhotoView
from clients.queries import consents
from clinic import audit
from clinic.audit import Actor


def may_photograph(client: Client, *, now: datetime) -> None:
    """Raise NoPhotoConsent or PhotosWithdrawn where no photo of the client may be taken."""
    if Layer.RECORD in consents.photo_consent(client, now):
        return
    if consents.photos_withdrawn(client, now):
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
        _say("withdrawn", now=now, actor=actor, file=file)


def release(*, now: datetime, actor: Actor, file: KeptFile) -> None:
    """Show a photo or a document on the client's own pages, from now on. Once more is no change.

    Raises EndedAlready, and PhotosWithdrawn for a photo whose consent was taken back.
    """
    if actor.user is None:
        raise ValueError("A practitioner releases what a client is shown.")
    with transaction.atomic():
        # A merge, or a consent that is taken back meanwhile, is seen here.
        client = Client.objects.select_for_update(no_key=True).get(pk=file.client_id)
        if isinstance(file, Photo) and consents.photos_withdrawn(client, now):
            raise PhotosWithdrawn
        standing = type(file)._default_manager.filter(pk=file.pk, client=client, ending="")
        if not standing.exists():
            raise EndedAlready
        if standing.filter(released_at=None).update(released_at=now, released_by=actor.user):
            _say("released", now=now, actor=actor, file=file)


def take_back(*, now: datetime, actor: Actor, file: KeptFile) -> None:
    """Show a photo or a document on the client's own pages no more; it stays in the record."""
    with transaction.atomic():
        shown = type(file)._default_manager.filter(pk=file.pk, released_at__isnull=False)
        if shown.update(released_at=None, released_by=None):
            _say("taken_back", now=now, actor=actor, file=file)


def take_back_all(*clients: Client) -> None:
    """Show nothing of clients' files on their own pages any more, in the caller's transaction."""
    for kind in (Photo, Document):
        shown = kind._default_manager.filter(client__in=clients, released_at__isnull=False)
        shown.update(released_at=None, released_by=None)


def correct_photo(
    *,
    now: datetime,
    actor: Actor,
    photo: Photo,
    view: PhotoView,
    milestone: Milestone,
    taken_on: date,
    today: date,
) -> None:
    """Say anew of which view and day a photo is. today: the clinic's date.

    Raises DateToCome or EndedAlready.
    """
    if taken_on > today:
        raise DateToCome("taken_on")
    said = {"view": view.value, "milestone": milestone.value, "taken_on": taken_on}
    with transaction.atomic():
        current = Photo.objects.select_for_update(of=("self",)).filter(pk=photo.pk, ending="")
        was = current.values(*said).first()
        if was is None:
            raise EndedAlready
        if was == said:
            return
        Photo.objects.filter(pk=photo.pk).update(**said)
        audit.record(
            now=now,
            actor=actor,
            verb="photo.corrected",
            about=f"photo:{photo.uid}",
            before={**was, "taken_on": was["taken_on"].isoformat()},
            after={**said, "taken_on": taken_on.isoformat()},
        )


def _say(what: str, *, now: datetime, actor: Actor, file: KeptFile) -> None:
    kind = type(file).__name__.lower()
    audit.record(now=now, actor=actor, verb=f"{kind}.{what}", about=f"{kind}:{file.uid}")


def _end(
    file: KeptFile, ending: Ending, *, now: datetime, actor: Actor, by: Photo | None = None
) -> None:
    fields = {"ending": ending, "ended_at": now, "ended_by": actor.user}
    fields |= {"released_at": None, "released_by": None}
    if by is not None:
        fields["replaced_by"] = by
    # One statement, so that of two at once the second is told.
    if not type(file)._default_manager.filter(pk=file.pk, ending="").update(**fields):
        raise EndedAlready
