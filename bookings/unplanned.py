"""Why a message that a booking calls for was never planned. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bookings import followups
from bookings.followups import Facts, Wanted
from bookings.schedules import Schedules

OFF = "Such messages are switched off."
SHORT_NOTICE = "It was booked at too short notice for it."
PASSED = "Its moment had passed before the booking stood."
MISSING = "It should be there, and nothing says why it is not."


def absent(
    facts: Facts, keys: Collection[str], *, since: datetime, schedules: Schedules
) -> list[tuple[Wanted, str]]:
    """Return what has its moment in a booking and is under none of `keys`, each with why it was
    never planned. since: when the booking came to stand as it does."""
    whatever = {kind: replace(one, is_on=True) for kind, one in schedules.items()}
    found = []
    for each in followups.moments(facts, since, whatever):
        schedule = schedules[each.kind]
        if each.key in keys:
            continue
        if not schedule.is_on:
            why = OFF
        elif schedule.notice is not None and facts.starts_at - since < schedule.notice:
            why = SHORT_NOTICE
        else:
            why = MISSING if followups.as_planned(each, facts, schedules, since, since) else PASSED
        found.append((each, why))
    return found
