"""Needles by the box: gauges in millimetres, what is printed on a box, how long it is good (pure).

Source: session.json, `gauge_mm`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal
from enum import StrEnum

# What a box with a gauge alone on it is in millimetres.
GAUGES: dict[int, Decimal] = {
    26: Decimal("0.45"),
    28: Decimal("0.40"),
    29: Decimal("0.35"),
    30: Decimal("0.30"),
    32: Decimal("0.25"),
    34: Decimal("0.22"),
    36: Decimal("0.20"),
}
SOON_DAYS = 60
# What a lot is searched by is at least so long: less is on every box.
SHORTEST_LOT = 2

_DAY = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})")
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})")
_MONTH_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{4})")


class Shelf(StrEnum):
    """How long a box is good yet."""

    EXPIRED = "EXPIRED"
    SOON = "SOON"
    GOOD = "GOOD"


def shelf(expires_on: date, today: date) -> Shelf:
    """Return how a box stands on a local date. The day that is printed is its last."""
    left = (expires_on - today).days
    if left < 0:
        return Shelf.EXPIRED
    return Shelf.SOON if left <= SOON_DAYS else Shelf.GOOD


def read_expiry(typed: str) -> date | None:
    """Return the last good day of what is printed: a date, or a month with its year, whose last day
    counts. None for what is neither, or far from any box."""
    typed = typed.strip()
    if found := _DAY.fullmatch(typed):
        year, month, day = (int(part) for part in found.groups())
    elif found := _YEAR_FIRST.fullmatch(typed):
        year, month, day = int(found[1]), int(found[2]), 0
    elif found := _MONTH_FIRST.fullmatch(typed):
        year, month, day = int(found[2]), int(found[1]), 0
    else:
        return None
    if not (2000 <= year <= 2099 and 1 <= month <= 12):
        return None
    last = monthrange(year, month)[1]
    return date(year, month, day or last) if day <= last else None
