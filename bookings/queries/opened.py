"""Records that were opened with a reason, and those that are withheld."""

from __future__ import annotations

from clients.models import Client, RecordOpening, Withholding
from clinic.models import User

MOST = 200


def openings() -> list[RecordOpening]:
    """Return the newest openings with who, whose and the key that opens the reason (one query)."""
    rows = RecordOpening.objects.select_related("user", "client__key").order_by("-at", "-pk")
    return list(rows[:MOST])


def is_withheld(user: User, client: Client) -> bool:
    """Return whether a client withholds their record from somebody (one query)."""
    return Withholding.objects.filter(client=client, user=user, ended_at=None).exists()
