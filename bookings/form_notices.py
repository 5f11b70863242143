"""The link of a form, sent to a client because a member of staff asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bookings.notices import colours_of, first_name
from clients.contact import phone_words
from clients.intake_links import form_url
from clients.models import Channel, IntakeRequest, Message
from clients.outbox import Described, Notice, Suppressed, Way, Withdrawn
from clinic.models import Clinic


def describe(messages: Sequence[Message], now: datetime) -> dict[int, Described]:
    """Describe messages about forms (two queries). They go to the client's own address alone, since
    the link shows what they told us before."""
    uids = [UUID(message.about.partition(":")[2]) for message in messages]
    rows = IntakeRequest.objects.filter(uid__in=uids).select_related("client")
    asked = {f"form:{row.uid}": row for row in rows}
    clinic = Clinic.objects.the_only()
    return {message.pk: _one(asked.get(message.about), clinic, now) for message in messages}


def _one(asked: IntakeRequest | None, clinic: Clinic, now: datetime) -> Described:
    if asked is None or asked.ended_at is not None or asked.valid_until <= now:
        return Withdrawn("The form was sent, or is asked no more.")
    client = asked.client
    if not client.email:
        return Suppressed("No e-mail address is known.")
    return Notice(
        ways=[Way(Channel.EMAIL, client.email)],
        context={
            "first_name": first_name(client.name),
            "clinic": clinic.name,
            "phone": phone_words(clinic.phone),
            "link": form_url(asked),
            **colours_of(clinic),
        },
        carries="",
        sender_name=clinic.name,
        language=client.language,
        reply_to=clinic.email,
    )
