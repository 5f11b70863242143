"""Locations and rooms: added, changed, no longer used; never deleted, since bookings name them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.actions.stranding import sparing
from bookings.models import Booking
from clinic.actions import save
from clinic.audit import Actor
from clinic.errors import NotStored
from clinic.models import Location, Room
from clinic.slugs import free_slug


def add_location(*, now: datetime, actor: Actor, values: Mapping[str, object]) -> Location:
    """Add a location; `values` are fields of `Location`. Raises NotStored."""
    slug = free_slug(Location, str(values["name"]))
    return save(
        Location(slug=slug),
        {**values, "slug": slug},
        now=now,
        actor=actor,
        verb="location.added",
        about="location:%s",
    )


def change_location(
    *,
    now: datetime,
    actor: Actor,
    location: Location,
    values: Mapping[str, object],
    confirmed: str = "",
) -> Location:
    """Change a location. Its address in links stays.

    Raises NotStored (a new time zone where something was booked: the hours written there would
    mean other instants), Strands when it is no longer used, or TimetableBusy.
    """
    moves = values.get("time_zone", location.time_zone) != location.time_zone
    if moves and Booking.objects.filter(room__location=location).exists():
        raise NotStored(
            "time_zone",
            _(
                "Sessions have been booked here in this time zone, and their times would read "
                "differently. For a place in another zone, add a new location."
            ),
        )
    rooms = Room.objects.filter(location=location).values_list("pk", flat=True)
    which = Q(room__location=location)
    with sparing(which, now=now, actor=actor, confirmed=confirmed, rooms=rooms):
        return save(
            location,
            values,
            now=now,
            actor=actor,
            verb="location.changed",
            about=f"location:{location.pk}",
        )


def add_room(*, now: datetime, actor: Actor, location: Location, name: str) -> Room:
    """Add a room to a location. Raises NotStored for a name that is there already."""
    return save(
        Room(location=location),
        {"location": location, "name": name},
        now=now,
        actor=actor,
        verb="room.added",
        about="room:%s",
    )


def change_room(
    *, now: datetime, actor: Actor, room: Room, name: str, is_active: bool, confirmed: str = ""
) -> Room:
    """Rename a room, or stop and start using it. Raises NotStored, Strands or TimetableBusy."""
    with sparing(Q(room=room), now=now, actor=actor, confirmed=confirmed, rooms=[room.pk]):
        return save(
            room,
            {"name": name, "is_active": is_active},
            now=now,
            actor=actor,
            verb="room.changed",
            about=f"room:{room.pk}",
        )
