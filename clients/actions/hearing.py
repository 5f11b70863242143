"""Text messages from clients: what they say is done at once, or waits for the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from clients import answering, outbox
from clients.contact_consents import allow, refuse
from clients.errors import NumberPassedOn, NumberStopped, ReplyEmpty
from clients.models import Channel, Client, Conversation, Message, Purpose, TextMessage
from clients.replies import Meaning, cleaned, heard
from clinic import audit
from clinic.audit import Actor

STOPPED, STARTED, CHANGE_LINK, REPLY = "STOPPED", "STARTED", "CHANGE_LINK", "REPLY"
KINDS = frozenset({STOPPED, STARTED, CHANGE_LINK})
OF_USE = timedelta(hours=12)
BY_TEXT_STOP, BY_TEXT_START = "TEXT_STOP", "TEXT_START"

Direction = TextMessage.Direction


@transaction.atomic
def hear(
    *,
    now: datetime,
    phone: str,
    text: str,
    provider: str,
    provider_id: str,
    is_stop: bool = False,
    answered: bool = False,
) -> bool:
    """Take a text message in; return False for one that was taken in before.

    phone: E.164. is_stop: the provider says that they opted out, whatever the words; where these
    wish to change a visit, the desk reads them, since no link can be sent any more. answered: the
    provider has confirmed a STOP or START itself, so that we don't do it once more.
    """
    conversation = _of_number(phone, now=now)
    if (
        provider_id
        and TextMessage.objects.filter(provider=provider, provider_id=provider_id).exists()
    ):
        return False
    said = heard(text)
    meaning = Meaning.STOP if is_stop else said.meaning
    clients = list(
        Client.objects.filter(phone=phone).exclude(status__in=Client.GONE).order_by("pk")
    )
    conversation = _with(clients, conversation, now=now)
    row = TextMessage.objects.create(
        conversation=conversation, direction=Direction.IN, text=cleaned(text), meaning=meaning,
        provider=provider, provider_id=provider_id, at=now,
    )  # fmt: skip
    conversation.client = clients[0] if len(clients) == 1 else None
    conversation.is_shared = conversation.is_shared or len(clients) > 1
    conversation.language = said.language or conversation.language
    conversation.last_at = now
    is_done = _done(row, meaning, clients, now=now, answered=answered)
    if not is_done or (is_stop and said.meaning is Meaning.CHANGE):
        conversation.waiting_since = conversation.waiting_since or now
    conversation.save()
    return True


def _of_number(phone: str, *, now: datetime) -> Conversation:
    """Return a number's conversation, its row locked; two first messages make one."""
    Conversation.objects.bulk_create([Conversation.begun(phone, now=now)], ignore_conflicts=True)
    locked = Conversation.objects.select_for_update(of=("self",)).select_related("client")
    open_one = locked.filter(phone=phone, ended_at=None)
    # None where it ended while we waited for it: then another has begun.
    return open_one.first() or open_one.get()


def _with(clients: Sequence[Client], conversation: Conversation, *, now: datetime) -> Conversation:
    """Return the conversation with those who have the number now: a new one where it was somebody
    else's, or where one of several has kept it. They read nothing of what was said before, and a STOP
    is not theirs; only what several have said may be, so that holds until they take it back."""
    if not conversation.is_over and not (conversation.is_shared and len(clients) == 1):
        return conversation
    conversation.ended_at = now
    conversation.save(update_fields=["ended_at"])
    made = Conversation.begun(conversation.phone, now=now)
    if conversation.client is None:
        made.stopped_at = conversation.stopped_at
    made.save()
    return made


def _done(
    row: TextMessage, meaning: Meaning, clients: Sequence[Client], *, now: datetime, answered: bool
) -> bool:
    """Do what a message asks for; return whether nobody has to look at it."""
    conversation, ids = row.conversation, [client.pk for client in clients]
    match meaning:
        case Meaning.STOP:
            for client in clients:
                refuse(
                    now=now, actor=audit.CLIENT, client=client, channel=Channel.SMS,
                    purposes=list(Purpose.values), source=BY_TEXT_STOP,
                )  # fmt: skip
            if conversation.stopped_at is None and not answered:
                _queue(row, STOPPED, now=now)
            conversation.stopped_at = conversation.stopped_at or now
            return True
        case Meaning.START:
            for client in clients:
                allow(
                    now=now, actor=audit.CLIENT, client=client, channel=Channel.SMS,
                    purposes=[Purpose.CARE], source=BY_TEXT_START,
                )  # fmt: skip
            if conversation.stopped_at is not None and not answered:
                _queue(row, STARTED, now=now)
            conversation.stopped_at = None
            return True
        case Meaning.YES:
            return answering.bookings.confirm(ids, now=now)
        case Meaning.CHANGE if conversation.stopped_at is None and answering.bookings.manage_link(
            ids, now=now
        ):
            _queue(row, CHANGE_LINK, now=now)
            return True
        case _:
            return False


def _queue(row: TextMessage, kind: str, *, now: datetime) -> None:
    outbox.queue(
        [
            Message(
                dedupe_key=f"{row.about}:{kind}",
                about=row.about,
                client_id=row.conversation.client_id,
                kind=kind,
                channel=Channel.SMS,
                urgency=Message.Urgency.NOW,
                due_at=now,
                expires_at=now + OF_USE,
                created_at=now,
            )
        ],
        now=now,
    )


@transaction.atomic
def answer(
    *, now: datetime, actor: Actor, conversation: Conversation, text: str, key: UUID
) -> TextMessage:
    """The desk answers a number; nothing waits there any more. The same form sent again is the same
    answer (`key`).

    Raises ReplyEmpty, NumberStopped, or NumberPassedOn where the number is somebody else's now.
    """
    locked = Conversation.objects.select_for_update(of=("self",)).select_related("client")
    conversation = locked.get(pk=conversation.pk)
    known = TextMessage.objects.filter(uid=key, conversation=conversation).first()
    if known is not None:
        return known
    said = cleaned(text)
    if not said:
        raise ReplyEmpty
    if conversation.is_over:
        raise NumberPassedOn
    if conversation.stopped_at is not None:
        raise NumberStopped
    row = TextMessage.objects.create(
        uid=key, conversation=conversation, direction=Direction.OUT, text=said,
        author=actor.user, at=now,
    )  # fmt: skip
    _queue(row, REPLY, now=now)
    conversation.last_at, conversation.waiting_since = now, None
    conversation.save(update_fields=["last_at", "waiting_since"])
    audit.record(now=now, actor=actor, verb="text.answered", about=_about(conversation))
    return row


@transaction.atomic
def settle(*, now: datetime, actor: Actor, conversation: Conversation) -> None:
    """Somebody has seen to what was said; doing it again changes nothing."""
    if Conversation.objects.filter(pk=conversation.pk, waiting_since__isnull=False).update(
        waiting_since=None
    ):
        audit.record(now=now, actor=actor, verb="text.settled", about=_about(conversation))


def _about(conversation: Conversation) -> str:
    return f"conversation:{conversation.uid}"
