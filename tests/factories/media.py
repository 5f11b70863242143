"""Pictures drawn on the spot, PDFs, and photos and documents of a client."""

from __future__ import annotations

import hashlib
import io
import uuid
from datetime import UTC, date, datetime
from typing import Any

from PIL import Image

from clients import images, vault
from clients.models import Client, ClientKey, Document, Photo

TAKEN_AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def drawn(size: tuple[int, int] = (300, 400), colour: Any = (200, 120, 80)) -> Image.Image:
    return Image.new("RGB", size, colour)


def encoded(image: Image.Image | None = None, form: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    (image or drawn()).save(out, form, **options)
    return out.getvalue()


def photo(*, client: Client, picture: images.Picture | None = None, **fields: Any) -> Photo:
    """Return a photo that stands in the record, its files in the storage."""
    ClientKey.objects.of(client, now=TAKEN_AT)
    uid = fields.pop("uid", uuid.uuid4())
    colour = tuple(uid.bytes[:3])
    picture = picture or images.read(encoded(drawn(colour=colour)))
    return Photo.objects.create(
        **{
            "uid": uid,
            "client": client,
            "view": "FRONT_REST",
            "milestone": "BASELINE",
            "taken_on": date(2026, 11, 2),
            "width": picture.width,
            "height": picture.height,
            "name": vault.put(client, vault.name_for("photos", uid), picture.data),
            "thumb_name": vault.put(client, vault.name_for("photos", uid, "-small"), picture.thumb),
            "sha256": hashlib.sha256(picture.data).hexdigest(),
            "size": len(picture.data),
            "added_at": TAKEN_AT,
            **fields,
        }
    )


def document(*, client: Client, data: bytes = PDF, **fields: Any) -> Document:
    """Return a document that stands in the record, its file in the storage."""
    ClientKey.objects.of(client, now=TAKEN_AT)
    uid = fields.pop("uid", uuid.uuid4())
    return Document.objects.create(
        **{
            "uid": uid,
            "client": client,
            "kind": "PAPER_CHART",
            "dated": date(2019, 3, 4),
            "title": "Chart of 2019",
            "original_name": "scan.pdf",
            "media_type": "application/pdf",
            "name": vault.put(client, vault.name_for("documents", uid), data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
            "added_at": TAKEN_AT,
            **fields,
        }
    )
