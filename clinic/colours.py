"""One colour of the clinic's own, and all that is made of it. Pure.

Whatever colour an owner chooses, what is written in it or on it can be read: it is darkened for
light pages and lightened for dark ones until the contrasts of WCAG 2.2 hold.
"""

from __future__ import annotations

import colorsys
import hashlib
import re
from collections.abc import Callable, Iterable
from functools import lru_cache

COLOUR = re.compile(r"#[0-9a-f]{6}")
TEXT = 4.5  # WCAG 2.2, 1.4.3
SHAPE = 3.0  # 1.4.11
# The grounds of static/css/tokens.css that the colour is seen on.
LIGHT = {"canvas": "#f6f2ec", "surface": "#fffdfa", "sunken": "#efe9df", "ink": "#27231d"}
DARK = {"canvas": "#161411", "surface": "#1f1c18", "sunken": "#292520", "ink": "#f2ece3"}
WHITE = "#ffffff"
STEP = 0.005
DIGEST_LENGTH = 16


def contrast(one: str, other: str) -> float:
    """Return WCAG's contrast ratio of two colours, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=64)
def tokens(accent: str, *, dark: bool) -> dict[str, str]:
    """Return the tokens made of an accent (`#rrggbb`), for light pages or for dark ones."""
    return _dark(accent) if dark else _light(accent)


@lru_cache(maxsize=64)
def sheet(accent: str) -> str:
    """Return the style sheet that gives the pages an accent."""
    light, dark = _lines(tokens(accent, dark=False)), _lines(tokens(accent, dark=True))
    return (
        f":root {{\n{light}}}\n"
        "@media screen and (prefers-color-scheme: dark) {\n"
        f':root:not([data-bs-theme="light"]) {{\n{dark}}}\n}}\n'
    )


@lru_cache(maxsize=64)
def digest(accent: str) -> str:
    """Return what the address of an accent's sheet ends with: it changes when the sheet does."""
    return hashlib.sha256(sheet(accent).encode()).hexdigest()[:DIGEST_LENGTH]


def _light(accent: str) -> dict[str, str]:
    hue, light, strength = _parts(accent)
    tint = _colour(hue, 0.92, min(strength, 0.45))
    jade = _until(
        accent, -STEP, lambda c: _reads(c, [WHITE]) and _seen(c, [LIGHT["surface"], tint])
    )
    text = _until(
        jade, -STEP, lambda c: _reads(c, [LIGHT["canvas"], LIGHT["surface"], LIGHT["sunken"], tint])
    )
    lower = _parts(jade)[1] - 0.06
    hover = _colour(hue, lower if lower > 0 else 0.1, strength)
    middle = _colour(hue, max(light, 0.46), strength * 0.6)
    return {
        "jade": jade,
        "jade-hover": hover,
        "on-jade": WHITE,
        "jade-text": text,
        "jade-tint": tint,
        "jade-tint-2": _colour(hue, 0.86, min(strength, 0.4)),
        "jade-mid": _until(middle, -STEP, lambda c: _seen(c, [LIGHT["surface"]])),
        "hero": jade,
        "on-hero": WHITE,
    }


def _dark(accent: str) -> dict[str, str]:
    hue, light, strength = _parts(accent)
    soft = min(strength, 0.6)
    tint, ground = _colour(hue, 0.15, soft * 0.5), _colour(hue, 0.2, soft * 0.5)
    on = _colour(hue, 0.08, soft)
    jade = _until(
        _colour(hue, max(light, 0.6), soft),
        STEP,
        lambda c: _reads(c, [on, DARK["surface"]]) and _seen(c, [tint]),
    )
    text = _until(
        jade, STEP, lambda c: _reads(c, [DARK["canvas"], DARK["surface"], DARK["sunken"], tint])
    )
    higher = _parts(jade)[1] + 0.08
    middle = _colour(hue, max(light * 0.8, 0.4), soft * 0.6)
    return {
        "jade": jade,
        "jade-hover": _colour(hue, higher if higher < 1 else 0.9, soft),
        "on-jade": on,
        "jade-text": text,
        "jade-tint": tint,
        "jade-tint-2": ground,
        "jade-mid": _until(middle, STEP, lambda c: _seen(c, [DARK["surface"]])),
        "hero": ground,
        "on-hero": DARK["ink"],
    }


def _lines(made: dict[str, str]) -> str:
    # Bootstrap mixes its own shades from the three numbers of a colour.
    numbers = {"jade": made["jade-text"], "jade-hover": made["jade-hover"]}
    return "".join(
        [f"  --c-{name}: {colour};\n" for name, colour in made.items()]
        + [f"  --{name}-rgb: {_numbers(colour)};\n" for name, colour in numbers.items()]
    )


def _reads(colour: str, grounds: Iterable[str]) -> bool:
    return all(contrast(colour, ground) >= TEXT for ground in grounds)


def _seen(colour: str, grounds: Iterable[str]) -> bool:
    return all(contrast(colour, ground) >= SHAPE for ground in grounds)


def _until(colour: str, step: float, holds: Callable[[str], bool]) -> str:
    """Return the first of a colour's shades, darker or lighter by steps, for which it holds."""
    hue, light, strength = _parts(colour)
    while not holds(colour) and 0 <= light + step <= 1:
        light += step
        colour = _colour(hue, light, strength)
    return colour


def _parts(colour: str) -> tuple[float, float, float]:
    """Return hue, lightness and strength, each from 0 to 1."""
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return colorsys.rgb_to_hls(red, green, blue)


def _colour(hue: float, light: float, strength: float) -> str:
    return "#" + "".join(
        f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, light, strength)
    )


def _numbers(colour: str) -> str:
    return ", ".join(str(int(colour[n : n + 2], 16)) for n in (1, 3, 5))


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
