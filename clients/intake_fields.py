"""Reading one field of what was typed into the intake (pure). See `clients.intake_reading`."""

from __future__ import annotations

import re

from clients.contact import PhoneInvalid, clean_text, phone_key
from clients.intake_answers import Asking, Trouble, Typed
from clients.intake_days import DayWrong, day_parts, first_of

LONGEST_LINE = 300
Wrong = dict[str, Trouble]


def said_in(typed: Typed, name: str = "") -> str:
    """Return what a field says; of several values the last."""
    values = typed.get(name) or ("",)
    return values[-1]


def line_in(typed: Typed, name: str, wrong: Wrong, most: int = LONGEST_LINE) -> str:
    """Return one line of a field, cleaned; too long a one is noted in `wrong`."""
    text = clean_text(said_in(typed, name))
    if len(text) > most:
        wrong[name] = Trouble.TOO_LONG
    return text


def day_in(
    typed: Typed, stem: str, asking: Asking, wrong: Wrong, *, may_be_coming: bool, whole: bool
) -> str | None:
    """Return a day in `<stem>` or in `<stem>-d`, `-m`, `-y`; `whole`: a year alone won't do."""
    try:
        parts = day_parts(
            said_in(typed, stem), *(said_in(typed, field_name(stem, each)) for each in "dmy")
        )
        if parts is None:
            return None
        if whole and len(parts) < len("2026-11-25"):
            raise DayWrong
        first = first_of(parts)
    except DayWrong:
        wrong[stem] = Trouble.DATE_WRONG
        return None
    if first > asking.today and not may_be_coming:
        wrong[stem] = Trouble.DATE_IN_FUTURE
    elif first.year < asking.today.year - 120:
        wrong[stem] = Trouble.DATE_TOO_LONG_AGO
    elif first.year > asking.today.year + 20:
        wrong[stem] = Trouble.DATE_WRONG
    return parts


def field_name(stem: str, name: str) -> str:
    """Return the name of a field that belongs to another."""
    return f"{stem}-{name}" if stem else name


def phone_in(typed: Typed, name: str, asking: Asking, wrong: Wrong) -> str | None:
    """Return a telephone number as it is compared, None for none or a wrong one."""
    text = clean_text(said_in(typed, name))
    try:
        return phone_key(text, asking.country) or None
    except PhoneInvalid:
        wrong[name] = Trouble.PHONE_WRONG
        return None


def whole_number(text: str, most: int) -> int | None:
    """Return a whole number from 0 to `most`, None for anything else."""
    found = re.fullmatch(r"[0-9]{1,3}", text.strip(), re.ASCII)
    number = int(text) if found else None
    return number if number is not None and number <= most else None


def scale_in(typed: Typed, name: str, most: int, wrong: Wrong) -> int | None:
    """Return a mark from 0 to `most`; anything else that was typed is noted in `wrong`."""
    text = said_in(typed, name)
    if not text:
        return None
    number = whole_number(text, most)
    if number is None:
        wrong[name] = Trouble.NOT_OFFERED
    return number
