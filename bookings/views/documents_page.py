"""Documents in words and links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bookings.views.photos_page import day_of
from clients.models import Document
from clients.views.files import document_link


@dataclass(frozen=True, slots=True)
class Row:
    """One document. `href` is good for ten minutes; its page must be noted as DOCUMENTS."""

    uid: UUID
    title: str
    kind: str
    when: str
    href: str
    is_picture: bool
    is_released: bool


def document_rows(
    documents: Iterable[Document], *, viewer: str, now: datetime, zone: ZoneInfo, own: bool = False
) -> list[Row]:
    """Return documents in words, in their order. No query. zone: the clinic's. own: on the client's
    own pages."""
    return [
        Row(
            uid=one.uid,
            title=one.title,
            kind=str(Document.Kind(one.kind).label),
            when=_("of %(day)s") % {"day": day_of(one.dated)}
            if one.dated
            else _("added %(day)s") % {"day": day_of(one.added_at.astimezone(zone).date())},
            href=document_link(one, viewer=viewer, now=now, own=own),
            is_picture=one.media_type == Document.MediaType.JPEG,
            is_released=one.released_at is not None,
        )
        for one in documents
    ]
