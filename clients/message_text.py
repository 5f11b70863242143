"""The words of a message as they are written down, and what becomes of them. Pure.

`{first_name}` stands for what is known by that name, and nothing else in braces is taken. What is
in brackets is left out where a name in it is not known: `Hello[ {first_name}],`. With `|` between
them, the first of several whose names are all known is taken.

In the body an empty line begins a new paragraph, `{appointment}` alone on its line is the block
with time and place, a line such as `See or change it: {link}` is a button, and what comes after a
line `--` is small print. Values are never read as words: whatever a name or an address holds, it
stands there as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

APPOINTMENT = "appointment"
LINKS = frozenset({"link", "form", "consent", "confirm", "stop"})
SMALL_PRINT = "--"
LONGEST_SUBJECT = 150
LONGEST_BODY = 4000
LONGEST_SHORT = 480

_TOKEN = re.compile(r"\{([a-z][a-z_]{0,29})\}|[\[\]{}|]")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|\{[^{}\n]*\}?|\}", re.DOTALL)
# Line ends aside: what can't be seen, or turns the direction of what can.
_UNSEEN = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
# Spaces that don't break a line ("15 h 30") stay as they are.
_SPACE = re.compile(r"[ \t\r\n\f\v\x1c-\x1f\x85\u2028\u2029]+")
_COLON = re.compile(r"\s*:\s*$")


class Problem(StrEnum):
    """Why words can't be used."""

    EMPTY = "EMPTY"
    TOO_LONG = "TOO_LONG"
    UNSEEN = "UNSEEN"
    LINES = "LINES"
    NAME = "NAME"
    BRACE = "BRACE"
    BRACKET = "BRACKET"
    NESTED = "NESTED"
    NOT_ALONE = "NOT_ALONE"
    MISSING = "MISSING"


class TextWrong(ValueError):
    """Words that can't be used; `what` is the part that is wrong, or the name that is missing."""

    def __init__(self, problem: Problem, what: str = "") -> None:
        super().__init__(f"{problem}: {what}")
        self.problem = problem
        self.what = what


@dataclass(frozen=True, slots=True)
class Name:
    """A place where something known is put in."""

    name: str


Plain = tuple[str | Name, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What stood in brackets."""

    alternatives: tuple[Plain, ...]


Parts = tuple[str | Name | Choice, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of what is said; `name` says what it was put in for, "" for words as written."""

    text: str
    name: str = ""

    @property
    def is_link(self) -> bool:
        return self.name in LINKS


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, the appointment's block, or a button.

    `lines` of spans; a button has its label in `label`, the address in `href` and in `lead` what
    stands before the address where there are no buttons. `small`: after the line of dashes.
    `quiet`: a button after the first one.
    """

    lines: tuple[tuple[Span, ...], ...] = ()
    href: str = ""
    label: str = ""
    lead: str = ""
    is_appointment: bool = False
    small: bool = False
    quiet: bool = False


@lru_cache(maxsize=512)
def parse(source: str) -> Parts:
    """Return the parts of words as written down. Raises TextWrong."""
    parts: list[str | Name | Choice] = []
    alternatives: list[list[str | Name]] | None = None
    at = 0
    for token in _TOKEN.finditer(source):
        here = parts if alternatives is None else alternatives[-1]
        if source[at : token.start()]:
            here.append(source[at : token.start()])
        at = token.end()
        match token[0]:
            case "[" if alternatives is not None:
                raise TextWrong(Problem.NESTED)
            case "[":
                alternatives = [[]]
            case "]" if alternatives is None:
                raise TextWrong(Problem.BRACKET, "]")
            case "]":
                parts.append(Choice(tuple(tuple(each) for each in alternatives or ())))
                alternatives = None
            case "|" if alternatives is not None:
                alternatives.append([])
            case "|":
                here.append("|")
            case "{" | "}":
                found = _TAG.match(source, token.start())
                raise TextWrong(Problem.BRACE, found[0][:40] if found else token[0])
            case _:
                here.append(Name(token[1]))
    if alternatives is not None:
        raise TextWrong(Problem.BRACKET, "[")
    if source[at:]:
        parts.append(source[at:])
    return tuple(parts)


def names(parts: Iterable[str | Name | Choice]) -> Iterator[str]:
    """Yield every name that some parts ask for."""
    for part in parts:
        if isinstance(part, Name):
            yield part.name
        elif isinstance(part, Choice):
            for each in part.alternatives:
                yield from names(each)


def always(parts: Parts) -> frozenset[str]:
    """Return the names that stand outside brackets."""
    return frozenset(part.name for part in parts if isinstance(part, Name))


def check(
    source: str,
    *,
    allowed: frozenset[str],
    needed: Iterable[str] = (),
    longest: int,
    one_line: bool = False,
) -> None:
    """Refuse what can't be said. Raises TextWrong.

    allowed: the names that may be asked for. needed: those that must be, outside brackets.
    one_line: of a subject or a text message, which have no paragraphs.
    """
    if not source.strip():
        raise TextWrong(Problem.EMPTY)
    if len(source) > longest:
        raise TextWrong(Problem.TOO_LONG, str(longest))
    if _UNSEEN.search(source):
        raise TextWrong(Problem.UNSEEN)
    if one_line and "\n" in source.strip():
        raise TextWrong(Problem.LINES)
    parts = parse(source)
    for name in names(parts):
        if name not in allowed or (one_line and name == APPOINTMENT):
            raise TextWrong(Problem.NAME, name)
    for name in sorted(needed):
        if name not in always(parts):
            raise TextWrong(Problem.MISSING, name)
    _appointment_alone(source)


def _appointment_alone(source: str) -> None:
    for line in source.split("\n"):
        bare = line.strip().strip("[]").strip()
        if f"{{{APPOINTMENT}}}" in line and bare != f"{{{APPOINTMENT}}}":
            raise TextWrong(Problem.NOT_ALONE, APPOINTMENT)


def spans(parts: Parts, values: Mapping[str, str | bool]) -> Iterator[Span]:
    """Yield what is said with these values. One that is True is known and writes nothing."""
    for part in parts:
        if isinstance(part, str):
            yield Span(part)
        elif isinstance(part, Name):
            yield _put_in(part.name, values)
        else:
            for each in part.alternatives:
                if all(values.get(name) for name in names(each)):
                    yield from spans(each, values)
                    break


def _put_in(name: str, values: Mapping[str, str | bool]) -> Span:
    value = values.get(name) or ""
    return Span("" if value is True else _one_line(value), name)


def line(source: str, values: Mapping[str, str | bool]) -> str:
    """Return words that have no paragraphs, as one line."""
    return _one_line("".join(span.text for span in spans(parse(source), values)))


def _one_line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def blocks(source: str, values: Mapping[str, str | bool]) -> list[Block]:
    """Return a body's blocks, in the order they are read."""
    found: list[Block] = []
    paragraph: list[tuple[Span, ...]] = []
    small = False

    def close() -> None:
        if paragraph:
            found.append(Block(tuple(paragraph), small=small))
            paragraph.clear()

    for each in _lines(spans(parse(source), values)):
        text = "".join(span.text for span in each).strip()
        if text == SMALL_PRINT and not any(span.name for span in each):
            close()
            small = True
        elif any(span.name == APPOINTMENT for span in each):
            close()
            if values.get(APPOINTMENT):
                found.append(Block(is_appointment=True, small=small))
        elif not text:
            # Where a name had nothing to say, its line is gone; a line left empty parts.
            if not any(span.name for span in each):
                close()
        elif (button := _button(each)) is not None:
            close()
            label, lead, href = button
            quiet = not small and any(block.href for block in found)
            found.append(Block(href=href, label=label, lead=lead, small=small, quiet=quiet))
        else:
            paragraph.append(_trimmed(each))
    close()
    return found


def _lines(said: Iterable[Span]) -> Iterator[tuple[Span, ...]]:
    here: list[Span] = []
    for span in said:
        if span.name:
            here.append(span)
            continue
        first, *others = span.text.split("\n")
        here.append(Span(first))
        for other in others:
            yield tuple(here)
            here = [Span(other)]
    yield tuple(here)


def _button(each: tuple[Span, ...]) -> tuple[str, str, str] | None:
    """Return label, lead and address of a line that ends with a colon and one of our links."""
    told = [span for span in each if span.text.strip()]
    if len(told) < 2 or told[-1].name not in LINKS:
        return None
    before = told[:-1]
    lead = "".join(span.text for span in before).strip()
    label = _COLON.sub("", lead)
    if label == lead or not label or any(span.name in LINKS for span in before):
        return None
    return label, lead, told[-1].text


def _trimmed(each: tuple[Span, ...]) -> tuple[Span, ...]:
    kept = [span for span in each if span.text]
    kept[0] = Span(kept[0].text.lstrip(), kept[0].name)
    kept[-1] = Span(kept[-1].text.rstrip(), kept[-1].name)
    return tuple(span for span in kept if span.text)


def plain(said: Iterable[Block], appointment: Iterable[str]) -> str:
    """Return blocks as plain text. appointment: the lines of its block."""
    paragraphs = []
    for block in said:
        if block.is_appointment:
            paragraphs.append("\n".join(appointment))
        elif block.href:
            paragraphs.append(f"{block.lead}\n{block.href}")
        else:
            paragraphs.append(
                "\n".join("".join(span.text for span in each) for each in block.lines)
            )
    return "\n\n".join(filter(None, paragraphs)) + "\n"
