"""What a client allows us to send them, and changing it. Rows are added: the newest holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from clients.models import STANDS, Channel, Client, ContactConsent, Conversation, Purpose
from clinic import audit
from clinic.audit import Actor

WORDING = "pages-1"
SOURCE = "PAGES"
CHOICES = {
    "care_email": (Channel.EMAIL, Purpose.CARE),
    "care_sms": (Channel.SMS, Purpose.CARE),
    "news_email": (Channel.EMAIL, Purpose.MARKETING),
    "news_sms": (Channel.SMS, Purpose.MARKETING),
}


def holding(client: Client) -> dict[str, bool]:
    """Return what holds now, by the names of CHOICES; never asked is no."""
    newest = {
        (one.channel, one.purpose): one.granted
        for one in ContactConsent.objects.filter(client=client).order_by("at", "pk")
    }
    return {name: newest.get((channel, what), False) for name, (channel, what) in CHOICES.items()}


def has_refused(client: Client, channel: str, purpose: str) -> bool:
    """Return whether a client's last word on such messages is a no (one query)."""
    said = ContactConsent.objects.filter(client=client, channel=channel, purpose=purpose)
    newest = said.order_by("-at", "-pk").first()
    return newest is not None and not newest.granted


@transaction.atomic
def refuse(
    *,
    now: datetime,
    actor: Actor,
    client: Client,
    channel: str,
    purposes: Collection[str],
    source: str,
) -> None:
    """Say no for a client to messages on a channel, where that does not hold already; it holds for
    what is sent next. source: how they said so, a code."""
    _say(now, actor, client, channel, purposes, source, granted=False)


@transaction.atomic
def allow(
    *,
    now: datetime,
    actor: Actor,
    client: Client,
    channel: str,
    purposes: Collection[str],
    source: str,
    wording: str = WORDING,
) -> None:
    """Say yes for a client, as `refuse` says no. wording: version of the text that was agreed to."""
    _say(now, actor, client, channel, purposes, source, granted=True, wording=wording)


def _say(
    now: datetime,
    actor: Actor,
    client: Client,
    channel: str,
    purposes: Collection[str],
    source: str,
    *,
    granted: bool,
    wording: str = WORDING,
) -> None:
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    newest = {
        one.purpose: one.granted
        for one in ContactConsent.objects.filter(client=client, channel=channel).order_by(
            "at", "pk"
        )
    }
    changed = [purpose for purpose in purposes if newest.get(purpose) is not granted]
    ContactConsent.objects.bulk_create(
        ContactConsent(
            client=client,
            channel=channel,
            purpose=purpose,
            granted=granted,
            at=now,
            source=source,
            wording=wording,
        )
        for purpose in changed
    )
    if changed:
        audit.record(
            now=now, actor=actor, verb="client.messages_chosen", about=f"client:{client.uid}",
            after={f"{purpose}_{channel}".lower(): granted for purpose in changed},
        )  # fmt: skip


@transaction.atomic
def choose(
    *,
    now: datetime,
    actor: Actor,
    client: Client,
    granted: Mapping[str, bool],
    language: str = "",
) -> None:
    """Add a row for each choice that differs from what holds; it holds for what is sent next. Who
    allows text messages again takes back that their number has said STOP.

    language: to write to them in; "" leaves it as it is.
    """
    # As whoever hears a text message does: the conversation first, then the client.
    talks = Conversation.objects.filter(STANDS, phone=client.phone).exclude(phone="")
    theirs = list(talks.select_for_update(of=("self",)).values_list("pk", flat=True))
    # Two forms sent at once are taken one after the other.
    current = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    if language and language != current.language:
        was, current.language = current.language, language
        current.save(update_fields=["language"])
        audit.record(
            now=now, actor=actor, verb="client.language_chosen", about=f"client:{client.uid}",
            before={"language": was}, after={"language": language},
        )  # fmt: skip
    before = holding(client)
    changed = {name: granted[name] for name in CHOICES if granted[name] != before[name]}
    ContactConsent.objects.bulk_create(
        ContactConsent(
            client=client,
            channel=CHOICES[name][0],
            purpose=CHOICES[name][1],
            granted=yes,
            at=now,
            source=SOURCE,
            wording=WORDING,
        )
        for name, yes in changed.items()
    )
    if any(yes and CHOICES[name][0] == Channel.SMS for name, yes in changed.items()):
        Conversation.objects.filter(pk__in=theirs).update(stopped_at=None)
    if changed:
        audit.record(
            now=now, actor=actor, verb="client.messages_chosen", about=f"client:{client.uid}",
            before={name: before[name] for name in changed}, after=dict(changed),
        )  # fmt: skip
