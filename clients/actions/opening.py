"""Opening a record one does not treat the client of; keeping a record from somebody."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from clients.actions.consenting import replace_link
from clients.actions.relinking import renew_forms
from clients.errors import ReasonTooShort
from clients.models import Client, ClientKey, RecordOpening, Withholding
from clinic import audit
from clinic.audit import Actor
from clinic.models import Clinic, User

SHORTEST_REASON = 10


def open_record(*, now: datetime, user: User, client: Client, reason: str) -> RecordOpening:
    """Open a client's record to somebody for the clinic's `opening_minutes`. The reason is sealed;
    the owner reads it. Raises ReasonTooShort under ten letters."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonTooShort
    minutes = Clinic.objects.the_only().opening_minutes
    with transaction.atomic():
        ClientKey.objects.of(client, now=now)
        made = RecordOpening.objects.create(
            client=client,
            user=user,
            reason=reason.strip(),
            withheld=Withholding.objects.filter(client=client, user=user, ended_at=None).exists(),
            at=now,
            until=now + timedelta(minutes=minutes),
        )
        audit.record(
            now=now,
            actor=audit.staff(user),
            verb="record.opened",
            about=f"client:{client.uid}",
            after={"until": made.until.isoformat(), "withheld": made.withheld},
        )
    return made


def withhold(*, now: datetime, actor: Actor, client: Client, user: User) -> None:
    """Keep a client's record from one member of staff, as the client asked. Links by which they
    could go on reading it end."""
    with transaction.atomic():
        Client.objects.select_for_update().get(pk=client.pk)
        if Withholding.objects.filter(client=client, user=user, ended_at=None).exists():
            return
        # What was opened before must not outlast the client's word.
        RecordOpening.objects.filter(client=client, user=user, at__lt=now, until__gt=now).update(
            until=now
        )
        Withholding.objects.create(client=client, user=user, at=now)
        renew_forms(client)
        replace_link(now=now, actor=actor, client=client)
        _write_down("record.withheld", now=now, actor=actor, client=client, user=user)


def let_read(*, now: datetime, actor: Actor, client: Client, user: User) -> None:
    """End what `withhold` began, as the client asked."""
    with transaction.atomic():
        ended = Withholding.objects.filter(client=client, user=user, ended_at=None)
        if ended.update(ended_at=now):
            _write_down("record.let_read", now=now, actor=actor, client=client, user=user)


def _write_down(verb: str, *, now: datetime, actor: Actor, client: Client, user: User) -> None:
    audit.record(
        now=now, actor=actor, verb=verb, about=f"client:{client.uid}", after={"user": user.pk}
    )
