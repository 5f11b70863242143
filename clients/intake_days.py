"""Days as people know them: a whole date, or only its month or year. Pure.

Written `2021-05-14`, `2021-05` or `2021`; what is only known in part counts as its last day where
safety asks how long ago it was, and as its first where a form asks whether it is still to come.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII)


class DayWrong(ValueError):
    """Not a day, month or year of the calendar."""


def day_parts(whole: str, day: str, month: str, year: str) -> str | None:
    """Return a day from one field, or from three (day and month may be left out); None for nothing.

    Raises DayWrong.
    """
    whole, day, month, year = (text.strip() for text in (whole, day, month, year))
    if whole:
        written = whole
    elif not (day or month or year):
        return None
    else:
        if day and not month:
            raise DayWrong
        parts = [year, *(f"{text:0>2}" for text in (month, day) if text)]
        written = "-".join(parts)
    first_of(written)
    return written


def first_of(written: str) -> date:
    """Return the first day it may mean. Raises DayWrong."""
    found = _DAY.fullmatch(written)
    if found is None:
        raise DayWrong
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise DayWrong from None


def last_of(written: str) -> date:
    """Return the last day it may mean. Raises DayWrong."""
    first = first_of(written)
    match written.count("-"):
        case 0:
            return date(first.year, 12, 31)
        case 1:
            return first.replace(day=monthrange(first.year, first.month)[1])
        case _:
            return first


def parts_typed(written: str) -> dict[str, str]:
    """Return what three fields hold for a day: `y`, `m` and `d`."""
    return dict(zip("ymd", written.split("-"), strict=False))
