"""Asking for a correction or an erasure, and a person's answer, which the law wants within days."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from clients import outbox
from clients.errors import AskedToday, ErasedByItself, ManyWait
from clients.models import Channel, Client, ClientKey, DataRequest, Message, Purpose
from clinic import audit
from clinic.models import User

# Ontario's PHIPA and HIPAA say 30 days, the GDPR a month, so the shortest of these.
ANSWER_WITHIN = timedelta(days=30)
# Somebody who reads each of them answers it: what a person has to ask fits, a flood doesn't.
MOST_A_DAY, MOST_WAITING = 5, 10
# The kind of message that says there is an answer, and no more than that.
ANSWERED = "REQUEST_ANSWERED"
TELL_WITHIN = timedelta(days=7)


@transaction.atomic
def ask(
    *, now: datetime, user: User, client: Client, kind: str, words: str, key: UUID
) -> DataRequest:
    """Keep what a client asks, sealed. The same form again is the same request, and so is another
    erasure while one waits.

    Raises AskedToday for a login that asked MOST_A_DAY times within a day, and ManyWait where
    MOST_WAITING wait; an erasure may always join those.
    """
    # Two of one login at once are counted one after the other.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    rows = DataRequest.objects.filter(client=client)
    known = rows.filter(key=key).first()
    if kind == DataRequest.Kind.ERASURE:
        known = known or rows.filter(kind=kind, state=DataRequest.State.OPEN).first()
    if known is not None:
        return known
    _refuse_many(now=now, user=user, client=client, kind=kind)
    ClientKey.objects.of(client, now=now)
    made = DataRequest.objects.create(
        client=client, kind=kind, words=words, key=key, asked_by=user, asked_at=now
    )
    audit.record(
        now=now, actor=audit.staff(user), verb="client.data_asked", about=f"client:{client.uid}",
        after={"kind": kind},
    )  # fmt: skip
    return made


def _refuse_many(*, now: datetime, user: User, client: Client, kind: str) -> None:
    today = DataRequest.objects.filter(asked_by=user, asked_at__gt=now - timedelta(days=1))
    if today.count() >= MOST_A_DAY:
        raise AskedToday
    waiting = DataRequest.objects.filter(client=client, state=DataRequest.State.OPEN)
    if kind != DataRequest.Kind.ERASURE and waiting.count() >= MOST_WAITING:
        raise ManyWait


@transaction.atomic
def answer(*, now: datetime, user: User, request: DataRequest, state: str) -> None:
    """Say that a request was done or declined, and let whoever asked know that there is an answer.
    An answered one stays as it was answered.

    Raises ErasedByItself for an erasure said to be done: it is done by erasing.
    """
    current = DataRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if current.state != DataRequest.State.OPEN:
        return
    if (current.kind, state) == (DataRequest.Kind.ERASURE, DataRequest.State.DONE):
        raise ErasedByItself
    current.state, current.answered_at, current.answered_by = state, now, user
    current.save(update_fields=["state", "answered_at", "answered_by"])
    audit.record(
        now=now, actor=audit.staff(user), verb="client.data_answered",
        about=f"client:{current.client.uid}", after={"kind": current.kind, "state": state},
    )  # fmt: skip
    about = f"request:{current.uid}"
    told = Message(
        dedupe_key=f"{about}:{ANSWERED}",
        about=about,
        client=current.client,
        kind=ANSWERED,
        purpose=Purpose.CARE,
        channel=Channel.EMAIL,
        urgency=Message.Urgency.NOW,
        due_at=now,
        expires_at=now + TELL_WITHIN,
        created_at=now,
    )
    outbox.queue([told], now=now)


def answer_by(request: DataRequest) -> datetime:
    """Return when the law wants an answer at the latest."""
    return request.asked_at + ANSWER_WITHIN


def of_client(client: Client) -> list[DataRequest]:
    """Return what a client asked, the newest first."""
    rows = DataRequest.objects.filter(client=client).select_related("client__key")
    return list(rows.order_by("-asked_at", "-pk"))


def waiting() -> list[DataRequest]:
    """Return what waits for an answer, the oldest first."""
    rows = DataRequest.objects.filter(state=DataRequest.State.OPEN)
    return list(rows.select_related("client__key", "asked_by").order_by("asked_at", "pk"))


def who_waits() -> list[int]:
    """Return the keys of the clients whose requests wait, once for each request (one query)."""
    rows = DataRequest.objects.filter(state=DataRequest.State.OPEN)
    return list(rows.order_by().values_list("client", flat=True))


def count_waiting() -> int:
    """Return how many requests wait for an answer (one query)."""
    return DataRequest.objects.filter(state=DataRequest.State.OPEN).count()
