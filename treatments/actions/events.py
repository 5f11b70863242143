"""Adverse events after a session: reported, followed up, resolved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from clients.models import Client, ClientKey
from clinic import audit
from clinic.audit import CLIENT, staff
from clinic.models import Practitioner, User
from treatments.errors import EventClosed, FollowUpEmpty, NobodyTreated
from treatments.models import AdverseEvent, EventNote, SessionRecord
from treatments.session_facts import follow_up


def report_event(
    *,
    now: datetime,
    author: User | None,
    client: Client,
    uid: UUID,
    session: SessionRecord | None,
    practitioner: Practitioner | None,
    grade: str,
    noticed_at: datetime,
    details: Mapping[str, Any],
) -> AdverseEvent:
    """Write down what a client tells after a session; once for each `uid`.

    author: who writes it down; None where the client does themselves. practitioner: who follows it up
    where no session says so. details: as `AdverseEvent` has them,
    `what` among them. Raises NobodyTreated.
    """
    who = session.practitioner if session else practitioner
    if who is None:
        raise NobodyTreated
    due = follow_up(details["what"], grade, noticed_at)
    with transaction.atomic():
        ClientKey.objects.of(client, now=now)
        event, is_new = AdverseEvent.objects.get_or_create(
            uid=uid,
            defaults={
                "client": client,
                "session": session,
                "practitioner": who,
                "grade": grade,
                "noticed_at": noticed_at,
                "reported_by": AdverseEvent.ReportedBy.CLIENT,
                # What is told late is not late at once.
                "follow_up_due": max(due, now) if due else None,
                "created_at": now,
                "created_by": author,
                "details": dict(details),
            },
        )
        if is_new:
            _write_down("event.reported", event, now=now, author=author)
    return event


def note_event(
    *,
    now: datetime,
    author: User,
    event: AdverseEvent,
    uid: UUID,
    text: str,
    again_in: int | None = None,
    is_over: bool = False,
) -> EventNote:
    """Note how it is; once for each `uid`.

    again_in: after how many days somebody asks again. is_over: nobody has to, it is resolved.
    Raises FollowUpEmpty or EventClosed.
    """
    if not text.strip():
        raise FollowUpEmpty
    with transaction.atomic():
        current = _locked(event)
        if found := EventNote.objects.filter(uid=uid, event=current).first():
            return found
        if current.withdrawn_at or (is_over and current.resolved_at):
            raise EventClosed
        note = EventNote.objects.create(
            uid=uid, event=current, client=current.client, author=author, at=now, text=text.strip()
        )
        if is_over:
            current.resolved_at = max(now, current.noticed_at)
        elif again_in is not None:
            current.follow_up_due = now + timedelta(days=again_in)
        current.save(update_fields=["resolved_at", "follow_up_due"])
        verb = "event.resolved" if is_over else "event.followed_up"
        _write_down(verb, current, now=now, author=author)
    return note


def reopen_event(*, now: datetime, author: User, event: AdverseEvent) -> AdverseEvent:
    """Follow an event up again that was resolved. Raises EventClosed."""
    with transaction.atomic():
        current = _locked(event)
        if current.withdrawn_at or current.resolved_at is None:
            raise EventClosed
        current.resolved_at, current.follow_up_due = None, now
        current.save(update_fields=["resolved_at", "follow_up_due"])
        _write_down("event.reopened", current, now=now, author=author)
    return current


def _locked(event: AdverseEvent) -> AdverseEvent:
    return (
        AdverseEvent.objects.select_for_update(of=("self",))
        .select_related("client__key")
        .get(pk=event.pk)
    )


def _write_down(verb: str, event: AdverseEvent, *, now: datetime, author: User | None) -> None:
    """Add to the log book that something was done; nothing of what it is."""
    audit.record(
        now=now,
        actor=staff(author) if author else CLIENT,
        verb=verb,
        about=f"adverse_event:{event.uid}",
    )
