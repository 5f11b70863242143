"""The numbers of messages in the format Prometheus reads.

They are asked of the database when they are asked for: several processes serve, and none of them
knows what the others do. No label names a person.
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from clients.models import Channel, Message
from clients.queries.message_numbers import Numbers


class _Messages(Collector):
    def __init__(self, found: Numbers) -> None:
        self._found = found

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = self._found
        delay = GaugeMetricFamily(
            "jade_messages_due_to_sent_seconds",
            "From due to sent, of those sent in the last hour.",
            labels=["quantile"],
        )
        for quantile, seconds in found.delays.items():
            delay.add_metric([f"{quantile:g}"], seconds)
        yield delay
        yield GaugeMetricFamily(
            "jade_messages_sent_last_hour", "Sent in the last hour.", value=found.sent
        )
        backlog = GaugeMetricFamily(
            "jade_messages_backlog", "Due and not sent.", labels=["urgency", "channel"]
        )
        for urgency in Message.Urgency:
            for channel in Channel:
                count = found.backlog.get((urgency, channel), 0)
                backlog.add_metric([urgency.name, channel], count)
        yield backlog
        yield GaugeMetricFamily(
            "jade_messages_oldest_due_seconds", "The oldest is due for.", value=found.oldest
        )
        yield GaugeMetricFamily("jade_messages_ahead", "Planned for later.", value=found.ahead)
        ended = GaugeMetricFamily(
            "jade_messages_not_sent_last_day",
            "Failed, too late or not sent on purpose in the last day.",
            labels=["status", "reason"],
        )
        for (status, reason), count in found.ended.items():
            ended.add_metric([status, reason], count)
        yield ended
        away = GaugeMetricFamily(
            "jade_channel_away", "Whether nobody uses a channel now.", labels=["channel"]
        )
        for channel in Channel:
            away.add_metric([channel], int(channel in found.away))
        yield away


def exposition(found: Numbers) -> bytes:
    """Return the numbers as Prometheus reads them (text format 0.0.4)."""
    registry = CollectorRegistry()
    registry.register(_Messages(found))
    return generate_latest(registry)
