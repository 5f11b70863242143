"""A stored file as an answer, behind a signed link. The door itself is its app's own view, which
asks who may see the client; the client's own pages use the same."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.urls import reverse

from clients import images, media_links, vault
from clients.media_links import Size
from clients.models import Document, Photo
from clients.queries import media
from clients.sealing import Unreadable

log = logging.getLogger(__name__)

# Whatever it is, it runs nothing, loads nothing and stands in no frame.
_NOTHING = ("default", "script", "style", "img", "font", "connect")
_POLICY = {
    **{f"{what}-src": ["'none'"] for what in _NOTHING},
    "form-action": ["'none'"],
    "sandbox": "",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a link leads to."""

    file: Photo | Document
    thumb: bool


def photo_link(
    photo: Photo, *, viewer: str, now: datetime, thumb: bool = False, own: bool = False
) -> str:
    """Return the address of a photo for one viewer, good for ten minutes.

    Make it only for a page that is noted in the access log. own: through the client's own pages.
    """
    size = Size.THUMB if thumb else Size.WHOLE
    return _address(photo, media_links.write(size, photo.uid, viewer=viewer, now=now), own)


def document_link(document: Document, *, viewer: str, now: datetime, own: bool = False) -> str:
    """Return the address of a document's file for one viewer, good for ten minutes."""
    signed = media_links.write(Size.FILE, document.uid, viewer=viewer, now=now)
    return _address(document, signed, own)


def _address(file: Photo | Document, signed: str, own: bool) -> str:
    return (
        reverse("me-file", args=[file.client.uid, signed])
        if own
        else reverse("photo-file", args=[signed])
    )


def wanted(signed: str, *, viewer: str, now: datetime) -> Found | None:
    """Return what a link leads to for this viewer at this moment (one query); None for nothing."""
    link = media_links.read(signed, viewer=viewer, now=now)
    if link is None:
        return None
    if link.size is Size.FILE:
        document = media.document_by_uid(link.uid)
        return Found(document, thumb=False) if document else None
    photo = media.photo_by_uid(link.uid)
    return Found(photo, thumb=link.size is Size.THUMB) if photo else None


def answer(found: Found, *, zone: ZoneInfo) -> HttpResponse:
    """Return the file: a picture to be shown, anything else as a download. zone: the clinic's.
    Raises Http404."""
    try:
        data = vault.get(found.file, thumb=found.thumb)
    except (vault.FileMissing, Unreadable):
        log.error("A stored file is missing or does not open.")
        raise Http404 from None
    media_type = images.MEDIA_TYPE if isinstance(found.file, Photo) else found.file.media_type
    how = "inline" if media_type == images.MEDIA_TYPE else "attachment"
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f'{how}; filename="{_name(found.file, zone)}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    response._csp_replace = _POLICY  # type: ignore[attr-defined]
    return response


def _name(file: Photo | Document, zone: ZoneInfo) -> str:
    """Return the name a download is given: made by us, of a kind and a date."""
    if isinstance(file, Photo):
        return f"photo-{file.taken_on}.jpg"
    suffix = "jpg" if file.media_type == images.MEDIA_TYPE else "pdf"
    kind = file.kind.lower().replace("_", "-")
    return f"{kind}-{file.dated or file.added_at.astimezone(zone).date()}.{suffix}"
