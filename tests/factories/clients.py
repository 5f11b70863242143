"""What clients said about being written to, and messages: every argument has a default."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from clients import reach
from clients.models import Client, ContactConsent, ContactFailure, Message

SAID_AT = datetime(2026, 11, 1, 15, 0, tzinfo=UTC)


def consent(*, client: Client, channel: str, granted: bool, **fields: Any) -> ContactConsent:
    return ContactConsent.objects.create(
        **{
            "client": client,
            "channel": channel,
            "purpose": "CARE",
            "granted": granted,
            "at": SAID_AT,
            "source": "ONLINE",
            "wording": "care-1",
            **fields,
        }
    )


def message(*, due_at: datetime, **fields: Any) -> Message:
    """Return a planned message about a thing of its own."""
    name = uuid.uuid4()
    return Message.objects.create(
        **{
            "dedupe_key": f"thing:{name}:CONFIRMATION:0",
            "about": f"thing:{name}",
            "staff_email": "somebody@example.org",
            "kind": "CONFIRMATION",
            "channel": "EMAIL",
            "due_at": due_at,
            "expires_at": due_at + timedelta(days=1),
            "created_at": due_at,
            **fields,
        }
    )


def contact_failure(
    *, client: Client, to: str = "gone@example.org", **fields: Any
) -> ContactFailure:
    """Return a failure of an address that left the client unreachable."""
    at = fields.pop("at", SAID_AT)
    about = fields.pop("message", None) or message(due_at=at, client=client, status="FAILED")
    return ContactFailure.objects.create(
        **{
            "client": client,
            "message": about,
            "channel": "EMAIL",
            "digest": reach.digest("EMAIL", to),
            "reason": "The address was refused (550).",
            "dead": True,
            "unreachable": True,
            "at": at,
            **fields,
        }
    )
