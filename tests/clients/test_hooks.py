"""What providers report: believed only from them, once, in any order; what came back goes another
way, and who complains gets no more of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from clients import outbox, reach
from clients.channels import twilio
from clients.models import ContactConsent, ContactFailure, Message
from clients.queries.reach import unreachable
from clinic.models import AuditEntry
from tests.clients.test_ways import EMAIL, NOW, PHONE, ana, fresh, planned, send, ways
from tests.harness.provider import DOMAIN, SID, SIGNING_KEY, TOKEN, Provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ways")]
assert ways  # the fixture of the messages' ways

SECRET = "a secret of the gateway, long enough"
LATER = NOW + timedelta(hours=1)


def mailgun(one: Message, event: str, *, token: str = "t" * 50, **fields: Any) -> dict[str, Any]:
    """Return what Mailgun posts of an event."""
    stamp = str(int(LATER.timestamp()))
    said = hmac.new(SIGNING_KEY.encode(), f"{stamp}{token}".encode(), hashlib.sha256)
    return {
        "signature": {"timestamp": stamp, "token": token, "signature": said.hexdigest()},
        "event-data": {
            "event": event,
            "timestamp": LATER.timestamp(),
            "recipient": EMAIL,
            "message": {"headers": {"message-id": one.provider_id.strip("<>")}},
            "user-variables": {"reference": str(one.uid)},
            **fields,
        },
    }


def post_mailgun(said: dict[str, Any]) -> HttpResponse:
    return Browser().post("/hooks/email/", json.dumps(said), content_type="application/json")


def post_twilio(one: Message, status: str, signature: str | None = None, **fields: str) -> Any:
    path = f"/hooks/twilio/status/?ref={one.uid}"
    form = {
        "MessageSid": one.provider_id,
        "MessageStatus": status,
        "To": PHONE,
        "AccountSid": SID,
        **fields,
    }
    if signature is None:
        signature = twilio.signature(f"http://localhost:8000{path}", form.items())
    return Browser().post(path, form, headers={"X-Twilio-Signature": signature})


def sent(channel: str = "EMAIL", **fields: Any) -> Message:
    given_up = {"EMAIL": "", "SMS": "EMAIL"}[channel]
    of_use = {"expires_at": datetime.now(UTC) + timedelta(days=1)}
    one = planned(ana(), given_up=given_up, **{**of_use, **fields})
    send()
    assert (fresh(one).status, one.channel) == ("SENT", channel)
    return one


@pytest.fixture(autouse=True)
def _site(provider: Provider, settings: Any) -> None:
    settings.SITE_URL = "http://localhost:8000"


# Only the provider is listened to


def test_twilio_signs_as_its_documentation_shows() -> None:
    """The example of Twilio's own documentation."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    said = url + "".join(name + form[name] for name in sorted(form))
    mac = hmac.new(TOKEN.encode(), said.encode(), hashlib.sha1).digest()
    assert twilio.signature(url, form.items()) == base64.b64encode(mac).decode()
    assert twilio.is_signed(url, form.items(), base64.b64encode(mac).decode())
    assert not twilio.is_signed(url, {**form, "Digits": "1235"}.items(), "é")


def test_a_report_that_is_not_signed_changes_nothing(settings: Any) -> None:
    mail, text = sent(), sent("SMS")
    forged = mailgun(mail, "failed", severity="permanent")
    forged["signature"]["signature"] = "0" * 64
    assert post_mailgun(forged).status_code == 403
    assert post_mailgun({"event-data": {}}).status_code == 403
    assert post_twilio(text, "failed", signature="x").status_code == 403
    good = post_twilio(text, "sent")
    assert good.status_code == 204
    other = twilio.signature(f"http://localhost:8000/hooks/twilio/status/?ref={mail.uid}", [])
    assert post_twilio(text, "failed", signature=other).status_code == 403
    assert {fresh(mail).status, fresh(text).status} == {"SENT"}
    assert not ContactFailure.objects.exists()


def test_where_a_provider_is_not_in_use_nobody_is_there(settings: Any) -> None:
    settings.EMAIL_PROVIDER, settings.SMS_PROVIDER = "", ""
    for path in ("email", "twilio/status", "sms/status"):
        assert Browser().post(f"/hooks/{path}/").status_code == 404
    settings.SMS_PROVIDER, settings.TWILIO_AUTH_TOKEN = "twilio", ""
    assert Browser().post("/hooks/twilio/status/").status_code == 404


def test_a_provider_that_signs_nothing_has_to_know_the_secret(settings: Any) -> None:
    settings.EMAIL_PROVIDER = "postmark"
    body = json.dumps({"RecordType": "Delivery", "MessageID": "1", "Recipient": EMAIL})

    def post(**headers: str) -> int:
        asked = {"content_type": "application/json", "headers": headers}
        return Browser().post("/hooks/email/", body, **asked).status_code

    assert post() == 404, "without a secret anybody could tell us anything"
    settings.ANYMAIL = {**settings.ANYMAIL, "WEBHOOK_SECRET": f"jade:{SECRET}"}
    assert post() == 403
    right = base64.b64encode(f"jade:{SECRET}".encode()).decode()
    assert post(Authorization=f"Basic {right}") == 204
    assert Browser().head("/hooks/email/").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{", b"null", b'{"RecordType": 7}', b"\xff",
        pytest.param(b"[" * 50_000, id="nested without end"),
        pytest.param(b'{"id": ' + b"[" * 900 + b"]" * 900 + b"}", id="nested"),
    ],
)  # fmt: skip
def test_what_cant_be_read_is_answered_and_not_an_error(settings: Any, body: bytes) -> None:
    settings.EMAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {**settings.ANYMAIL, "WEBHOOK_SECRET": f"jade:{SECRET}"}
    right = base64.b64encode(f"jade:{SECRET}".encode()).decode()
    settings.SMS_PROVIDER, settings.HOOK_SECRET = "gateway", SECRET
    for path in ("email", "sms/status", "sms/inbound"):
        answer = Browser(raise_request_exception=False).post(
            f"/hooks/{path}/",
            body,
            content_type="application/json",
            headers={"Authorization": f"Basic {right}"},
        )
        assert answer.status_code in (204, 400), (path, body)


# What is told


def test_a_delivery_is_written_down_once_and_at_its_own_time() -> None:
    one = sent()
    assert post_mailgun(mailgun(one, "delivered")).status_code == 204
    assert (fresh(one).status, one.delivered_at) == ("SENT", LATER)
    post_mailgun(mailgun(one, "delivered", timestamp=(LATER + timedelta(days=1)).timestamp()))
    assert fresh(one).delivered_at == LATER


def test_mail_that_came_back_goes_by_text_and_the_address_is_known_as_dead(
    provider: Provider,
) -> None:
    one = sent()
    post_mailgun(mailgun(one, "failed", severity="permanent", reason="bounce"))
    assert (fresh(one).status, one.given_up) == ("PLANNED", "EMAIL")
    failure = ContactFailure.objects.get()
    assert (failure.dead, failure.digest) == (True, reach.digest("EMAIL", EMAIL))
    outbox.send_due(clock=lambda: datetime.now(UTC))
    assert (fresh(one).status, one.channel) == ("SENT", "SMS")
    assert unreachable() == []
    # The same report again, and others that come late, are of a message that has left since.
    for event in ("failed", "delivered", "complained"):
        post_mailgun(
            {**mailgun(one, event, severity="permanent"), "x": 1}
            | {"event-data": {**mailgun(one, event)["event-data"], "message": {"headers": {
                "message-id": f"1@{DOMAIN}"}}}}
        )  # fmt: skip
    assert (fresh(one).status, one.channel, one.delivered_at) == ("SENT", "SMS", None)


def test_a_text_nobody_got_leaves_the_client_for_the_desk_to_reach(provider: Provider) -> None:
    one = sent("SMS")
    assert post_twilio(one, "undelivered", ErrorCode="30006").status_code == 204
    outbox.send_due(clock=lambda: datetime.now(UTC))
    assert fresh(one).status == "FAILED"
    assert [each.client for each in unreachable()] == [one.client]


def test_what_came_back_by_both_ways_has_failed_and_the_client_is_left_for_the_desk() -> None:
    one = sent()
    post_mailgun(mailgun(one, "failed", severity="permanent", reason="bounce"))
    outbox.send_due(clock=lambda: datetime.now(UTC))
    assert (fresh(one).status, one.channel) == ("SENT", "SMS")
    post_twilio(one, "undelivered", ErrorCode="30006")
    assert (fresh(one).status, one.given_up) == ("PLANNED", "EMAIL+SMS")
    outbox.send_due(clock=lambda: datetime.now(UTC))
    assert fresh(one).status == "FAILED"
    assert [each.client for each in unreachable()] == [one.client]


def test_what_arrived_by_the_second_way_is_known_to_have_arrived() -> None:
    one = sent()
    post_mailgun(mailgun(one, "failed", severity="permanent", reason="bounce"))
    outbox.send_due(clock=lambda: datetime.now(UTC))
    post_twilio(fresh(one), "delivered")
    assert fresh(one).delivered_at is not None
    assert (one.status, one.channel, one.bounced_at) == ("SENT", "SMS", None)


def test_a_message_sent_again_by_the_desk_may_come_back_again() -> None:
    one = sent("SMS")
    for _ in range(2):
        post_twilio(fresh(one), "undelivered", ErrorCode="30008")
        outbox.send_due(clock=lambda: datetime.now(UTC))
        assert fresh(one).status == "FAILED"
        Message.objects.filter(pk=one.pk).update(status="PLANNED", given_up="EMAIL")
        outbox.send_due(clock=lambda: datetime.now(UTC))
        assert fresh(one).status == "SENT"


def test_a_report_of_the_second_way_that_is_faster_than_the_worker_is_told_again_later() -> None:
    one = sent()
    post_mailgun(mailgun(one, "failed", severity="permanent"))
    Message.objects.filter(pk=one.pk).update(status="SENDING", claimed_at=NOW)
    assert post_twilio(fresh(one), "delivered").status_code == 503
    assert post_mailgun(mailgun(one, "delivered")).status_code == 204


def test_a_delay_is_no_bounce_and_nothing_after_a_bounce_is_a_delivery() -> None:
    one = sent()
    post_mailgun(mailgun(one, "failed", severity="temporary"))
    assert fresh(one).status == "SENT"
    post_mailgun(mailgun(one, "failed", severity="permanent"))
    post_mailgun(mailgun(one, "delivered"))
    assert (fresh(one).status, one.delivered_at) == ("PLANNED", None)


def test_what_came_back_too_late_to_be_of_use_has_failed() -> None:
    one = sent(expires_at=NOW + timedelta(minutes=1))
    post_mailgun(mailgun(one, "failed", severity="permanent"))
    assert fresh(one).status == "FAILED"
    assert unreachable()


def test_who_complains_gets_no_more_of_such_messages_on_that_channel() -> None:
    one = sent(purpose="MARKETING", transactional=False)
    for _ in range(2):
        post_mailgun(mailgun(one, "complained"))
    (said,) = ContactConsent.objects.all()
    assert (said.client, said.channel, said.purpose) == (one.client, "EMAIL", "MARKETING")
    assert (said.granted, said.source) == (False, "COMPLAINED")
    assert fresh(one).complained_at == LATER
    assert AuditEntry.objects.filter(verb="client.messages_chosen").count() == 1
    ContactConsent.objects.create(
        client=one.client, channel="EMAIL", purpose="MARKETING", granted=True,
        at=datetime.now(UTC), source="PAGES", wording="x",
    )  # fmt: skip
    post_mailgun(mailgun(one, "complained", timestamp=datetime.now(UTC).timestamp()))
    assert ContactConsent.objects.order_by("pk").last().granted, "a replay takes nothing back"


def test_an_opened_mail_is_noted_only_where_the_clinic_wants_it(settings: Any) -> None:
    one = sent()
    post_mailgun(mailgun(one, "opened"))
    assert fresh(one).opened_at is None
    settings.TRACK_OPENS = True
    post_mailgun(mailgun(one, "opened"))
    assert fresh(one).opened_at == LATER


def test_a_report_that_is_faster_than_the_worker_is_told_again_later() -> None:
    one = planned(ana(), status="SENDING", claimed_at=NOW)
    answer = post_mailgun(mailgun(one, "failed", severity="permanent"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")


def test_a_message_whose_worker_died_is_not_sent_again_once_it_is_known_to_have_arrived(
    provider: Provider,
) -> None:
    one = planned(ana(), claimed_at=NOW, reason="The worker that was sending it died.")
    post_mailgun(mailgun(one, "delivered"))
    assert (fresh(one).status, one.delivered_at) == ("SENT", LATER)
    send()
    assert provider.taken == []


@pytest.mark.parametrize("as_json", [True, False])
def test_a_gateway_reports_with_the_secret(
    provider: Provider, settings: Any, as_json: bool
) -> None:
    settings.SMS_PROVIDER, settings.HOOK_SECRET = "gateway", SECRET
    settings.SMS_GATEWAY = json.dumps(
        {"url": f"{provider.url}/gateway", "form": {"to": "{to}"}, "id": "data.id"}
    )
    one = sent("SMS")
    said = {"reference": str(one.uid), "id": one.provider_id, "state": "dead", "to": PHONE}
    body = json.dumps(said) if as_json else urlencode(said)
    kind = "application/json" if as_json else "application/x-www-form-urlencoded"
    for secret, status in (("wrong", 403), (SECRET, 204)):
        shown = base64.b64encode(f"jade:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {shown}"}
        answer = Browser().post("/hooks/sms/status/", body, content_type=kind, headers=headers)
        assert answer.status_code == status
    assert ContactFailure.objects.get().dead


@pytest.mark.parametrize("reference", ["", "x", "0" * 36, "7d4f3c3e-0000-4000-8000-000000000000"])
def test_a_report_of_nothing_we_know_is_passed_over(reference: str) -> None:
    one = planned(ana(), provider_id="")
    said = mailgun(one, "failed", severity="permanent")
    said["event-data"]["user-variables"] = {"reference": reference}
    assert post_mailgun(said).status_code == 204
    assert fresh(one).status == "PLANNED"
