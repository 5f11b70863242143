"""What providers post to us, verified and read into one shape. Who can't show that it is them is not
listened to."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anymail import urls as anymail_urls
from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import EventType, RejectReason
from anymail.utils import get_request_basic_auth
from django.conf import settings
from django.http import HttpRequest

from clients.channels import gateway, twilio
from clients.channels.base import Event, Report

EMAIL_EVENTS = {
    EventType.DELIVERED: Event.DELIVERED,
    EventType.OPENED: Event.OPENED,
    EventType.BOUNCED: Event.BOUNCED,
    EventType.REJECTED: Event.BOUNCED,
    EventType.FAILED: Event.BOUNCED,
    EventType.COMPLAINED: Event.COMPLAINED,
    EventType.UNSUBSCRIBED: Event.UNSUBSCRIBED,
}
# Why a bounce is not the address's fault.
_NOT_THE_ADDRESS = {RejectReason.BLOCKED, RejectReason.OTHER}
TWILIO_EVENTS = {
    "delivered": Event.DELIVERED,
    "read": Event.OPENED,
    "undelivered": Event.BOUNCED,
    "failed": Event.BOUNCED,
}
# No handset will ever have that number: unknown, a landline, or one that has sent STOP.
_DEAD = frozenset({"21610", "21614", "30005", "30006"})
# Words that Twilio itself answers, unless it is told not to. After the first it sends nothing to
# that number any more, whatever else somebody meant by them.
_TWILIOS_STOP = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "REVOKE", "OPTOUT", "CANCEL", "END", "QUIT"}
)
_TWILIOS_OWN = _TWILIOS_STOP | {"START", "YES", "UNSTOP"}
_E164 = re.compile(r"\+[1-9][0-9]{5,14}", re.ASCII)
GATEWAY_EVENTS = {"delivered": Event.DELIVERED, "failed": Event.BOUNCED, "dead": Event.BOUNCED}


@dataclass(frozen=True, slots=True)
class Text:
    """A text message that came in. `is_stop`: the provider sends nothing there any more.
    `answered`: it has confirmed a STOP or START itself."""

    phone: str
    text: str
    provider: str
    provider_id: str
    is_stop: bool = False
    answered: bool = False


class NotThere(Exception):
    """Nobody is expected to post here: such a provider is not in use, or could not prove itself."""


class NotSigned(Exception):
    """A post that does not come from the provider."""


class Unreadable(Exception):
    """A post of the provider that can't be read."""


def of_email(request: HttpRequest, *, now: datetime) -> list[Report]:
    """Return what the e-mail provider tells (django-anymail knows how each of them signs).

    Raises NotThere, NotSigned or Unreadable.
    """
    view = _tracking_view()
    try:
        view.run_validators(request)
        events = view.parse_events(request)
    except AnymailWebhookValidationFailure:
        raise NotSigned from None
    except (AnymailError, KeyError, ValueError, TypeError, AttributeError, RecursionError):
        raise Unreadable from None
    return [told for event in events for told in _email_report(event, now)]


def _tracking_view() -> Any:
    provider = settings.EMAIL_PROVIDER
    names = {f"{provider}_tracking_webhook", f"{provider}_webhook"}
    found: Any = next((each for each in anymail_urls.urlpatterns if each.name in names), None)
    kind = getattr(getattr(found, "callback", None), "view_class", None)
    if not provider or kind is None:
        raise NotThere
    if kind.warn_if_no_basic_auth and not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        # It signs nothing, so it has to log in.
        raise NotThere
    return kind()


def _email_report(event: Any, now: datetime) -> Iterator[Report]:
    kind = EMAIL_EVENTS.get(event.event_type)
    if kind is None or (kind is Event.OPENED and not settings.TRACK_OPENS):
        return
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    yield Report(
        event=kind,
        provider=settings.EMAIL_PROVIDER,
        provider_id=str(event.message_id or "")[:200],
        reference=str(metadata.get("reference", "")),
        at=event.timestamp or now,
        address=str(event.recipient or ""),
        dead=kind is Event.BOUNCED and event.reject_reason not in _NOT_THE_ADDRESS,
    )


def of_twilio(request: HttpRequest, *, now: datetime) -> list[Report]:
    """Return what Twilio tells of a text message. Raises NotThere or NotSigned."""
    form = twilio_form(request)
    kind = TWILIO_EVENTS.get(form.get("MessageStatus", ""))
    if kind is None or (kind is Event.OPENED and not settings.TRACK_OPENS):
        return []
    return [
        Report(
            event=kind,
            provider=twilio.PROVIDER,
            provider_id=form.get("MessageSid", "")[:200],
            reference=request.GET.get("ref", ""),
            at=now,
            address=form.get("To", ""),
            dead=form.get("ErrorCode", "") in _DEAD,
        )
    ]


def twilio_form(request: HttpRequest) -> dict[str, str]:
    """Return a form that Twilio posted. Raises NotThere or NotSigned."""
    if settings.SMS_PROVIDER != twilio.PROVIDER or not settings.TWILIO_AUTH_TOKEN:
        raise NotThere
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    # As Twilio was told it: behind a proxy we may see another scheme, host or port.
    url = settings.SITE_URL.rstrip("/") + request.get_full_path()
    if not twilio.is_signed(url, fields, request.headers.get("X-Twilio-Signature", "")):
        raise NotSigned
    return dict(fields)


def of_gateway(request: HttpRequest, *, now: datetime) -> list[Report]:
    """Return what the gateway tells: `reference`, `id`, `state` (delivered, failed, dead) and `to`,
    as a form or as JSON. Raises NotThere, NotSigned or Unreadable."""
    said = gateway_form(request)
    kind = GATEWAY_EVENTS.get(said.get("state", "").lower())
    if kind is None:
        return []
    return [
        Report(
            event=kind,
            provider=gateway.PROVIDER,
            provider_id=said.get("id", "")[:200],
            reference=said.get("reference", ""),
            at=now,
            address=said.get("to", ""),
            dead=said.get("state", "").lower() == "dead",
        )
    ]


def text_of_twilio(request: HttpRequest) -> Text:
    """Return a text message as Twilio brings it. Raises NotThere, NotSigned or Unreadable."""
    form = twilio_form(request)
    opted, word = form.get("OptOutType", ""), form.get("Body", "").strip().upper()
    return Text(
        phone=_number(form.get("From", "")),
        text=form.get("Body", ""),
        provider=twilio.PROVIDER,
        provider_id=form.get("MessageSid", "")[:200],
        is_stop=opted == "STOP" or word in _TWILIOS_STOP,
        answered=bool(opted) or word in _TWILIOS_OWN,
    )


def text_of_gateway(request: HttpRequest) -> Text:
    """Return a text message as the gateway brings it: `id`, `from` and `text`. Raises NotThere,
    NotSigned or Unreadable."""
    said = gateway_form(request)
    if not said.get("id"):
        raise Unreadable  # without it, the same message told twice could not be known
    return Text(
        phone=_number(said.get("from", "")),
        text=said.get("text", ""),
        provider=gateway.PROVIDER,
        provider_id=said["id"][:200],
    )


def _number(text: str) -> str:
    """Return a number in E.164. Raises Unreadable for a short code or a name: nobody answers it."""
    number = text.strip().replace(" ", "")
    if not _E164.fullmatch(number):
        raise Unreadable
    return number


def gateway_form(request: HttpRequest) -> dict[str, str]:
    """Return what the gateway posted; it logs in as `jade` with HOOK_SECRET.

    Raises NotThere, NotSigned or Unreadable.
    """
    if settings.SMS_PROVIDER != gateway.PROVIDER or not settings.HOOK_SECRET:
        raise NotThere
    shown = get_request_basic_auth(request) or ""
    if not hmac.compare_digest(shown.encode(), f"jade:{settings.HOOK_SECRET}".encode()):
        raise NotSigned
    if request.content_type != "application/json":
        return {name: str(value) for name, value in request.POST.items()}
    try:
        said = json.loads(request.body)
        return {str(name): str(value) for name, value in said.items() if value is not None}
    except (ValueError, AttributeError, RecursionError):
        raise Unreadable from None
