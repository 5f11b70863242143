"""Asking for a correction or an erasure, and a person's answer, which the law wants within days."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from clients import outbox
from clients.errors import ErasedByItself
from clients.models import Channel, Client, ClientKey, DataRequest, Message, Purpose
from clinic import audit
from clinic.models import User

# Ontario's PHIPA and HIPAA say 30 days, the GDPR a month, so the shortest of these.
ANSWER_WITHIN = timedelta(days=30)
# The kind of message that says there is an answer, and no more than that.
ANSWERED = "REQUEST_ANSWERED"
TELL_WITHIN = timedelta(days=7)


@transaction.atomic
def ask(
    *, now: datetime, user: User, client: Client, kind: str, words: str, key: UUID
) -> DataRequest:
    """Keep what a client asks, sealed. The same form again is the same request, and so is another
    erasure while one waits."""
    Client.objects.select_for_update().get(pk=client.pk)
    rows = DataRequest.objects.filter(client=client)
    known = rows.filter(key=key).first()
    if kind == DataRequest.Kind.ERASURE:
        known = known or rows.filter(kind=kind, state=DataRequest.State.OPEN).first()
    if known is not None:
        return known
    ClientKey.objects.of(client, now=now)
    made = DataRequest.objects.create(
        client=client, kind=kind, words=words, key=key, asked_by=user, asked_at=now
    )
    audit.record(
        now=now, actor=audit.staff(user), verb="client.data_asked", about=f"client:{client.uid}",
        after={"kind": kind},
    )  # fmt: skip
    return made


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


def count_waiting() -> int:
    """Return how many requests wait for an answer (one query)."""
    return DataRequest.objects.filter(state=DataRequest.State.OPEN).count()
