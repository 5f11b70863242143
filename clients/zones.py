"""The time zone a client's device names, as far as it matters. Pure."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, timedelta
from functools import cache

HALF_A_YEAR = timedelta(days=182)


def zone_apart(name: str, home: zoneinfo.ZoneInfo, *, at: datetime) -> str:
    """Return a zone somebody lives by, "" where it is none that we know, is named after no place, or
    has the clock of home, in summer and in winter."""
    if "/" not in name or name.startswith("Etc/") or name not in _known():
        return ""
    zone = zoneinfo.ZoneInfo(name)
    both = (at, at + HALF_A_YEAR)
    same = all(one.astimezone(zone).utcoffset() == one.astimezone(home).utcoffset() for one in both)
    return "" if same else name


@cache
def _known() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
