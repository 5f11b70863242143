"""One message sent on the spot, so that whoever sets the mail up sees at once whether it leaves."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.utils.html import format_html
from django.utils.translation import gettext as _

from clients.channels import open_channel
from clients.channels.base import Letter
from clients.wording import Words


def send_trial(*, now: datetime, to: str, clinic: str, reply_to: str = "") -> None:
    """Send a test message to an address and wait for the mail server, ten seconds at most.

    Nothing of a client is in it, so no row stands for it in the outbox.
    Raises clients.channels.base.NotSent with what stood in the way.
    """
    text = _(
        "This is a test message from %(clinic)s. You can read it, so the clinic's e-mail works."
    ) % {"clinic": clinic}
    channel = open_channel("EMAIL")
    try:
        channel.send(
            Letter(
                reference=uuid.uuid4().hex,
                to=to,
                sender_name=clinic,
                reply_to=reply_to,
                subject=_("Test message from %(clinic)s") % {"clinic": clinic},
                text=f"{text}\n",
                html=format_html("<!doctype html><p>{}</p>", text),
                short=text,
                written_at=now,
            )
        )
    finally:
        channel.close()


def send_example(*, now: datetime, to: str, said: Words, clinic: str, reply_to: str = "") -> None:
    """Send a member of staff a message as a client would get it, marked as a test.

    Raises clients.channels.base.NotSent with what stood in the way.
    """
    channel = open_channel("EMAIL")
    try:
        channel.send(
            Letter(
                reference=uuid.uuid4().hex,
                to=to,
                sender_name=clinic,
                reply_to=reply_to,
                subject=_("Test: %(subject)s") % {"subject": said.subject},
                text=said.text,
                html=said.html,
                short=said.short,
                written_at=now,
            )
        )
    finally:
        channel.close()
