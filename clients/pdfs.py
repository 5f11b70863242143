"""PDF files that somebody brings: whether they may be kept (pure).

A PDF is kept as it came and never shown by our pages, only handed out as a download. What would
act when it is opened is refused all the same, as far as it can be seen without opening it.
"""

from __future__ import annotations

import re
import zlib
from enum import StrEnum

MOST_BYTES = 20_000_000
MOST_UNPACKED = 8_000_000
MOST_PARTS = 100_000  # streams, or letters written as #xx: far more than any real document has
MEDIA_TYPE = "application/pdf"

# Names of PDF that start a script or a program, or carry other files with them.
_ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)"
    rb"(?![A-Za-z0-9_.+-])"
)
_LOCKED = re.compile(rb"/Encrypt(?![A-Za-z0-9_.+-])")
_HIDDEN_LETTER = re.compile(rb"#([0-9A-Fa-f]{2})")


class Problem(StrEnum):
    """Why a PDF is not taken."""

    TOO_LARGE = "TOO_LARGE"
    NOT_A_PDF = "NOT_A_PDF"
    BROKEN = "BROKEN"
    ACTIVE = "ACTIVE"
    LOCKED = "LOCKED"


class PdfRefused(Exception):
    """A file is no PDF that can be kept; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def check(data: bytes) -> None:
    """Look a PDF over. Raises PdfRefused."""
    if len(data) > MOST_BYTES:
        raise PdfRefused(Problem.TOO_LARGE)
    if not data.startswith(b"%PDF-"):
        raise PdfRefused(Problem.NOT_A_PDF)
    if b"%%EOF" not in data[-2048:]:
        raise PdfRefused(Problem.BROKEN)
    words = _words(data)
    if _ACTIVE.search(words):
        raise PdfRefused(Problem.ACTIVE)
    if _LOCKED.search(words):
        raise PdfRefused(Problem.LOCKED)


def _words(data: bytes) -> bytes:
    """Return what stands outside of streams, and what is packed into object streams.

    The bytes of pictures and fonts are left out: by chance they hold any short word.
    """
    found: list[bytes] = []
    room, at = MOST_UNPACKED, 0
    if max(data.count(b"endstream"), data.count(b"#")) > MOST_PARTS + len(data) // 250:
        raise PdfRefused(Problem.BROKEN)
    while (begin := data.find(b"stream", at)) >= 0 and (end := data.find(b"endstream", begin)) >= 0:
        before = data[at:begin]
        found.append(before)
        if room > 0 and b"/ObjStm" in _plain(before):
            unpacked = _inflated(data[begin + len(b"stream") : end].lstrip(b"\r\n"), room)
            room -= len(unpacked)
            found.append(unpacked)
        at = end + len(b"endstream")
    return _plain(b"\n".join([*found, data[at:]]))


def _plain(words: bytes) -> bytes:
    """Undo `/J#61vaScript`, the other way to write a name."""
    return _HIDDEN_LETTER.sub(lambda found: bytes([int(found[1], 16)]), words)


def _inflated(packed: bytes, room: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, room)
    except zlib.error:
        return b""
