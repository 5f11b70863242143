"""Boxes, tools and sessions that used them: every argument has a default, every call a new row."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from bookings import actions
from clients.models import Client, ClientKey
from clinic.models import Practitioner, User
from tests.factories import bookings, clinic
from treatments.models import AdverseEvent, BoxUse, NeedleBox, SessionRecord, Tool, ToolUse

_numbers = count(1)


def box(**fields: Any) -> NeedleBox:
    values = {
        "brand": "Seirin",
        "diameter_mm": "0.16",
        "length_mm": "15",
        "lot": f"A{next(_numbers):04}",
        "expires_on": "2028-01-31",
        "pieces": 100,
        "received_on": "2026-10-01",
        **fields,
    }
    if "location" not in values:
        values["location"] = clinic.location()
    made = NeedleBox.objects.create(**values)
    made.refresh_from_db()
    return made


def tool(**fields: Any) -> Tool:
    values = {"name": f"Roller {next(_numbers)}", **fields}
    if "location" not in values:
        values["location"] = clinic.location()
    return Tool.objects.create(**values)


def session(*, at: datetime, user: User | None = None, **fields: Any) -> SessionRecord:
    """Return a session begun by the practitioner of that login."""
    author = user or clinic.user(role="PRACTITIONER")
    who = fields.pop("practitioner", None) or clinic.practitioner(user=author, name=author.name)
    booked = bookings.booking(practitioner=who, status="ARRIVED", starts_at=at, **fields)
    assert booked.client
    ClientKey.objects.of(booked.client, now=at)
    return actions.begin_session(now=at, author=author, booking=booked)


def use(session: SessionRecord, what: NeedleBox, needles: int | None = None) -> BoxUse:
    return BoxUse.objects.create(session=session, box=what, needles=needles)


def tool_use(session: SessionRecord, what: Tool, *, at: datetime) -> ToolUse:
    return ToolUse.objects.create(session=session, tool=what, at=at)


def event(
    *,
    client: Client,
    practitioner: Practitioner,
    at: datetime,
    what: str = "bruise",
    grade: str = "MINOR",
    due: datetime | None = None,
    **details: Any,
) -> AdverseEvent:
    """Return an event of a client whose follow-up is due at once, unless told otherwise."""
    ClientKey.objects.of(client, now=at)
    return AdverseEvent.objects.create(
        client=client,
        practitioner=practitioner,
        grade=grade,
        noticed_at=at,
        reported_by="PRACTITIONER",
        follow_up_due=due or at,
        created_at=at,
        details={"what": what, **details},
    )
