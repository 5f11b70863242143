"""Sessions as they stand, and the ones before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from clients.models import Client
from clinic.models import User
from treatments.models import SessionAction, SessionRecord, SessionVersion
from treatments.session_actions import Action, Kind
from treatments.session_log import SessionState, fold


def session_of(user: User, uid: UUID) -> SessionRecord | None:
    """Return a session of the practitioner a login treats as; nobody else writes in it."""
    return (
        SessionRecord.objects.filter(uid=uid, practitioner__user=user)
        .select_related("client__key", "practitioner__user", "treatment", "signed_by")
        .first()
    )


def actions_of(session: SessionRecord, *, after: int = 0) -> list[Action]:
    """Return the actions of a session with numbers above `after`, in the order of arrival. The
    session's client comes with its key (one query)."""
    rows = SessionAction.objects.filter(session=session, number__gt=after).order_by("number")
    return list(_opened(session.client, rows))


def state_of(session: SessionRecord) -> SessionState:
    """Return a session as its actions tell it (one query)."""
    return fold(actions_of(session))


def last_before(session: SessionRecord) -> SessionRecord | None:
    """Return the client's last signed session before this one (one query)."""
    found = (
        SessionRecord.objects.filter(
            client=session.client, signed_at__isnull=False, started_at__lt=session.started_at
        )
        .exclude(pk=session.pk)
        .order_by("-started_at")
        .first()
    )
    if found:
        found.client = session.client
    return found


def sessions_before(session: SessionRecord) -> int:
    """Return how many signed sessions the client had before this one (one query)."""
    return SessionRecord.objects.filter(
        client=session.client, signed_at__isnull=False, started_at__lt=session.started_at
    ).count()


def signed_of(client: Client, *, since: datetime, until: datetime | None) -> list[SessionVersion]:
    """Return what was signed of a client's sessions that began in a time, the oldest first, with the
    key that opens it (one query)."""
    rows = SessionVersion.objects.filter(
        client=client, type=SessionVersion.Type.SIGNED, session__started_at__gte=since
    )
    if until is not None:
        rows = rows.filter(session__started_at__lt=until)
    found = list(rows.order_by("session__started_at", "pk"))
    for version in found:
        version.client = client
    return found


def _opened(client: Client, rows: Iterable[SessionAction]) -> Iterable[Action]:
    for row in rows:
        row.client = client
        yield Action(row.uid, Kind(row.kind), row.at, row.payload)
