"""Addresses that failed for good, numbers that have said STOP, and clients who can't be reached until
the desk has seen to it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac

from clients.channels.base import Way
from clients.models import STANDS, ContactFailure, Conversation, Message
from clinic import audit
from clinic.audit import Actor

LENGTH = 32
STOPPED = "The number has said STOP."


def digest(channel: str, to: str) -> str:
    """Return what is kept of an address that failed: enough to know it again."""
    said = f"{channel}:{to.strip().lower()}"
    return salted_hmac("clients.reach", said, algorithm="sha256").hexdigest()[:LENGTH]


def dead_ways(clients: Collection[int]) -> frozenset[tuple[int, str]]:
    """Return where nothing is sent any more, as (client, digest) (at most one query)."""
    if not clients:
        return frozenset()
    found = ContactFailure.objects.filter(
        client__in=clients, dead=True, cleared_at__isnull=True
    ).values_list("client", "digest")
    return frozenset(found)


def stopped(numbers: Collection[str]) -> frozenset[str]:
    """Return which numbers have said STOP, in whichever records they stand; not those that whoever
    said so has no more (at most one query)."""
    if not numbers:
        return frozenset()
    said = Conversation.objects.filter(STANDS, phone__in=numbers, stopped_at__isnull=False)
    return frozenset(said.values_list("phone", flat=True))


def note(
    message: Message, channel: str, known_as: str, *, reason: str, dead: bool, now: datetime
) -> None:
    """Keep that an address of a client failed for good; nothing for messages to staff.

    known_as: its `digest`.
    """
    if message.client_id is None:
        return
    made, new = ContactFailure.objects.get_or_create(
        client_id=message.client_id,
        channel=channel,
        digest=known_as,
        cleared_at=None,
        defaults={"message": message, "reason": reason[:60], "dead": dead, "at": now},
    )
    if not new and dead and not made.dead:
        ContactFailure.objects.filter(pk=made.pk).update(dead=True, reason=reason[:60], at=now)


def flag(message: Message) -> None:
    """Say of a client that nothing reaches them, since every way of a message has failed."""
    if message.client_id is not None:
        ContactFailure.objects.filter(client=message.client_id, cleared_at__isnull=True).update(
            unreachable=True
        )


@transaction.atomic
def clear(*, now: datetime, actor: Actor, failure: ContactFailure) -> None:
    """The desk has seen to it: the client's addresses are used again. Doing it again changes
    nothing."""
    cleared = ContactFailure.objects.filter(client=failure.client_id, cleared_at__isnull=True)
    if cleared.update(cleared_at=now, cleared_by=actor.user):
        audit.record(
            now=now, actor=actor, verb="client.reach_cleared", about=f"client:{failure.client.uid}"
        )


def left(message: Message, ways: Collection[Way], dead: frozenset[tuple[int, str]]) -> list[Way]:
    """Return the ways of a message, in order, that have not failed for good."""
    over = set(message.given_up.split("+"))
    return [
        way
        for way in ways
        if way.channel not in over
        and (message.client_id or 0, digest(way.channel, way.to)) not in dead
    ]
