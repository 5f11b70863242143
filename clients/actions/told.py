"""What staff write down of a client's answers: told in the room, or on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction

from clients.actions.intake import ask_for_form, begin_form
from clients.intake_definition import FormKind
from clients.intake_draft import Draft
from clients.models import Client, IntakeDraft, IntakeRequest
from clients.queries.intake import TOLD, told_request
from clinic import audit
from clinic.audit import Actor

# What was begun and forgotten is still there when somebody comes back to it.
VALID = timedelta(days=365)


def begin_told(
    *,
    now: datetime,
    actor: Actor,
    client: Client,
    kind: FormKind,
    source: str,
    told_on: date,
) -> IntakeDraft:
    """Return what staff are writing down of a client, beginning it if nobody is.

    kind: FULL for the whole form, WHAT_CHANGED for the few parts that something was said of. source,
    told_on: how it was told, and on which day.
    """
    with transaction.atomic():
        # Two who begin at once write into one.
        Client.objects.select_for_update(of=("self",), no_key=True).get(pk=client.pk)
        request = told_request(client) or ask_for_form(
            now=now, actor=actor, client=client, kind=kind, valid_until=now + VALID, about=TOLD
        )
        begun = begin_form(now=now, request=request, own=True, by_staff=True)
        return say_how(now=now, draft=begun, source=source, told_on=told_on)


def say_how(*, now: datetime, draft: IntakeDraft, source: str, told_on: date) -> IntakeDraft:
    """Write down how the answers were told, and on which day."""
    with transaction.atomic():
        rows = IntakeDraft.objects.select_for_update(of=("self",))
        current = rows.select_related("client__key", "request").get(pk=draft.pk)
        content = replace(
            Draft.of(current.content), source=source, told_on=told_on.isoformat()
        ).document()
        if content != current.content and current.sent_at is None:
            current.content, current.saved_at = content, now
            current.save(update_fields=["content", "saved_at"])
        return current


def put_aside(*, now: datetime, actor: Actor, request: IntakeRequest) -> None:
    """End what staff were writing down, unsent. What was typed is kept and shown no more."""
    with transaction.atomic():
        ended = IntakeRequest.objects.filter(pk=request.pk, about=TOLD, ended_at__isnull=True)
        if ended.update(ended_at=now):
            about = f"client:{request.client.uid}"
            audit.record(now=now, actor=actor, verb="intake.put_aside", about=about)
