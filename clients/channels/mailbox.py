"""The development mailbox: every message is one `.eml` file in `settings.MAILBOX_DIR`."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

from clients.channels.base import Letter

_NAME = re.compile(r"[0-9a-f]{32}")
NEWEST = 200
# What a mail program reads without a name has the one it is attached by a second time.
UNNAMED = {"text/calendar": "invite.ics"}


class EmailBackend(BaseEmailBackend):
    """Keeps e-mail on this machine instead of sending it."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        for message in email_messages:
            _keep(message.message().as_bytes(linesep="\r\n"))
        return len(email_messages)


def keep_text_message(letter: Letter) -> None:
    """Keep a text message in the same mailbox, marked as one."""
    kept = EmailMessage()
    kept["From"] = " ".join(letter.sender_name.split())
    kept["To"] = letter.to
    kept["Subject"] = "Text message"
    kept["Date"] = format_datetime(letter.written_at)
    kept["X-Channel"] = "SMS"
    kept.set_content(letter.short)
    _keep(kept.as_bytes())


def _keep(content: bytes) -> None:
    """Write one message: whoever reads the folder sees it whole or not at all."""
    folder = Path(settings.MAILBOX_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = uuid.uuid4().hex
    draft = folder / f"{name}.{os.getpid()}.draft"
    draft.write_bytes(content)
    draft.rename(folder / f"{name}.eml")


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A message of the mailbox. `text`, `html` and `attachments` are empty in a list."""

    id: str
    subject: str
    sender: str
    to: str
    date: str
    is_text_message: bool
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()

    @property
    def written_at(self) -> datetime | None:
        """When it was written; None where its head says nothing that can be read."""
        try:
            read = parsedate_to_datetime(self.date)
        except ValueError:
            return None
        return read if read.tzinfo else read.replace(tzinfo=UTC)


def newest() -> list[Kept]:
    """Return the newest messages, the newest first (at most 200)."""
    folder = Path(settings.MAILBOX_DIR)
    if not folder.is_dir():
        return []
    aged: list[tuple[int, str]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".eml") and _NAME.fullmatch(entry.name[:-4]):
                try:
                    aged.append((entry.stat().st_mtime_ns, entry.name[:-4]))
                except FileNotFoundError:
                    continue
    aged.sort(reverse=True)
    return list(_heads(name for _age, name in aged[:NEWEST]))


def _heads(names: Iterator[str]) -> Iterator[Kept]:
    for name in names:
        content = _read(name)
        if content is not None:
            yield _kept(name, BytesHeaderParser(policy=default).parsebytes(content))


def find(name: str) -> Kept | None:
    """Return one message with all its parts, or None."""
    content = _read(name)
    if content is None:
        return None
    message = message_from_bytes(content, policy=default)
    found: dict[str, str] = {}
    attachments: list[Attachment] = []
    for part in message.walk():
        kind = part.get_content_type()
        if part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        body = payload if isinstance(payload, bytes) else b""
        filename = part.get_filename()
        if filename or kind not in {"text/plain", "text/html"}:
            named = filename or UNNAMED.get(kind) or f"part.{kind.partition('/')[2]}"
            attachments.append(Attachment(named, kind, body))
        else:
            found.setdefault(kind, body.decode(part.get_content_charset("utf-8"), "replace"))
    return _kept(
        name,
        message,
        text=found.get("text/plain", ""),
        html=found.get("text/html", ""),
        attachments=tuple(attachments),
    )


def _read(name: str) -> bytes | None:
    if not _NAME.fullmatch(name):
        return None
    try:
        return (Path(settings.MAILBOX_DIR) / f"{name}.eml").read_bytes()
    except FileNotFoundError:
        return None


def _kept(name: str, message: Message[Any, Any], **parts: Any) -> Kept:
    return Kept(
        id=name,
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        date=str(message["Date"] or ""),
        is_text_message=message["X-Channel"] == "SMS",
        **parts,
    )
