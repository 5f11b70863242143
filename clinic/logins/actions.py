"""What is done to a login."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clinic import audit
from clinic.logins import links, mail, sessions
from clinic.models import User


@transaction.atomic
def set_password(*, now: datetime, user: User, password: str, session: str | None = None) -> None:
    """Set a member of staff's own new password, checked by the form; all their sessions end but
    the one with the key `session`."""
    user.set_password(password)
    user.save(update_fields=["password"])
    sessions.end(now=now, actor=audit.staff(user), user=user, but=session)
    links.end(user=user, now=now)
    audit.record(
        now=now, actor=audit.staff(user), verb="login.password_changed", about=f"user:{user.pk}"
    )


def invite(*, now: datetime, actor: audit.Actor, user: User, address: str) -> None:
    """Mail somebody new a link that logs them in, once, within three days. It ends earlier ones.

    address: the link's site, such as https://book.example.org.
    """
    with transaction.atomic():
        links.end(user=user, now=now)
        token = links.make(user=user, now=now, lasts=links.INVITATION_LASTS)
        audit.record(now=now, actor=actor, verb="login.invited", about=f"user:{user.pk}")
        letter = mail.letter(
            "account/email/invitation",
            user.email,
            {"link": f"{address}/login/link/{token}/", "name": user.name},
        )
        transaction.on_commit(lambda: mail.post(letter))
