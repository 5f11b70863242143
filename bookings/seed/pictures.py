"""Photos of a few clients of the demo clinic: faces drawn here, of nobody, before and midway."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from uuid import uuid4

from PIL import Image, ImageDraw

from bookings.seed.people import uuid
from clients import images, vault
from clients.consent_rules import Kind
from clients.models import Client, Milestone, Photo, PhotoView

MOST = 3
SIZE = (600, 800)
_VIEWS = (PhotoView.FRONT_REST, PhotoView.FRONT_SMILE)
_MOMENTS = ((Milestone.BASELINE, 42, 5), (Milestone.MID, 7, 2))  # how long ago, how many lines
_SKINS = ((236, 200, 172), (198, 148, 112), (121, 82, 58))


def add(*, now: datetime, today: date) -> int:
    """Keep photos of the first clients who have agreed to them; return how many photos."""
    who = Client.objects.filter(
        consents_given__document__kind=Kind.PHOTO.value, key__isnull=False
    ).select_related("key")
    photos = [
        photo
        for number, client in enumerate(who.distinct().order_by("pk")[:MOST])
        for photo in _photos(client, _SKINS[number], now=now, today=today)
    ]
    return len(Photo.objects.bulk_create(photos))


def _photos(
    client: Client, skin: tuple[int, int, int], *, now: datetime, today: date
) -> Iterator[Photo]:
    random = Random(f"photos {client.uid}")
    for view in _VIEWS:
        for milestone, days, lines in _MOMENTS:
            picture = images.read(_face(view, skin, lines))
            # A demo made anew must not meet the files of the one before.
            place = uuid4()
            yield Photo(
                uid=uuid(random),
                client=client,
                view=view,
                milestone=milestone,
                taken_on=today - timedelta(days=days),
                name=vault.put(client, vault.name_for("photos", place), picture.data),
                thumb_name=vault.put(
                    client, vault.name_for("photos", place, "-small"), picture.thumb
                ),
                width=picture.width,
                height=picture.height,
                sha256=hashlib.sha256(picture.data).hexdigest(),
                size=len(picture.data),
                added_at=now,
            )


def _face(view: PhotoView, skin: tuple[int, int, int], lines: int) -> bytes:
    """Return a drawing of a face, with so many lines on forehead and cheek."""
    image = Image.new("RGB", SIZE, (214, 220, 224))
    draw = ImageDraw.Draw(image)
    dark = tuple(part * 7 // 10 for part in skin)
    smiles = 24 if view is PhotoView.FRONT_SMILE else 0
    draw.ellipse((60, 640, 540, 1100), fill=(88, 104, 112))
    draw.ellipse((235, 480, 365, 720), fill=skin)
    draw.ellipse((130, 60, 470, 420), fill=(70, 52, 44))
    draw.ellipse((150, 100, 450, 590), fill=skin)
    for eye in (225, 375):
        draw.ellipse((eye - 32, 318, eye + 32, 346), fill=(250, 250, 248))
        draw.ellipse((eye - 12, 318, eye + 12, 344), fill=(60, 44, 36))
        draw.arc((eye - 42, 276, eye + 42, 330), 200, 340, fill=(70, 52, 44), width=8)
    draw.line([(300, 340), (282, 432), (314, 440)], fill=dark, width=5, joint="curve")
    draw.chord((240 - smiles, 478, 360 + smiles, 526 + smiles), 0, 180, fill=(168, 92, 88))
    for line in range(lines):
        draw.arc((210, 190 + 18 * line, 390, 220 + 18 * line), 200, 340, fill=dark, width=3)
        draw.arc((150 + 8 * line, 400, 250, 500), 250, 300, fill=dark, width=2)
        draw.arc((350, 400, 450 - 8 * line, 500), 240, 290, fill=dark, width=2)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
