"""The owners' morning mail: planned once a day and owner, where something waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from bookings.models import Schedule
from bookings.queries.digest import digest
from bookings.queries.practice import clinic_zone
from bookings.schedules import minutes
from clients import outbox
from clients.models import Channel, Message
from clinic.models import Role, User

DIGEST = "DIGEST"
OF_USE = timedelta(hours=6)


def plan_digest(*, now: datetime) -> int:
    """Plan this morning's mail, on the clinic's clock and from the hour that its schedule says; return
    for how many owners. Called again, or by two at once, it plans nothing twice."""
    schedule = Schedule.objects.by_kind()[DIGEST]
    local = now.astimezone(clinic_zone())
    from_minute = minutes(schedule.offset)
    until_minute = minutes(schedule.until or OF_USE)
    if not schedule.is_on or not from_minute <= local.hour * 60 + local.minute < until_minute:
        return 0
    if not digest(now=now).something_waits:
        return 0
    owners = User.objects.filter(role=Role.OWNER, is_active=True).exclude(email="")
    return sum(_plan(owner, f"{local:%Y-%m-%d}", now) for owner in owners.order_by("pk"))


def _plan(owner: User, day: str, now: datetime) -> bool:
    about = f"digest:{owner.uid}"
    row = Message(
        dedupe_key=f"{about}:{day}",
        about=about,
        staff_email=owner.email,
        kind=DIGEST,
        channel=Channel.EMAIL,
        due_at=now,
        expires_at=now + OF_USE,
        created_at=now,
    )
    if Message.objects.filter(dedupe_key=row.dedupe_key).exists():
        return False
    try:
        with transaction.atomic():
            outbox.queue([row], now=now)
    except IntegrityError:
        return False  # another worker was faster
    return True
