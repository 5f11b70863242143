"""An uploaded logo made safe: what is kept is drawn anew from its pixels, and nothing else of it."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from clinic.errors import NotStored

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 25_000_000  # a telephone's photo is half of it
LEAST_SIDE = 16
LONGEST_SIDE = 512
STARTS = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
DIGEST_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Drawn:
    """A logo as it is kept: its bytes, `image/png` or `image/jpeg`, and a digest to name it by."""

    data: bytes
    content_type: str
    digest: str


def draw(data: bytes) -> Drawn:
    """Return a PNG or JPEG as a picture of at most 512 pixels without metadata.

    What it is, is told from its first bytes; its size is looked at before it is unpacked.

    Raises NotStored.
    """
    if len(data) > MOST_BYTES:
        raise NotStored("logo", _("This file is too large: at most 2 MB."))
    kind = next((kind for start, kind in STARTS.items() if data.startswith(start)), None)
    if kind is None:
        raise NotStored("logo", _("This is no PNG and no JPEG. Please choose another file."))
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NotStored(
                    "logo", _("This picture has too many pixels. Please scale it down.")
                )
            if min(picture.size) < LEAST_SIDE:
                raise NotStored("logo", _("This picture is too small: at least 16 by 16 pixels."))
            clean = _clean(picture)
    except NotStored:
        raise
    except Exception as broken:  # a decoder meets hostile bytes with errors of any kind
        words = _("This picture can't be opened. Please choose another file.")
        raise NotStored("logo", words) from broken
    out = io.BytesIO()
    if clean.mode == "RGB" and kind == "JPEG":
        clean.save(out, "JPEG", quality=90)
    else:
        kind = "PNG"
        clean.save(out, "PNG", optimize=True)
    kept = out.getvalue()
    return Drawn(kept, f"image/{kind.lower()}", hashlib.sha256(kept).hexdigest()[:DIGEST_LENGTH])


def _clean(picture: Image.Image) -> Image.Image:
    """Return the pixels alone, upright and small, on a canvas that knows nothing else."""
    upright = ImageOps.exif_transpose(picture)
    see_through = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    pixels = upright.convert("RGBA" if see_through else "RGB")
    pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new(pixels.mode, pixels.size)
    clean.paste(pixels)
    return clean
