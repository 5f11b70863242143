"""The outbox: claimed once, checked again, sent once, and a state for whatever became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from clients import notices, outbox
from clients.models import Message
from clients.outbox import Described, Notice, Post, Postponed, Suppressed, Way, Withdrawn
from tests.factories.clients import message
from tests.harness.databases import Database
from tests.harness.smtp import Sink

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

Say = Callable[[Message], Described | None]


def notice(to: str = "somebody@example.org", **context: str) -> Notice:
    return Notice(
        ways=[Way("EMAIL", to)],
        context={"clinic": "Jade", "date": "Tuesday", "time": "3 pm", **context},
        carries="told",
        sender_name="Jade",
    )


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> dict[str, Say]:
    """Messages about things say what `say[<their about>]` makes of them; else a plain notice."""
    known: dict[str, Say] = {}

    def describe(messages: Sequence[Message], now: datetime) -> Mapping[int, Described]:
        said = {each.pk: known.get(each.about, lambda _each: notice())(each) for each in messages}
        return {pk: described for pk, described in said.items() if described is not None}

    monkeypatch.setitem(
        notices._registry, "thing", notices._Registered(describe, frozenset({"CONFIRMATION"}))
    )
    return known


def send(now: datetime = NOW, **options: Any) -> int:
    return outbox.send_due(clock=lambda: now, **options)


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("status", flat=True))


pytestmark = pytest.mark.usefixtures("say")


# Sending


@pytest.mark.django_db
def test_what_is_due_is_sent_once_and_the_rest_waits(sink: Sink) -> None:
    due, later = message(due_at=NOW), message(due_at=NOW + MINUTE)
    assert send() == 1
    assert send() == 0
    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.status, due.sent_at, due.tries, due.carries) == ("SENT", NOW, 1, "told")
    assert (later.status, later.tries) == ("PLANNED", 0)
    assert len(sink.messages) == 1


@pytest.mark.django_db
def test_a_batch_goes_over_one_connection(sink: Sink) -> None:
    for _ in range(outbox.BATCH + 5):
        message(due_at=NOW)
    assert send() == outbox.BATCH + 5
    assert (len(sink.messages), sink.connections) == (outbox.BATCH + 5, 1)


@pytest.mark.django_db
def test_the_shortcut_takes_along_what_else_answers_somebody(sink: Sink) -> None:
    mine, _other = message(due_at=NOW, urgency=0), message(due_at=NOW, urgency=0)
    early, _can_wait = message(due_at=NOW + MINUTE, urgency=0), message(due_at=NOW, urgency=1)
    assert outbox.send_now([early.pk], clock=lambda: NOW) == 0
    assert outbox.send_now([mine.pk], clock=lambda: NOW) == 2
    assert outbox.send_now([mine.pk], clock=lambda: NOW) == 0
    assert states() == ["SENT", "SENT", "PLANNED", "PLANNED"]
    assert sink.connections == 1


@pytest.mark.django_db
def test_a_message_that_came_too_late_is_marked_and_never_sent(sink: Sink) -> None:
    message(due_at=NOW - 2 * MINUTE, expires_at=NOW)
    assert send() == 0
    assert states() == ["EXPIRED"]
    assert not sink.messages


# Checked again


@pytest.mark.django_db
def test_the_facts_decide_at_the_moment_of_sending(sink: Sink, say: dict[str, Say]) -> None:
    gone, changed, refused, night, dawn = (message(due_at=NOW) for _ in range(5))
    say[gone.about] = lambda _message: None
    say[changed.about] = lambda _message: Withdrawn("changed")
    say[refused.about] = lambda _message: Suppressed("refused")
    say[night.about] = lambda _message: Postponed(NOW + 60 * MINUTE)
    say[dawn.about] = lambda each: Postponed(each.expires_at)
    send()
    assert states() == ["WITHDRAWN", "WITHDRAWN", "SUPPRESSED", "PLANNED", "EXPIRED"]
    night.refresh_from_db()
    assert (night.due_at, night.tries) == (NOW + 60 * MINUTE, 0)
    assert not sink.messages


@pytest.mark.django_db
def test_one_message_that_cant_be_written_holds_up_no_other(
    sink: Sink, say: dict[str, Say], caplog: pytest.LogCaptureFixture
) -> None:
    bad, _good = message(due_at=NOW), message(due_at=NOW)
    say[bad.about] = lambda _message: notice(treatment="acupuncture")
    send()
    assert states() == ["PLANNED", "SENT"]
    bad.refresh_from_db()
    assert bad.reason == "It could not be written."
    assert "could not be written" in caplog.text


@pytest.mark.django_db
def test_messages_nobody_describes_stay_planned_and_say_so(
    sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    message(due_at=NOW, about="unheard-of:1")
    send()
    assert states() == ["PLANNED"]
    assert "unheard-of" in caplog.text


# Failures


@pytest.mark.django_db
def test_a_temporary_refusal_is_tried_again_later(sink: Sink) -> None:
    one = message(due_at=NOW)
    sink.answer = "451 later"
    assert send() == 1
    one.refresh_from_db()
    assert (one.status, one.due_at, one.tries) == ("PLANNED", NOW + MINUTE, 1)
    assert one.reason == "The message was refused (451)."
    sink.answer = "250 OK"
    assert send() == 0
    assert send(NOW + MINUTE) == 1
    one.refresh_from_db()
    assert (one.status, one.tries, one.reason) == ("SENT", 2, "")


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["RCPT", "DATA"])
def test_a_final_refusal_fails_with_its_reason_and_only_that_message(
    sink: Sink, say: dict[str, Say], word: str
) -> None:
    wrong, _right = message(due_at=NOW), message(due_at=NOW)
    say[wrong.about] = lambda _message: notice("wrong@example.org")
    sink.refuse["wrong@example.org"] = "550 unknown"
    if word == "DATA":
        sink.refuse.clear()
        sink.answer = "554 no"
    send()
    assert states() == (["FAILED", "SENT"] if word == "RCPT" else ["FAILED", "FAILED"])
    wrong.refresh_from_db()
    assert ("(550)" if word == "RCPT" else "(554)") in wrong.reason
    assert "wrong@example.org" not in wrong.reason


@pytest.mark.django_db
def test_a_greylisting_server_is_tried_again(sink: Sink) -> None:
    message(due_at=NOW)
    sink.refuse["somebody@example.org"] = "450 greylisted"
    send()
    assert states() == ["PLANNED"]
    sink.refuse.clear()
    send(NOW + MINUTE)
    assert states() == ["SENT"]


@pytest.mark.django_db
def test_a_mail_server_that_is_down_loses_nothing_and_is_asked_once(
    sink: Sink, say: dict[str, Say]
) -> None:
    sink.stop()
    for _ in range(outbox.BATCH + 3):
        message(due_at=NOW)
    assert send() == outbox.BATCH, "what was not claimed stays as it is"
    assert set(states()) == {"PLANNED"}
    assert sorted(Message.objects.values_list("tries", flat=True))[-2:] == [0, 1], "one was tried"
    assert send(NOW + MINUTE / 6) == 0, "nobody asks before the pause is over"
    sink.start()
    send(NOW + MINUTE)
    assert set(states()) == {"SENT"}
    assert len(sink.messages) == outbox.BATCH + 3


@pytest.mark.django_db
def test_a_server_that_hangs_up_in_the_middle_is_come_back_to(sink: Sink) -> None:
    message(due_at=NOW)
    sink.answer = "421 going down"
    send()
    assert states() == ["PLANNED"]
    sink.answer = "250 OK"
    send(NOW + MINUTE)
    assert states() == ["SENT"]


@pytest.mark.django_db
def test_tries_grow_apart_up_to_half_an_hour_and_end(sink: Sink) -> None:
    one = message(due_at=NOW, expires_at=NOW + timedelta(days=30))
    sink.answer = "451 later"
    waits, now = [], NOW
    for _ in range(8):
        send(now)
        one.refresh_from_db()
        waits.append((one.due_at - now) / MINUTE)
        now = one.due_at
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    Message.objects.update(tries=outbox.MOST_TRIES - 1)
    send(now)
    assert states() == ["FAILED"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "a@example.org\nBcc: b@example.org",
        "a b@example.org",
        "a@b@c",
        "",
        "<a@b.c>",
        "é@example.org",
    ],
)
def test_an_address_that_could_be_read_as_another_is_never_used(
    sink: Sink, say: dict[str, Say], address: str
) -> None:
    one = message(due_at=NOW)
    say[one.about] = lambda _message: notice(address)
    send()
    assert states() == ["FAILED"]
    assert not sink.recipients


# Claims


@pytest.mark.django_db
def test_a_dead_workers_messages_are_put_back_in_good_time(sink: Sink) -> None:
    message(due_at=NOW)
    assert len(outbox.claim_due(now=NOW, limit=10)) == 1
    assert outbox.claim_due(now=NOW, limit=10) == []
    assert send(NOW + outbox.STALE - MINUTE / 60) == 0
    assert send(NOW + outbox.STALE) == 1
    assert states() == ["SENT"]


@pytest.mark.django_db
def test_a_worker_whose_claim_passed_on_writes_nothing(
    sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    message(due_at=NOW)
    slow = outbox.claim_due(now=NOW, limit=10)
    later = NOW + timedelta(minutes=3)
    outbox.requeue_stale(now=later)
    outbox.claim_due(now=later, limit=10)
    with Post(lambda: later) as post:
        outbox.deliver(slow, post=post)
    row = Message.objects.get()
    assert (row.status, row.claimed_at) == ("SENDING", later)
    assert "no longer ours" in caplog.text


@pytest.mark.django_db
def test_a_purpose_is_queued_once_until_it_is_withdrawn() -> None:
    first = message(due_at=NOW)
    again = {"about": first.about, "dedupe_key": first.dedupe_key}
    with pytest.raises(IntegrityError, match="message_once_a_purpose"), transaction.atomic():
        message(due_at=NOW, **again)
    assert outbox.withdraw([first.pk], reason="test") == 1
    message(due_at=NOW, **again)


def test_workers_that_come_at_once_never_send_the_same_message(
    fresh_db: Database, sink: Sink
) -> None:
    ids = [message(due_at=NOW).pk for _ in range(120)]
    ready = threading.Barrier(6)
    handled: list[int] = []

    def work(number: int) -> None:
        ready.wait(timeout=10)
        try:
            handled.append(outbox.send_now(ids, clock=lambda: NOW) if number % 2 else send())
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sum(handled) == 120
    references = [str(each["Message-ID"]) for each in sink.messages]
    assert len(references) == len(set(references)) == 120
    assert set(states()) == {"SENT"}
