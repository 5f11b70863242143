"""Writes static/css/minutes.css: one class a minute, so that a bar is as wide as it is long.

The Content-Security-Policy allows no style attribute, and the bars must stand without JavaScript.
"""

from __future__ import annotations

from pathlib import Path

LONGEST_PHASE_MINUTES = 240
TARGET = Path(__file__).resolve().parent.parent / "static" / "css" / "minutes.css"


def stylesheet() -> str:
    """Return the text of minutes.css."""
    rules = "\n".join(
        f".m{minute}{{flex:{minute} 0 0}}" for minute in range(1, LONGEST_PHASE_MINUTES + 1)
    )
    return f"/* Written by tools/minutes_css.py: .m13 takes 13 shares of a flex row. */\n{rules}\n"


if __name__ == "__main__":
    TARGET.write_text(stylesheet(), encoding="utf-8")
