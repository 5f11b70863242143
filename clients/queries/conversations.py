"""Text messages to and fro, for the desk."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from clients.models import Client, Conversation, Message, TextMessage

MOST_WAITING = 200
MOST_RECENT = 30
MOST_MESSAGES = 100


def waiting() -> list[Conversation]:
    """Return the conversations somebody has yet to look at, the longest waiting first (one query)."""
    return list(
        Conversation.objects.filter(waiting_since__isnull=False, wrapped__isnull=False)
        .select_related("client")
        .order_by("waiting_since", "pk")[:MOST_WAITING]
    )


def recent() -> list[Conversation]:
    """Return the others in which something was said last (one query)."""
    return list(
        Conversation.objects.filter(waiting_since__isnull=True, wrapped__isnull=False)
        .select_related("client")
        .order_by("-last_at", "-pk")[:MOST_RECENT]
    )


def conversation_by_uid(uid: UUID) -> Conversation | None:
    """Return a conversation that can still be read (one query)."""
    return (
        Conversation.objects.select_related("client").filter(uid=uid, wrapped__isnull=False).first()
    )


def said_in(conversation: Conversation) -> list[TextMessage]:
    """Return the last messages of a conversation, in order (one query)."""
    rows = (
        TextMessage.objects.filter(conversation=conversation)
        .select_related("author")
        .order_by("-at", "-pk")[:MOST_MESSAGES]
    )
    found = list(reversed(rows))
    for row in found:
        row.conversation = conversation
    return found


def clients_of(conversation: Conversation) -> list[Client]:
    """Return whose number it is, of one that is over whose it was (at most one query)."""
    if conversation.is_over:
        return [conversation.client] if conversation.client else []
    rows = Client.objects.filter(phone=conversation.phone).exclude(status__in=Client.GONE)
    return list(rows.order_by("name_key", "pk"))


def endings(abouts: Sequence[str]) -> dict[str, str]:
    """Return how messages of the outbox about some texts stand, in words (at most one query)."""
    if not abouts:
        return {}
    rows = Message.objects.filter(about__in=abouts).order_by("pk")
    return {row.about: str(row.get_status_display()) for row in rows}
