"""The clinic's own name, ways to reach it, booking policy, and look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from clinic import audit
from clinic.actions.saving import save
from clinic.audit import Actor
from clinic.logo import Drawn
from clinic.models import Clinic, Logo

MAIL_TRIED = "mail.tried"


def change_clinic(*, now: datetime, actor: Actor, changes: Mapping[str, object]) -> Clinic:
    """Change the clinic's row; `changes` are fields of `Clinic` with their new values.

    A policy holds for what is booked from now on: what a booking promised stands on it.

    Raises clinic.errors.NotStored.
    """
    return save(
        _the_row(),
        changes,
        now=now,
        actor=actor,
        verb="clinic.changed",
        about="clinic:1",
    )


def note_trial(*, now: datetime, actor: Actor, sender: str) -> None:
    """Write down that a test message left from this address."""
    audit.record(now=now, actor=actor, verb=MAIL_TRIED, about="clinic:1", after={"sender": sender})


@transaction.atomic
def change_look(
    *,
    now: datetime,
    actor: Actor,
    accent: str,
    logo: Drawn | None = None,
    drop_logo: bool = False,
) -> Clinic:
    """Change the clinic's colour (`#rrggbb`, "" for the one it came with), and its logo where a
    new one is given or the old one is dropped. A logo that is no longer shown is deleted.

    Raises clinic.errors.NotStored.
    """
    row = Clinic.objects.select_for_update().get(pk=_the_row().pk)
    values: dict[str, object] = {"accent": accent}
    if logo is not None:
        Logo.objects.bulk_create(
            [Logo(digest=logo.digest, data=logo.data, content_type=logo.content_type)],
            ignore_conflicts=True,
        )
        values["logo_id"] = logo.digest
    elif drop_logo:
        values["logo_id"] = None
    changed = save(row, values, now=now, actor=actor, verb="clinic.changed", about="clinic:1")
    Logo.objects.exclude(pk=changed.logo_id or "").delete()
    return changed


def _the_row() -> Clinic:
    # Made first where it is missing, so that its change has a before.
    return Clinic.objects.get_or_create(pk=1)[0]
