"""What the public may book, move and cancel, and when. Pure; times in UTC minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LEAST_TO_ANSWER = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Policy:
    """The booking policy that holds for one treatment.

    notice_minutes: how long before the start a booking must be made.
    horizon_days: how many local days ahead of today can be booked (the last one included).
    grid_minutes: starts lie on multiples of this of the local day's minutes.
    window_minutes: free to move or cancel until so long before the start.
    hold_minutes: how long a time is kept while the form is filled.
    review_minutes, review_before_minutes: a practitioner answers a request within the first, and
    at the latest the second before the start.
    """

    notice_minutes: int = 12 * 60
    horizon_days: int = 60
    grid_minutes: int = 15
    window_minutes: int = 24 * 60
    hold_minutes: int = 10
    review_minutes: int = 24 * 60
    review_before_minutes: int = 12 * 60

    def earliest(self, now: datetime) -> datetime:
        """Return the first instant the public may book at `now`."""
        return now + timedelta(minutes=self.notice_minutes)

    def last_day(self, now: datetime, zone: ZoneInfo) -> date:
        """Return the last local date the public may book at `now`."""
        return now.astimezone(zone).date() + timedelta(days=self.horizon_days)

    def respond_by(self, now: datetime, starts_at: datetime) -> datetime:
        """Return until when the practitioner answers a request made at `now`.

        Somebody always gets two hours to look (docs/decisions/0005), but none past the start.
        """
        latest = starts_at - timedelta(minutes=self.review_before_minutes)
        usual = min(now + timedelta(minutes=self.review_minutes), latest)
        return min(starts_at, max(now + LEAST_TO_ANSWER, usual))


def changeable_until(starts_at: datetime, window_minutes: int) -> datetime:
    """Return until when (exclusive) a client may move or cancel a booking themselves."""
    return starts_at - timedelta(minutes=window_minutes)
