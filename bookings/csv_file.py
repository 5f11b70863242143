"""A table somebody exported from elsewhere: its encoding, delimiter, headings and rows. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 20_000_000
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 10_000
DELIMITERS = ",;\t|"


class Unreadable(ValueError):
    """The file is no table that can be read. `why`: EMPTY, TOO_LONG, TOO_MANY_ROWS,
    TOO_MANY_COLUMNS, NOT_TEXT or BROKEN."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Table:
    """Headings as written, and the rows below, each as long as the headings."""

    headings: list[str]
    rows: list[list[str]]
    delimiter: str


def read(data: bytes) -> Table:
    """Return a file as a table. Raises Unreadable.

    Rows without anything in them are left out; what is missing at the end of a row is "".
    """
    if len(data) > MOST_BYTES:
        raise Unreadable("TOO_LONG")
    text = decode(data)
    delimiter = delimiter_of(text)
    lines = _lines(text, delimiter)
    headings = next(lines, None)
    if headings is None:
        raise Unreadable("EMPTY")
    if len(headings) > MOST_COLUMNS:
        raise Unreadable("TOO_MANY_COLUMNS")
    rows: list[list[str]] = []
    for line in lines:
        if len(rows) == MOST_ROWS:
            raise Unreadable("TOO_MANY_ROWS")
        rows.append((line + [""] * len(headings))[: len(headings)])
    return Table(headings, rows, delimiter)


def decode(data: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 with its mark, or what Windows writes. Raises
    Unreadable for what is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in data[:4096]:
        raise Unreadable("NOT_TEXT")
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            return data.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise Unreadable("NOT_TEXT")


def delimiter_of(text: str) -> str:
    """Return what parts the cells: whatever parts the first line into most. Raises Unreadable."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    try:
        counts = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in DELIMITERS}
    except csv.Error as broken:
        raise Unreadable("BROKEN") from broken
    return max(DELIMITERS, key=lambda mark: counts[mark])


def _lines(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            cells = [" ".join(cell[:LONGEST_CELL].split()) for cell in line]
            if any(cells):
                yield cells
    except csv.Error as broken:
        raise Unreadable("BROKEN") from broken
