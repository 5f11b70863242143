"""Which form is due: the whole one, or only what changed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clients.intake_definition import FormKind

MONTHS_VALID, MONTHS_AWAY = 12, 6


@dataclass(frozen=True)
class Known:
    """What is known of a client: when they last filled in the whole form, when they were last here,
    when they were discharged from a plan, and whether a new risk has come up since that form."""

    last_full: date | None = None
    last_session: date | None = None
    discharged: date | None = None
    new_risk: bool = False


def form_due(known: Known, *, on: date) -> FormKind:
    """Return which form a client is asked before a session on a day.

    The whole one after 12 months, after 6 months without a session, at a new plan after a
    discharge, and when a rule that excludes or restricts treatment is newly true.
    """
    full = known.last_full
    if full is None or known.new_risk or on >= _later(full, MONTHS_VALID):
        return FormKind.FULL
    # Whoever has never been here counts from the form.
    if on >= _later(max(known.last_session or full, full), MONTHS_AWAY):
        return FormKind.FULL
    if known.discharged and full <= known.discharged:
        return FormKind.FULL
    return FormKind.WHAT_CHANGED


def _later(day: date, months: int) -> date:
    """Return the same day some months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
