"""What the front desk knows of a client: contact, bookings, messages. No health data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from bookings import lifecycle
from bookings.models import Booking, Merge
from clients.models import (
    Client,
    ContactConsent,
    ContactProposal,
    DuplicateProposal,
    Message,
    Purpose,
)

MOST_COMING = 20
MOST_PAST = 20
MOST_MESSAGES = 30
MOST_NEW = 25
MOST_DOUBTS = 50


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """A client with what is booked, what was sent, and whom they may be.

    `consents`: what they last said to care messages, by channel. Lists are cut where they get long,
    the nearest in time first. `doubts` are open proposals, with both records;
    `merges` are those that can be taken apart again; `told` is what a form said of their contact.
    """

    client: Client
    coming: list[Booking]
    past: list[Booking]
    messages: list[Message]
    consents: Mapping[str, ContactConsent]
    doubts: list[DuplicateProposal]
    merges: list[Merge]
    told: ContactProposal | None


def client_by_uid(uid: UUID) -> Client | None:
    """Return a client, also one who was merged into another (one query)."""
    return Client.objects.select_related("merged_into").filter(uid=uid).first()


def client_record(client: Client, *, now: datetime) -> ClientRecord:
    """Return the desk's view of a client (seven queries, whatever the length of the history)."""
    bookings = (
        Booking.objects.filter(client=client)
        .exclude(status__in=(lifecycle.HELD, lifecycle.EXPIRED))
        .select_related("practitioner", "room__location")
    )
    consents = (
        ContactConsent.objects.filter(client=client, purpose=Purpose.CARE)
        .order_by("channel", "-at", "-pk")
        .distinct("channel")
    )
    messages = Message.objects.filter(client=client).exclude(status=Message.Status.WITHDRAWN)
    return ClientRecord(
        client=client,
        coming=list(bookings.filter(ends_at__gte=now).order_by("starts_at", "pk")[:MOST_COMING]),
        past=list(bookings.filter(ends_at__lt=now).order_by("-starts_at", "-pk")[:MOST_PAST]),
        messages=list(messages.order_by("-due_at", "-pk")[:MOST_MESSAGES]),
        consents={each.channel: each for each in consents},
        doubts=doubts_about(client),
        merges=merges_of(client, now=now),
        told=contact_told(client),
    )


def contact_told(client: Client) -> ContactProposal | None:
    """Return what a form said of a client's contact and nobody has decided about (one query)."""
    rows = ContactProposal.objects.select_related("client__key")
    return rows.filter(client=client, state=ContactProposal.State.OPEN).first()


def doubts_about(client: Client) -> list[DuplicateProposal]:
    """Return the open proposals a client stands in, where both records are still in use."""
    return list(
        open_doubts().filter(Q(newcomer=client) | Q(known=client)).order_by("-created_at", "-pk")
    )


def open_doubts() -> QuerySet[DuplicateProposal]:
    """Return the proposals nobody has decided about, of records that are both in use."""
    return (
        DuplicateProposal.objects.filter(state=DuplicateProposal.State.OPEN)
        .exclude(newcomer__status__in=Client.GONE)
        .exclude(known__status__in=Client.GONE)
        .select_related("newcomer", "known")
    )


def newest_clients() -> list[Client]:
    """Return the clients that were added last (one query)."""
    return list(Client.objects.exclude(status__in=Client.GONE).order_by("-pk")[:MOST_NEW])


def doubts_list() -> list[DuplicateProposal]:
    """Return what the desk has yet to decide, the newest first (one query)."""
    return list(open_doubts().order_by("-created_at", "-pk")[:MOST_DOUBTS])


def merges_of(client: Client, *, now: datetime) -> list[Merge]:
    """Return the merges into a client that can still be taken apart (one query)."""
    rows = Merge.objects.filter(survivor=client, undone_at=None, until__gt=now)
    return list(rows.select_related("merged", "by").order_by("-at", "-pk"))
