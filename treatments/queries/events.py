"""Adverse events: which are followed up, and one with what was noted since."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from clients.models import Client, RecordOpening, Withholding
from clinic.models import Role, User
from treatments.models import AdverseEvent, EventNote, SessionRecord

MOST_SESSIONS = 6


def followed_up_by(user: User, *, now: datetime) -> list[AdverseEvent]:
    """Return the events a login follows up, the longest overdue first, with the keys that open them
    (one query): those of the sessions they held, for the owner all. What a client withholds from
    them is left out."""
    rows = _open_for(user, now=now).select_related("client__key", "practitioner")
    return list(rows.order_by("follow_up_due", "pk"))


def how_many(user: User, *, now: datetime) -> int:
    """Return how many events a login follows up (one query)."""
    return _open_for(user, now=now).count()


def may_follow_up(user: User, event: AdverseEvent, *, now: datetime) -> bool:
    """Return whether an event is one that a login follows up, or did (one query)."""
    return _for(user, now=now).filter(pk=event.pk).exists()


def event_by_uid(uid: UUID) -> AdverseEvent | None:
    """Return an event with the key that opens it (one query); one that was taken back is not there,
    nor is one whose client's record was erased."""
    return (
        AdverseEvent.objects.filter(uid=uid, withdrawn_at=None)
        .exclude(client__status=Client.Status.ERASED)
        .select_related("client__key", "practitioner", "session", "created_by")
        .first()
    )


def notes_of(event: AdverseEvent) -> list[EventNote]:
    """Return what was noted of an event, in order (one query)."""
    rows = list(EventNote.objects.filter(event=event).select_related("author").order_by("at", "pk"))
    for row in rows:
        row.client = event.client
    return rows


def last_sessions(client: Client) -> list[SessionRecord]:
    """Return a client's last sessions, the newest first (one query)."""
    rows = SessionRecord.objects.filter(client=client).select_related("practitioner")
    return list(rows.order_by("-started_at", "-pk")[:MOST_SESSIONS])


def _for(user: User, *, now: datetime) -> QuerySet[AdverseEvent]:
    whose = Q() if user.role == Role.OWNER else Q(practitioner__user=user)
    withheld = Withholding.objects.filter(client=OuterRef("client"), user=user, ended_at=None)
    opened = RecordOpening.objects.filter(
        client=OuterRef("client"), user=user, at__lte=now, until__gt=now
    )
    return (
        AdverseEvent.objects.filter(whose, withdrawn_at=None)
        .exclude(client__status=Client.Status.ERASED)
        .filter(~Exists(withheld) | Exists(opened))
    )


def _open_for(user: User, *, now: datetime) -> QuerySet[AdverseEvent]:
    return _for(user, now=now).filter(resolved_at=None, follow_up_due__isnull=False)
