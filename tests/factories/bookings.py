"""Bookings and holds: every argument has a default, every call makes a new row."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from bookings.models import Booking
from clients.models import Client
from clinic.models import Practitioner, Room
from tests.factories import clinic, treatments
from treatments.models import Treatment

_numbers = count(1)

# A Tuesday, 10 am in Toronto.
STARTS_AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
MADE_AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def client(*, created_at: datetime = MADE_AT, **fields: Any) -> Client:
    number = next(_numbers)
    name = fields.pop("name", f"Client {number}")
    return Client.objects.create(
        **{
            "name": name,
            "name_key": name.casefold(),
            "email": f"client-{number}@example.org",
            "created_at": created_at,
            **fields,
        }
    )


def booking(
    *,
    starts_at: datetime = STARTS_AT,
    minutes: int = 50,
    pause: int = 10,
    turnover: int = 10,
    practitioner: Practitioner | None = None,
    room: Room | None = None,
    treatment: Treatment | None = None,
    status: str = "BOOKED",
    **fields: Any,
) -> Booking:
    """Return a booking; who, where and what are made when they are left out.

    minutes, pause, turnover: the session's own, the practitioner's after it, the room's after it.
    """
    treatment = treatment or treatments.treatment()
    ends_at = starts_at + timedelta(minutes=minutes)
    if status not in {"HELD", "EXPIRED"} and "client" not in fields:
        fields["client"] = client()
    if status == "REQUESTED":
        fields.setdefault("respond_by", starts_at - timedelta(hours=12))
    return Booking.objects.create(
        **{
            "status": status,
            "source": "ONLINE",
            "practitioner": practitioner or clinic.practitioner(),
            "room": room or clinic.room(location=clinic.location()),
            "treatment": treatment,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "practitioner_until": ends_at + timedelta(minutes=pause),
            "room_until": ends_at + timedelta(minutes=turnover),
            "treatment_name": treatment.name,
            "minutes": minutes,
            "price": treatment.price,
            "currency": treatment.currency,
            "window_minutes": 24 * 60,
            "outcome": "FINE",
            "created_at": MADE_AT,
            "changed_at": MADE_AT,
            **fields,
        }
    )


def hold(*, expires_at: datetime, attempt: uuid.UUID | None = None, **fields: Any) -> Booking:
    """Return a hold of an attempt; of a new attempt when none is named."""
    return booking(
        status="HELD", hold_expires_at=expires_at, attempt=attempt or uuid.uuid4(), **fields
    )
