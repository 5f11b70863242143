"""E-mail: text and HTML that say the same, with the calendar invite where there is one."""

from __future__ import annotations

import re
import smtplib
import unicodedata
from contextlib import suppress
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from clients.channels import mime
from clients.channels.base import Channel, Letter, NotSent, Receipt

PROVIDER = "smtp"
# Enhanced codes (RFC 3463) of a refusal that is not the address's: a full mailbox, a policy.
_OUR_FAULT = re.compile(rb"\s*[245]\.(?!1\.)")
_ADDRESS = re.compile(r"[^\s@<>(),:;\"\\\[\]\x00-\x1f\x7f]+@[^\s@<>(),:;\"\\\x00-\x1f\x7f]+")


class Mail(EmailMessage):
    """A letter in the shape Django's e-mail backends take."""

    def __init__(self, letter: Letter) -> None:
        self._letter = letter
        self._from = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        super().__init__(from_email=self._from, to=[address(letter.to)])

    def message(self, *, policy: Any = None) -> Any:
        letter = self._letter
        kind, body = mime.content(letter)
        heads = {
            "Content-Type": kind,
            "MIME-Version": "1.0",
            "Subject": header(letter.subject),
            "From": mailbox(letter.sender_name, self._from),
            "To": self.to[0],
        }
        if letter.reply_to:
            heads["Reply-To"] = mailbox(letter.sender_name, address(letter.reply_to))
        heads |= {
            "Date": format_datetime(letter.written_at),
            "Message-ID": f"<{letter.reference}@{site_host()}>",
            "Auto-Submitted": "auto-generated",
            **unsubscribing(letter),
        }
        return _Bytes(mime.heads(heads) + body)


def unsubscribing(letter: Letter) -> dict[str, str]:
    """Return the headers by which a mail program offers to unsubscribe with one click (RFC 8058)."""
    if not letter.unsubscribe:
        return {}
    return {
        "List-Unsubscribe": f"<{letter.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


class _Bytes:
    """Django asks a message for its bytes with a line ending; ours are CRLF already."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def as_bytes(self, unixfrom: bool = False, linesep: str = "\n") -> bytes:
        return self._content


def site_host() -> str:
    """Return the host name that our message and calendar ids end with."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def one_line(text: str) -> str:
    """Return text without line breaks and control characters."""
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in text).split())


def header(text: str) -> str:
    """Return text as the value of a header: one line whatever it held, encoded where need be."""
    line = one_line(text)
    return line if line.isascii() else Header(line, "utf-8", maxlinelen=70).encode()


def address(text: str) -> str:
    """Return an e-mail address as SMTP and headers take it (the domain in ASCII).

    Raises NotSent for one that could be read as anything else.
    """
    if not _ADDRESS.fullmatch(text) or len(text) > 254:
        raise NotSent("The address can't be written to.", address=True)
    local, domain = text.rsplit("@", 1)
    try:
        if not local.isascii():
            raise UnicodeError
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise NotSent("The address can't be written to.", address=True) from None


def mailbox(name: str, written: str) -> str:
    """Return `name <address>`, the name quoted or encoded as it needs."""
    line = header(name)
    return f"{line} <{written}>" if line.startswith("=?") else formataddr((line, written))


class EmailChannel(Channel):
    """Django's e-mail backend, with one connection for as many letters as there are."""

    name: ClassVar[str] = "EMAIL"

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def send(self, letter: Letter) -> Receipt:
        mail = Mail(letter)
        connection = self._open()
        try:
            connection.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as refused:
            code, words = next(iter(refused.recipients.values()))
            raise NotSent(
                f"The address was refused ({code}).",
                permanent=code >= 500,
                address=code >= 500 and not _OUR_FAULT.match(words),
            ) from None
        except smtplib.SMTPDataError as refused:
            code = refused.smtp_code
            raise NotSent(f"The message was refused ({code}).", permanent=code >= 500) from None
        except smtplib.SMTPSenderRefused as refused:
            # Ours to mend, and then the same message goes: 5xx is not the end of it.
            raise NotSent(f"The mail server refused us ({refused.smtp_code}).") from None
        except (smtplib.SMTPException, OSError) as problem:
            self.close()
            raise NotSent(_says(problem), everything=True) from None
        return Receipt(PROVIDER, letter.reference)

    def _open(self) -> BaseEmailBackend:
        if self._connection is None:
            connection: BaseEmailBackend = get_connection()
            try:
                connection.open()
            except (smtplib.SMTPException, OSError) as problem:
                raise NotSent(_says(problem), everything=True) from None
            self._connection = connection
        return self._connection

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                connection.close()


def _says(problem: Exception) -> str:
    """Return why a mail server could not be used, in words that hold no address."""
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"The mail server answered {problem.smtp_code}."
    # smtplib says "disconnected" of a server that is silent, too.
    if isinstance(problem, TimeoutError) or isinstance(problem.__context__, TimeoutError):
        return "The mail server did not answer in time."
    if isinstance(problem, smtplib.SMTPServerDisconnected):
        return "The mail server closed the connection."
    return "The mail server can't be reached."
