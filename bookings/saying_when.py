"""Days, times and zones as messages say them, in the language that is active."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache

from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

# What the time zone database calls a zone on the day; elsewhere it is known by other letters.
ZONES = {
    "NST": pgettext_lazy("zone", "NST"),
    "NDT": pgettext_lazy("zone", "NDT"),
    "AST": pgettext_lazy("zone", "AST"),
    "ADT": pgettext_lazy("zone", "ADT"),
    "EST": pgettext_lazy("zone", "EST"),
    "EDT": pgettext_lazy("zone", "EDT"),
    "CST": pgettext_lazy("zone", "CST"),
    "CDT": pgettext_lazy("zone", "CDT"),
    "MST": pgettext_lazy("zone", "MST"),
    "MDT": pgettext_lazy("zone", "MDT"),
    "PST": pgettext_lazy("zone", "PST"),
    "PDT": pgettext_lazy("zone", "PDT"),
}


def begins_with_vowel(city: str) -> bool:
    """Return whether some languages shorten the word before a city: in French, Edmonton."""
    return city[:1].upper() in set("AEIOUYÉÎ")


def long_date(local: date) -> str:
    """Return "Tuesday 24 November 2026", "mardi 1er décembre 2026"."""
    if local.day == 1:
        return format_date(local, pgettext("the first of a month", "l j F Y"))
    return format_date(local, _("l j F Y"))


def short_date(local: date) -> str:
    """Return "Tue 24 Nov", "mar. 24 nov."."""
    return _short_date(local, get_language())


# A page of times says the same few days again and again.
@lru_cache(maxsize=2_000)
def _short_date(local: date, _language: str | None) -> str:
    if local.day == 1:
        return format_date(local, pgettext("the first of a month", "D j M"))
    return format_date(local, _("D j M"))


def clock(local: datetime | time) -> str:
    """Return a wall-clock time as people here write it: 3:30 pm, 15 h 30, 15 h."""
    if local.minute == 0:
        said = format_date(local, pgettext("on the hour", "g:i a"))
    else:
        said = format_date(local, _("g:i a"))
    return said.replace("a.m.", "am").replace("p.m.", "pm")


def moment(local: datetime) -> str:
    """Return "Tuesday 24 November 2026, 3:30 pm"."""
    return _("%(date)s, %(time)s") % {"date": long_date(local), "time": clock(local)}


def zone_words(local: datetime, zone: str) -> str:
    """Return the zone a time is in, in words: "Toronto time, EDT", "heure de Toronto, HAE"."""
    city = zone.rpartition("/")[2].replace("_", " ")
    name = local.tzname() or ""
    if begins_with_vowel(city):
        words = pgettext("a city that begins with a vowel", "%(city)s time") % {"city": city}
    else:
        words = _("%(city)s time") % {"city": city}
    if not name.isalpha() or name == city:
        return words
    return f"{words}, {ZONES.get(name, name)}"
