"""Signatures: every argument has a default, every call makes a new row, as a client would."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from clients.actions import consenting
from clients.actions.consenting import Signed
from clients.consent_rules import Kind
from clients.models import Client, ConsentGiven
from clients.queries import consents
from clinic.audit import CLIENT

SIGNED_AT = datetime(2099, 1, 5, 15, 0, tzinfo=UTC)
STROKES = [[(40, 120), (160, 40), (260, 150)], [(300, 60), (520, 130)]]


def signed(
    client: Client,
    kind: Kind = Kind.TREATMENT,
    *,
    at: datetime = SIGNED_AT,
    no: tuple[str, ...] = (),
    **fields: Any,
) -> ConsentGiven:
    """Return a signature of the newest text at a moment; `no`: the layers answered so."""
    document = consents.current_document(kind, client.language, at)
    assert document is not None
    said = {
        "key": uuid.uuid4(),
        "digest": document.digest,
        "choices": {code: code not in no for code in document.text.codes},
        "name": client.name,
        "time_zone": "America/Toronto",
        **fields,
    }
    return consenting.sign(now=at, actor=CLIENT, client=client, kind=kind, said=Signed(**said))
