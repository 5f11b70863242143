"""A message that did not go stands at the desk until somebody has seen to it, and each way of seeing
to it does what it says, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.actions import clearing
from clients.errors import MessageTooLate, TroubleOver
from clients.models import ChannelState, Message
from clients.queries.trouble import count, trouble, troubled_by_uid
from clinic import audit
from clinic.models import AuditEntry
from tests.factories import bookings, clinic
from tests.factories.clients import message

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def unsent(status: str = "FAILED", **fields: Any) -> Message:
    now = datetime.now(UTC)
    return message(
        **{
            "client": bookings.client(name="Ana Lima"),
            "staff_email": "",
            "status": status,
            "due_at": now - HOUR,
            "expires_at": now + HOUR,
            "reason": "Nobody has this address.",
            **fields,
        }
    )


def desk() -> Browser:
    found = Browser()
    found.force_login(clinic.user(role="FRONT_DESK"))
    return found


def act(who: Browser, one: Message, what: str) -> str:
    answer = who.post(f"/desk/messages/{one.uid}/{what}/", follow=True)
    return answer.content.decode()


def test_each_thing_that_went_wrong_stands_under_its_name() -> None:
    now = datetime.now(UTC)
    failed, late, kept = unsent(), unsent("EXPIRED"), unsent("SUPPRESSED")
    stuck = unsent("PLANNED", due_at=now - HOUR)
    lost = unsent("SENDING", claimed_at=now - HOUR)
    unsent("PLANNED", due_at=now + HOUR)
    unsent("FAILED", due_at=now - timedelta(days=31))
    ChannelState.objects.create(channel="SMS", failures=4, open_until=now + HOUR)
    with CaptureQueriesContext(connection) as asked:
        found = trouble(now=now)
    assert len(asked) == 5
    assert [*found.failed, *found.late, *found.kept] == [failed, late, kept]
    assert {each.pk for each in found.stuck} == {stuck.pk, lost.pk}
    assert [each.channel for each in found.away] == ["SMS"]
    assert count(now=now) == 5
    page = desk().get("/desk/messages/").content.decode()
    for words in ("Could not be sent", "Too late to send", "Not sent, on purpose",
                  "Due, and still here", "does not answer", "Nobody has this address."):  # fmt: skip
        assert words in page


def test_sent_again_it_waits_for_the_worker_by_every_way_there_is() -> None:
    one = unsent(given_up="EMAIL+SMS", tries=7, provider="twilio", provider_id="SM1")
    assert "It goes out now" in act(desk(), one, "again")
    one.refresh_from_db()
    assert (one.status, one.given_up, one.tries, one.provider_id) == ("PLANNED", "", 0, "")
    assert AuditEntry.objects.get(verb="message.sent_again").about == f"message:{one.uid}"
    assert count(now=datetime.now(UTC)) == 0


def test_what_is_of_no_use_any_more_is_not_sent_again() -> None:
    one = unsent("EXPIRED", expires_at=datetime.now(UTC) - HOUR)
    who = desk()
    assert "Send again" not in who.get("/desk/messages/").content.decode()
    assert "too late to send" in act(who, one, "again")
    one.refresh_from_db()
    assert one.status == "EXPIRED"


@pytest.mark.parametrize(("what", "status"), [("told", "TOLD"), ("aside", "FAILED")])
def test_told_or_put_aside_it_is_off_the_page_and_says_who_did_it(what: str, status: str) -> None:
    one = unsent()
    who = desk()
    act(who, one, what)
    one.refresh_from_db()
    assert (one.status, one.cleared_at is not None, one.cleared_by is not None) == (
        status, True, True,
    )  # fmt: skip
    assert "Every message went" in who.get("/desk/messages/").content.decode()
    assert who.post(f"/desk/messages/{one.uid}/{what}/").status_code == 404


def test_what_waits_though_it_is_due_can_be_told_and_then_goes_no_more() -> None:
    stuck = unsent("PLANNED", reason="")
    lost = unsent("SENDING", claimed_at=datetime.now(UTC) - HOUR)
    who = desk()
    page = who.get("/desk/messages/").content.decode()
    assert f"/desk/messages/{stuck.uid}/told/" in page
    assert f"/desk/messages/{lost.uid}/told/" not in page, "it may be leaving at this moment"
    assert who.post(f"/desk/messages/{lost.uid}/told/").status_code == 404
    assert "the client was told" in act(who, stuck, "told")
    stuck.refresh_from_db()
    assert (stuck.status, stuck.cleared_by is not None) == ("TOLD", True)
    waits = unsent("PLANNED", reason="")
    for other in ("again", "aside"):
        act(who, waits, other)
        waits.refresh_from_db()
        assert (waits.status, waits.cleared_at) == ("PLANNED", None)
    Message.objects.filter(pk=waits.pk).update(status="SENDING", claimed_at=datetime.now(UTC))
    with pytest.raises(TroubleOver):
        clearing.say_told(now=datetime.now(UTC), actor=audit.staff(clinic.user()), message=waits)


@pytest.mark.parametrize("act_on", [clearing.send_again, clearing.say_told, clearing.put_aside])
def test_two_at_the_desk_see_to_a_message_once(act_on: Any) -> None:
    one = unsent()
    actor = audit.staff(clinic.user(role="FRONT_DESK"))
    act_on(now=datetime.now(UTC), actor=actor, message=one)
    with pytest.raises(TroubleOver):
        act_on(now=datetime.now(UTC), actor=actor, message=one)
    assert AuditEntry.objects.filter(about=f"message:{one.uid}").count() == 1


def test_a_message_that_went_is_nobodys_to_clear() -> None:
    one = unsent("SENT", sent_at=datetime.now(UTC))
    assert troubled_by_uid(one.uid) is None
    actor = audit.staff(clinic.user())
    with pytest.raises(TroubleOver):
        clearing.put_aside(now=datetime.now(UTC), actor=actor, message=one)
    late = unsent("EXPIRED", expires_at=datetime.now(UTC))
    with pytest.raises(MessageTooLate):
        clearing.send_again(now=datetime.now(UTC), actor=actor, message=late)


def test_nothing_is_cleared_by_nobody() -> None:
    one = unsent()
    with pytest.raises(IntegrityError, match="message_cleared_by_somebody"), transaction.atomic():
        Message.objects.filter(pk=one.pk).update(cleared_at=datetime.now(UTC))
