"""The ways out of the house: one file each, and one line here. The settings say which are used."""

from __future__ import annotations

from django.conf import settings

from clients.channels.base import Channel
from clients.channels.email import EmailChannel
from clients.channels.gateway import GatewaySms
from clients.channels.local import ConsoleEmail, ConsoleSms, MailboxSms
from clients.channels.provided_email import ProvidedEmail
from clients.channels.twilio import TwilioSms

CHANNELS: dict[str, dict[str, type[Channel]]] = {
    "EMAIL": {"": EmailChannel, "console": ConsoleEmail},
    "SMS": {"": MailboxSms, "console": ConsoleSms, "twilio": TwilioSms, "gateway": GatewaySms},
}


def open_channel(name: str) -> Channel:
    """Return a channel, not yet connected, by the provider that the settings name for it."""
    if name == "EMAIL":
        return CHANNELS[name].get(settings.EMAIL_PROVIDER, ProvidedEmail)()
    return CHANNELS[name][settings.SMS_PROVIDER]()
