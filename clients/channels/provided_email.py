"""E-mail through a provider's HTTP interface, whichever django-anymail knows (EMAIL_PROVIDER)."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any, ClassVar

import requests
from anymail.exceptions import (
    AnymailAPIError,
    AnymailConfigurationError,
    AnymailError,
    AnymailImproperlyInstalled,
    AnymailRecipientsRefused,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection

from clients.channels import http
from clients.channels.base import Channel, Letter, NotSent, Receipt
from clients.channels.email import address, one_line, site_host, unsubscribing


def letter_for(letter: Letter) -> EmailMultiAlternatives:
    """Return a letter as anymail takes it. Providers build the MIME tree themselves and know text and
    HTML only, so the invite goes as a file with its method, which mail programs read as well."""
    mail = EmailMultiAlternatives(
        subject=one_line(letter.subject),
        body=letter.text,
        from_email=_named(letter.sender_name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
        to=[address(letter.to)],
        reply_to=[_named(letter.sender_name, address(letter.reply_to))] if letter.reply_to else [],
        headers={
            "Message-ID": f"<{letter.reference}@{site_host()}>",
            "Auto-Submitted": "auto-generated",
            **unsubscribing(letter),
        },
    )
    mail.attach_alternative(letter.html, "text/html")
    if letter.invite is not None:
        kind = f"text/calendar; method={letter.invite.method}; charset=UTF-8"
        mail.attach("invite.ics", letter.invite.body, kind)
    # What anymail reads beside Django's own. Comes back with each report of the message.
    mail.metadata = {"reference": letter.reference}  # type: ignore[attr-defined]
    mail.track_clicks = False  # type: ignore[attr-defined]
    mail.track_opens = settings.TRACK_OPENS  # type: ignore[attr-defined]
    return mail


def _named(name: str, written: str) -> str:
    """Return `"name" <address>` in plain letters: the provider encodes them."""
    said = one_line(name).replace("\\", "").replace('"', "'")
    return f'"{said}" <{written}>' if said else written


class ProvidedEmail(Channel):
    """One session with the provider for as many letters as there are."""

    name: ClassVar[str] = "EMAIL"

    def __init__(self) -> None:
        self._connection: Any = None

    def send(self, letter: Letter) -> Receipt:
        mail = letter_for(letter)
        connection = self._open()
        session = getattr(connection, "session", None)
        if isinstance(session, requests.Session):
            # Taken once by a provider that knows such a key, and passed over by the others.
            session.headers["Idempotency-Key"] = letter.reference
        try:
            connection.send_messages([mail])
        except AnymailRecipientsRefused:
            raise NotSent("The address was refused.", address=True) from None
        except AnymailAPIError as problem:
            raise _says(problem) from None
        except (AnymailConfigurationError, AnymailImproperlyInstalled) as problem:
            raise _misconfigured() from problem
        except AnymailError:
            raise NotSent("The provider can't carry this message.", permanent=True) from None
        status: Any = mail.anymail_status  # type: ignore[attr-defined]
        known = status.message_id
        return Receipt(settings.EMAIL_PROVIDER, known[:200] if isinstance(known, str) else "")

    def _open(self) -> Any:
        if self._connection is None:
            backend = f"anymail.backends.{settings.EMAIL_PROVIDER}.EmailBackend"
            try:
                connection = get_connection(backend)
                connection.open()
            except (ImportError, ImproperlyConfigured) as problem:
                raise _misconfigured() from problem
            self._connection = connection
        return self._connection

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _misconfigured() -> NotSent:
    return NotSent("The e-mail provider's settings are wrong.", everything=True)


def _says(problem: AnymailAPIError) -> NotSent:
    """Return what an error means. Its own words hold the address and stay out."""
    status = problem.status_code
    if status is None and isinstance(problem, requests.RequestException):
        return http.away(problem)
    if status is None or 200 <= status < 300:
        return NotSent("The provider's answer can't be read.", everything=True)
    answer = getattr(problem, "response", None)
    headers = {} if answer is None else answer.headers
    return http.refused(status, retry_after=headers.get("Retry-After"))
