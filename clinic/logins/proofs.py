"""Seeing whether somebody reads the mail of an address: a code for the browser that asked, a link
for any device. Either works once, for a quarter of an hour."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from allauth.account.adapter import get_adapter
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac

from clinic.models import AddressProof

LASTS = timedelta(minutes=15)
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Mailed:
    """What is mailed, `code` and `token`, and the name under which the browser's code is kept."""

    uid: UUID
    code: str
    token: str


def make(*, email: str, opens: bool, now: datetime) -> Mailed:
    """Return a new code and a new link for an address. opens: whether it is anybody's here."""
    mailed = Mailed(uuid4(), get_adapter().generate_login_code(), secrets.token_urlsafe(32))
    AddressProof.objects.create(
        uid=mailed.uid,
        email=email,
        opens=opens,
        code_digest=_of_code(mailed.uid, mailed.code),
        link_digest=_of_link(mailed.token),
        made_at=now,
        expires_at=now + LASTS,
    )
    return mailed


def by_code(uid: UUID, code: str, *, now: datetime) -> str | None:
    """Use up a code and return the address it was sent to; None for a wrong one, of which there
    may be three. Of two at the same moment one gets the address: the row is locked."""
    given = _of_code(uid, code)
    with transaction.atomic():
        proof = AddressProof.objects.select_for_update().filter(_open(now), uid=uid).first()
        if proof is None or proof.tries >= MOST_TRIES:
            return None
        right = constant_time_compare(given, proof.code_digest) and proof.opens
        proof.tries += 1
        proof.used_at = now if right else None
        proof.save(update_fields=["tries", "used_at"])
        return proof.email if right else None


def is_waiting(uid: UUID, *, now: datetime) -> bool:
    """Whether a code may still be typed for this proof."""
    return AddressProof.objects.filter(_open(now), uid=uid, tries__lt=MOST_TRIES).exists()


def is_open(token: str, *, now: datetime) -> bool:
    """Whether a link would still prove its address. Changes nothing."""
    return AddressProof.objects.filter(_open(now), link_digest=_of_link(token), opens=True).exists()


def by_link(token: str, *, now: datetime) -> str | None:
    """Use up a link and return the address it was sent to; None for one that is used or too old."""
    rows = AddressProof.objects.filter(_open(now), link_digest=_of_link(token), opens=True)
    email = rows.values_list("email", flat=True).first()
    return email if email and rows.update(used_at=now) else None


def forget(*, now: datetime) -> int:
    """Delete the proofs that are over since a day; return how many."""
    over = AddressProof.objects.filter(expires_at__lt=now - timedelta(days=1))
    deleted, _by_model = over.delete()
    return deleted


def _open(now: datetime) -> Q:
    return Q(used_at=None, expires_at__gt=now)


def _of_code(uid: UUID, code: str) -> str:
    # A code is short enough to be guessed from a plain digest; this one needs our key.
    plain = "".join(character for character in code.upper() if character.isalnum())
    return salted_hmac("address proof", f"{uid}:{plain}", algorithm="sha256").hexdigest()


def _of_link(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
