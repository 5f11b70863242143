"""Tasks for staff: every argument has a default, every call makes a new row."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from bookings import recalls
from bookings.models import StaffTask
from tests.factories import bookings

_numbers = count(1)


def task(*, due_at: datetime, **fields: Any) -> StaffTask:
    """Return an open task of the desk's, unless told otherwise."""
    return StaffTask.objects.create(
        **{
            "dedupe_key": f"client:x:{next(_numbers)}",
            "client": fields.pop("client", None) or bookings.client(),
            "kind": recalls.REBOOK_CALL,
            "due_at": due_at,
            "created_at": due_at,
            **fields,
        }
    )
