"""Writing the log book. Actions call `record` inside their own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clinic.middleware import request_id
from clinic.models import AccessEntry, AuditEntry, Role, User
from clinic.models.adding import add, made


@dataclass(frozen=True)
class Actor:
    """Who acts: a user, or one of the two that have none."""

    label: str
    user: User | None = None


CLIENT = Actor("client")
CLOCK = Actor("clock")


def staff(user: User) -> Actor:
    """Return a user as who acts. A client's login is not named: the log book keeps what it holds for
    good, and a client can be forgotten."""
    if user.role == Role.CLIENT:
        return Actor(CLIENT.label, user)
    return Actor(f"{user.role.lower()}: {user.name}"[:120], user)


def entry(
    *,
    now: datetime,
    actor: Actor,
    verb: str,
    about: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """Return the entry, not yet saved. `before` and `after` must hold no health text."""
    return made(
        AuditEntry,
        at=now,
        actor=actor.user,
        actor_label=actor.label,
        verb=verb,
        about=about,
        request_id=request_id.get(),
        before=before or {},
        after=after or {},
    )


def record(
    *,
    now: datetime,
    actor: Actor,
    verb: str,
    about: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add one entry to the log book, in the caller's transaction."""
    add(entry(now=now, actor=actor, verb=verb, about=about, before=before, after=after))


def viewed(*, now: datetime, actor: Actor, what: str, about: str, whose: str = "") -> None:
    """Note in the access log that somebody was shown a health record.

    what: the kind of record, a code such as SCREENING_ANSWERS. about: the thing as `kind:uid`.
    whose: the client as `client:uid`. Call it in the transaction that reads, before the answer.
    """
    add(
        AccessEntry(
            at=now,
            actor=actor.user,
            actor_label=actor.label,
            what=what,
            about=about,
            whose=whose,
            request_id=request_id.get(),
        )
    )
