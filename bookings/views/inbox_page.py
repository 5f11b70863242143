"""The inbox in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.forms.reply import LONGEST
from bookings.views.marks import moment
from clients.contact import phone_words
from clients.models import ContactFailure, Conversation, TextMessage
from clients.queries.conversations import clients_of, endings, said_in
from clients.replies import Meaning

Direction = TextMessage.Direction

# What was done by itself with what somebody wrote.
DONE: Mapping[str, str | Promise] = {
    Meaning.STOP: gettext_lazy("Gets no more text messages"),
    Meaning.START: gettext_lazy("Gets text messages again"),
    Meaning.YES: gettext_lazy("A yes to the next visit"),
    Meaning.CHANGE: gettext_lazy("Wishes to change the visit"),
}


def unreached_rows(failures: Sequence[ContactFailure], zone: ZoneInfo) -> list[dict[str, str]]:
    """Return whom nothing reaches: who, since when, why, and where each step is taken."""
    return [
        {
            "name": one.client.name,
            "href": reverse("desk-client", args=[one.client.uid]),
            "edit_href": reverse("desk-client-edit", args=[one.client.uid]),
            "channel": one.get_channel_display(),
            "reason": one.reason,
            "since": moment(one.at, zone),
            "done_href": reverse("inbox-reached", args=[one.uid]),
        }
        for one in failures
    ]


def conversation_rows(
    conversations: Sequence[Conversation], zone: ZoneInfo
) -> list[dict[str, str]]:
    """Return conversations for a list: with whom and since when; what was said is not shown there."""
    return [
        {
            "name": one.client.name if one.client else phone_words(one.phone),
            "phone": phone_words(one.phone) if one.client else _("Number without a client"),
            "at": moment(one.waiting_since or one.last_at, zone),
            "href": reverse("inbox-conversation", args=[one.uid]),
            "stopped": _("Has said STOP") if one.stopped_at else "",
        }
        for one in conversations
    ]


def _end(row: TextMessage, state: str) -> str:
    """Return what became of our message, or of what was sent by itself in answer to theirs."""
    if row.direction == Direction.OUT or not state:
        return state
    return _("Our answer: %(state)s") % {"state": state}


def conversation_page(conversation: Conversation, *, zone: ZoneInfo) -> dict[str, Any]:
    """Return everything the page of a conversation shows (three queries)."""
    rows = said_in(conversation)
    ends = endings([row.about for row in rows])
    return {
        "name": conversation.client.name
        if conversation.client
        else phone_words(conversation.phone),
        "phone": phone_words(conversation.phone),
        "tel": conversation.phone,
        "people": [
            {"name": one.name, "href": reverse("desk-client", args=[one.uid])}
            for one in clients_of(conversation)
        ],
        "stopped": conversation.stopped_at is not None,
        "over": conversation.is_over,
        "waits": conversation.waiting_since is not None,
        "done_href": reverse("inbox-done", args=[conversation.uid]),
        "said": [
            {
                "text": row.text,
                "mine": row.direction == Direction.OUT,
                "who": row.author.name if row.author else "",
                "at": moment(row.at, zone),
                "done": DONE.get(row.meaning, ""),
                "end": _end(row, ends.get(row.about, "")),
            }
            for row in rows
        ],
        "longest": LONGEST,
    }
