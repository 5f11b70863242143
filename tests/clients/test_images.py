"""Pictures that somebody brings: drawn anew, or refused with a reason; and PDFs looked over."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from clients import images, pdfs
from clients.errors import PDFS, PICTURES
from tests.factories.media import PDF, drawn, encoded


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def why(data: bytes) -> images.Problem:
    with pytest.raises(images.PictureRefused) as refused:
        images.read(data)
    return refused.value.problem


def with_everything() -> bytes:
    """Return a JPEG on its side that tells where it was taken, by what, and more."""
    image = drawn((400, 300), "white")
    image.paste((255, 0, 0), (0, 0, 200, 300))  # left half red
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010F] = "SpyCam"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (43.0, 38.0, 52.0)
    return encoded(
        image,
        exif=exif,
        comment=b"SpyCam comment",
        xmp=b"<x:xmpmeta>SpyCam</x:xmpmeta>",
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    )


def test_where_and_with_what_a_photo_was_taken_is_not_kept() -> None:
    before = with_everything()
    assert before.count(b"SpyCam") == 3
    assert opened(before).getexif().get_ifd(0x8825), "the canary tells where"
    picture = images.read(before)
    for kept in (picture.data, picture.thumb):
        after = opened(kept)
        assert b"SpyCam" not in kept
        assert not after.getexif()
        assert set(after.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }
        assert after.format == "JPEG"


def test_a_photo_taken_with_the_phone_on_its_side_is_kept_upright() -> None:
    picture = images.read(with_everything())
    assert (picture.width, picture.height) == opened(picture.data).size == (300, 400)
    top = opened(picture.data).getpixel((150, 50))
    bottom = opened(picture.data).getpixel((150, 350))
    assert top[1] < 60
    assert bottom[1] > 200


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_the_pictures_phones_and_scanners_make_are_taken(form: str) -> None:
    picture = images.read(encoded(form=form))
    assert opened(picture.data).getpixel((150, 200)) == pytest.approx((200, 120, 80), abs=4)
    assert max(opened(picture.thumb).size) <= images.THUMB_SIDE


def test_what_is_see_through_is_white() -> None:
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    assert opened(images.read(encoded(clear, "PNG")).data).getpixel((50, 50)) == (255, 255, 255)
    palette = drawn((100, 100), "black").convert("P")
    data = encoded(palette, "PNG", transparency=palette.getpixel((5, 5)))
    assert opened(images.read(data).data).getpixel((50, 50)) == (255, 255, 255)


def test_a_large_picture_is_kept_no_larger_than_needed() -> None:
    picture = images.read(encoded(drawn((4000, 1000))))
    assert (picture.width, picture.height) == (3000, 750)


def png_that_claims(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose header claims a size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    for width, height in ((60_000, 60_000), (9_000, 10_000), (5_001, 5_000)):
        assert why(png_that_claims(width, height)) is images.Problem.TOO_MANY_PIXELS
    assert why(png_that_claims(5_000, 5_000)) is images.Problem.BROKEN, "the limit is 25 megapixels"


def test_what_is_no_picture_is_refused_whatever_its_name_says() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.txt", "x" * 500)
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500)
    for data, problem in (
        (b"", images.Problem.EMPTY),
        (b"<html><script>alert(1)</script>", images.Problem.NOT_A_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", images.Problem.NOT_A_PICTURE),
        (archive.getvalue(), images.Problem.NOT_A_PICTURE),
        (PDF, images.Problem.NOT_A_PICTURE),
        (encoded(form="GIF"), images.Problem.NOT_A_PICTURE),
        (encoded(form="BMP"), images.Problem.NOT_A_PICTURE),
        (heic, images.Problem.HEIC),
        (b"\xff\xd8\xff" + bytes(500), images.Problem.BROKEN),
        (b"RIFF\0\0\0\0WEBP" + bytes(500), images.Problem.BROKEN),
        (encoded()[: len(encoded()) // 2], images.Problem.BROKEN),
        (encoded(form="PNG")[:-60], images.Problem.BROKEN),
        (encoded(drawn((40, 400))), images.Problem.TOO_SMALL),
        (bytes(images.MOST_BYTES + 1), images.Problem.TOO_LARGE),
    ):
        assert why(data) is problem, data[:20]


def test_what_hides_behind_a_picture_stays_behind() -> None:
    polyglot = encoded() + b"<script>steal()</script>PK\x03\x04hidden"
    picture = images.read(polyglot)
    for kept in (picture.data, picture.thumb):
        assert b"steal" not in kept
        assert b"hidden" not in kept
        assert kept.endswith(b"\xff\xd9")


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_a_picture_whose_notes_are_no_numbers_is_refused_and_no_error(form: str) -> None:
    # On its side (0x0112), and as wide (0x0100) as a word: Pillow can't write that back.
    turned = struct.pack("<HHII", 0x0112, 3, 1, 6)
    wide = struct.pack("<HHI4s", 0x0100, 2, 2, b"x")
    notes = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x02\x00" + turned + wide + bytes(4)
    assert why(encoded(form=form, exif=notes)) is images.Problem.BROKEN


@given(
    data=st.binary(max_size=300),
    at=st.integers(0, 2000),
    form=st.sampled_from(["JPEG", "PNG", "WEBP"]),
)
@example(data=b"\xff\xd8\xff", at=0, form="JPEG")
def test_a_damaged_picture_is_drawn_or_refused_and_never_an_error(
    data: bytes, at: int, form: str
) -> None:
    whole = encoded(form=form)
    for hurt in (data, whole[:16] + data, whole[:at] + data + whole[at + len(data) :]):
        try:
            picture = images.read(hurt)
        except images.PictureRefused:
            continue
        assert opened(picture.data).size == (picture.width, picture.height)


def refused(data: bytes) -> pdfs.Problem | None:
    try:
        pdfs.check(data)
    except pdfs.PdfRefused as refusal:
        return refusal.problem
    return None


def pdf(words: bytes) -> bytes:
    return PDF.replace(b"/Type /Catalog", b"/Type /Catalog " + words)


def packed(words: bytes) -> bytes:
    """Return a PDF that holds the words in a compressed object stream."""
    stream = zlib.compress(b"5 0 " + words)
    head = b"3 0 obj\n<< /Type /ObjStm /Filter /FlateDecode /Length %d >>\nstream\n" % len(stream)
    return PDF.replace(b"trailer", head + stream + b"\nendstream\nendobj\ntrailer")


def test_a_pdf_that_would_act_when_it_is_opened_is_refused() -> None:
    assert refused(PDF) is None
    for words in (
        b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
        b"/AA << /O << /S /J#61vaScript >> >>",
        b"/A << /S /Launch /F (cmd.exe) >>",
        b"/Names << /EmbeddedFiles 7 0 R >>",
        b"/AcroForm << /XFA 8 0 R >>",
    ):
        assert refused(pdf(words)) is pdfs.Problem.ACTIVE, words
        assert refused(packed(words)) is pdfs.Problem.ACTIVE, words
    assert refused(pdf(b"/Encrypt 9 0 R")) is pdfs.Problem.LOCKED
    assert refused(pdf(b"/JSomething 1 /Launcher 2")) is None


def test_what_a_scan_holds_by_chance_is_no_program() -> None:
    stream = b"3 0 obj\n<< /Length 40 >>\nstream\nxx/JS (chance)/JavaScript yy\nendstream\nendobj\n"
    assert refused(PDF.replace(b"trailer", stream + b"trailer")) is None


def test_a_pdf_that_is_none_or_not_whole_is_refused() -> None:
    assert refused(b"MZ" + PDF) is pdfs.Problem.NOT_A_PDF
    assert refused(PDF[:60]) is pdfs.Problem.BROKEN
    assert refused(PDF + bytes(pdfs.MOST_BYTES)) is pdfs.Problem.TOO_LARGE
    assert refused(b"%PDF-1.7\n" + b"#4a" * 1_000_000 + b"%%EOF") is pdfs.Problem.BROKEN
    assert refused(b"%PDF-1.7\n" + b"streamendstream" * 500_000 + b"%%EOF") is pdfs.Problem.BROKEN


def test_every_refusal_of_a_file_has_a_sentence_that_says_what_to_do() -> None:
    assert set(PICTURES) == set(images.Problem)
    assert set(PDFS) == set(pdfs.Problem)
    for sentence in (*PICTURES.values(), *PDFS.values()):
        assert str(sentence).endswith(".")
