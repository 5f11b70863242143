"""A client's login, when nothing of the client is left."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from clinic.audit import Actor
from clinic.logins import sessions
from clinic.models import AddressProof, LoginLink, Role, User

NAME = "Erased"


def forget(*, now: datetime, actor: Actor, user: User) -> None:
    """End a client's login and take address and name out of it. Its row stays, because the log book
    speaks of it by number. Call it inside a transaction."""
    if user.role != Role.CLIENT:
        raise ValueError("Only a client's login is forgotten.")
    sessions.end(now=now, actor=actor, user=user)
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    LoginLink.objects.filter(user=user).delete()
    AddressProof.objects.filter(email=user.email).delete()
    # Nobody has mail at .invalid (RFC 2606).
    user.email, user.name, user.is_active = f"erased-{user.pk}@erased.invalid", NAME, False
    user.set_unusable_password()
    user.save(update_fields=["email", "name", "is_active", "password"])
