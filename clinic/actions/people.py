"""Logins of members of staff: made, changed, switched off; never deleted, for the log book's sake."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic import audit
from clinic.actions.saving import save
from clinic.audit import Actor
from clinic.errors import NotStored, Refusal
from clinic.logins import links, sessions
from clinic.logins.actions import invite
from clinic.models import Role, User

STAFF = (Role.OWNER, Role.PRACTITIONER, Role.FRONT_DESK)


class LastOwner(Refusal):
    code = "last_owner"
    field = "role"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This is the clinic's only owner, and somebody must be able to change the "
                "settings. Make somebody else an owner first."
            )
        )


def create_user(
    *,
    now: datetime,
    actor: Actor,
    email: str,
    name: str,
    role: str,
    password: str = "",
    site: str = "",
) -> User:
    """Give somebody a login. Without a password they log in with a code sent by e-mail.

    site: the clinic's own address, such as https://book.example.org; where it is given, they are
    mailed an invitation with a link that logs them in.

    Raises NotStored for an address that has a login already, and for what won't do.
    """
    user = User(email=email.strip().lower(), name=" ".join(name.split()))
    if password:
        _check_password(password, user)
        user.set_password(password)
    else:
        user.set_unusable_password()
    with transaction.atomic():
        made = save(
            user,
            {"email": user.email, "name": user.name, "role": _staff_role(role)},
            now=now,
            actor=actor,
            verb="user.created",
            about="user:%s",
        )
        if site:
            invite(now=now, actor=actor, user=made, address=site)
    return made


def change_user(
    *,
    now: datetime,
    actor: Actor,
    user: User,
    email: str,
    name: str,
    role: str,
    is_active: bool,
    session: str | None = None,
) -> User:
    """Change somebody's login. With another role or address, or switched off, all ways in that are
    open end: sessions but the one with the key `session`, PINs' passes, links not used yet.

    Whoever is no owner any more loses /admin/ too.

    Raises LastOwner when nobody else could change the settings, NotStored for what won't do.
    """
    with transaction.atomic():
        # All owners, in one order: of two who demote each other, the second sees what the first did.
        owners = User.objects.select_for_update().filter(role=Role.OWNER, is_active=True)
        others = [one for one in owners.order_by("pk") if one.pk != user.pk]
        stays = role == Role.OWNER and is_active
        user.refresh_from_db()
        was = user.role == Role.OWNER and user.is_active
        before = (user.email, user.role, user.is_active)
        if was and not stays and not others:
            raise LastOwner
        changed = save(
            user,
            {
                "email": email.strip().lower(),
                "name": " ".join(name.split()),
                "role": _staff_role(role),
                "is_active": is_active,
                "is_superuser": user.is_superuser and stays,
            },
            now=now,
            actor=actor,
            verb="user.changed",
            about=f"user:{user.pk}",
        )
        if (changed.email, changed.role, changed.is_active) != before:
            _end_ways_in(changed, now=now, actor=actor, session=session)
        return changed


def set_password(
    *, now: datetime, actor: Actor, user: User, password: str, session: str | None = None
) -> User:
    """Give somebody a new password, which ends all ways in that are open: sessions but the one with
    the key `session`, PINs' passes, links not used yet.

    Raises NotStored for one that is too easily guessed.
    """
    _check_password(password, user)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        audit.record(now=now, actor=actor, verb="user.password_set", about=f"user:{user.pk}")
        _end_ways_in(user, now=now, actor=actor, session=session)
    return user


def _end_ways_in(user: User, *, now: datetime, actor: Actor, session: str | None) -> None:
    sessions.end(now=now, actor=actor, user=user, but=session)
    links.end(user=user, now=now)


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise NotStored("password", " ".join(problem.messages)) from None


def _staff_role(role: str) -> str:
    if role not in STAFF:
        raise NotStored("role", _("Choose one of the roles shown."))
    return role
