"""An uploaded logo: what is kept of it, and what is refused before it is unpacked."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from clinic import logo
from clinic.errors import NotStored

SECRET = "43.6532 N 79.3832 W"


def picture(kind: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (900, 300)) -> bytes:
    """Return a picture with something written into it that is nobody's business."""
    drawn = Image.new(mode, size, 90)
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = SECRET
    more: dict[str, Any] = {"exif": exif.tobytes()}
    if kind == "PNG":
        more["pnginfo"] = PngImagePlugin.PngInfo()
        more["pnginfo"].add_text("Comment", SECRET)
    drawn.save(out, kind, **more)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(side: int = 30_000) -> bytes:
    """Return a PNG of a few kilobytes that says it unpacks to a gigabyte."""
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def said(data: bytes) -> str:
    with pytest.raises(NotStored) as told:
        logo.draw(data)
    assert told.value.field == "logo"
    return str(told.value.sentence)


@pytest.mark.parametrize(
    ("kind", "mode", "kept"),
    [
        ("PNG", "RGB", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "LA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "1", "image/png"),
        ("PNG", "I;16", "image/png"),
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
    ],
)
def test_a_logo_is_drawn_anew_small_and_without_what_was_written_into_it(
    kind: str, mode: str, kept: str
) -> None:
    data = picture(kind, mode)
    drawn = logo.draw(data)
    assert drawn.content_type == kept
    with Image.open(io.BytesIO(drawn.data)) as shown:
        assert shown.size == (512, 171)
        assert f"image/{shown.format.lower()}" == kept
        assert not shown.getexif()
        assert not {"exif", "Comment", "icc_profile"} & set(shown.info)
    assert SECRET.encode() in data
    assert SECRET.encode() not in drawn.data
    assert logo.draw(data) == drawn, "the same logo has the same address"


def test_a_photo_that_was_taken_sideways_stands_upright() -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (200, 100)).save(out, "JPEG", exif=exif.tobytes())
    with Image.open(io.BytesIO(logo.draw(out.getvalue()).data)) as shown:
        assert shown.size == (100, 200)


def test_what_follows_the_picture_is_left_behind() -> None:
    page = b"<script>alert(1)</script>"
    assert page not in logo.draw(picture() + page).data


def test_a_small_file_that_unpacks_to_a_gigabyte_is_refused_by_its_size() -> None:
    assert len(bomb()) < 10_000
    assert "too many pixels" in said(bomb(6_000))
    assert said(bomb())  # larger still: the library says no by itself


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no PNG"),
        (b"GIF89a" + bytes(50), "no PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no PNG"),
        (b"RIFF\x00\x00\x00\x00WEBP", "no PNG"),
        (b"\x89PNG\r\n\x1a\n", "can't be opened"),
        (b"\xff\xd8\xff" + bytes(500), "can't be opened"),
        (b"\x89PNG\r\n\x1a\n" + bytes(logo.MOST_BYTES), "too large"),
        (picture(size=(15, 200)), "too small"),
        (picture()[:200], "can't be opened"),
    ],
)
def test_what_is_no_logo_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    assert words in said(data)


def test_a_picture_does_not_pass_for_the_other_kind() -> None:
    assert "can't be opened" in said(b"\xff\xd8\xff" + picture()[3:])


@settings(max_examples=40)
@given(at=st.integers(8, 400), byte=st.integers(0, 255), kind=st.sampled_from(["PNG", "JPEG"]))
def test_a_picture_with_a_wrong_byte_is_drawn_or_refused_and_breaks_nothing(
    at: int, byte: int, kind: str
) -> None:
    data = bytearray(picture(kind, size=(64, 64)))
    data[at % len(data)] = byte
    with suppress(NotStored):
        assert logo.draw(bytes(data)).data
