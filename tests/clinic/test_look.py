"""The style sheets and templates as files: contrast, icons, nothing inline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bookings.forms.look import NONE, PALETTES
from clinic import colours as accents
from clinic import env
from tools import minutes_css

TEMPLATES = sorted((env.ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "messages" not in path.parts]  # mail needs its own style
TOKENS = (env.ROOT / "static" / "css" / "tokens.css").read_text()

# Text on its ground: at least 4.5 to 1 (WCAG 2.2, 1.4.3).
TEXT = [
    *[
        (ink, ground)
        for ink in ("ink", "ink-2", "ink-3")
        for ground in ("canvas", "surface", "sunken")
    ],
    ("on-jade", "jade"),
    ("on-hero", "hero"),
    ("jade-text", "canvas"),
    ("jade-text", "surface"),
    *[(colour, f"{colour}-tint") for colour in ("gold", "rose", "slate", "clay")],
    ("jade-text", "jade-tint"),
    ("rose", "canvas"),
]
# What has to be seen to be used: at least 3 to 1 (1.4.11).
SHAPES = [
    ("line-strong", "surface"),
    ("focus", "canvas"),
    ("jade", "surface"),
    ("jade-mid", "surface"),
]


def colours(dark: bool) -> dict[str, str]:
    start = TOKENS.index("@media screen and (prefers-color-scheme: dark)") if dark else 0
    found: dict[str, str] = {}
    for name, value in re.findall(r"--c-([a-z0-9-]+): (#[0-9a-f]{6});", TOKENS[start:]):
        found.setdefault(name, value)
    return found


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two colours."""

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def poor(known: dict[str, str]) -> list[tuple[str, str, float]]:
    """Return the pairs that can't be read or seen."""
    return [
        (ink, ground, round(contrast(known[ink], known[ground]), 2))
        for pairs, least in ((TEXT, 4.5), (SHAPES, 3.0))
        for ink, ground in pairs
        if contrast(known[ink], known[ground]) < least
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_and_control_can_be_seen(dark: bool) -> None:
    assert not poor(colours(dark))


@given(colour=st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}"))
@example("#000000")
@example("#ffffff")
@example("#ffff00")
@example("#0000ff")
@example("#808080")
def test_whatever_colour_a_clinic_chooses_its_pages_can_be_read(colour: str) -> None:
    for dark in (False, True):
        made = accents.tokens(colour, dark=dark)
        known = colours(dark) | made
        more = [("on-jade", "jade-hover"), ("jade-text", "sunken"), ("ink", "jade-tint-2")]
        assert not poor(known)
        assert not [pair for pair in more if contrast(known[pair[0]], known[pair[1]]) < 4.5]
        assert all(accents.COLOUR.fullmatch(each) for each in made.values())
        assert set(made) <= set(colours(dark)), "a token that no style sheet knows"


def test_a_colour_that_can_be_read_stays_as_it_was_chosen() -> None:
    for colour in PALETTES:
        if colour != NONE:
            assert accents.tokens(colour, dark=False)["jade"] == colour


def test_a_colour_is_judged_on_the_grounds_that_the_pages_have() -> None:
    for dark, grounds in ((False, accents.LIGHT), (True, accents.DARK)):
        assert grounds.items() <= colours(dark).items()


def used_icons() -> Iterator[tuple[Path, str]]:
    for path in PAGES:
        for name in re.findall(r'{% icon "([a-z0-9-]+)"', path.read_text()):
            yield path, name
    for path in (env.ROOT / "bookings" / "views").glob("*.py"):
        # A step of a visit is (name, words, icon); other pairs are (icon, words).
        for name in re.findall(r'(?<!Step)\("([a-z-]+)", gettext_lazy\(', path.read_text()):
            yield path, name
        for name in re.findall(r'Step\([^()]*\([^()]*\), "([a-z-]+)"\)', path.read_text()):
            yield path, name
    care = env.ROOT / "bookings" / "views" / "care.py"
    for name in re.findall(r'\(\s*"([a-z-]+)",\s*_\(', care.read_text()):
        yield care, name


def test_every_icon_a_page_draws_exists() -> None:
    drawn = set(
        re.findall(r'id="i-([a-z0-9-]+)"', (env.ROOT / "templates/_icons.html").read_text())
    )
    used = list(used_icons())

    assert len(used) > 20
    assert not [(str(path), name) for path, name in used if name not in drawn]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_page_has_style_or_script_inside(path: Path) -> None:
    text = path.read_text()

    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


def test_the_sheet_of_minutes_is_what_its_tool_writes() -> None:
    assert minutes_css.TARGET.read_text() == minutes_css.stylesheet()
