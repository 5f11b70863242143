"""Records that were opened with a reason, and those that are withheld."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from clients.models import Client, ClientLogin, RecordOpening, Withholding
from clinic.models import AuditEntry, User

MOST = 200


def openings() -> list[RecordOpening]:
    """Return the newest openings with who, whose and the key that opens the reason (one query)."""
    rows = RecordOpening.objects.select_related("user", "client__key").order_by("-at", "-pk")
    return list(rows[:MOST])


@dataclass(frozen=True, slots=True)
class LetIn:
    """What a member of staff changed about who reaches a client's pages, or by which address.
    `what`: a verb of the log book; `client` is None where nothing is left of them."""

    at: datetime
    who: str
    what: str
    client: Client | None


def let_in() -> list[LetIn]:
    """Return the newest changes of clients' logins and addresses by staff (two queries)."""
    by_clinic = Q(verb="client.login_linked", after__how=ClientLogin.How.CLINIC)
    moved = Q(verb="client.contact_changed", after__changed__contains=["email"])
    merged = Q(verb="client.merged", after__chosen__contains=["email"])
    entries = AuditEntry.objects.filter(by_clinic | moved | merged).order_by("-pk")[:MOST]
    whose = {
        entry: UUID(entry.about.partition(":")[2])
        for entry in entries
        # A merge stands under both records; the address is that of the one that stays.
        if entry.after.get("survivor") in (None, entry.about.partition(":")[2])
    }
    clients = Client.objects.exclude(status=Client.Status.ERASED).in_bulk(
        set(whose.values()), field_name="uid"
    )
    return [
        LetIn(entry.at, entry.actor_label, entry.verb, clients.get(uid))
        for entry, uid in whose.items()
    ]


def is_withheld(user: User, client: Client) -> bool:
    """Return whether a client withholds their record from somebody (one query)."""
    return Withholding.objects.filter(client=client, user=user, ended_at=None).exists()
