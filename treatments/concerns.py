"""What a plan can be for: concerns of the face, and whole-body aims. Their codes are the intake's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from clients.intake_publishing import default_form

BODY = "body"


@cache
def concerns() -> Mapping[str, str]:
    """Return the concerns of face and neck by code, each with its words."""
    face = default_form().face
    return {
        code: words
        for code, words in face.concerns.items()
        if BODY not in face.concern_regions.get(code, ())
    }


@cache
def body_aims() -> Mapping[str, str]:
    """Return the aims for the whole body by code, each with its words."""
    face = default_form().face
    return {
        code: words
        for code, words in face.concerns.items()
        if BODY in face.concern_regions.get(code, ())
    }


def in_words(codes: Iterable[str]) -> list[str]:
    """Return codes in words; one that is not known stands for itself."""
    known = {**concerns(), **body_aims()}
    return [known.get(code, code) for code in codes]
