"""What a message to a client would say, were it sent at this moment: words, not sending."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from bookings import client_notices, notices
from clients.message_text import LINKS
from clients.models import Message
from clients.wording import Words, words

HIDDEN = "…"
_BY = {"booking": notices.preview, "client": client_notices.preview}


def preview(message: Message, *, now: datetime) -> Words | None:
    """Return the words of a message about a booking or a client, with what is known of them put in;
    None where it would say nothing any more. At most nine queries."""
    told = _BY.get(message.about.partition(":")[0])
    found = told(message, now) if told else None
    if found is None:
        return None
    context, language = found
    closed = {name: _closed(str(value)) for name, value in context.items() if name in LINKS}
    return words(message.kind, {**context, **closed}, language=language)


def _closed(link: str) -> str:
    """Return a link that opens nothing: theirs are the clients'."""
    where = urlsplit(link)
    door = where.path.split("/")[1]
    return urlunsplit(where._replace(path=f"/{door}/{HIDDEN}/" if door else "/"))
