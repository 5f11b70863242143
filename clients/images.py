"""Pictures as they come from a phone, made into pictures as they are kept (pure).

What is kept is always drawn anew: turned upright, in sRGB, no larger than needed, and without a
single byte of the file that came, so that no place, no camera and nothing hidden travels with it.
"""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

MOST_BYTES = 15_000_000
MOST_PIXELS = 25_000_000
LEAST_SIDE = 64
LONGEST_SIDE = 3000
THUMB_SIDE = 480
QUALITY = 88
THUMB_QUALITY = 80
MEDIA_TYPE = "image/jpeg"

# What iPhones write unless they are told otherwise, and its relatives.
_HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
)


# Pillow's decoders raise any of these for a file that is cut off or made to hurt.
_HURT = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    ArithmeticError,
    LookupError,
    TypeError,
    MemoryError,
    struct.error,
)


class Problem(StrEnum):
    """Why a picture is not taken."""

    EMPTY = "EMPTY"
    TOO_LARGE = "TOO_LARGE"
    TOO_MANY_PIXELS = "TOO_MANY_PIXELS"
    TOO_SMALL = "TOO_SMALL"
    HEIC = "HEIC"
    NOT_A_PICTURE = "NOT_A_PICTURE"
    BROKEN = "BROKEN"


class PictureRefused(Exception):
    """A file is no picture that can be kept; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture drawn anew, as JPEG, and a small one of it."""

    data: bytes
    thumb: bytes
    width: int
    height: int


def kind_of(head: bytes) -> str:
    """Return what a file's first 16 bytes say it is: JPEG, PNG, WEBP, HEIC, PDF or ""."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "HEIC"
    if head.startswith(b"%PDF-"):
        return "PDF"
    return ""


def read(data: bytes) -> Picture:
    """Return the picture in a file, drawn anew. Raises PictureRefused.

    The name and the type somebody gave the file are not asked: its bytes are.
    """
    kind = _checked_kind(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # Only the decoder of that kind: no other of the many is ever fed.
            with Image.open(io.BytesIO(data), formats=[kind]) as opened:
                _check_size(opened.size)
                opened.load()
                drawn = _drawn_anew(opened)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise PictureRefused(Problem.TOO_MANY_PIXELS) from None
    except UnidentifiedImageError:
        raise PictureRefused(Problem.BROKEN) from None
    except _HURT:
        raise PictureRefused(Problem.BROKEN) from None
    small = drawn.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE))
    return Picture(
        data=_jpeg(drawn, QUALITY),
        thumb=_jpeg(small, THUMB_QUALITY),
        width=drawn.width,
        height=drawn.height,
    )


def _checked_kind(data: bytes) -> str:
    if not data:
        raise PictureRefused(Problem.EMPTY)
    if len(data) > MOST_BYTES:
        raise PictureRefused(Problem.TOO_LARGE)
    kind = kind_of(data[:16])
    if kind == "HEIC":
        raise PictureRefused(Problem.HEIC)
    if kind not in {"JPEG", "PNG", "WEBP"}:
        raise PictureRefused(Problem.NOT_A_PICTURE)
    return kind


def _check_size(size: tuple[int, int]) -> None:
    """Refuse by what the header says, before a single pixel is decoded."""
    if size[0] * size[1] > MOST_PIXELS:
        raise PictureRefused(Problem.TOO_MANY_PIXELS)
    if min(size) < LEAST_SIDE:
        raise PictureRefused(Problem.TOO_SMALL)


def _drawn_anew(opened: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(opened)
    colours = _in_srgb(upright, opened.info.get("icc_profile"))
    if max(colours.size) > LONGEST_SIDE:
        colours.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A canvas of our own: what came along in `info` (comments, profiles, XMP) stays behind.
    canvas = Image.new("RGB", colours.size, "white")
    canvas.paste(colours, mask=colours if colours.mode == "RGBA" else None)
    return canvas


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture as RGB or RGBA, its colours as a screen without its profile shows them."""
    see_through = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    if profile and image.mode == "RGB":
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
        except (ImageCms.PyCMSError, OSError, ValueError):
            turned = None  # a profile that can't be read says nothing
        if turned is not None:
            return turned
    return image.convert("RGBA" if see_through else "RGB")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, progressive=True, optimize=True)
    return out.getvalue()
