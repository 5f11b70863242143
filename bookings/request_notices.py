"""What is said to a client whose question about their record was answered: that there is an answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from clients.contact import phone_words
from clients.models import Channel, DataRequest, Message
from clients.outbox import Described, Notice, Way, Withdrawn
from clinic.models import Clinic


def describe(messages: Sequence[Message], now: datetime) -> dict[int, Described]:
    """Describe messages about what clients asked (two queries). They go to the address of the
    login that asked, in which the answer can be read."""
    uids = [UUID(message.about.partition(":")[2]) for message in messages]
    rows = DataRequest.objects.filter(uid__in=uids).select_related("client", "asked_by")
    asked = {f"request:{row.uid}": row for row in rows}
    clinic = Clinic.objects.the_only()
    return {message.pk: _one(asked.get(message.about), clinic) for message in messages}


def _one(asked: DataRequest | None, clinic: Clinic) -> Described:
    if asked is None or not asked.asked_by.is_active:
        return Withdrawn("The login that asked is gone.")
    return Notice(
        ways=[Way(Channel.EMAIL, asked.asked_by.email)],
        context={
            "first_name": "",
            "clinic": clinic.name,
            "phone": phone_words(clinic.phone),
            "link": f"{settings.SITE_URL.rstrip('/')}{reverse('me')}",
        },
        carries="",
        sender_name=clinic.name,
        language=asked.client.language,
        reply_to=clinic.email,
    )
