"""Seeing to a message that did not go: sent once more, told in person, or put aside."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from clients import nudge
from clients.errors import MessageTooLate, TroubleOver
from clients.models import Message
from clinic import audit
from clinic.audit import Actor

Status = Message.Status
ENDED = (Status.FAILED, Status.EXPIRED, Status.SUPPRESSED)
TOLD = "Staff told the client."


@transaction.atomic
def send_again(*, now: datetime, actor: Actor, message: Message) -> None:
    """Plan a message anew, for now, by every way there is. It is checked against the facts as ever.

    Raises TroubleOver where somebody has seen to it, MessageTooLate where it is of no use any more.
    """
    row = _open(message)
    if row.expires_at <= now:
        raise MessageTooLate
    row.status, row.reason, row.due_at = Status.PLANNED, "", now
    row.tries, row.given_up, row.provider, row.provider_id = 0, "", "", ""
    row.save(
        update_fields=[
            "status", "reason", "due_at", "tries", "given_up", "provider", "provider_id",
        ]
    )  # fmt: skip
    audit.record(now=now, actor=actor, verb="message.sent_again", about=f"message:{row.uid}")
    nudge.after_commit([row.pk])


@transaction.atomic
def say_told(*, now: datetime, actor: Actor, message: Message) -> None:
    """Somebody has told the client: the message is done, and goes no more if it still waits. Raises
    TroubleOver, for one that is on its way too."""
    row = _open(message, or_in=(Status.PLANNED,))
    if row.status == Status.PLANNED and row.due_at > now:
        raise TroubleOver
    row.status, row.reason = Status.TOLD, TOLD
    _clear(row, now, actor, "message.told")


@transaction.atomic
def put_aside(*, now: datetime, actor: Actor, message: Message) -> None:
    """Somebody has seen it, and nothing is to be done. Raises TroubleOver."""
    _clear(_open(message), now, actor, "message.put_aside")


def _open(message: Message, *, or_in: Collection[str] = ()) -> Message:
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.status not in (*ENDED, *or_in) or row.cleared_at is not None:
        raise TroubleOver
    return row


def _clear(row: Message, now: datetime, actor: Actor, verb: str) -> None:
    row.cleared_at, row.cleared_by = now, actor.user
    row.save(update_fields=["status", "reason", "cleared_at", "cleared_by"])
    audit.record(now=now, actor=actor, verb=verb, about=f"message:{row.uid}")
