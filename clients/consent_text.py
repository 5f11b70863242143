"""The text of a consent document: its parts, how it is checked, and the hash it is known by. Pure.

A document is title, introduction and items. Of a treatment's document every item is acknowledged;
of the one on photos every item is a layer of its own, answered yes or no.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from clients.consent_rules import Kind, Layer

DEFAULTS = Path(__file__).parent / "data" / "consent.json"
MOST_ITEMS = 30
MOST_CHARACTERS = 4000
MOST_HEADING = 160
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


class TextInvalid(ValueError):
    """The document can't be published; the message says why."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be acknowledged, or one layer to be answered. `code` stays when its words
    change, so that what was said of it can be followed."""

    code: str
    heading: str
    text: str


@dataclass(frozen=True)
class Text:
    """What is read and signed. `months`: for how long a signature holds; None: until withdrawn."""

    kind: Kind
    language: str
    title: str
    intro: str
    items: tuple[Item, ...]
    months: int | None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that is read, in hexadecimal. The version number is not part of it."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(item.code for item in self.items)

    def changed_since(self, earlier: Text) -> frozenset[str]:
        """Return the codes of the items whose words are not those of `earlier`."""
        before = {item.code: item for item in earlier.items}
        return frozenset(item.code for item in self.items if before.get(item.code) != item)


def defaults() -> list[Text]:
    """Return the texts a clinic begins with."""
    with DEFAULTS.open(encoding="utf-8") as file:
        return [read(document) for document in json.load(file)["documents"]]


def read(document: Mapping[str, Any]) -> Text:
    """Return the text that `document` describes. Raises TextInvalid."""
    try:
        kind = Kind(document["kind"])
        items = tuple(
            Item(str(one["code"]), _line(one["heading"]), _words(one["text"]))
            for one in document["items"]
        )
        text = Text(
            kind=kind,
            language=str(document["language"]),
            title=_line(document["title"]),
            intro=_words(document["intro"]),
            items=items,
            months=document["months"],
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise TextInvalid(f"The document is not complete: {problem}") from problem
    for why in _problems(text):
        raise TextInvalid(why)
    return text


def write(text: Text) -> dict[str, Any]:
    """Return the document that `read` makes the same text of."""
    return {**asdict(text), "items": [asdict(item) for item in text.items]}


def _line(words: object) -> str:
    return " ".join(str(words).split())


def _words(words: object) -> str:
    """Return words with one kind of line end and no space at the ends, as browsers may send them."""
    lines = str(words).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _problems(text: Text) -> Iterator[str]:
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})?", text.language):
        yield "A language is a code such as en-ca."
    if not text.title or len(text.title) > MOST_HEADING:
        yield "A document has a title of at most 160 characters."
    if len(text.intro) > MOST_CHARACTERS:
        yield "The introduction is too long."
    if not 1 <= len(text.items) <= MOST_ITEMS:
        yield "A document has between 1 and 30 items."
    if len(set(text.codes)) != len(text.items):
        yield "Two items have the same code."
    if text.months is not None and (type(text.months) is not int or not 1 <= text.months <= 120):
        yield "A signature holds for 1 to 120 months, or until it is withdrawn."
    if text.kind is Kind.PHOTO and set(text.codes) - {layer.value.lower() for layer in Layer}:
        yield "The layers of the photo consent are record, teaching and publication."
    for item in text.items:
        if not CODE.match(item.code):
            yield "A code is small letters, digits and underlines."
        if not item.heading or len(item.heading) > MOST_HEADING:
            yield "Every item has a heading of at most 160 characters."
        if not item.text or len(item.text) > MOST_CHARACTERS:
            yield "Every item has a text of at most 4000 characters."


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words in a comparison: SAME, OLD (only before) or NEW (only after)."""

    mark: str
    words: str


def difference(before: str, after: str) -> list[Piece]:
    """Return what became of some words, as runs in the order they are read."""
    old, new = _tokens(before), _tokens(after)
    pieces: list[Piece] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece("SAME", "".join(old[a:b])))
            continue
        if b > a:
            pieces.append(Piece("OLD", "".join(old[a:b])))
        if d > c:
            pieces.append(Piece("NEW", "".join(new[c:d])))
    return pieces


def _tokens(words: str) -> list[str]:
    return re.findall(r"\s+|\S+", words)
