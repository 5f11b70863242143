"""The tablet that is handed to a client: a pass to the documents of one client, for an hour at most.
It ends when the client has finished, or a member of staff logs in on the tablet.

Whoever hands it over is logged out at the same moment, so nothing else of the staff's side can be
reached with it; their name goes along in the pass, as the witness.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from clients.models import Client
from clinic.logins import handed
from clinic.models import User


@dataclass(frozen=True, slots=True)
class Pass:
    """Who may sign, who is the witness, and what for (`booking:<uid>`). `device` names what was
    handed over."""

    client: Client
    witness: User
    about: str
    device: UUID


def _signer() -> Signer:
    return Signer(key=settings.LINK_KEY, salt="clients.tablets", sep="~")


def write(client: Client, device: UUID, witness: User, about: str) -> str:
    """Return the text of a pass, to stand in an address."""
    said = {
        "client": str(client.uid),
        "device": str(device),
        "witness": witness.pk,
        "about": about,
    }
    return _signer().sign_object(said, compress=True)


def read(text: str, *, now: datetime) -> Pass | None:
    """Return a pass; None when it is over, was tampered with, or its witness works here no more."""
    try:
        said = _signer().unsign_object(text)
    except BadSignature:
        return None
    device = UUID(said["device"]) if "device" in said else None
    if device is None or not handed.is_out(device, now=now):
        return None
    client = Client.objects.filter(uid=said["client"]).first()
    witness = User.objects.filter(pk=said["witness"], is_active=True).first()
    return Pass(client, witness, said["about"], device) if client and witness else None
