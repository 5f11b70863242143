"""Publishing the intake form: always a whole new version, never a change to one."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from clients.intake_definition import Definition, read
from clients.models import IntakeDefinition
from clinic import audit
from clinic.audit import Actor

_DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def default_form() -> Definition:
    """Return the form that a clinic begins with."""
    document: dict[str, Any] = json.loads((_DATA / "intake.json").read_text(encoding="utf-8"))
    face = json.loads((_DATA / "face.json").read_text(encoding="utf-8"))
    return read({**document, "face": face}, version=1)


def publish_form(form: Definition, *, now: datetime, actor: Actor, source: str) -> int:
    """Save `form` as the next version, in force from `now`, and return its number.

    Forms begun before are finished as they were begun. Two who publish at once take turns.
    """
    with transaction.atomic():
        lock()
        latest = IntakeDefinition.objects.aggregate(latest=Max("version"))["latest"] or 0
        row = IntakeDefinition.objects.create(
            version=latest + 1,
            published_at=now,
            digest=form.digest,
            source=source,
            document=dict(form.document),
        )
        audit.record(
            now=now,
            actor=actor,
            verb="intake_form.published",
            about=f"intake_form:{row.version}",
            after={"digest": row.digest, "source": source},
        )
    return row.version


def lock() -> None:
    """Keep others from publishing until the caller's transaction ends; reads go on."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE clients_intakedefinition IN SHARE ROW EXCLUSIVE MODE")
