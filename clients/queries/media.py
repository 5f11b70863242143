"""A client's photos and documents. Only practitioners' pages, and the client's own, ask for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from clients.models import Client, Document, Milestone, Photo, PhotoView


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos of one view, the earlier first."""

    view: PhotoView
    before: Photo
    after: Photo


def _standing(client: Client) -> QuerySet[Photo]:
    return Photo.objects.select_related("client").filter(client=client, ending="")


def photos_of(client: Client) -> list[Photo]:
    """Return the photos that stand, by view, the earliest first (one query)."""
    order = {view.value: number for number, view in enumerate(PhotoView)}
    rows = _standing(client).order_by("taken_on", "added_at", "pk")
    return sorted(rows, key=lambda photo: order[photo.view])


def ended_photos_of(client: Client) -> list[Photo]:
    """Return the photos that were replaced or withdrawn, the newest ending first (one query)."""
    rows = Photo.objects.filter(client=client).exclude(ending="")
    return list(rows.select_related("ended_by").order_by("-ended_at", "-pk"))


def photo_by_uid(uid: UUID) -> Photo | None:
    """Return a photo with its client and their key, ended or not (one query)."""
    return Photo.objects.select_related("client__key").filter(uid=uid).first()


def pair_of(photos: Iterable[Photo]) -> Pair | None:
    """Return the pair that shows most: of the first view that has two photos of different days, the
    baseline (or the earliest) beside the newest. No query."""
    by_view: dict[str, list[Photo]] = {}
    for photo in photos:
        by_view.setdefault(photo.view, []).append(photo)
    for view in PhotoView:
        found = sorted(by_view.get(view, []), key=lambda one: (one.taken_on, one.added_at))
        if len(found) > 1 and found[0].taken_on < found[-1].taken_on:
            newest = found[-1]
            earlier = [one for one in found if one.taken_on < newest.taken_on]
            baselines = [one for one in earlier if one.milestone == Milestone.BASELINE]
            # Of several series, the one that goes on.
            return Pair(view, baselines[-1] if baselines else earlier[0], newest)
    return None


def milestones_of(photos: Iterable[Photo], *, since: date, until: date | None) -> list[Photo]:
    """Return what photos show of a series, in its order: before, midway and at its end, of the first
    view that has two of them in these days. No query."""
    moments = (Milestone.BASELINE, Milestone.MID, Milestone.END)
    by_view: dict[str, dict[str, Photo]] = {}
    for photo in sorted(photos, key=lambda one: (one.taken_on, one.added_at)):
        if since <= photo.taken_on <= (until or date.max):
            found = by_view.setdefault(photo.view, {})
            if photo.milestone != Milestone.BASELINE or photo.milestone not in found:
                found[photo.milestone] = photo
    for view in PhotoView:
        shown = [by_view[view][each] for each in moments if each in by_view.get(view, {})]
        if len(shown) > 1:
            return shown
    return []


def documents_of(client: Client, *, zone: ZoneInfo) -> list[Document]:
    """Return the documents that stand, by the date on the paper, else the day they were added, the
    newest first (one query). zone: the clinic's."""
    rows = Document.objects.select_related("client__key").filter(client=client, ending="")

    def dated(one: Document) -> tuple[date, int]:
        return one.dated or one.added_at.astimezone(zone).date(), one.pk

    return sorted(rows, key=dated, reverse=True)


def released_photos_of(client: Client) -> list[Photo]:
    """Return the photos that the client's own pages show, by view (one query)."""
    return [one for one in photos_of(client) if one.released_at]


def released_documents_of(client: Client, *, zone: ZoneInfo) -> list[Document]:
    """Return the documents that the client's own pages show, the newest first (one query)."""
    return [one for one in documents_of(client, zone=zone) if one.released_at]


def is_released(file: Photo | Document, client: Client) -> bool:
    """Whether a client's own pages show a file: it is theirs, stands, and was released."""
    return file.client_id == client.pk and not file.ending and file.released_at is not None


def document_by_uid(uid: UUID) -> Document | None:
    """Return a document with its client and their key, ended or not (one query)."""
    return Document.objects.select_related("client__key").filter(uid=uid).first()
