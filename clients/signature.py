"""A signature drawn with finger, pen or mouse: lines between points, as the page sends them. Pure.

Points lie on a field `WIDTH` by `HEIGHT` whatever the screen is, so that a signature is as sharp on
paper as it was on the glass, and no picture has to be trusted.
"""

from __future__ import annotations

import json

WIDTH, HEIGHT = 600, 200
MOST_STROKES = 120
MOST_POINTS = 6000
MOST_CHARACTERS = 80_000
# Less than this in any direction is a slip of the finger.
LEAST_SIZE = 12

Strokes = list[list[tuple[int, int]]]


class SignatureInvalid(ValueError):
    """What was sent is no drawn signature."""


class NothingDrawn(SignatureInvalid):
    """The field is empty, or holds a dot."""


def read(text: str) -> Strokes:
    """Return the strokes that `text` says: JSON, a list of strokes, each a list of [x, y].

    Raises NothingDrawn, or SignatureInvalid for anything the page never sends.
    """
    if not text.strip():
        raise NothingDrawn
    if len(text) > MOST_CHARACTERS:
        raise SignatureInvalid("The signature is too long.")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise SignatureInvalid("The signature is not readable.") from None
    if not isinstance(said, list) or len(said) > MOST_STROKES:
        raise SignatureInvalid("The signature has too many strokes.")
    strokes = [_stroke(one) for one in said]
    if sum(map(len, strokes)) > MOST_POINTS:
        raise SignatureInvalid("The signature has too many points.")
    points = [point for stroke in strokes for point in stroke]
    if not points or max(_size(points)) < LEAST_SIZE:
        raise NothingDrawn
    return strokes


def _stroke(said: object) -> list[tuple[int, int]]:
    if not isinstance(said, list):
        raise SignatureInvalid("A stroke is a list of points.")
    return [_point(one) for one in said]


def _point(said: object) -> tuple[int, int]:
    if not isinstance(said, list) or len(said) != 2 or any(type(each) is not int for each in said):
        raise SignatureInvalid("A point is two whole numbers.")
    x, y = said
    if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
        raise SignatureInvalid("A point lies outside the field.")
    return x, y


def _size(points: list[tuple[int, int]]) -> tuple[int, int]:
    across = [x for x, _ in points]
    down = [y for _, y in points]
    return max(across) - min(across), max(down) - min(down)
