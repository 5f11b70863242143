"""How long a client's record must be kept. Pure.

Ontario's colleges say: ten years after the last visit, or after the 18th birthday where that is
later. How many years is the clinic's setting; nothing is ever erased without a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

OF_AGE = 18


class From(StrEnum):
    """What the years are counted from."""

    VISIT = "VISIT"
    RECORD_MADE = "RECORD_MADE"
    BIRTHDAY = "BIRTHDAY"


@dataclass(frozen=True, slots=True)
class Kept:
    """Until when a record is kept, that day included, and from what day that is counted."""

    until: date
    counted_from: date
    since: From


def kept_until(*, made: date, last_visit: date | None, born: date | None, years: int) -> Kept:
    """Return until when a record is kept.

    made: when the record was begun; it counts where nobody came, or where it is younger than the
    last visit (a record brought along from elsewhere). born: None where it is not known.
    """
    begins = [(made, From.RECORD_MADE)]
    if last_visit is not None:
        begins.append((last_visit, From.VISIT))
    if born is not None:
        begins.append((after(born, OF_AGE), From.BIRTHDAY))
    # Of two on one day the visit is what people understand.
    day, since = max(begins, key=lambda each: (each[0], each[1] == From.VISIT))
    return Kept(after(day, years), day, since)


def after(day: date, years: int) -> date:
    """Return the same day so many years later; for 29 February the day after, where it is missing."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
