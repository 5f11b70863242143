"""Channels that are away cost no message a try; a provider's pace is kept by all workers together;
who answers somebody never waits behind those who can wait; nobody is written to too often."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from clients import caps, gates, notices, outbox
from clients.channels.base import NotSent
from clients.gates import Gates
from clients.models import ChannelState, Client, Message
from clients.outbox import Described, Notice, Way
from tests.factories import bookings
from tests.factories import clinic as house
from tests.factories.clients import message
from tests.harness.databases import Database
from tests.harness.provider import Answer, Provider
from tests.harness.smtp import Sink

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
NOW_, SOON, LATER = Message.Urgency.NOW, Message.Urgency.SOON, Message.Urgency.LATER


class Clock:
    """A clock that goes only while somebody waits."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at
        self.waited: list[float] = []

    def __call__(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.at += timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def _said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages go by the channel they are planned for, to an address of their own."""

    def describe(messages: Sequence[Message], now: datetime) -> Mapping[int, Described]:
        return {
            each.pk: Notice(
                (Way(each.channel, f"a{each.pk}@example.org"),), {"clinic": "Jade"}, "", "Jade"
            )
            for each in messages
        }

    monkeypatch.setitem(
        notices._registry, "thing", notices._Registered(describe, frozenset({"CONFIRMATION"}))
    )


def send(at: datetime | Clock = NOW, **options: Any) -> int:
    clock = at if isinstance(at, Clock) else Clock(at)
    return outbox.send_due(clock=clock, pause=clock.wait, **options)


def counts() -> Counter[str]:
    return Counter(Message.objects.values_list("status", flat=True))


# The breaker


@pytest.mark.django_db
def test_while_a_provider_is_away_messages_wait_and_lose_no_try(provider: Provider) -> None:
    for _ in range(5):
        message(due_at=NOW)
    provider.always = Answer(503)
    send()
    assert len(provider.asked) == 1, "asked once, not once a message"
    assert sorted(Message.objects.values_list("tries", flat=True)) == [0, 0, 0, 0, 1]
    assert send(NOW + 14 * SECOND) == 0, "left in the queue as they are"
    send(NOW + 15 * SECOND)
    assert len(provider.asked) == 2, "after the pause one tries"
    state = ChannelState.objects.get()
    assert (state.failures, state.open_until) == (2, NOW + 45 * SECOND)
    assert state.reason == "The provider answered 503."
    provider.always = None
    send(NOW + 46 * SECOND)
    state.refresh_from_db()
    assert (state.failures, state.open_until) == (0, None)
    send(NOW + 2 * MINUTE)
    assert counts() == {"SENT": 5}
    assert max(Message.objects.values_list("tries", flat=True)) == 2


@pytest.mark.django_db
def test_a_provider_away_for_long_is_asked_every_five_minutes(provider: Provider) -> None:
    gate, pauses, clock = Gates(Clock()), [], Clock()
    gate._clock = clock
    for _ in range(7):
        gate.refresh()
        assert gate.closed_until("SMS") is None
        until = gate.failed("SMS", NotSent("away", everything=True))
        pauses.append((until - clock.at) / SECOND)
        clock.at = until
    assert pauses == [15, 30, 60, 120, 240, 300, 300]


@pytest.mark.django_db
def test_a_provider_that_names_a_time_is_left_alone_for_so_long(provider: Provider) -> None:
    message(due_at=NOW)
    provider.answers = [Answer(429, headers={"Retry-After": "90"})]
    send()
    assert ChannelState.objects.get().open_until == NOW + 90 * SECOND
    send(NOW + 89 * SECOND)
    assert len(provider.asked) == 1
    send(NOW + 90 * SECOND)
    assert counts() == {"SENT": 1}


@pytest.mark.django_db
def test_one_channel_away_holds_up_no_other(provider: Provider) -> None:
    message(due_at=NOW, channel="SMS")
    message(due_at=NOW, channel="EMAIL")
    provider.answers = [Answer(503)]
    send()
    assert dict(Message.objects.values_list("channel", "status")) == {
        "SMS": "PLANNED",
        "EMAIL": "SENT",
    }


@pytest.mark.django_db
def test_after_a_pause_only_one_worker_tries() -> None:
    ChannelState.objects.create(channel="SMS", failures=1, open_until=NOW)
    first, second = Gates(Clock()), Gates(Clock())
    first.refresh()
    second.refresh()
    assert first.closed_until("SMS") is None
    assert first.closed_until("SMS") is None, "and goes on while it does"
    assert second.closed_until("SMS") == NOW + gates.PROBE
    first.succeeded("SMS")
    second.refresh()
    assert second.closed_until("SMS") is None
    with pytest.raises(IntegrityError, match="channel_open_has_failures"), transaction.atomic():
        ChannelState.objects.update(failures=0, open_until=NOW)


@pytest.mark.django_db
def test_two_workers_that_meet_one_outage_count_it_once() -> None:
    first, second = Gates(Clock()), Gates(Clock())
    first.refresh()
    second.refresh()
    away = NotSent("away", everything=True)
    assert first.failed("SMS", away) == second.failed("SMS", away) == NOW + 15 * SECOND
    assert ChannelState.objects.get().failures == 1


# The pace


@pytest.mark.django_db
def test_no_more_leave_in_a_second_than_the_provider_takes(
    provider: Provider, settings: Any
) -> None:
    settings.PER_SECOND = {"EMAIL": 4, "SMS": 0}
    for _ in range(20):
        message(due_at=NOW)
    clock = Clock()
    send(clock)
    assert counts() == {"SENT": 20}
    sent = sorted(Message.objects.values_list("sent_at", flat=True))
    for at in sent:
        assert sum(at <= other < at + SECOND for other in sent) <= 4 + 4, "a burst and a second's"
    assert 4 <= sum(clock.waited) <= 5


@pytest.mark.django_db
def test_a_channel_that_must_wait_holds_up_no_other(sink: Sink, settings: Any) -> None:
    settings.PER_SECOND = {"EMAIL": 0, "SMS": 1}
    settings.SMS_PROVIDER = "console"
    for _ in range(4):
        message(due_at=NOW, channel="SMS")
        message(due_at=NOW, channel="EMAIL")
    send()
    mail = Message.objects.filter(channel="EMAIL").values_list("sent_at", flat=True)
    assert set(mail) == {NOW}
    assert counts() == {"SENT": 8}


def test_workers_keep_one_pace_together(fresh_db: Database, settings: Any) -> None:
    settings.PER_SECOND = {"EMAIL": 5, "SMS": 0}
    Gates(Clock()).room("EMAIL", urgent=True)
    taken: list[float] = []
    ready = threading.Barrier(6)

    def take() -> None:
        gate = Gates(Clock())
        ready.wait(timeout=10)
        try:
            taken.extend(gate.room("EMAIL", urgent=True) for _ in range(4))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sum(not wait for wait in taken) == 4, "five in all, however many ask"
    assert all(0 < wait <= 0.2 for wait in taken if wait)


# Urgency


@pytest.mark.django_db
def test_a_confirmation_never_waits_behind_recalls(sink: Sink) -> None:
    for number in range(120):
        message(due_at=NOW - 10 * MINUTE + number * SECOND, urgency=LATER, expires_at=NOW + DAY)
    reminder = message(due_at=NOW - MINUTE, urgency=SOON)
    answer = message(due_at=NOW, urgency=NOW_)
    claimed = outbox.claim_due(now=NOW, limit=3)
    assert [each.pk for each in claimed[:2]] == [answer.pk, reminder.pk]
    assert claimed[2].urgency == LATER


@pytest.mark.django_db
def test_a_place_in_every_second_is_kept_for_answers(settings: Any) -> None:
    settings.PER_SECOND = {"EMAIL": 3, "SMS": 0}
    gate = Gates(Clock())
    assert [bool(gate.room("EMAIL", urgent=False)) for _ in range(3)] == [False, False, True]
    assert gate.room("EMAIL", urgent=True) == 0


@pytest.mark.django_db
def test_the_worker_for_answers_takes_nothing_else(sink: Sink) -> None:
    message(due_at=NOW, urgency=SOON)
    message(due_at=NOW, urgency=NOW_)
    assert send(urgent=True) == 1
    assert dict(Message.objects.values_list("urgency", "status")) == {0: "SENT", 1: "PLANNED"}
    with pytest.raises(IntegrityError, match="message_urgency_known"), transaction.atomic():
        message(due_at=NOW, urgency=3)


# How much a client gets


def capped(client: Client, due_at: datetime = NOW, **fields: Any) -> Message:
    return message(
        **{
            "due_at": due_at,
            "client": client,
            "staff_email": "",
            "transactional": False,
            "urgency": LATER,
            "expires_at": due_at + 10 * DAY,
            **fields,
        }
    )


@pytest.fixture
def client_of_toronto(db: None) -> Client:
    house.location(time_zone="America/Toronto")
    return bookings.client()


@pytest.mark.django_db
def test_a_client_gets_one_a_day_and_three_a_week(sink: Sink, client_of_toronto: Client) -> None:
    for _ in range(5):
        capped(client_of_toronto)
    sent: list[datetime] = []
    at = NOW
    for _ in range(24 * 9):
        before = len(sink.messages)
        send(at)
        sent += [at] * (len(sink.messages) - before)
        at += HOUR
    assert [each - NOW for each in sent] == [
        timedelta(),
        22 * HOUR,  # the next morning at eight, by the clinic's clock
        46 * HOUR,
        7 * DAY,
        7 * DAY + 22 * HOUR,
    ]


@pytest.mark.django_db
def test_what_answers_or_reminds_is_not_counted(sink: Sink, client_of_toronto: Client) -> None:
    for transactional in (True, True, False, True):
        capped(client_of_toronto, transactional=transactional)
    send()
    assert counts() == {"SENT": 4}
    capped(client_of_toronto, transactional=True, purpose="MARKETING", expires_at=NOW + HOUR)
    send()
    assert counts() == {"SENT": 4, "SUPPRESSED": 1}, "marketing always counts"
    assert Message.objects.get(status="SUPPRESSED").reason == caps.TOO_MUCH


@pytest.mark.django_db
def test_what_did_not_leave_uses_nobodys_share(
    provider: Provider, client_of_toronto: Client
) -> None:
    first = capped(client_of_toronto)
    provider.answers = [Answer(400)]
    send()
    second = capped(client_of_toronto)
    send()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("FAILED", "SENT")


@pytest.mark.django_db
def test_what_did_not_leave_keeps_nothing_else_from_leaving(
    provider: Provider, client_of_toronto: Client
) -> None:
    """The first of two is held up by an outage until it is of no use; the second one goes."""
    first = capped(client_of_toronto, expires_at=NOW + HOUR)
    second = capped(client_of_toronto, expires_at=NOW + 6 * HOUR)
    provider.always = Answer(503)
    send()
    assert counts() == {"PLANNED": 2}, "the second one was not told that there was enough"
    provider.always = None
    send(NOW + 2 * HOUR)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("EXPIRED", "SENT")


@pytest.mark.django_db
def test_nobody_is_written_to_at_night_by_their_own_clock(sink: Sink) -> None:
    far = bookings.client(time_zone="Asia/Tokyo")  # it is midnight there
    near = bookings.client()
    asleep = capped(far, transactional=True, urgency=SOON)
    answer = capped(far, transactional=True, urgency=NOW_)
    awake = capped(near, transactional=True, urgency=SOON)
    send()
    for one in (asleep, answer, awake):
        one.refresh_from_db()
    assert (asleep.status, asleep.due_at, asleep.tries) == ("PLANNED", NOW + 8 * HOUR, 0)
    assert (answer.status, awake.status) == ("SENT", "SENT")


@pytest.fixture
def _two_of_one_client(fresh_db: Database, sink: Sink) -> None:
    person = bookings.client()
    for _ in range(2):
        capped(person)


@pytest.mark.usefixtures("_two_of_one_client")
@pytest.mark.parametrize("with_cap", [True, False], ids=["capped", "canary"])
def test_two_workers_at_once_send_a_client_one_of_two(
    monkeypatch: pytest.MonkeyPatch, with_cap: bool
) -> None:
    if not with_cap:
        monkeypatch.setattr(caps, "held_back", lambda _messages, now: {})
    first, second = (outbox.claim_due(now=NOW, limit=1) for _ in range(2))
    ready = threading.Barrier(2)

    def work(batch: list[Message]) -> None:
        ready.wait(timeout=10)
        try:
            with outbox.Post(lambda: NOW) as post:
                outbox.deliver(batch, post=post)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(batch,)) for batch in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert counts() == ({"SENT": 1, "PLANNED": 1} if with_cap else {"SENT": 2})
