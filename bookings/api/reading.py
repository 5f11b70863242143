"""Reading what programs send: JSON that means one thing only, dates, and instants with an offset."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser
from pydantic import BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

OURS = "ours"  # the type of an error whose message is our own sentence
ANYONE = "any"  # in the place of a practitioner's slug
DEEPEST = 12
FIRST_YEAR, LAST_YEAR = 1900, 2200

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_LOST_PLUS = re.compile(r"[Tt][0-9:.]+ [0-9]{2}:?[0-9]{2}", re.ASCII)
_NAIVE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9.]+)?", re.ASCII)


class NotReadable(Exception):
    """A body that can't be read; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def wrong(sentence: str) -> PydanticCustomError:
    """Return an error with a sentence of ours, for a validator to raise."""
    return PydanticCustomError(OURS, "{sentence}", {"sentence": sentence})


class StrictJSON(Parser):
    """Reads a body, or says in a sentence why it can't be read.

    What two programs might read differently is refused: a name given twice, NaN, half a character.
    """

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        return cast(dict[str, Any], read_json(request.body))


def read_json(body: bytes) -> object:
    """Return what a body says. Raises NotReadable."""
    try:
        text = body.decode("utf-8")
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise NotReadable(_("The body is not in UTF-8.")) from None
    except RecursionError:
        raise NotReadable(_("The body is nested too deeply.")) from None
    except ValueError:
        raise NotReadable(_("The body is not JSON.")) from None
    _check(found)
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotReadable(_("The body gives a name twice in one object."))
    return found


def _no_constant(name: str) -> object:
    raise NotReadable(_("NaN and Infinity are not numbers in JSON."))


def _check(found: object) -> None:
    """Raise NotReadable for a depth no request of ours has, and for text no database keeps."""
    level: list[object] = [found]
    for _depth in range(DEEPEST):
        below: list[object] = []
        for value in level:
            if isinstance(value, str):
                _check_text(value)
            elif isinstance(value, Mapping):
                for key in value:
                    _check_text(key)
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        if not below:
            return
        level = below
    raise NotReadable(_("The body is nested too deeply."))


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise NotReadable(_("The body holds a text with a NUL character."))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotReadable(_("The body holds half of a surrogate pair.")) from None


def read_day(value: object) -> date:
    """Return a date of the calendar. Raises PydanticCustomError."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise wrong(_("There is no such date.")) from None
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return day
    raise wrong(_("Please give a date as YYYY-MM-DD."))


def read_instant(value: object) -> datetime:
    """Return an aware instant. Raises PydanticCustomError for anything that names none."""
    if not isinstance(value, str):
        raise wrong(_("Please give a time as text, such as 2027-03-08T15:00:00Z."))
    match = _INSTANT.fullmatch(value)
    if match is None:
        if _LOST_PLUS.search(value):
            raise wrong(
                _("The + of the offset became a space on the way here. Send Z, or %2B for the +.")
            )
        if _NAIVE.fullmatch(value):
            raise wrong(
                _("A time without its offset names no instant. Add Z, or an offset like -05:00.")
            )
        raise wrong(_("Please give a time with its offset, such as 2027-03-08T15:00:00Z."))
    day, clock, seconds, offset = match.groups()
    zone = "+00:00" if offset in "Zz" else offset
    try:
        # More digits of a second than six are none that a booking could mean.
        instant = datetime.fromisoformat(f"{day}T{clock}{_seconds(seconds)}{zone}")
    except ValueError:
        raise wrong(_("There is no such time.")) from None
    if not FIRST_YEAR < instant.year < LAST_YEAR:
        raise wrong(_("That time is too far away."))
    return instant


def _seconds(text: str | None) -> str:
    whole, _point, part = (text or ":00").partition(".")
    return f"{whole}.{part[:6].ljust(6, '0')}" if part else whole


Day = Annotated[date, BeforeValidator(read_day)]
Instant = Annotated[datetime, BeforeValidator(read_instant)]
Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
