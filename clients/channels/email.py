"""E-mail: text and HTML that say the same, with the calendar invite where there is one.

The MIME tree is built with the old, plain classes of the standard library: the newer ones cost
six times as much for each message.
"""

from __future__ import annotations

import binascii
import re
import smtplib
import unicodedata
from contextlib import suppress
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from clients.channels.base import Channel, Invite, Letter, NotSent, Receipt

_CRLF = compat32.clone(linesep="\r\n", mangle_from_=False)
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
        # "=_" can't occur in quoted-printable or base64, so no part needs to be searched for it.
        content = MIMEMultipart("alternative", boundary=f"=_alternative_{letter.reference}")
        content.attach(_text(letter.text, "plain"))
        content.attach(_text(letter.html, "html"))
        whole = content
        if letter.invite is not None:
            content.attach(_calendar(letter.invite))
            whole = MIMEMultipart("mixed", boundary=f"=_mixed_{letter.reference}")
            whole.attach(content)
            whole.attach(_attached(letter.invite))
        whole.policy = _CRLF
        whole["Subject"] = header(letter.subject)
        whole["From"] = mailbox(letter.sender_name, self._from)
        whole["To"] = self.to[0]
        if letter.reply_to:
            whole["Reply-To"] = mailbox(letter.sender_name, address(letter.reply_to))
        whole["Date"] = format_datetime(letter.written_at)
        whole["Message-ID"] = f"<{letter.reference}@{site_host()}>"
        whole["Auto-Submitted"] = "auto-generated"
        for name, value in unsubscribing(letter).items():
            whole[name] = value
        return _Bytes(whole)


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

    def __init__(self, tree: MIMEMultipart) -> None:
        self._tree = tree

    def as_bytes(self, unixfrom: bool = False, linesep: str = "\n") -> bytes:
        return self._tree.as_bytes(unixfrom=unixfrom, policy=_CRLF)


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


def _text(text: str, kind: str) -> MIMENonMultipart:
    return _encoded(text.encode(), "text", kind, charset="utf-8")


def _calendar(invite: Invite) -> MIMENonMultipart:
    return _encoded(invite.body, "text", "calendar", method=invite.method, charset="utf-8")


def _attached(invite: Invite) -> MIMENonMultipart:
    part = MIMENonMultipart("application", "ics", policy=_CRLF, name="invite.ics")
    part["Content-Disposition"] = 'attachment; filename="invite.ics"'
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(
        "\r\n".join(
            binascii.b2a_base64(invite.body[at : at + 57], newline=False).decode("ascii")
            for at in range(0, len(invite.body), 57)
        )
    )
    return part


def _encoded(body: bytes, main: str, kind: str, **parameters: str) -> MIMENonMultipart:
    part = MIMENonMultipart(main, kind, policy=_CRLF, **parameters)
    part["Content-Transfer-Encoding"] = "quoted-printable"
    # Lines of text end in LF here and in CRLF on the wire.
    part.set_payload(binascii.b2a_qp(body.replace(b"\r\n", b"\n"), istext=True).decode("ascii"))
    return part


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
