"""The tablet that is handed to a client: a pass to the documents of one client, for an hour.

Whoever hands it over is logged out at the same moment, so nothing else of the staff's side can be
reached with it; their name goes along in the pass, as the witness.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner

from clients.models import Client
from clinic.models import User

SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Pass:
    """Who may sign, who is the witness, and what for (`booking:<uid>`)."""

    client: Client
    witness: User
    about: str


def _signer() -> TimestampSigner:
    return TimestampSigner(key=settings.LINK_KEY, salt="clients.tablets", sep="~")


def write(client: Client, witness: User, about: str) -> str:
    """Return the text of a pass, to stand in an address."""
    return _signer().sign_object(
        {"client": str(client.uid), "witness": witness.pk, "about": about}, compress=True
    )


def read(text: str) -> Pass | None:
    """Return a pass; None when it is over, was tampered with, or its witness works here no more."""
    try:
        said = _signer().unsign_object(text, max_age=SECONDS)
    except BadSignature:
        return None
    client = Client.objects.filter(uid=said["client"]).first()
    witness = User.objects.filter(pk=said["witness"], is_active=True).first()
    return Pass(client, witness, said["about"]) if client and witness else None
