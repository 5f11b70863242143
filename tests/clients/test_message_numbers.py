"""The numbers of messages: right against a plain count, the same on the page and for Prometheus, and
for nobody without the token."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from clients.models import ChannelState, Message
from clients.queries.message_numbers import numbers
from tests.factories import clinic
from tests.factories.clients import message

pytestmark = pytest.mark.django_db

TOKEN = "a long token of Prometheus"
MINUTE = timedelta(minutes=1)


def sent(now: datetime, *, ago: int, after: float) -> Message:
    at = now - ago * MINUTE
    return message(due_at=at - timedelta(seconds=after), status="SENT", sent_at=at)


def scraped(settings: Any) -> dict[tuple[str, tuple[str, ...]], float]:
    settings.METRICS_TOKEN = TOKEN
    answer = Browser().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_delays_are_those_of_the_last_hour() -> None:
    now = datetime.now(UTC)
    for after in range(1, 101):
        sent(now, ago=after % 50, after=after)
    sent(now, ago=61, after=100_000)
    found = numbers(now=now)
    assert found.sent == 100
    assert found.delays[1.0] == pytest.approx(100)
    assert found.delays[0.5] == pytest.approx(50.5)
    assert found.delays[0.95] == pytest.approx(95.05)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["PLANNED", "SENDING", "FAILED", "SUPPRESSED", "EXPIRED", "TOLD"]),
            st.sampled_from(["EMAIL", "SMS"]),
            st.integers(0, 2),
            st.integers(-2000, 60),
        ),
        max_size=8,
    )
)
def test_what_waits_and_what_failed_is_a_plain_count(rows: list[tuple[str, str, int, int]]) -> None:
    now = datetime.now(UTC)
    Message.objects.all().delete()
    for status, channel, urgency, minutes in rows:
        message(
            due_at=now + minutes * MINUTE, status=status, channel=channel, urgency=urgency,
            claimed_at=now, reason="Why.",
        )  # fmt: skip
    found = numbers(now=now)
    due = [r for r in rows if r[0] in {"PLANNED", "SENDING"} and r[3] <= 0]
    assert found.backlog == Counter((r[2], r[1]) for r in due)
    assert found.oldest == pytest.approx(max((-r[3] * 60 for r in due), default=0))
    assert found.ahead == sum(r[0] == "PLANNED" and r[3] > 0 for r in rows)
    ended = Counter(
        (r[0], "Why.")
        for r in rows
        if r[0] in {"FAILED", "SUPPRESSED", "EXPIRED"} and -1440 < r[3] <= 0
    )
    assert found.ended == ended


def test_prometheus_and_the_owners_page_say_the_same(settings: Any) -> None:
    now = datetime.now(UTC)
    sent(now, ago=1, after=7)
    message(due_at=now - MINUTE, urgency=0)
    message(due_at=now - MINUTE, status="FAILED", reason="Nobody has this address.")
    ChannelState.objects.create(channel="SMS", failures=3, open_until=now + MINUTE)
    found = scraped(settings)
    assert found["jade_messages_due_to_sent_seconds", ("0.95",)] == pytest.approx(7)
    assert found["jade_messages_backlog", ("EMAIL", "NOW")] == 1
    assert found["jade_messages_backlog", ("SMS", "LATER")] == 0
    assert math.isclose(found["jade_messages_oldest_due_seconds", ()], 60, abs_tol=30)
    reasons = ("Nobody has this address.", "FAILED")
    assert found["jade_messages_not_sent_last_day", reasons] == 1
    assert found["jade_channel_away", ("SMS",)] == 1
    owner = Browser()
    owner.force_login(clinic.user(role="OWNER"))
    page = owner.get("/settings/messages/numbers/").content.decode()
    for words in ("7.0 s", "Nobody has this address.", "does not answer"):
        assert words in page


def test_an_empty_clinic_has_numbers_too(settings: Any) -> None:
    assert scraped(settings)["jade_messages_sent_last_hour", ()] == 0


@pytest.mark.parametrize("brought", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}"])
def test_without_the_token_there_is_no_such_page(settings: Any, brought: str) -> None:
    for token in ("", TOKEN):
        settings.METRICS_TOKEN = token
        assert Browser().get("/metrics", headers={"Authorization": brought}).status_code == 404


def test_it_takes_six_queries_however_much_there_is() -> None:
    now = datetime.now(UTC)
    for minutes in range(20):
        message(due_at=now - minutes * MINUTE)
    with CaptureQueriesContext(connection) as asked:
        numbers(now=now)
    assert len(asked) == 6
