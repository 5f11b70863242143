"""Asking for a correction or an erasure, and a person's answer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clients.models import Client, ClientKey, DataRequest
from clinic import audit
from clinic.models import User


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
    """Say that a request was done or declined. An answered one stays as it was answered."""
    current = DataRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if current.state != DataRequest.State.OPEN:
        return
    current.state, current.answered_at, current.answered_by = state, now, user
    current.save(update_fields=["state", "answered_at", "answered_by"])
    audit.record(
        now=now, actor=audit.staff(user), verb="client.data_answered",
        about=f"client:{current.client.uid}", after={"kind": current.kind, "state": state},
    )  # fmt: skip


def of_client(client: Client) -> list[DataRequest]:
    """Return what a client asked, the newest first."""
    rows = DataRequest.objects.filter(client=client).select_related("client__key")
    return list(rows.order_by("-asked_at", "-pk"))


def waiting() -> list[DataRequest]:
    """Return what waits for an answer, the oldest first."""
    rows = DataRequest.objects.filter(state=DataRequest.State.OPEN)
    return list(rows.select_related("client__key", "asked_by").order_by("asked_at", "pk"))
