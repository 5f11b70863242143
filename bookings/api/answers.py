"""Answers as programs read them: what worked, and what did not in the one shape of an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from ninja import Schema

from bookings import availability, lifecycle, links, models
from bookings.api import schemas
from bookings.policy import changeable_until
from clinic.opening import instant_of

JSON = "application/json"
INVALID = 422
CONFLICT = 409


def answer(shape: Schema, status: int = 200) -> HttpResponse:
    """Return a shape as an answer, without what it leaves open."""
    return HttpResponse(shape.model_dump_json(exclude_none=True), status=status, content_type=JSON)


def problem(
    status: int,
    code: str,
    message: str,
    *,
    fields: Mapping[str, list[str]] | None = None,
    openings: list[schemas.Opening] | None = None,
    not_before: date | None = None,
    retry_after: int = 0,
) -> HttpResponse:
    """Return an error. `code` is for programs, `message` for people; retry_after: seconds."""
    error = schemas.Error(
        code=code,
        message=message,
        fields=dict(fields) if fields is not None else None,
        openings=openings,
        not_before=not_before,
    )
    response = answer(schemas.Problem(error=error), status)
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response


@lru_cache(maxsize=32_768)
def local(zone: str, minute: int) -> str:
    """Return a UTC minute as RFC 3339 with the offset of a time zone."""
    return instant_of(minute).astimezone(ZoneInfo(zone)).isoformat()


def local_time(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat(timespec="seconds")


def openings_of(
    found: Iterable[availability.Opening],
    *,
    zone: str,
    minutes: int,
    people: Mapping[int, str],
) -> list[schemas.Opening]:
    """Return openings as they are told. people: slugs by id."""
    return [
        schemas.Opening(
            starts_at=local(zone, minute),
            ends_at=local(zone, minute + minutes),
            practitioner=people[who],
        )
        for minute, who in found
        if who in people
    ]


def written(
    found: Iterable[availability.Opening], *, zone: str, minutes: int, people: Mapping[int, str]
) -> str:
    """Return openings as a JSON array: what `openings_of` says, forty times as fast.

    Nothing in it needs escaping: times are digits, and slugs are letters, digits, - and _.
    """
    return ",".join(
        [
            f'{{"starts_at":"{local(zone, minute)}","ends_at":"{local(zone, minute + minutes)}",'
            f'"practitioner":"{people[who]}"}}'
            for minute, who in found
            if who in people
        ]
    ).join("[]")


def booking_of(booking: models.Booking) -> schemas.Booking:
    """Return a booking as its holder sees it. Its practitioner, room, location and treatment are
    read already."""
    location = booking.room.location
    waits = booking.status == lifecycle.REQUESTED and booking.respond_by is not None
    return schemas.Booking(
        token=links.token(booking.uid, version=booking.token_version),
        state=booking.status,
        starts_at=local_time(booking.starts_at, location.zone),
        ends_at=local_time(booking.ends_at, location.zone),
        time_zone=location.time_zone,
        treatment=booking.treatment.slug,
        practitioner=booking.practitioner.slug,
        location=location.slug,
        manage_url=links.manage_url(booking),
        respond_by=local_time(booking.respond_by, location.zone)
        if waits and booking.respond_by
        else None,
        free_until=local_time(
            changeable_until(booking.starts_at, booking.window_minutes), location.zone
        )
        if booking.status in lifecycle.COMING
        else None,
    )
