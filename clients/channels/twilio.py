"""Text messages through Twilio's Messages API, and the signature under what Twilio tells us."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import ClassVar

import requests
from django.conf import settings

from clients.channels import http
from clients.channels.base import Channel, Letter, NotSent, Receipt

PROVIDER = "twilio"
STATUS_PATH = "/hooks/twilio/status/"
# No message to this number arrives: no number, no mobile, or it has sent STOP to Twilio itself.
_DEAD = frozenset({21211, 21214, 21217, 21407, 21421, 21610, 21614, 21635})


class TwilioSms(Channel):
    """Sends the short form of a letter. TWILIO_FROM is a number, or a messaging service (MG…).

    Twilio knows no idempotency key for messages; it is sent all the same, and stands in the address
    that Twilio reports to, so that both reports of a message sent twice lead to the same row.
    """

    name: ClassVar[str] = "SMS"

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.auth = (settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)

    def send(self, letter: Letter) -> Receipt:
        sender = settings.TWILIO_FROM
        asked = {
            "To": letter.to,
            "Body": letter.short,
            "MessagingServiceSid" if sender.startswith("MG") else "From": sender,
            "StatusCallback": status_url(letter.reference),
        }
        answer = http.ask(
            self._session,
            "POST",
            f"{settings.TWILIO_URL.rstrip('/')}/2010-04-01/Accounts/"
            f"{settings.TWILIO_ACCOUNT_SID}/Messages.json",
            data=asked,
            headers={"Idempotency-Key": letter.reference},
        )
        said = answer.document()
        if not answer.ok:
            if said.get("code") in _DEAD:
                raise NotSent(f"The number was refused ({said['code']}).", address=True)
            raise answer.refusal()
        sid = said.get("sid")
        if not isinstance(sid, str):
            raise NotSent("The provider's answer can't be read.", everything=True)
        return Receipt(PROVIDER, sid[:200])

    def close(self) -> None:
        self._session.close()


def status_url(reference: str) -> str:
    """Return where Twilio reports what became of a message."""
    return f"{settings.SITE_URL.rstrip('/')}{STATUS_PATH}?ref={reference}"


def signature(url: str, fields: Iterable[tuple[str, str]]) -> str:
    """Return what stands in X-Twilio-Signature of a form that Twilio posts to `url`: HMAC-SHA1, under
    the account's token, of the address and all names and values, ordered by name."""
    said = url + "".join(name + value for name, value in sorted(set(fields)))
    mac = hmac.digest(settings.TWILIO_AUTH_TOKEN.encode(), said.encode(), hashlib.sha1)
    return base64.b64encode(mac).decode("ascii")


def is_signed(url: str, fields: Iterable[tuple[str, str]], found: str) -> bool:
    """Return whether a form came from Twilio. Without a token of ours none does."""
    if not settings.TWILIO_AUTH_TOKEN:
        return False
    return hmac.compare_digest(signature(url, fields).encode(), found.encode())
