"""How long a text message is to those who carry it: in parts, of letters or of wide characters. Pure.

A message of the alphabet every telephone has (GSM 03.38) takes 160 of them, several take 153 each;
a few signs count twice. One character outside makes the whole message wide: 70, and 67 each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = frozenset("\f^{}\\[~]|€")
ONE, EACH = 160, 153
WIDE_ONE, WIDE_EACH = 70, 67

# What typesetters write and telephones spell otherwise: nobody pays twice for a curly apostrophe.
_APOSTROPHES = "\u2018\u2019\u201a\u201b\u2032\u00b4"
_QUOTATION_MARKS = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_SPACES = "\u00a0\u2007\u2008\u2009\u200a\u202f"
_PLAINER = str.maketrans(
    {
        **dict.fromkeys(_APOSTROPHES, "'"),
        **dict.fromkeys(_QUOTATION_MARKS, '"'),
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_SPACES, " "),
        "\u2026": "...",
        "\u2022": "-",
        "\u0153": "oe",
        "\u0152": "OE",
    }
)


@dataclass(frozen=True, slots=True)
class Length:
    """What a text takes: `parts` messages, and `used` of the `room` there is in so many.

    `outside` are the characters that make it wide, each once; it is not wide without one.
    """

    parts: int
    used: int
    room: int
    outside: str

    @property
    def is_wide(self) -> bool:
        return bool(self.outside)


def plainer(text: str) -> str:
    """Return a text with quotation marks, dashes and spaces that every telephone has."""
    return text.translate(_PLAINER)


def length(text: str) -> Length:
    """Return how long a text message is."""
    outside = "".join(dict.fromkeys(c for c in text if c not in ALPHABET and c not in TWICE))
    if outside:
        widths, one, each = [len(c.encode("utf-16-le")) // 2 for c in text], WIDE_ONE, WIDE_EACH
    else:
        widths, one, each = [2 if c in TWICE else 1 for c in text], ONE, EACH
    used = sum(widths)
    parts = 1 if used <= one else _parts(widths, each)
    return Length(parts, used, one if parts == 1 else parts * each, outside)


def _parts(widths: Iterable[int], each: int) -> int:
    """Return how many parts hold characters of these widths: none is cut in two."""
    parts, here = 1, 0
    for width in widths:
        if here + width > each:
            parts, here = parts + 1, 0
        here += width
    return parts
