"""Messages while something is dead: a worker, Redis, the mail server. Nothing is lost; nothing is
sent twice but what was in flight when its worker was killed."""

from __future__ import annotations

import multiprocessing
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from django.db import transaction

from bookings import messages
from bookings.models import Booking
from clients import nudge, outbox
from clients.models import ChannelState, Message
from tests.factories import bookings
from tests.harness.databases import Database
from tests.harness.programs import Program, environment, eventually
from tests.harness.queue import OwnRedis, broker
from tests.harness.smtp import Sink

Start = Callable[..., Program]


def now() -> datetime:
    return datetime.now(UTC)


def book(number: int = 1) -> list[Booking]:
    """Bookings a month ahead, in one transaction, with their messages: a confirmation each is due."""
    with transaction.atomic():
        made = [
            bookings.booking(starts_at=(now() + timedelta(days=30)).replace(microsecond=0))
            for _ in range(number)
        ]
        for booking in made:
            messages.plan_new(booking, now=now())
    return made


def confirmations(status: str) -> int:
    return Message.objects.filter(kind="CONFIRMATION", status=status).count()


def let_claims_grow_old() -> None:
    """Two minutes pass for whoever looks at the claims."""
    Message.objects.filter(status="SENDING").update(claimed_at=now() - outbox.STALE)


def received(sink: Sink) -> Counter[str]:
    return Counter(str(mail["Message-ID"]) for mail in sink.messages)


@pytest.fixture(autouse=True)
def _a_breaker_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nudge, "breaker", nudge.Breaker())


@pytest.fixture
def worker(start_celery: Start, fresh_db: Database, redis_url: str, sink: Sink) -> Start:
    """Start a worker that sends to the test's mail server."""

    def start(url: str = redis_url, what: str = "worker", *arguments: str) -> Program:
        return start_celery(what, *arguments, database=fresh_db, redis_url=url, EMAIL_URL=sink.url)

    return start


# A worker is killed


def test_a_worker_killed_between_claim_and_send_loses_nothing(worker: Start, sink: Sink) -> None:
    sink.hold = "before"
    first = worker()
    book(3)
    eventually(lambda: sink.held, what="a message on its way")
    first.kill()
    sink.release()
    assert (confirmations("SENDING"), len(sink.messages)) == (3, 0)
    worker()
    nudge.send("clients.tasks.send_due_messages")
    let_claims_grow_old()
    nudge.send("clients.tasks.send_due_messages")
    eventually(lambda: confirmations("SENT") == 3)
    assert set(received(sink).values()) == {1}


def test_a_worker_killed_between_send_and_mark_repeats_only_what_was_in_flight(
    worker: Start, sink: Sink
) -> None:
    sink.hold, sink.hold_after = "after", 4
    first = worker()
    book(10)
    eventually(lambda: sink.held, what="a message taken and not yet acknowledged")
    eventually(lambda: confirmations("SENT") == 4)
    first.kill()
    sink.release()
    assert confirmations("SENDING") == 6
    let_claims_grow_old()
    worker()
    nudge.send("clients.tasks.send_due_messages")
    eventually(lambda: confirmations("SENT") == 10)
    counts = received(sink)
    assert len(counts) == 10
    assert sorted(counts.values()) == [1] * 9 + [2], "the one in flight, with the same Message-ID"


def test_a_task_that_the_queue_delivers_again_sends_nothing_again(
    worker: Start, sink: Sink, fresh_db: Database, redis_url: str, tmp_path: Any
) -> None:
    sink.hold = "before"
    first = worker()
    book()
    eventually(lambda: sink.held, what="a message on its way")
    first.kill()
    sink.release()
    second = Program(
        [
            *(sys.executable, "-m", "celery", "--app", "tests.faults.impatient", "worker"),
            *("--concurrency", "2", "--loglevel", "INFO", "--without-mingle"),
        ],
        environment(DATABASE_URL=fresh_db.url, REDIS_URL=redis_url, EMAIL_URL=sink.url),
        tmp_path / "log",
    )
    try:
        second.wait_until_it_says("succeeded in", within=40)
        assert "clients.tasks.send_messages" in second.said()
        assert (confirmations("SENDING"), len(sink.messages)) == (1, 0), "the claim still stands"
        let_claims_grow_old()
        nudge.send("clients.tasks.send_due_messages")
        eventually(lambda: confirmations("SENT") == 1)
        assert set(received(sink).values()) == {1}
    finally:
        second.kill()


def test_a_task_delivered_many_times_at_once_sends_each_message_once(
    worker: Start, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nudge, "after_commit", lambda _ids: None)
    book(120)
    ids = list(Message.objects.filter(kind="CONFIRMATION").values_list("pk", flat=True))
    for _ in range(6):
        nudge.send("clients.tasks.send_messages", [ids])
        nudge.send("clients.tasks.send_due_messages")
    worker()
    eventually(lambda: confirmations("SENT") == 120, within=40)
    assert set(received(sink).values()) == {1}
    assert len(sink.messages) == 120


# Redis


@pytest.fixture
def silent_url() -> Iterator[str]:
    """Something that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def seconds(work: Callable[[], Any]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


@pytest.mark.parametrize("how", ["refused", "frozen", "frozen under an open connection", "mute"])
def test_a_booking_does_not_notice_a_redis_that_is_gone(
    how: str, fresh_db: Database, own_redis: OwnRedis, silent_url: str, sink: Sink
) -> None:
    with broker(silent_url if how == "mute" else own_redis.url):
        if how == "frozen under an open connection":
            assert nudge.send("clients.tasks.send_due_messages")
        if how.startswith("frozen"):
            own_redis.freeze()
        if how == "refused":
            own_redis.kill()
        first, second = (
            seconds(lambda: nudge.send("clients.tasks.send_due_messages")) for _ in range(2)
        )
        rung = [seconds(lambda: nudge.bell.ring([0])) for _ in range(20)]
        book(2)
        own_redis.thaw()
    assert first < 0.6, "one socket timeout of 0.25 s, and room for a busy machine"
    assert second < 0.05, "nobody is asked again for ten seconds"
    assert max(rung) < 0.05, "whoever books only rings"
    assert outbox.send_due(clock=now) == 2, "the sweep finds what nobody was told about"
    assert len(sink.messages) == 2


def test_a_rush_of_bookings_asks_the_queue_seldom_and_for_every_message() -> None:
    asked: list[list[int]] = []
    bell = nudge.Bell(asked.append, apart=0.2)
    for number in range(500):
        bell.ring([number])
    eventually(lambda: [*chain(*asked)] == [*range(500)], what="all of them asked for")
    assert len(asked) <= 20


def test_the_first_message_is_asked_for_while_a_slow_queue_still_answers() -> None:
    begun, go_on = threading.Event(), threading.Event()
    asked: list[list[int]] = []

    def ask(ids: list[int]) -> None:
        asked.append(ids)
        begun.set()
        go_on.wait(10)

    bell = nudge.Bell(ask, apart=0)
    bell.ring([1])
    assert begun.wait(10)
    assert seconds(lambda: bell.ring([2])) < 1, "nobody waits for the one that is being asked"
    go_on.set()
    eventually(lambda: asked == [[1], [2]])


def test_a_process_made_by_forking_rings_a_bell_of_its_own() -> None:
    asked: Any = multiprocessing.get_context("fork").Queue()
    bell = nudge.Bell(asked.put, apart=0)
    bell.ring([1])
    assert asked.get(timeout=10) == [1]
    child = multiprocessing.get_context("fork").Process(
        target=lambda: (bell.ring([2]), go_on_until_asked(bell))
    )
    child.start()
    assert asked.get(timeout=10) == [2]
    child.join(10)
    assert child.exitcode == 0


def go_on_until_asked(bell: nudge.Bell) -> None:
    eventually(lambda: not bell._ids, what="the child's bell to ask")


def test_the_queue_is_asked_again_after_ten_seconds_by_one_request_only() -> None:
    at = 0.0
    breaker = nudge.Breaker(clock=lambda: at)
    assert breaker.admits()
    breaker.failed()
    assert not breaker.admits()
    at = 10.0
    assert [breaker.admits() for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert all(breaker.admits() for _ in range(3))


def test_what_a_wiped_redis_forgot_is_sent_by_the_next_tick(
    worker: Start, sink: Sink, own_redis: OwnRedis
) -> None:
    with broker(own_redis.url):
        book(5)
        own_redis.restart_empty()
    assert confirmations("PLANNED") == 5
    worker(own_redis.url)
    worker(own_redis.url, "beat")
    eventually(lambda: confirmations("SENT") == 5, within=45)
    assert set(received(sink).values()) == {1}


def test_a_redis_lost_under_a_running_worker_and_beat_only_delays(
    worker: Start, sink: Sink, own_redis: OwnRedis
) -> None:
    worker(own_redis.url)
    worker(own_redis.url, "beat")
    with broker(own_redis.url):
        own_redis.kill()
        book(3)
        own_redis.restart_empty()
    eventually(lambda: confirmations("SENT") == 3, within=60)
    assert set(received(sink).values()) == {1}


def test_two_beats_send_nothing_twice(worker: Start, sink: Sink, redis_url: str) -> None:
    with transaction.atomic():
        book(60)
        transaction.get_connection().run_on_commit = []
    worker(redis_url, "beat")
    worker(redis_url, "beat")
    worker()
    eventually(lambda: confirmations("SENT") == 60, within=45)
    assert set(received(sink).values()) == {1}


# The mail server


def test_a_mail_server_that_is_down_delays_what_a_worker_sends(worker: Start, sink: Sink) -> None:
    sink.stop()
    worker()
    book(2)
    eventually(lambda: ChannelState.objects.filter(open_until__gt=now()).exists())
    eventually(lambda: confirmations("PLANNED") == 2)
    assert ChannelState.objects.get().reason == "The mail server can't be reached."
    assert sum(Message.objects.values_list("tries", flat=True)) == 1, "one tries, the others wait"
    sink.start()
    ChannelState.objects.update(open_until=now())
    Message.objects.filter(status="PLANNED", due_at__lte=now() + timedelta(minutes=2)).update(
        due_at=now()
    )
    nudge.send("clients.tasks.send_due_messages")
    eventually(lambda: confirmations("SENT") == 2)
    assert set(received(sink).values()) == {1}


def test_a_mail_server_that_never_answers_is_given_up_on(
    fresh_db: Database, sink: Sink, silent_url: str, settings: Any
) -> None:
    book(3)
    settings.EMAIL_PORT = int(silent_url.rsplit(":", 1)[1].split("/", maxsplit=1)[0])
    settings.EMAIL_TIMEOUT = 0.3
    spent = seconds(lambda: outbox.send_due(clock=now))
    assert spent < 3, "asked once, not once a message"
    assert set(Message.objects.filter(tries=1).values_list("reason", flat=True)) == {
        "The mail server did not answer in time."
    }
    assert confirmations("PLANNED") == 3
