"""Quiet hours: when nobody is written to, and when it is over. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Moved out of the evening, a message comes a little before the quiet, so that a late one fits too.
BEFORE_QUIET = timedelta(minutes=30)

_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours: minutes of the local day in a zone, `from_` to `until` (not included)."""

    zone: ZoneInfo
    from_: int
    until: int

    def holds(self, at: datetime) -> bool:
        """Return whether it is quiet at an instant."""
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        if (self.until - self.from_) % _DAY == 0:
            return False
        if self.from_ < self.until:
            return self.from_ <= minute < self.until
        return minute >= self.from_ or minute < self.until

    def morning(self, at: datetime) -> datetime:
        """Return the instant itself, or the end of the quiet it falls into."""
        if not self.holds(at):
            return at
        day = at.astimezone(self.zone).date()
        ends = self.instant(day, self.until)
        if ends <= at:
            ends = self.instant(day + timedelta(days=1), self.until)
        # On a night when clocks change, the wall clock may pass the hour twice or not at all.
        while self.holds(ends):
            ends += timedelta(minutes=1)
        return ends

    def evening(self, at: datetime) -> datetime:
        """Return the instant itself, or half an hour before the quiet that it falls into."""
        if not self.holds(at):
            return at
        day = at.astimezone(self.zone).date()
        begins = self.instant(day, self.from_)
        if begins > at:
            begins = self.instant(day - timedelta(days=1), self.from_)
        begins -= BEFORE_QUIET
        while self.holds(begins):
            begins -= timedelta(minutes=1)
        return begins

    def instant(self, day: date, minute: int = 0) -> datetime:
        """Return the instant of a minute of a local day."""
        wall = datetime.combine(day, time.min, self.zone) + timedelta(minutes=minute)
        return wall.astimezone(UTC)
