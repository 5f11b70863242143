"""Those who treat clients: their profile, and whether they can be booked."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from bookings.actions.stranding import sparing
from clinic.actions import save
from clinic.audit import Actor
from clinic.models import Practitioner, User
from clinic.slugs import free_slug


def add_practitioner(
    *,
    now: datetime,
    actor: Actor,
    name: str,
    title: str = "",
    pause_minutes: int = 10,
    user: User | None = None,
) -> Practitioner:
    """Add somebody who treats clients. They can be booked once they offer a treatment and have hours.

    pause_minutes: kept free after each session. Raises NotStored.
    """
    slug = free_slug(Practitioner, name)
    return save(
        Practitioner(slug=slug),
        {
            "name": name,
            "title": title,
            "pause_minutes": pause_minutes,
            "user": user,
            "slug": slug,
        },
        now=now,
        actor=actor,
        verb="practitioner.added",
        about="practitioner:%s",
    )


def change_practitioner(
    *,
    now: datetime,
    actor: Actor,
    practitioner: Practitioner,
    name: str,
    title: str,
    pause_minutes: int,
    user: User | None,
    is_active: bool,
    confirmed: str = "",
) -> Practitioner:
    """Change a practitioner. A new pause holds for what is booked from now on.

    Raises NotStored, Strands when they can no longer be booked, or TimetableBusy.
    """
    which = Q(practitioner=practitioner)
    with sparing(which, now=now, actor=actor, confirmed=confirmed, practitioners=[practitioner.pk]):
        return save(
            practitioner,
            {
                "name": name,
                "title": title,
                "pause_minutes": pause_minutes,
                "user": user,
                "is_active": is_active,
            },
            now=now,
            actor=actor,
            verb="practitioner.changed",
            about=f"practitioner:{practitioner.pk}",
        )
