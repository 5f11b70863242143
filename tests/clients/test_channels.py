"""What leaves the house: mail that programs and people can read, and that nobody can bend."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clients.channels import CHANNELS, mailbox
from clients.channels.base import Channel, Invite, Letter, NotSent
from clients.channels.email import EmailChannel, Mail
from clients.channels.local import MailboxSms
from clients.models import Channel as ChannelChoice
from tests.harness.smtp import Sink

WRITTEN = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nSUMMARY:Ren\xc3\xa9e\r\nEND:VCALENDAR\r\n"


def letter(**fields: Any) -> Letter:
    return Letter(
        **{
            "reference": "0f0e",
            "to": "ana@example.org",
            "sender_name": "Jade",
            "reply_to": "",
            "subject": "Your appointment",
            "text": "Hello Ana,\n\nFrom now on.\n.\nRenée — ✓\n",
            "html": "<p>Hello Ana</p>",
            "short": "Jade: see you",
            "written_at": WRITTEN,
            **fields,
        }
    )


def sent(sink: Sink, one: Letter) -> EmailMessage:
    channel = EmailChannel()
    channel.send(one)
    channel.close()
    return sink.messages[-1]


def test_every_channel_of_the_model_has_a_way_out() -> None:
    assert set(CHANNELS) == set(ChannelChoice.values)
    for name, providers in CHANNELS.items():
        assert all(issubclass(kind, Channel) and kind.name == name for kind in providers.values())


def test_a_letter_arrives_as_text_page_and_invite(sink: Sink) -> None:
    mail = sent(sink, letter(invite=Invite("REQUEST", CALENDAR)))
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    text = mail.get_body(("plain",))
    assert text is not None
    # On the wire, lines of text end in CRLF.
    assert text.get_content().replace("\r\n", "\n") == letter().text
    page = mail.get_body(("html",))
    assert page is not None
    assert page.get_content().strip() == letter().html
    (attached,) = mail.iter_attachments()
    assert attached.get_payload(decode=True) == CALENDAR
    assert not [defect for part in mail.walk() for defect in part.defects]


def test_a_letter_without_invite_has_nothing_attached(sink: Sink) -> None:
    assert [part.get_content_type() for part in sent(sink, letter()).walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_mail_says_who_writes_when_and_that_a_machine_does(sink: Sink) -> None:
    mail = sent(sink, letter(sender_name="Zoë & Söhne", reply_to="desk@example.org"))
    assert str(mail["From"]) == "Zoë & Söhne <clinic@localhost>"
    assert str(mail["Reply-To"]) == "Zoë & Söhne <desk@example.org>"
    assert mail["Date"].datetime == WRITTEN
    assert mail["Message-ID"] == "<0f0e@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert not [name for name in mail.keys() if name.lower().startswith(("list-", "precedence"))]  # noqa: SIM118
    raw = sink.raw[-1]
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


@given(text=st.text(max_size=200), name=st.text(max_size=80))
def test_no_text_breaks_out_of_its_header(text: str, name: str) -> None:
    raw = Mail(letter(subject=text, sender_name=name)).message().as_bytes()
    head = raw.split(b"\r\n\r\n", 1)[0]
    names = re.findall(rb"^([^\s:]+):", head, re.MULTILINE)
    assert sorted(names) == sorted(
        [
            b"Content-Type",
            b"MIME-Version",
            b"Subject",
            b"From",
            b"To",
            b"Date",
            b"Message-ID",
            b"Auto-Submitted",
        ]
    )
    assert raw.isascii()


@given(text=st.text(st.characters(exclude_categories=["C"]), max_size=400))
@example(text="word " * 60)
@example(text="w" * 300)
@example(text="é" * 300)
def test_a_subject_of_any_length_is_read_as_it_was_written(text: str) -> None:
    raw = Mail(letter(subject=text)).message().as_bytes()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    read = message_from_bytes(raw, policy=default)["Subject"]
    assert str(read).split() == text.split()


@given(body=st.text(max_size=2000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_arrives_as_it_was(body: str) -> None:
    clean = re.sub(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]", "", body)
    raw = Mail(letter(text=clean)).message().as_bytes()
    part = message_from_bytes(raw, policy=default).get_body(("plain",))  # type: ignore[attr-defined]
    assert part.get_payload(decode=True).replace(b"\r\n", b"\n").decode() == clean


@pytest.mark.parametrize(
    ("address", "written"),
    [("ana@example.org", "ana@example.org"), ("ana@bücher.example", "ana@xn--bcher-kva.example")],
)
def test_addresses_are_written_as_mail_servers_take_them(
    sink: Sink, address: str, written: str
) -> None:
    sent(sink, letter(to=address))
    assert sink.recipients == [written]


def test_a_text_message_lands_in_the_mailbox_and_nowhere_without_one(
    settings: Any, tmp_path: Any
) -> None:
    settings.MAILBOX_DIR = tmp_path / "box"
    MailboxSms().send(letter(to="+14165550123"))
    (kept,) = mailbox.newest()
    assert (kept.to, kept.is_text_message) == ("+14165550123", True)
    found = mailbox.find(kept.id)
    assert found
    assert found.text.strip() == "Jade: see you"
    settings.MAILBOX = False
    with pytest.raises(NotSent) as refused:
        MailboxSms().send(letter(to="+14165550123"))
    assert refused.value.permanent


def test_the_page_of_a_mail_is_whole_and_loads_nothing() -> None:
    from clients.wording import words

    said = words(
        "CONFIRMATION",
        {"first_name": "<b>Ana</b>", "clinic": "A & B", "link": "https://x.example/m/1/"},
        language="en-ca",
        edited={},
    )

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []
            self.links: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag not in {"meta", "br"}:
                self.open.append(tag)
            found = dict(attrs)
            assert "src" not in found
            if "href" in found:
                self.links.append(str(found["href"]))

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    reader = Reader()
    reader.feed(said.html)
    assert reader.open == []
    assert reader.links == ["https://x.example/m/1/"]
    assert "<b>" not in said.html
    assert "prefers-color-scheme: dark" in said.html
    assert "<b>Ana</b>" in said.text, "text is text"
