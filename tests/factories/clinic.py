"""Rows of the house: every argument has a default, every call makes a new row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from clinic.models import (
    Clinic,
    Closure,
    Location,
    Logo,
    Practitioner,
    Room,
    TimeOff,
    User,
    WorkingHours,
)

_numbers = count(1)

LONG_AGO = date(2000, 1, 1)
TORONTO = "America/Toronto"
NINE_TO_FIVE = (9 * 60, 17 * 60)
EVERY_DAY = range(7)
PASSWORD = "three warm stones"


def clinic(**fields: Any) -> Clinic:
    """Return the clinic's only row with these fields changed; it is made when there is none."""
    found, _ = Clinic.objects.update_or_create(pk=1, defaults=fields)
    return found


def logo(data: bytes = b"a logo") -> Logo:
    return Logo.objects.create(digest=f"logo{next(_numbers)}", data=data, content_type="image/png")


def location(*, time_zone: str = TORONTO, **fields: Any) -> Location:
    number = next(_numbers)
    return Location.objects.create(
        **{
            "slug": f"location-{number}",
            "name": f"Location {number}",
            "address": f"{number} Queen Street West, Toronto",
            "phone": "+14165550100",
            "time_zone": time_zone,
            **fields,
        }
    )


def room(*, location: Location, **fields: Any) -> Room:
    return Room.objects.create(**{"location": location, "name": f"Room {next(_numbers)}", **fields})


def practitioner(*, pause_minutes: int = 10, **fields: Any) -> Practitioner:
    number = next(_numbers)
    return Practitioner.objects.create(
        **{
            "slug": f"practitioner-{number}",
            "name": f"Practitioner {number}",
            "pause_minutes": pause_minutes,
            **fields,
        }
    )


def hours(
    *,
    practitioner: Practitioner,
    location: Location,
    weekdays: Iterable[int] = EVERY_DAY,
    stretches: Iterable[tuple[int, int]] = (NINE_TO_FIVE,),
    valid_from: date = LONG_AGO,
    valid_until: date | None = None,
) -> list[WorkingHours]:
    """Return weekly hours: the same stretches (from, until; minutes of the day) on each weekday."""
    stretches = list(stretches)
    return [
        WorkingHours.objects.create(
            practitioner=practitioner,
            location=location,
            weekday=weekday,
            starts_minute=starts,
            ends_minute=ends,
            valid_from=valid_from,
            valid_until=valid_until,
        )
        for weekday in weekdays
        for starts, ends in stretches
    ]


def time_off(
    *,
    practitioner: Practitioner,
    starts_at: datetime,
    ends_at: datetime | None = None,
    **fields: Any,
) -> TimeOff:
    """Return time off; a whole day of 24 hours when its end is left out."""
    return TimeOff.objects.create(
        practitioner=practitioner,
        starts_at=starts_at,
        ends_at=ends_at or starts_at + timedelta(days=1),
        **fields,
    )


def closure(
    *,
    first_day: date,
    last_day: date | None = None,
    location: Location | None = None,
    **fields: Any,
) -> Closure:
    """Return a closure of one location, or of all of them; of one day when its end is left out."""
    return Closure.objects.create(
        location=location, first_day=first_day, last_day=last_day or first_day, **fields
    )


def user(*, role: str = "FRONT_DESK", password: str | None = PASSWORD, **fields: Any) -> User:
    """Return somebody with a login; its password is `PASSWORD`."""
    number = next(_numbers)
    email = fields.pop("email", f"staff-{number}@example.org")
    return User.objects.create_user(
        email, password, **{"name": f"Staff {number}", "role": role, **fields}
    )
