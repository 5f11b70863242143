"""What providers tell of a message after it left: it arrived, came back, was not wanted.

Reports come twice, late and in any order. Each is written once, on the message that the provider
still means: a message sent anew by another way is not theirs any more.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clients import nudge, reach
from clients.channels.base import Event, Report
from clients.contact_consents import refuse
from clients.models import Message
from clinic import audit

Status = Message.Status

BOUNCED = "It came back: nobody has this address."
UNDELIVERED = "It could not be delivered."


class NotYet(Exception):
    """The message is still being handed over; the provider tells it again in a while."""


@transaction.atomic
def report(*, now: datetime, told: Report) -> bool:
    """Write down what a provider tells; return whether it was news.

    A bounce sends the message by its next way. Who complains or unsubscribes gets no more of such
    messages on that channel. Raises NotYet.
    """
    message = _find(told)
    if message is None:
        return False
    if message.status == Status.SENDING and message.provider != told.provider:
        raise NotYet
    if message.status == Status.PLANNED and not message.provider and told.event is Event.DELIVERED:
        return _left_after_all(message, told)
    if message.provider != told.provider or (
        told.provider_id and message.provider_id and told.provider_id != message.provider_id
    ):
        return False
    match told.event:
        case Event.DELIVERED | Event.OPENED if message.bounced_at is not None:
            return False
        case Event.DELIVERED:
            return _mark(message, "delivered_at", told.at)
        case Event.OPENED:
            return _mark(message, "opened_at", told.at)
        case Event.BOUNCED:
            return _bounced(message, told, now)
        case Event.COMPLAINED | Event.UNSUBSCRIBED:
            return _unwanted(message, told, now)


def _find(told: Report) -> Message | None:
    rows = Message.objects.select_for_update(of=("self",))
    try:
        uid = UUID(told.reference)
    except ValueError:
        if not told.provider_id:
            return None
        return rows.filter(provider=told.provider, provider_id=told.provider_id).first()
    return rows.filter(uid=uid).first()


def _left_after_all(message: Message, told: Report) -> bool:
    """A worker died after the provider had taken it: it arrived, and is not sent again."""
    if message.claimed_at is None:
        return False
    message.status, message.sent_at, message.delivered_at = Status.SENT, told.at, told.at
    message.provider, message.provider_id, message.reason = told.provider, told.provider_id, ""
    message.save(
        update_fields=["status", "sent_at", "delivered_at", "provider", "provider_id", "reason"]
    )
    return True


def _mark(message: Message, column: str, at: datetime) -> bool:
    if getattr(message, column) is not None:
        return False
    setattr(message, column, at)
    message.save(update_fields=[column])
    return True


def _bounced(message: Message, told: Report, now: datetime) -> bool:
    """Give the way up by which it came back, and let the message go by the next one."""
    if message.status != Status.SENT or not _mark(message, "bounced_at", told.at):
        return False
    reason = BOUNCED if told.dead else UNDELIVERED
    if told.address:
        known_as = reach.digest(message.channel, told.address)
        reach.note(message, message.channel, known_as, reason=reason, dead=told.dead, now=now)
    late = message.expires_at <= now
    message.given_up = "+".join(filter(None, [message.given_up, message.channel]))
    message.status = Status.FAILED if late else Status.PLANNED
    message.due_at = message.due_at if late else now
    message.reason = reason
    message.save(update_fields=["given_up", "status", "due_at", "reason"])
    if late:
        reach.flag(message)
    else:
        nudge.after_commit([message.pk])
    return True


def _unwanted(message: Message, told: Report, now: datetime) -> bool:
    if not _mark(message, "complained_at", told.at):
        return False
    if message.client is not None:
        refuse(
            now=now,
            actor=audit.CLIENT,
            client=message.client,
            channel=message.channel,
            purposes=[message.purpose],
            source=told.event.value[:20],
        )
    return True
