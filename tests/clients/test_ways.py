"""One way fails, the next one is taken; where none is left the desk hears of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser

from clients import contact_consents, notices, outbox, reach
from clients.models import Client, ContactFailure, Conversation, Message
from clients.outbox import Described, Notice, Way
from clients.queries.reach import unreachable
from clinic import audit
from clinic.models import AuditEntry
from tests.factories import bookings, clinic
from tests.factories.clients import contact_failure, message
from tests.harness.provider import Answer, Provider, twilio_error

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EMAIL, PHONE = "ana@example.org", "+14165550123"
BOTH = (Way("EMAIL", EMAIL), Way("SMS", PHONE))
NO_EMAIL = Answer(400)
NO_PHONE = twilio_error(21211)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ways(monkeypatch: pytest.MonkeyPatch) -> dict[str, Sequence[Way]]:
    """Messages about things go by `ways[<their about>]`; else by e-mail, then by text."""
    known: dict[str, Sequence[Way]] = {}

    def describe(messages: Sequence[Message], now: datetime) -> Mapping[int, Described]:
        notice = Notice(BOTH, {"clinic": "Jade"}, "told", "Jade")
        return {each.pk: replace(notice, ways=known.get(each.about, BOTH)) for each in messages}

    monkeypatch.setitem(
        notices._registry, "thing", notices._Registered(describe, frozenset({"CONFIRMATION"}))
    )
    return known


def ana() -> Client:
    return bookings.client(name="Ana Lima", email=EMAIL, phone=PHONE)


def planned(client: Client | None = None, **fields: Any) -> Message:
    about = {"client": client, "staff_email": ""} if client else {}
    return message(due_at=NOW, **{**about, **fields})


def send(now: datetime = NOW) -> int:
    return outbox.send_due(clock=lambda: now)


def fresh(one: Message) -> Message:
    one.refresh_from_db()
    return one


def test_a_message_goes_by_the_first_way_and_keeps_what_the_provider_calls_it(
    provider: Provider,
) -> None:
    one = planned(ana())
    send()
    assert (fresh(one).status, one.channel, one.provider) == ("SENT", "EMAIL", "mailgun")
    assert one.provider_id.startswith("<1@")
    assert provider.keys() == [str(one.uid)]


def test_where_the_first_way_fails_for_good_the_next_is_taken_at_once(provider: Provider) -> None:
    one = planned(ana())
    provider.to[EMAIL] = NO_EMAIL
    send()
    assert (fresh(one).status, one.channel, one.given_up) == ("SENT", "SMS", "EMAIL")
    assert one.provider_id.startswith("SM")
    assert [asked.form["To"] for asked in provider.taken] == [PHONE]
    assert unreachable() == [], "somebody was reached"


def stop(number: str = PHONE) -> Conversation:
    talk = Conversation.begun(number, now=NOW)
    talk.stopped_at = NOW
    talk.save()
    return talk


def test_a_number_that_said_stop_gets_nothing_whosever_record_it_stands_in_later(
    provider: Provider, ways: dict[str, Sequence[Way]]
) -> None:
    stop()
    one, mailed = planned(ana()), planned(bookings.client(email=EMAIL, phone=PHONE))
    ways[one.about] = (Way("SMS", PHONE),)
    provider.to[EMAIL] = NO_EMAIL
    send()
    assert (fresh(one).status, one.reason) == ("SUPPRESSED", "The number has said STOP.")
    assert (fresh(mailed).status, mailed.given_up) == ("FAILED", "EMAIL")
    assert [asked.form for asked in provider.asked if "To" in asked.form] == []


def test_who_allows_text_messages_again_gets_them_though_the_number_said_stop(
    provider: Provider, ways: dict[str, Sequence[Way]]
) -> None:
    stop(), stop("+14165550199")
    client = ana()
    none = dict.fromkeys(contact_consents.CHOICES, False)
    for choice in (none, {**none, "care_sms": True}):
        one = planned(client)
        ways[one.about] = (Way("SMS", PHONE),)
        contact_consents.choose(now=NOW, actor=audit.CLIENT, client=client, granted=choice)
        send()
        assert fresh(one).status == ("SENT" if choice["care_sms"] else "SUPPRESSED")
    assert Conversation.objects.get(phone="+14165550199").stopped_at == NOW


def test_where_every_way_fails_the_desk_is_told_whom_nothing_reaches(provider: Provider) -> None:
    one = planned(ana())
    provider.to |= {EMAIL: NO_EMAIL, PHONE: NO_PHONE}
    send()
    assert (fresh(one).status, one.given_up) == ("FAILED", "EMAIL+SMS")
    assert one.reason == "The number was refused (21211)."
    (flagged,) = unreachable()
    assert flagged.client == one.client
    assert set(ContactFailure.objects.values_list("channel", "dead")) == {
        ("EMAIL", False),
        ("SMS", True),
    }, "an e-mail refused for what it says is no dead address"
    assert EMAIL not in str(ContactFailure.objects.values())


def test_a_way_that_fails_for_now_is_waited_for_and_no_other_taken(provider: Provider) -> None:
    one = planned(ana())
    provider.to[EMAIL] = Answer(408)
    send()
    assert (fresh(one).status, one.given_up, one.due_at) == ("PLANNED", "", NOW + MINUTE)
    provider.to.clear()
    send(NOW + MINUTE)
    assert (fresh(one).status, one.channel) == ("SENT", "EMAIL")


def test_a_way_given_up_stays_given_up_while_the_next_one_is_away(provider: Provider) -> None:
    one = planned(ana())
    provider.to |= {EMAIL: NO_EMAIL, PHONE: Answer(408)}
    send()
    assert (fresh(one).status, one.given_up) == ("PLANNED", "EMAIL")
    provider.to.clear()
    send(NOW + MINUTE)
    assert (fresh(one).status, one.channel) == ("SENT", "SMS")
    assert len(provider.asked) == 3


def test_a_dead_number_is_not_written_to_again_until_the_desk_says_so(provider: Provider) -> None:
    client = ana()
    provider.to |= {EMAIL: NO_EMAIL, PHONE: NO_PHONE}
    planned(client)
    send()
    provider.to.clear()
    asked = len(provider.asked)
    second = planned(client)
    send()
    assert (fresh(second).status, second.channel) == ("SENT", "EMAIL")
    ContactFailure.objects.update(dead=True)
    third = planned(client)
    send()
    assert (fresh(third).status, third.reason) == ("FAILED", "No address that works is known.")
    assert len(provider.asked) == asked + 1
    actor = audit.staff(clinic.user(role="FRONT_DESK"))
    reach.clear(now=NOW, actor=actor, failure=unreachable()[0])
    assert unreachable() == []
    fourth = planned(client)
    send()
    assert fresh(fourth).status == "SENT"
    assert AuditEntry.objects.filter(verb="client.reach_cleared").count() == 1


def test_a_corrected_address_is_not_blamed_for_the_old_one(
    provider: Provider, ways: dict[str, Sequence[Way]]
) -> None:
    client = ana()
    contact_failure(client=client, to=EMAIL)
    one = planned(client)
    ways[one.about] = (Way("EMAIL", "ana.lima@example.org"),)
    send()
    assert fresh(one).status == "SENT"


def test_a_message_to_staff_that_fails_flags_no_client(provider: Provider) -> None:
    one = planned()
    provider.to |= {EMAIL: NO_EMAIL, PHONE: NO_PHONE}
    send()
    assert fresh(one).status == "FAILED"
    assert not ContactFailure.objects.exists()


def test_one_address_fails_once_however_often_it_does(provider: Provider) -> None:
    client = ana()
    provider.to |= {EMAIL: NO_EMAIL, PHONE: NO_PHONE}
    for _number in range(3):
        planned(client)
    send()
    assert ContactFailure.objects.count() == 2
    with pytest.raises(IntegrityError, match="contact_fails_once"), transaction.atomic():
        contact_failure(client=client, channel="SMS", digest=reach.digest("SMS", PHONE))
    failure = ContactFailure.objects.first()
    with pytest.raises(IntegrityError, match="contact_cleared_has_time"), transaction.atomic():
        ContactFailure.objects.filter(pk=failure.pk).update(cleared_by=clinic.user())


@pytest.mark.parametrize("answer", ["550 5.2.2 mailbox full", "550 5.7.1 policy"])
def test_a_full_mailbox_is_no_dead_address(sink: Any, answer: str) -> None:
    client = ana()
    sink.refuse[EMAIL] = answer
    planned(client)
    send()
    assert not ContactFailure.objects.get(channel="EMAIL").dead
    sink.refuse[EMAIL] = "550 5.1.1 unknown user"
    planned(client)
    send()
    assert ContactFailure.objects.get(channel="EMAIL").dead


def test_the_desk_sees_whom_nothing_reaches_and_says_when_it_is_done(client: Browser) -> None:
    person = ana()
    failure = contact_failure(client=person)
    client.force_login(clinic.user(role="FRONT_DESK"))
    page = client.get("/desk/inbox/").content.decode()
    assert "Ana Lima" in page
    assert "The address was refused (550)." in page
    answer = client.post(f"/desk/inbox/unreached/{failure.uid}/", follow=True)
    assert "Messages to Ana Lima are sent again." in answer.content.decode()
    assert "Nothing waits" in answer.content.decode()
    failure.refresh_from_db()
    assert failure.cleared_by is not None
    client.post(f"/desk/inbox/unreached/{failure.uid}/")
    assert AuditEntry.objects.filter(verb="client.reach_cleared").count() == 1
