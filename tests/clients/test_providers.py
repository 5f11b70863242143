"""What leaves through providers, and what their answers mean for a message."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clients.channels import gateway, open_channel
from clients.channels.base import Invite, NotSent, Receipt
from tests.clients.test_channels import CALENDAR, letter
from tests.harness.provider import DOMAIN, NUMBER, Answer, Provider, twilio_error

PHONE = "+14165550123"


def send(name: str, **fields: Any) -> Receipt:
    channel = open_channel(name)
    try:
        return channel.send(letter(to=PHONE if name == "SMS" else "ana@example.org", **fields))
    finally:
        channel.close()


def refused(name: str, **fields: Any) -> NotSent:
    with pytest.raises(NotSent) as problem:
        send(name, **fields)
    assert PHONE not in problem.value.reason
    assert "@" not in problem.value.reason
    return problem.value


def gateway_of(provider: Provider, settings: Any, **said: Any) -> None:
    settings.SMS_PROVIDER = "gateway"
    settings.SMS_GATEWAY = json.dumps(
        {
            "url": f"{provider.url}/gateway",
            "json": {"to": "{to}", "text": "{text}", "key": "{reference}", "n": 1},
            "says": "OK",
            "id": "data.id",
            **said,
        }
    )


# E-mail


def test_mail_leaves_whole_through_a_provider(provider: Provider) -> None:
    receipt = send(
        "EMAIL",
        sender_name='Zoë & "Söhne"',
        reply_to="desk@example.org",
        invite=Invite("REQUEST", CALENDAR),
        unsubscribe="https://jade.example/stop/x/",
    )
    (asked,) = provider.taken
    assert receipt == Receipt("mailgun", f"<1@{DOMAIN}>")
    assert asked.form["to"] == "ana@example.org"
    assert "Zoë & 'Söhne'" in asked.form["from"]
    assert asked.form["text"].replace("\r\n", "\n") == letter().text
    assert asked.form["html"] == letter().html
    heads = {name.lower(): value for name, value in asked.form.items() if name.startswith("h:")}
    assert heads["h:message-id"] == "<0f0e@localhost>"
    assert heads["h:list-unsubscribe"] == "<https://jade.example/stop/x/>"
    assert heads["h:list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert asked.form["v:reference"] == "0f0e", "comes back with every report"
    assert asked.form["o:tracking-opens"] == "no"
    assert "method=REQUEST" in asked.form["attachment:type"].replace('"', "")
    assert "SUMMARY:Renée" in asked.form["attachment"]
    assert provider.keys() == ["0f0e"]


def test_a_line_break_in_a_name_or_subject_stays_in_its_field(provider: Provider) -> None:
    send("EMAIL", sender_name="A\nBcc: b@example.org", subject="Hello\r\nBcc: b@example.org")
    (asked,) = provider.taken
    assert asked.form["subject"] == "Hello Bcc: b@example.org"
    assert "\n" not in asked.form["from"]
    assert "h:Bcc" not in asked.form
    assert "bcc" not in asked.form


# Text messages


def test_a_text_message_leaves_through_twilio_with_where_to_report(
    provider: Provider, settings: Any
) -> None:
    settings.SITE_URL = "https://jade.example"
    receipt = send("SMS")
    (asked,) = provider.taken
    assert receipt.provider_id.startswith("SM")
    assert asked.form == {
        "To": PHONE,
        "From": NUMBER,
        "Body": "Jade: see you",
        "StatusCallback": "https://jade.example/hooks/twilio/status/?ref=0f0e",
    }
    settings.TWILIO_FROM = "MG123"
    send("SMS")
    assert provider.taken[-1].form["MessagingServiceSid"] == "MG123"
    assert "From" not in provider.taken[-1].form


def test_a_gateway_is_asked_as_it_is_described(provider: Provider, settings: Any) -> None:
    gateway_of(provider, settings, headers={"Authorization": "Bearer {sender}"})
    receipt = send("SMS", sender_name="Jade\nX: y", short="{to} {reference} {unknown} {")
    (asked,) = provider.taken
    assert receipt == Receipt("gateway", "1")
    assert json.loads(asked.body) == {
        "to": PHONE,
        "text": "{to} {reference} {unknown} {",
        "key": "0f0e",
        "n": 1,
    }, "what a message says is never taken for a place to fill"
    assert asked.headers["Authorization"] == "Bearer Jade X: y"
    gateway_of(provider, settings, url=f"{provider.url}/gateway?to={{to}}&text={{text}}", json={})
    send("SMS", short="a&b=c")
    assert provider.taken[-1].path == "/gateway?to=%2B14165550123&text=a%26b%3Dc"


@pytest.mark.parametrize(
    ("said", "permanent", "address"),
    [
        (Answer(200, json.dumps({"state": "no"})), False, False),
        (Answer(422, "{}"), True, False),
        (Answer(200, "Unknown Subscriber OK"), True, True),
        (Answer(503, "{}"), False, False),
    ],
)
def test_what_a_gateway_says_is_read_as_described(
    provider: Provider, settings: Any, said: Answer, permanent: bool, address: bool
) -> None:
    gateway_of(provider, settings, permanent=[422], dead=["unknown subscriber"])
    provider.always = said
    problem = refused("SMS")
    assert (problem.permanent, problem.address) == (permanent, address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"url": "ftp://x"}',
        '{"url": "https://x", "unheard": 1}',
        '{"url": "https://x", "json": []}',
        '{"url": "https://x", "accepted": ["200"]}',
        '{"url": "https://x", "dead": "no"}',
        '{"url": "https://x", "id": 7}',
    ],
)
def test_a_gateway_that_is_described_wrongly_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(gateway.Misdescribed, match=r"\w"):
        gateway.read(text)


# What answers mean


@pytest.mark.parametrize("name", ["EMAIL", "SMS"])
@pytest.mark.parametrize(
    ("said", "everything", "reason"),
    [
        (Answer(500), True, "answered 500"),
        (Answer(401), True, "answered 401"),
        (Answer(429, headers={"Retry-After": "17"}), True, "slow down"),
        (Answer(how="silent"), True, "in time"),
        (Answer(how="gone"), True, "reached"),
        (Answer(201, '{"sid": "SM1", "id": "1"}', how="half"), True, "."),
        (Answer(200, "not JSON"), True, "can't be read"),
        (Answer(302, headers={"Location": "http://127.0.0.1:1/"}), True, "The provider"),
    ],
    ids=lambda value: getattr(value, "how", None) and f"{value.status} {value.how}",
)
def test_a_provider_that_is_away_is_no_fault_of_the_message(
    provider: Provider, name: str, said: Answer, everything: bool, reason: str
) -> None:
    provider.always = said
    problem = refused(name)
    assert (problem.permanent, problem.everything) == (False, everything)
    assert reason in problem.reason
    assert problem.wait == (17.0 if said.status == 429 else None)


@pytest.mark.parametrize("name", ["EMAIL", "SMS"])
def test_what_a_provider_will_never_take_is_not_tried_again(provider: Provider, name: str) -> None:
    provider.always = Answer(400)
    problem = refused(name)
    assert (problem.permanent, problem.address, problem.everything) == (True, False, False)


@pytest.mark.parametrize("code", [21211, 21610, 21614])
def test_a_number_that_takes_no_texts_is_known_as_such(provider: Provider, code: int) -> None:
    provider.always = twilio_error(code)
    problem = refused("SMS")
    assert problem.address
    assert problem.reason == f"The number was refused ({code})."


def test_a_provider_that_is_set_up_wrongly_keeps_everything_waiting(
    provider: Provider, settings: Any
) -> None:
    settings.ANYMAIL = {**settings.ANYMAIL, "MAILGUN_API_KEY": "wrong"}
    assert refused("EMAIL").everything
    settings.EMAIL_PROVIDER = "unheard_of"
    assert refused("EMAIL").everything
    settings.TWILIO_AUTH_TOKEN = "wrong"
    assert refused("SMS").everything


def test_an_answer_without_end_is_given_up_on(provider: Provider) -> None:
    provider.always = Answer(201, "x" * 100_000)
    assert refused("SMS").reason == "The provider's answer has no end."


def test_the_console_shows_both_forms(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.EMAIL_PROVIDER = settings.SMS_PROVIDER = "console"
    send("EMAIL")
    send("SMS")
    said = capsys.readouterr().out
    assert "Your appointment\nHello Ana," in said
    assert f"SMS to {PHONE} (0f0e)" in said
