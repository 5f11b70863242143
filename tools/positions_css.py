"""Writes static/css/positions.css: where a card stands in a day, and how long it is, as classes.

The Content-Security-Policy allows no style attribute, and the day must stand without JavaScript.
A place is two classes, whole hours and minutes ("s-h2 s-m35" is 2 h 35 min below the top of the
grid); a length is two more ("d-h0 d-m50"). So every minute of the longest day (25 hours, and a
session that runs on into the next) is named by a hundred rules, a walk-in at 10:07 included.
"""

from __future__ import annotations

from pathlib import Path

LONGEST_HOURS = 38
MOST_COLUMNS = 24
TARGET = Path(__file__).resolve().parent.parent / "static" / "css" / "positions.css"


def stylesheet() -> str:
    """Return the text of positions.css."""
    rules = [
        f".{way}-h{hours}{{--{way}h:{hours}}}" for way in "sd" for hours in range(LONGEST_HOURS)
    ]
    rules += [f".{way}-m{minutes}{{--{way}m:{minutes}}}" for way in "sd" for minutes in range(60)]
    rules += [f".cols-{count}{{--cols:{count}}}" for count in range(1, MOST_COLUMNS + 1)]
    head = (
        "/* Written by tools/positions_css.py: hours and minutes from the top, and of length. */\n"
    )
    return head + "\n".join(rules) + "\n"


if __name__ == "__main__":
    TARGET.write_text(stylesheet(), encoding="utf-8")
