"""What is said to the owners in the morning: how much waits, and where it is seen to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from bookings.models import Schedule
from bookings.queries.digest import Digest, digest
from bookings.queries.practice import clinic_zone
from bookings.saying_when import long_date, short_date
from bookings.unplanned import OFF
from clients.contact import phone_words
from clients.models import Channel, Message
from clients.outbox import Described, Notice, Way, Withdrawn
from clinic.models import Clinic, Role, User


def describe(messages: Sequence[Message], now: datetime) -> dict[int, Described]:
    """Describe the morning's mail by what waits at `now` (nine queries). It goes to whoever is an
    owner still."""
    uids = [UUID(message.about.partition(":")[2]) for message in messages]
    owners = {
        f"digest:{user.uid}": user
        for user in User.objects.filter(uid__in=uids, role=Role.OWNER, is_active=True)
    }
    if not all(Schedule.objects.by_kind()[each.kind].is_on for each in messages):
        return {each.pk: Withdrawn(OFF) for each in messages}
    clinic, found = Clinic.objects.the_only(), digest(now=now)
    return {each.pk: _one(owners.get(each.about), found, clinic, now) for each in messages}


def _one(owner: User | None, found: Digest, clinic: Clinic, now: datetime) -> Described:
    if owner is None:
        return Withdrawn("The owner's login is gone.")
    if not found.something_waits:
        return Withdrawn("Nothing waits any more.")
    today = now.astimezone(clinic_zone()).date()
    with override(settings.LANGUAGE_CODE):
        context: dict[str, str | bool] = {
            "first_name": "",
            "clinic": clinic.name,
            "phone": phone_words(clinic.phone),
            "date": long_date(today),
            "short_date": short_date(today),
            "link": f"{settings.SITE_URL.rstrip('/')}{reverse('inbox')}",
            **found.names,
        }
    return Notice(
        ways=[Way(Channel.EMAIL, owner.email)],
        context=context,
        carries="",
        sender_name=clinic.name,
        reply_to=clinic.email,
    )
