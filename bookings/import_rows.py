"""What the columns of an exported table mean, and what a row of it says. Pure.

Headings as Jane, Cliniko and Easy!Appointments write them are recognised, and what others call the
same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from clients.contact import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    PhoneInvalid,
    clean_text,
    email_key,
    phone_key,
)

JANE, CLINIKO, EASY, OTHER = "Jane", "Cliniko", "Easy!Appointments", "Other"
LONGEST_ID = 100


class Field(StrEnum):
    """What a column can be. The order is that of the form."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    PHONE = "phone"
    OTHER_PHONE = "other_phone"
    CLIENT_ID = "client_id"
    STARTS = "starts"
    DAY = "day"
    TIME = "time"
    ENDS = "ends"
    TREATMENT = "treatment"
    PRACTITIONER = "practitioner"
    STATE = "state"
    BOOKING_ID = "booking_id"


class Problem(StrEnum):
    """Why a row can't be taken over as it is."""

    NO_NAME = "NO_NAME"
    NAME_TOO_LONG = "NAME_TOO_LONG"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    NO_START = "NO_START"
    START = "START"
    SKIPPED_HOUR = "SKIPPED_HOUR"
    ENDS = "ENDS"


# A heading, in small letters and with single spaces instead of other marks, to its field.
HEADINGS: Mapping[Field, tuple[str, ...]] = {
    Field.NAME: (
        "name", "full name", "patient", "patient name", "client", "client name", "customer",
        "customer name",
    ),
    Field.FIRST_NAME: (
        "first name", "patient first name", "given name", "firstname", "client first name",
        "customer first name",
    ),
    Field.LAST_NAME: (
        "last name", "patient last name", "family name", "surname", "lastname",
        "client last name", "customer last name",
    ),
    Field.EMAIL: ("email", "e mail", "email address", "patient email", "customer email"),
    Field.PHONE: (
        "mobile phone", "cell phone", "mobile", "cell", "mobile number", "mobile phone number",
        "phone", "phone number", "patient phone", "customer phone number", "telephone",
    ),
    Field.OTHER_PHONE: ("home phone", "work phone", "home phone number", "other phone"),
    Field.CLIENT_ID: (
        "patient number", "patient id", "patient guid", "client id", "customer id",
        "id users customer", "reference number",
    ),
    Field.STARTS: (
        "start at", "starts at", "start datetime", "appointment start", "start date time",
        "appointment starts at",
    ),
    Field.DAY: ("date", "start date", "appointment date", "day"),
    Field.TIME: ("time", "start time", "appointment time", "start"),
    Field.ENDS: (
        "end at", "ends at", "end datetime", "end time", "appointment end", "end date time",
    ),
    Field.TREATMENT: (
        "treatment", "treatment name", "appointment type", "service", "service name", "item",
        "id services",
    ),
    Field.PRACTITIONER: (
        "staff member", "practitioner", "provider", "practitioner name", "staff member name",
        "provider name", "id users provider",
    ),
    Field.STATE: ("state", "status", "appointment status"),
    Field.BOOKING_ID: ("appointment id", "appointment number", "booking id", "hash"),
}  # fmt: skip
_FIELDS = {heading: field for field, headings in HEADINGS.items() for heading in headings}
_SIGNS = {
    JANE: {"patient number", "staff member", "patient guid", "start at", "cell phone"},
    CLINIKO: {"appointment type", "reference number", "patient id", "starts at"},
    EASY: {"start datetime", "id users customer", "id services", "id users provider", "hash"},
}
_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@.,;<>\"]+")
_OFF = re.compile(r"cancel|no.?show|delet|archiv|did not (come|arrive)|declin", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Options:
    """How a table's values are to be read: the zone of its times, the country of its national
    telephone numbers, and whether 3/4 is the 3rd of April."""

    zone: ZoneInfo
    country: str
    day_first: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says. `starts_at` is None for a table of clients. `is_off`: it was cancelled."""

    name: str
    email: str = ""
    phone: str = ""
    client_id: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    treatment: str = ""
    practitioner: str = ""
    booking_id: str = ""
    is_off: bool = False


class RowInvalid(ValueError):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def plain(heading: str) -> str:
    """Return a heading as it is compared."""
    return " ".join(re.sub(r"[^\w]+|_", " ", heading.casefold()).split())


def recognised(headings: Sequence[str]) -> dict[Field, int]:
    """Return which column is what, the first of each kind."""
    found: dict[Field, int] = {}
    for number, heading in enumerate(headings):
        words = plain(heading)
        field = _FIELDS.get(words)
        if words == "id":
            starts = {plain(each) for each in headings} & set(HEADINGS[Field.STARTS])
            field = Field.BOOKING_ID if starts else Field.CLIENT_ID
        if field is not None and field not in found:
            found[field] = number
    if Field.FIRST_NAME in found or Field.LAST_NAME in found:
        found.pop(Field.NAME, None)
    if Field.STARTS in found:
        found.pop(Field.DAY, None)
        found.pop(Field.TIME, None)
    return found


def system_of(headings: Sequence[str]) -> str:
    """Return where a table was exported, by its headings."""
    words = {plain(each) for each in headings}
    if words & {"first name", "mobile number"} and "phone number" in words and "timezone" in words:
        return EASY
    scores = {system: len(words & signs) for system, signs in _SIGNS.items()}
    best = max(scores, key=lambda system: scores[system])
    return best if scores[best] else OTHER


def read_row(values: Mapping[str, str], options: Options) -> Row:
    """Return what a row says; `values` are its cells by field. Raises RowInvalid."""

    def cell(field: Field) -> str:
        return clean_text(values.get(field, ""))

    name = cell(Field.NAME) or f"{cell(Field.FIRST_NAME)} {cell(Field.LAST_NAME)}".strip()
    if not any(character.isalnum() for character in name) and not cell(Field.CLIENT_ID):
        raise RowInvalid(Problem.NO_NAME)
    if len(name) > LONGEST_NAME:
        raise RowInvalid(Problem.NAME_TOO_LONG)
    starts_at = _start(cell, options)
    return Row(
        name=name,
        email=_email(cell(Field.EMAIL)),
        phone=_phone(cell(Field.PHONE) or cell(Field.OTHER_PHONE), options.country),
        client_id=cell(Field.CLIENT_ID)[:LONGEST_ID],
        starts_at=starts_at,
        ends_at=_end(cell(Field.ENDS), starts_at, options),
        treatment=cell(Field.TREATMENT)[:200],
        practitioner=cell(Field.PRACTITIONER)[:200],
        booking_id=cell(Field.BOOKING_ID)[:LONGEST_ID],
        is_off=bool(_OFF.search(cell(Field.STATE))),
    )


def _email(typed: str) -> str:
    if not typed:
        return ""
    if len(typed) > LONGEST_EMAIL or not _ADDRESS.fullmatch(typed):
        raise RowInvalid(Problem.EMAIL)
    return email_key(typed)


def _phone(typed: str, country: str) -> str:
    # Spreadsheets keep a number as text by an apostrophe in front.
    bare = typed.lstrip("'=\"").rstrip('"')
    try:
        return phone_key(bare, country)
    except PhoneInvalid:
        raise RowInvalid(Problem.PHONE) from None


def _start(read: Callable[[Field], str], options: Options) -> datetime | None:
    whole, day, clock = read(Field.STARTS), read(Field.DAY), read(Field.TIME)
    if not (whole or day or clock):
        return None
    if not whole and not (day and clock):
        raise RowInvalid(Problem.NO_START)
    return moment(whole or f"{day} {clock}", options)


def _end(typed: str, starts_at: datetime | None, options: Options) -> datetime | None:
    if not typed or starts_at is None:
        return None
    wall = _clock(typed)
    if wall is None:
        ends_at = moment(typed, options)
    else:
        local = starts_at.astimezone(options.zone)
        ends_at = _instant(datetime.combine(local.date(), wall), options.zone)
    if not timedelta() < ends_at - starts_at <= timedelta(hours=11):
        raise RowInvalid(Problem.ENDS)
    return ends_at


_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]{3})[a-z]*\.?,?\s+(\d{4})")
_MONTH_DAY = re.compile(r"([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?\s*([ap])?\.?m?\.?")


def moment(typed: str, options: Options) -> datetime:
    """Return the instant a text names: with its own offset, or by the wall clock of the zone.

    Raises RowInvalid; also for a time that the clock skips when it goes forward.
    """
    text = " ".join(typed.strip().split())
    if re.search(r"\d[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})$", text):
        try:
            own = datetime.fromisoformat(text.replace(" +", "+").replace(" Z", "Z"))
        except ValueError:
            raise RowInvalid(Problem.START) from None
        return own.astimezone(UTC)
    low = re.sub(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", "", text.casefold())
    for pattern in (_ISO, _NUMBERS, _DAY_MONTH, _MONTH_DAY):
        found = pattern.match(low)
        if found is not None:
            wall = _clock(low[found.end() :].lstrip(" t,").removeprefix("at "))
            if wall is None:
                break
            return _instant(datetime.combine(_day(pattern, found, options), wall), options.zone)
    raise RowInvalid(Problem.START)


def _day(pattern: re.Pattern[str], found: re.Match[str], options: Options) -> date:
    one, two, three = found.groups()
    try:
        if pattern is _ISO:
            return date(int(one), int(two), int(three))
        if pattern is _NUMBERS:
            day, month = (one, two) if options.day_first else (two, one)
            return date(int(three), int(month), int(day))
        day, month = (one, two) if pattern is _DAY_MONTH else (two, one)
        return date(int(three), _MONTHS.index(month) + 1, int(day))
    except ValueError:
        raise RowInvalid(Problem.START) from None


def _clock(typed: str) -> time | None:
    found = _CLOCK.fullmatch(typed.strip().casefold())
    if found is None or (found[2] is None and found[4] is None):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[4] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if found[4] == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a wall clock; in an hour that comes twice the first."""
    there = wall.replace(tzinfo=zone).astimezone(UTC)
    if there.astimezone(zone).replace(tzinfo=None) != wall:
        raise RowInvalid(Problem.SKIPPED_HOUR)
    return there
