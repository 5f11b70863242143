"""Whether a channel takes messages now: a breaker and a measured pace, the same for all workers.

Both stand in Postgres (`ChannelState`), so that a Redis that is wiped neither opens nor closes
anything. While nothing fails and no pace is set, a batch costs one small query.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from clients.channels.base import NotSent
from clients.models import ChannelState

FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=5)
# What a provider may ask for by Retry-After.
MOST_ASKED = 3600.0
# For so long one worker tries a channel that was away, before another one may.
PROBE = timedelta(seconds=30)

Clock = Callable[[], datetime]

_TAKE = """
WITH filled AS (
    SELECT channel, LEAST(
        %(most)s, tokens + %(rate)s * GREATEST(0, EXTRACT(EPOCH FROM %(now)s - filled_at))
    ) AS tokens
    FROM clients_channelstate WHERE channel = %(channel)s FOR UPDATE
)
UPDATE clients_channelstate AS kept SET
    tokens = CASE WHEN filled.tokens >= %(need)s THEN filled.tokens - 1 ELSE filled.tokens END,
    filled_at = GREATEST(kept.filled_at, %(now)s)
FROM filled WHERE kept.channel = filled.channel
RETURNING filled.tokens
"""


def away(*, now: datetime) -> set[str]:
    """Return the channels that nobody uses at `now`."""
    return set(ChannelState.objects.filter(open_until__gt=now).values_list("channel", flat=True))


class Gates:
    """The channels as one worker knows them over a batch."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, ChannelState] = {}
        self._probing: set[str] = set()

    def refresh(self) -> None:
        """Learn what other workers found out (one query)."""
        self._known = {state.channel: state for state in ChannelState.objects.all()}

    def closed_until(self, channel: str) -> datetime | None:
        """Return until when a channel is left alone; None where a message may go. After a pause only
        the first who asks may send, and by what becomes of it all others go or wait."""
        state, now = self._known.get(channel), self._clock()
        if state is None or state.open_until is None or channel in self._probing:
            return None
        if state.open_until > now:
            return state.open_until
        won = ChannelState.objects.filter(channel=channel, open_until=state.open_until).update(
            open_until=now + PROBE
        )
        if won:
            self._probing.add(channel)
            return None
        self.refresh()
        state = self._known.get(channel)
        return state.open_until if state and state.open_until and state.open_until > now else None

    def failed(self, channel: str, problem: NotSent) -> datetime:
        """Note that a channel is away; return until when it is left alone."""
        now = self._clock()
        ChannelState.objects.get_or_create(channel=channel)
        with transaction.atomic():
            state = ChannelState.objects.select_for_update().get(channel=channel)
            known = state.open_until is not None and state.open_until > now
            if not known or channel in self._probing:
                state.failures += 1
                pause = min(FIRST_PAUSE * 2 ** min(state.failures - 1, 10), LONGEST_PAUSE)
                if problem.wait is not None:
                    pause = timedelta(seconds=min(max(problem.wait, 1.0), MOST_ASKED))
                state.open_until, state.reason = now + pause, problem.reason[:60]
                state.save(update_fields=["failures", "open_until", "reason"])
        self._probing.discard(channel)
        self._known[channel] = state
        return state.open_until or now

    def succeeded(self, channel: str) -> None:
        """Note that a channel takes messages (nothing is written where that was known)."""
        state = self._known.get(channel)
        if state is None or not state.failures:
            return
        ChannelState.objects.filter(channel=channel).update(failures=0, open_until=None, reason="")
        state.failures, state.open_until = 0, None
        self._probing.discard(channel)

    def room(self, channel: str, *, urgent: bool) -> float:
        """Take room for one message of what the provider takes in a second; return 0, or in how many
        seconds to ask again. The last place is kept for what is urgent."""
        rate = settings.PER_SECOND[channel]
        if not rate:
            return 0.0
        need, most = 1.0 if urgent else 2.0, float(max(2, rate))
        now = self._clock()
        with connection.cursor() as cursor:
            values: dict[str, Any] = {
                "channel": channel,
                "rate": rate,
                "most": most,
                "need": need,
                "now": now,
            }
            cursor.execute(_TAKE, values)
            row = cursor.fetchone()
        if row is None:
            ChannelState.objects.get_or_create(
                channel=channel, defaults={"tokens": most, "filled_at": now}
            )
            ChannelState.objects.filter(channel=channel, filled_at=None).update(filled_at=now)
            return self.room(channel, urgent=urgent)
        tokens = float(row[0]) if row[0] is not None else 0.0
        return 0.0 if tokens >= need else (need - tokens) / rate
