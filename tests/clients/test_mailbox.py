"""The development mailbox, as whoever tries the clinic on their own machine sees it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import send_mail
from django.test import Client as Browser

from clients.channels import mailbox
from clients.channels.base import Invite, Letter
from clients.channels.email import EmailChannel

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "clients.channels.mailbox.EmailBackend"
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    return tmp_path / "mailbox"


def put(subject: str = "Your appointment", html: str = "<html><head></head><p>Hi</p>") -> str:
    EmailChannel().send(
        Letter(
            reference="1",
            to="ana@example.org",
            sender_name="Jade",
            reply_to="",
            subject=subject,
            text="See https://jade.example/manage/x/",
            html=html,
            short="",
            written_at=datetime(2026, 11, 20, 15, 0, tzinfo=UTC),
            invite=Invite("REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
        )
    )
    return mailbox.newest()[0].id


def test_the_list_shows_the_newest_first_and_says_when_there_is_none(
    box: Path, client: Browser
) -> None:
    assert "Nothing yet" in client.get("/mailbox/").content.decode()
    first = put("The first")
    os.utime(box / f"{first}.eml", (1, 1))
    put("The second <b>")
    page = client.get("/mailbox/").content.decode()
    assert page.index("The second &lt;b&gt;") < page.index("The first")


def test_each_part_of_the_invite_is_named_as_the_file_it_is(box: Path, client: Browser) -> None:
    kept = mailbox.find(put())
    assert kept is not None
    assert {each.content_type: each.filename for each in kept.attachments} == {
        "text/calendar": "invite.ics",
        "application/ics": "invite.ics",
    }
    assert "part.calendar" not in client.get(f"/mailbox/{kept.id}/").content.decode()


def test_a_message_is_shown_with_its_text_its_page_and_its_invite(
    box: Path, client: Browser
) -> None:
    name = put()
    page = client.get(f"/mailbox/{name}/")
    shown = page.content.decode()
    assert 'href="https://jade.example/manage/x/"' in shown
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    numbers = [
        number
        for number, each in enumerate(mailbox.find(name).attachments)  # type: ignore[union-attr]
        if each.filename == "invite.ics"
    ]
    invite = client.get(f"/mailbox/{name}/attachment/{numbers[0]}/")
    assert invite.content.startswith(b"BEGIN:VCALENDAR")
    assert invite["Content-Disposition"] == 'attachment; filename="invite.ics"'


def test_a_mails_page_may_do_nothing(box: Path, client: Browser) -> None:
    name = put(html="<html><head></head><script>alert(1)</script></html>")
    policy = client.get(f"/mailbox/{name}/page/")["Content-Security-Policy"]
    said = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert (said["default-src"], said["script-src"]) == ("'none'", "'none'")
    assert said["frame-ancestors"] == "'self'"
    assert "allow-scripts" not in said["sandbox"]
    assert client.get(f"/mailbox/{name}/page/")["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    "path",
    [
        "nothing/",
        "0" * 32 + "/",
        "0" * 32 + "/page/",
        "0" * 32 + "/attachment/0/",
        "..%2F..%2Fkeys/",
        "%2Fetc%2Fpasswd/",
    ],
)
def test_what_is_no_message_is_not_found(box: Path, client: Browser, path: str) -> None:
    put()
    assert client.get(f"/mailbox/{path}").status_code == 404


def test_an_attachment_that_is_not_there_is_not_found(box: Path, client: Browser) -> None:
    assert client.get(f"/mailbox/{put()}/attachment/7/").status_code == 404


def test_where_it_is_switched_off_there_is_no_mailbox(
    box: Path, client: Browser, settings: Any
) -> None:
    name = put()
    settings.MAILBOX = False
    for path in ("", f"{name}/", f"{name}/page/", f"{name}/attachment/0/"):
        assert client.get(f"/mailbox/{path}").status_code == 404


def test_looking_changes_nothing_and_posting_is_refused(box: Path, client: Browser) -> None:
    name = put()
    before = {path: path.stat().st_mtime_ns for path in box.iterdir()}
    for path in ("", f"{name}/", f"{name}/page/", f"{name}/attachment/0/"):
        assert client.get(f"/mailbox/{path}").status_code == 200
        assert client.post(f"/mailbox/{path}").status_code == 405
    assert {path: path.stat().st_mtime_ns for path in box.iterdir()} == before


def test_a_message_is_there_whole_or_not_at_all(box: Path) -> None:
    put()
    (box / "half.1.draft").write_bytes(b"Subject: half")
    (box / "note.eml").write_bytes(b"Subject: no name of ours")
    assert [kept.subject for kept in mailbox.newest()] == ["Your appointment"]


def test_mail_that_is_no_message_of_the_outbox_lands_there_too(box: Path) -> None:
    send_mail("Your code", "123", None, ["staff@example.org"])
    (kept,) = mailbox.newest()
    assert (kept.subject, kept.to) == ("Your code", "staff@example.org")
