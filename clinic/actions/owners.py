"""The first login of a clinic."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from clinic import audit
from clinic.audit import Actor
from clinic.errors import Refusal, constraint_of
from clinic.models import Role, User


class CannotCreateUser(Refusal):
    code = "cannot_create_user"


def create_owner(
    *, now: datetime, actor: Actor, email: str, name: str, password: str, superuser: bool = False
) -> User:
    """Give somebody an owner's login. `superuser` opens /admin/ to them as well.

    Raises CannotCreateUser for an address that has a login already, and for an address, name or
    password that won't do.
    """
    user = User(
        email=email.strip().lower(),
        name=" ".join(name.split()),
        role=Role.OWNER,
        is_superuser=superuser,
    )
    user.set_password(password)
    try:
        user.clean_fields()
        validate_password(password, user)
    except ValidationError as problem:
        raise CannotCreateUser(" ".join(problem.messages)) from None
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            audit.record(
                now=now,
                actor=actor,
                verb="user.created",
                about=f"user:{user.pk}",
                after={"role": user.role, "superuser": superuser},
            )
    except IntegrityError as problem:
        if constraint_of(problem) != "clinic_user_email_key":
            raise
        raise CannotCreateUser(_("This e-mail address has a login already.")) from None
    return user
