"""What goes back to a number by text: a word on STOP and START, a link, or what the desk wrote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from clients import answering, reach
from clients.actions.hearing import CHANGE_LINK, REPLY, STOPPED
from clients.channels.base import Way
from clients.contact import phone_words
from clients.models import Channel, Client, Conversation, Message, TextMessage
from clients.notices import Described, Notice, Suppressed, Withdrawn
from clients.wording import Words
from clinic.models import Clinic


def describe(messages: Sequence[Message], now: datetime) -> dict[int, Described]:
    """Describe what answers text messages (two queries, and a few for each link)."""
    uids = [UUID(message.about.partition(":")[2]) for message in messages]
    rows = TextMessage.objects.filter(uid__in=uids).select_related("conversation__client")
    found = {row.about: row for row in rows}
    clinic = Clinic.objects.the_only()
    return {
        message.pk: _one(message, found.get(message.about), clinic, now) for message in messages
    }


def _one(message: Message, row: TextMessage | None, clinic: Clinic, now: datetime) -> Described:
    if row is None or not row.conversation.phone:
        return Withdrawn("What it answers is gone.")
    conversation = row.conversation
    if conversation.is_over:
        return Withdrawn("The number is somebody else's by now.")
    if conversation.stopped_at is not None and message.kind != STOPPED:
        return Suppressed(reach.STOPPED)
    context: dict[str, str | bool] = {"clinic": clinic.name, "phone": phone_words(clinic.phone)}
    said = None
    if message.kind == REPLY:
        said = Words(subject="", text=row.text, html="", short=row.text)
    if message.kind == CHANGE_LINK:
        clients = Client.objects.filter(phone=conversation.phone).exclude(status__in=Client.GONE)
        link = answering.bookings.manage_link(list(clients.values_list("pk", flat=True)), now=now)
        if not link:
            return Withdrawn("There is nothing to change any more.")
        context["link"] = link
    return Notice(
        ways=[Way(Channel.SMS, conversation.phone)],
        context=context,
        carries="",
        sender_name=clinic.name,
        language=_language(conversation),
        said=said,
    )


def _language(conversation: Conversation) -> str:
    if conversation.language:
        return conversation.language
    return conversation.client.language if conversation.client else "en-ca"
