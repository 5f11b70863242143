"""Whom nothing reaches, for the desk to see to."""

from __future__ import annotations

from uuid import UUID

from clients.models import ContactFailure

MOST = 100


def unreachable() -> list[ContactFailure]:
    """Return one open failure for each client whom no message reaches, the newest first (one query)."""
    found = (
        ContactFailure.objects.filter(unreachable=True, cleared_at__isnull=True)
        .select_related("client")
        .order_by("client", "-at", "-pk")
        .distinct("client")
    )
    return sorted(found, key=lambda each: each.at, reverse=True)[:MOST]


def how_many() -> int:
    """Return how many clients no message reaches (one query)."""
    rows = ContactFailure.objects.filter(unreachable=True, cleared_at__isnull=True)
    return rows.values("client").distinct().count()


def failure_by_uid(uid: UUID) -> ContactFailure | None:
    """Return a failure of a client's address (one query)."""
    return ContactFailure.objects.select_related("client").filter(uid=uid).first()
