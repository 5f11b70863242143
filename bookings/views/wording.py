"""Times, dates, zones and money as a client reads them, in the location's own zone."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, gettext, ngettext, pgettext

from bookings.saying_when import ZONES, begins_with_vowel, short_date
from bookings.saying_when import clock as clock_of

SYMBOLS = {"CAD": "$", "USD": "$", "AUD": "$", "NZD": "$", "GBP": "£", "EUR": "€"}


def clock(at: datetime, zone: ZoneInfo) -> str:
    """Return "10:30 am"; in an hour that comes twice also which of the two, "1:15 am EDT"."""
    local = at.astimezone(zone)
    words = _clock(time(local.hour, local.minute), get_language())
    return f"{words} {_zone(local)}" if comes_twice(local) else words


# A page of times says the same few again and again.
@lru_cache(maxsize=2_000)
def _clock(local: time, _language: str | None) -> str:
    return f"{_twelve(local)} {_half(local)}" if _has_halves() else clock_of(local)


def _has_halves() -> bool:
    """Return whether the language that is active has a clock of twice twelve hours."""
    return pgettext("clock", "12 hours") == "12 hours"


def _zone(local: datetime) -> str:
    name = local.tzname() or ""
    return str(ZONES.get(name, name))


def comes_twice(local: datetime) -> bool:
    """Return whether the wall clock shows this time twice on its date."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def span(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """Return "10:30 to 11:20 am", "11:30 am to 12:20 pm"."""
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    plain = _has_halves() and not comes_twice(first) and not comes_twice(last)
    start = _twelve(first) if plain and _half(first) == _half(last) else clock(starts_at, zone)
    return gettext("%(start)s to %(end)s") % {"start": start, "end": clock(ends_at, zone)}


def _twelve(local: datetime | time) -> str:
    return f"{local.hour % 12 or 12}:{local.minute:02}"


def _half(local: datetime | time) -> str:
    return gettext("am") if local.hour < 12 else gettext("pm")


def day(on: date) -> str:
    """Return "Tuesday 24 November"."""
    if on.day == 1:
        return format_date(on, pgettext("the first of a month", "l j F"))
    return format_date(on, gettext("l j F"))


def day_short(on: date) -> str:
    """Return "Tue 24 Nov"."""
    return short_date(on)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return "Tue 24 Nov, 9:15 am"."""
    return gettext("%(day)s, %(time)s") % {
        "day": day_short(at.astimezone(zone).date()),
        "time": clock(at, zone),
    }


def place_of(zone: ZoneInfo) -> str:
    """Return the city a zone is named after: "Lord Howe"."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def zone_words(zone: ZoneInfo, at: datetime) -> str:
    """Return "Toronto time (EST)" as it is at that instant."""
    short = _zone(at.astimezone(zone))
    if short[:1] in {"+", "-"}:
        short = f"UTC{short[:3]}:{short[3:] or '00'}"
    city = place_of(zone)
    words = gettext("%(city)s time (%(zone)s)")
    if begins_with_vowel(city):
        words = pgettext("a city that begins with a vowel", "%(city)s time (%(zone)s)")
    return words % {"city": city, "zone": short}


def money(amount: Decimal, currency: str) -> str:
    """Return "$95", "$95.50" or "95 CHF"."""
    number = f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:.2f}"
    symbol = SYMBOLS.get(currency)
    return f"{symbol}{number}" if symbol else f"{number} {currency}"


def minutes(count: int) -> str:
    return ngettext("%(count)d min", "%(count)d min", count) % {"count": count}


def left(seconds: int) -> str:
    """Return "9 min 40 s"."""
    return gettext("%(minutes)d min %(seconds)d s") % {
        "minutes": seconds // 60,
        "seconds": seconds % 60,
    }


def initials(name: str) -> str:
    """Return at most two letters that stand for a name."""
    words = [word for word in name.replace(".", " ").split() if word[0].isalpha()]
    picked = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0].upper() for word in picked)


def first_name(name: str) -> str:
    return name.split(" ", maxsplit=1)[0] if name else ""


def day_year(on: date) -> str:
    """Return "24 Nov 2026"."""
    return formats.date_format(on, "j M Y")


def month(on: date) -> str:
    """Return "November 2026"."""
    return formats.date_format(on, "F Y")
