"""The clinic's own name, ways to reach it, and booking policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from clinic.actions.saving import save
from clinic.audit import Actor
from clinic.models import Clinic


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


def _the_row() -> Clinic:
    # Made first where it is missing, so that its change has a before.
    return Clinic.objects.get_or_create(pk=1)[0]
